"""A bank's own CSV export → accounts and transactions, or a refusal that names the row, the field and the value.

What no cell says stays unknown; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice

from bowerbird.codes import CSV_EMPTY
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import DebitSign, NativeColumnKind, NativeCsvLayout
from bowerbird.statements.csv.native_form import SHAPE_ROWS, NativeCells, NativeForm, Row, find_form, row_of
from bowerbird.statements.csv.order import BalanceRules, Listing, Ordered, put_in_order
from bowerbird.statements.csv.rows import refuse_too_many
from bowerbird.statements.csv.table import table_of
from bowerbird.statements.csv.values import AccountNumber, account_number, as_direction, as_text
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import UNKNOWN_NAME, UNKNOWN_NUMBER, UNKNOWN_PRODUCT, StatementAccount, lines_of


@dataclass(slots=True)
class NativeAccount(Listing):
    """An account while its rows are read: `first` is the row that introduced it."""

    number: AccountNumber
    name: str
    first: NativeCells


@dataclass(slots=True)
class NativeReader:
    """Reads rows into `accounts`. `given` numbers the account of a file that does not; `debit_row` shows the file's sign of a debit."""

    form: NativeForm
    given: str | None = None
    accounts: dict[str, NativeAccount] = field(default_factory=dict)
    debit_row: NativeCells | None = None
    _numbers: dict[tuple[str, str], AccountNumber] = field(default_factory=dict)

    def read(self, rows: Iterable[Row]) -> None:
        """Raises Refused for the first row that is not in order."""
        for number, cells in rows:
            row = row_of(self.form, number, cells)
            transaction = self._transaction(row)
            account = self._account(row)
            account.numbers.append(number)
            account.transactions.append(transaction)

    def _transaction(self, row: NativeCells) -> BankTransaction:
        day = self.form.read_day
        made = row.require(NativeColumnKind.MADE, day) if self.form.has(NativeColumnKind.MADE) else None
        posted = row.require(NativeColumnKind.POSTED, day) if made is None else row.read(NativeColumnKind.POSTED, day)
        amount = self._of_one_column(row) if self.form.has(NativeColumnKind.AMOUNT) else self._of_two_columns(row)
        description = row.require(NativeColumnKind.DESCRIPTION, as_text)
        return BankTransaction(amount, description, posted, made, row.read(NativeColumnKind.BALANCE, self.form.read_money))

    def _of_one_column(self, row: NativeCells) -> int:
        cents = row.require(NativeColumnKind.AMOUNT, self.form.read_money) * self.form.amount_sign
        if not self.form.has(NativeColumnKind.DIRECTION):
            return cents
        sign = row.require(NativeColumnKind.DIRECTION, as_direction)
        if cents < 0 and sign > 0:
            raise row.invalid(NativeColumnKind.AMOUNT, "A credit is not negative.")
        return sign * abs(cents)

    def _of_two_columns(self, row: NativeCells) -> int:
        """Cents of the one of debit and credit that is filled; beside a figure, a printed zero counts as not filled."""
        debit = row.read(NativeColumnKind.DEBIT, self.form.read_money)
        credit = row.read(NativeColumnKind.CREDIT, self.form.read_money)
        if debit is None and credit is None:
            raise row.missing(NativeColumnKind.DEBIT)
        if debit and credit:
            raise row.invalid(NativeColumnKind.CREDIT, f"The debit is filled too: {shown(row.text(NativeColumnKind.DEBIT))}.")
        if credit and credit < 0:
            raise row.invalid(NativeColumnKind.CREDIT, "A credit is not negative.")
        return credit or (self._debit(row, debit) if debit else 0)

    def _debit(self, row: NativeCells, cents: int) -> int:
        rule, negative = self.form.layout.debit, cents < 0
        if rule is DebitSign.ONE_PER_FILE:
            self.debit_row = self.debit_row or row
            if (self.form.read_money(self.debit_row.text(NativeColumnKind.DEBIT)) < 0) is not negative:
                raise row.invalid(NativeColumnKind.DEBIT, f"Row {self.debit_row.number} writes a debit with the other sign.")
        elif negative is not (rule is DebitSign.NEGATIVE):
            raise row.invalid(NativeColumnKind.DEBIT, f"In this form a debit is {rule}.")
        return -abs(cents)

    def _account(self, row: NativeCells) -> NativeAccount:
        number, name = self._number(row), row.text(NativeColumnKind.NAME)
        account = self.accounts.get(number.number)
        if account is None:
            account = self.accounts[number.number] = NativeAccount(number, name, row)
        elif account.name != name:
            raise row.differs(account.first, NativeColumnKind.NAME)
        return account

    def _number(self, row: NativeCells) -> AccountNumber:
        key = row.text(NativeColumnKind.BSB), row.text(NativeColumnKind.NUMBER)
        number = self._numbers.get(key)
        if number is None:
            if not self.form.has(NativeColumnKind.NUMBER):
                number = AccountNumber(UNKNOWN_NUMBER) if self.given is None else account_number("", self.given)
            elif not key[1]:
                raise row.missing(NativeColumnKind.NUMBER)
            else:
                try:
                    number = account_number(*key)
                except ValueError as error:
                    raise row.invalid(NativeColumnKind.NUMBER, str(error)) from None
            self._numbers[key] = number
        return number


def read_native(text: str, max_rows: int, layouts: Iterable[NativeCsvLayout], given: str | None = None) -> list[StatementAccount] | None:
    """The accounts of a file in one of these layouts, in the order in which they appear; None for a file in none of them.

    `given` is the number of the account where the file does not say it. Raises Refused.
    """
    known = list(layouts)
    table = table_of(text)
    rows = table.rows()
    first = list(islice(rows, max([SHAPE_ROWS, *(layout.lines_before + 1 for layout in known)])))
    form = find_form(first, known)
    if form is None:
        return None
    refuse_too_many(table.text, max_rows, form.first_data)
    return read_form(form, chain(first[form.first_data :], rows), given)


def read_form(form: NativeForm, rows: Iterable[Row], given: str | None = None) -> list[StatementAccount]:
    """The accounts of rows in a form, in the order in which they appear. Raises Refused."""
    reader = NativeReader(form, given)
    reader.read(rows)
    if not reader.accounts:
        raise Refused(CSV_EMPTY)
    balance = form.name(NativeColumnKind.BALANCE) if form.has(NativeColumnKind.BALANCE) else ""
    rules = BalanceRules(balance, True, form.layout.newest_first, form.layout.zero_balances)
    accounts, numbered = list(reader.accounts.values()), form.has(NativeColumnKind.NUMBER) or given is not None
    ordered = put_in_order(accounts, rules)
    return [_statement(form, account, proof, numbered) for account, proof in zip(accounts, ordered, strict=True)]


def _statement(form: NativeForm, account: NativeAccount, proof: Ordered, numbered: bool) -> StatementAccount:
    ordered, balances, ends_known = proof
    lines = lines_of(account.transactions, account.numbers, ordered)
    if not balances:
        ordered = [_without_balance(transaction) for transaction in ordered]
    last = max(day for transaction in ordered if (day := transaction.posted or transaction.made))
    bank_account = BankAccount(
        number=account.number.number,
        name=account.name or (account.number.number if numbered else UNKNOWN_NAME),
        holder=None,
        currency=form.layout.currency,
        account_class=AccountClass.UNKNOWN,
        product=UNKNOWN_PRODUCT,
        balance=ordered[-1].balance if balances and ends_known else None,
        available=None,
        bsb=account.number.bsb,
        masked_number=account.number.masked,
        last_updated=datetime(last.year, last.month, last.day, tzinfo=UTC),
    )
    return StatementAccount(bank_account, ordered, len(ordered) - 1 if balances else 0, numbered, lines, ends_known)


def _without_balance(transaction: BankTransaction) -> BankTransaction:
    """An unproven order keeps no balance: what is left of one is a form's 0.00 for none."""
    if transaction.balance is None:
        return transaction
    return BankTransaction(transaction.amount, transaction.description, transaction.posted, transaction.made)
