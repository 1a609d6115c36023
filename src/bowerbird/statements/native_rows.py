"""The rows of a bank's own export → transactions, account by account. What no cell says stays unknown; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from bowerbird.codes import CSV_ACCOUNT_DIFFERS, CSV_TOO_MANY_ROWS
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import DebitSign, Says
from bowerbird.statements.csv_values import as_text
from bowerbird.statements.native_form import Form, NativeRow, Row, row_of
from bowerbird.statements.native_values import AccountNumber, account_number, as_money
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

    form: Form
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
        made = self._value(row, Says.MADE, day) if self.form.has(Says.MADE) else None
        posted = self._value(row, Says.POSTED, day, required=made is None)
        amount = self._value(row, Says.AMOUNT, as_money) if self.form.has(Says.AMOUNT) else self._of_two_columns(row)
        description = self._value(row, Says.DESCRIPTION, _as_description)
        balance = self._value(row, Says.BALANCE, as_money, required=False)
        if amount is None or description is None:  # narrows: both are required above
            raise row.missing(Says.DESCRIPTION)
        return BankTransaction(amount, description, posted, made, balance)

    def _value(self, row: NativeRow, what: Says, parse: Callable[[str], T], *, required: bool = True) -> T | None:
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
        debit = self._value(row, Says.DEBIT, as_money, required=False)
        credit = self._value(row, Says.CREDIT, as_money, required=False)
        if debit is None and credit is None:
            raise row.missing(Says.DEBIT)
        if debit and credit:
            raise row.invalid(Says.CREDIT, f"The debit is filled too: {shown(row.text(Says.DEBIT))}.")
        if credit and credit < 0:
            raise row.invalid(Says.CREDIT, "A credit is not negative.")
        return credit or (self._debit(row, debit) if debit else 0)

    def _debit(self, row: NativeRow, cents: int) -> int:
        rule, negative = self.form.layout.debit, cents < 0
        if rule is DebitSign.ONE_PER_FILE:
            self.debit_row = self.debit_row or row
            if (self.debit_row.text(Says.DEBIT)[0] == "-") is not negative:
                raise row.invalid(Says.DEBIT, f"Row {self.debit_row.number} writes a debit with the other sign.")
        elif negative is not (rule is DebitSign.NEGATIVE):
            raise row.invalid(Says.DEBIT, f"In this form a debit is {rule}.")
        return -abs(cents)

    def _account(self, row: NativeRow) -> NativeAccount:
        number, name = self._number(row), row.text(Says.NAME)
        account = self.accounts.get(number.number)
        if account is None:
            account = self.accounts[number.number] = NativeAccount(number, name, row)
        elif account.name != name:
            values = {"field": self.form.name(Says.NAME), "value": shown(name), "first_value": shown(account.name)}
            raise Refused(CSV_ACCOUNT_DIFFERS, row=row.number, first_row=account.first.number, **values)
        return account

    def _number(self, row: NativeRow) -> AccountNumber:
        key = row.text(Says.BSB), row.text(Says.NUMBER)
        found = self._numbers.get(key)
        if found is None:
            if not self.form.has(Says.NUMBER):
                found = AccountNumber(UNKNOWN_NUMBER) if self.given is None else account_number("", self.given)
            elif not key[1]:
                raise row.missing(Says.NUMBER)
            else:
                try:
                    found = account_number(*key)
                except ValueError as error:
                    raise row.invalid(Says.NUMBER, str(error)) from None
            self._numbers[key] = found
        return found


def _as_description(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"Longer than {LONGEST_TEXT} characters.")
    return as_text(text)
