"""The accounts of a CSV file: one for every accountId, or for every number and currency, on whose rows all account cells agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.card_numbers import masked_card
from bowerbird.sdk.layout import ACCOUNT_MEANINGS, ColumnMeaning
from bowerbird.statements.csv.cells import FormCells
from bowerbird.statements.csv.order import Listing
from bowerbird.statements.csv.values import as_account_class, as_cents, as_currency, as_moment, as_text, last_day


class AccountCells(NamedTuple):
    """What one row says of its account, in the order of ACCOUNT_MEANINGS. Two rows agree when these are equal."""

    account_id: str | None
    institution: str | None
    number: str
    holder: str | None
    currency: str
    balance: int
    available: int | None
    last_updated: datetime | None
    account_class: AccountClass
    product: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.account_id,) if self.account_id else (self.number, self.currency)


@dataclass(slots=True)
class AccountRows(Listing):
    """An account while its rows are read: `first` is the row that introduced it."""

    account: BankAccount
    values: AccountCells
    first: FormCells[ColumnMeaning]
    last_day: date


def read_account(cells: FormCells[ColumnMeaning], institution_id: str) -> AccountCells:
    """What a row says of its account. Raises Refused: missing-required-field-value, invalid-field-value."""

    def as_institution(text: str) -> str:
        if text != institution_id:
            raise ValueError(f"The statement was uploaded for {institution_id}.")
        return text

    return AccountCells(
        account_id=cells.read(ColumnMeaning.ACCOUNT_ID, as_text),
        institution=cells.read(ColumnMeaning.INSTITUTION, as_institution),
        number=cells.require(ColumnMeaning.NUMBER, lambda text: "".join(text.split())),
        holder=cells.read(ColumnMeaning.HOLDER, as_text),
        currency=cells.require(ColumnMeaning.CURRENCY, as_currency),
        balance=cells.require(ColumnMeaning.BALANCE, as_cents),
        available=cells.read(ColumnMeaning.AVAILABLE, as_cents),
        last_updated=cells.read(ColumnMeaning.LAST_UPDATED, as_moment),
        account_class=cells.require(ColumnMeaning.ACCOUNT_CLASS, as_account_class),
        product=cells.require(ColumnMeaning.PRODUCT, as_text),
    )


def last_day_of(values: AccountCells) -> date:
    """The last day on which a transaction can have posted when the account was last updated."""
    return last_day(values.last_updated) if values.last_updated else date.max


@dataclass(slots=True)
class Accounts:
    """All accounts met so far. `by_cells` knows them by the raw cells of rows that were read and agreed."""

    by_cells: dict[tuple[str, ...], AccountRows] = field(default_factory=dict)
    by_key: dict[tuple[str, ...], AccountRows] = field(default_factory=dict)
    by_number: dict[tuple[str, str], AccountRows] = field(default_factory=dict)

    def enter(self, cells: FormCells[ColumnMeaning], values: AccountCells, raw: tuple[str, ...]) -> AccountRows:
        """The account a row belongs to, a new one if need be. Raises Refused (account-data-differs)."""
        rows = self.by_key.get(values.key)
        if rows is None:
            rows = AccountRows(_bank_account(values), values, cells, last_day_of(values))
            same_number = self.by_number.setdefault((rows.account.number, values.currency), rows)
            if same_number is not rows:
                same_id = values.account_id == same_number.values.account_id
                raise cells.differs(same_number.first, ColumnMeaning.NUMBER if same_id else ColumnMeaning.ACCOUNT_ID)
            self.by_key[values.key] = rows
        for meaning, value, first_value in zip(ACCOUNT_MEANINGS, values, rows.values, strict=True):
            if value != first_value:
                raise cells.differs(rows.first, meaning)
        self.by_cells[raw] = rows
        return rows


def _bank_account(values: AccountCells) -> BankAccount:
    masked = masked_card(values.number)
    return BankAccount(
        number=masked or values.number,
        name=values.product,
        holder=values.holder,
        currency=values.currency,
        account_class=values.account_class,
        product=values.product,
        balance=values.balance,
        available=values.available,
        masked_number=masked,
        last_updated=values.last_updated.astimezone(UTC) if values.last_updated else None,
    )
