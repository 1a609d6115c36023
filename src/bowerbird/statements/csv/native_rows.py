"""The rows of a bank's own export → transactions, account by account. What no cell says stays unknown; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bowerbird.codes import CSV_ACCOUNT_DIFFERS, CSV_TOO_MANY_ROWS
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import DebitSign, NativeColumnKind
from bowerbird.statements.csv.native_form import NativeForm, NativeRow, Row, row_of
from bowerbird.statements.csv.native_values import AccountNumber, account_number, as_money
from bowerbird.statements.csv.values import as_text
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import UNKNOWN_NUMBER

T = TypeVar("T")
LONGEST_TEXT = 4000


@dataclass(slots=True)
class NativeAccount:
    """An account while its rows are read: `numbers` are the rows of `transactions`, `first` the row that introduced it."""

    number: AccountNumber
    name: str
    first: NativeRow
    numbers: list[int] = field(default_factory=list)
    transactions: list[BankTransaction] = field(default_factory=list)


@dataclass(slots=True)
class NativeReader:
    """Reads rows into `accounts`. `given` numbers the account of a file that does not; `debit_row` shows the file's sign of a debit."""

    form: NativeForm
    max_rows: int
    given: str | None = None
    accounts: dict[str, NativeAccount] = field(default_factory=dict)
    debit_row: NativeRow | None = None
    _numbers: dict[tuple[str, str], AccountNumber] = field(default_factory=dict)

    def read(self, rows: Iterable[Row]) -> None:
        """Raises Refused for the first row that is not in order."""
        for count, (number, cells) in enumerate(rows, 1):
            if count > self.max_rows:
                raise Refused(CSV_TOO_MANY_ROWS, limit=self.max_rows)
            row = row_of(self.form, number, cells)
            transaction = self._transaction(row)
            account = self._account(row)
            account.numbers.append(number)
            account.transactions.append(transaction)

    def _transaction(self, row: NativeRow) -> BankTransaction:
        day = self.form.read_day
        made = self._value(row, NativeColumnKind.MADE, day) if self.form.has(NativeColumnKind.MADE) else None
        posted = self._value(row, NativeColumnKind.POSTED, day, required=made is None)
        amount = (
            self._value(row, NativeColumnKind.AMOUNT, as_money) if self.form.has(NativeColumnKind.AMOUNT) else self._of_two_columns(row)
        )
        description = self._value(row, NativeColumnKind.DESCRIPTION, _as_description)
        balance = self._value(row, NativeColumnKind.BALANCE, as_money, required=False)
        if amount is None or description is None:  # narrows: both are required above
            raise row.missing(NativeColumnKind.DESCRIPTION)
        return BankTransaction(amount, description, posted, made, balance)

    def _value(self, row: NativeRow, what: NativeColumnKind, parse: Callable[[str], T], *, required: bool = True) -> T | None:
        text = row.text(what)
        if not text:
            if required:
                raise row.missing(what)
            return None
        try:
            return parse(text)
        except ValueError as error:
            raise row.invalid(what, str(error)) from None

    def _of_two_columns(self, row: NativeRow) -> int:
        """Cents of the one of debit and credit that is filled; beside a figure, a printed zero counts as not filled."""
        debit = self._value(row, NativeColumnKind.DEBIT, as_money, required=False)
        credit = self._value(row, NativeColumnKind.CREDIT, as_money, required=False)
        if debit is None and credit is None:
            raise row.missing(NativeColumnKind.DEBIT)
        if debit and credit:
            raise row.invalid(NativeColumnKind.CREDIT, f"The debit is filled too: {shown(row.text(NativeColumnKind.DEBIT))}.")
        if credit and credit < 0:
            raise row.invalid(NativeColumnKind.CREDIT, "A credit is not negative.")
        return credit or (self._debit(row, debit) if debit else 0)

    def _debit(self, row: NativeRow, cents: int) -> int:
        rule, negative = self.form.layout.debit, cents < 0
        if rule is DebitSign.ONE_PER_FILE:
            self.debit_row = self.debit_row or row
            if (self.debit_row.text(NativeColumnKind.DEBIT)[0] == "-") is not negative:
                raise row.invalid(NativeColumnKind.DEBIT, f"Row {self.debit_row.number} writes a debit with the other sign.")
        elif negative is not (rule is DebitSign.NEGATIVE):
            raise row.invalid(NativeColumnKind.DEBIT, f"In this form a debit is {rule}.")
        return -abs(cents)

    def _account(self, row: NativeRow) -> NativeAccount:
        number, name = self._number(row), row.text(NativeColumnKind.NAME)
        account = self.accounts.get(number.number)
        if account is None:
            account = self.accounts[number.number] = NativeAccount(number, name, row)
        elif account.name != name:
            values = {"field": self.form.name(NativeColumnKind.NAME), "value": shown(name), "first_value": shown(account.name)}
            raise Refused(CSV_ACCOUNT_DIFFERS, row=row.number, first_row=account.first.number, **values)
        return account

    def _number(self, row: NativeRow) -> AccountNumber:
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


def _as_description(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"Longer than {LONGEST_TEXT} characters.")
    return as_text(text)
