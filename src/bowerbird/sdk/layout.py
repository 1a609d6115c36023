"""The schema of a CSV layout: what each column of one bank's or one publisher's file means, as data.

A layout is a folder of `layouts/` that exports LAYOUT. It holds no code: the reader in `statements/` gives every meaning its
rule. A layout that contradicts itself or lacks what the reader cannot do without is refused when it is imported, with a
ValueError that names the layout and the column.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from bowerbird.sdk.leaf import LeafTier


class ValueKind(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    MONEY = "money"  # decimal with at most two decimals, sign optional, no exponent
    DAY = "day"  # yyyy/mm/dd, yyyy-mm-dd or RFC 3339, of which the printed day counts
    MOMENT = "moment"  # the same, of which the moment counts
    CURRENCY = "currency"  # ISO 4217, three capitals
    ACCOUNT_CLASS = "account-class"  # one of model.account.AccountClass
    DIRECTION = "direction"  # debit or credit, in any case


class ColumnMeaning(StrEnum):
    """What a cell says. The values name the fields of the model that they fill."""

    ACCOUNT_ID = "account-id"
    INSTITUTION = "institution"
    NUMBER = "number"
    HOLDER = "holder"
    CURRENCY = "currency"
    BALANCE = "balance"
    AVAILABLE = "available"
    LAST_UPDATED = "last-updated"
    ACCOUNT_CLASS = "account-class"
    PRODUCT = "product"
    UPSTREAM_ID = "upstream-id"
    POSTED = "posted"
    DESCRIPTION = "description"
    BALANCE_AFTER = "balance-after"
    AMOUNT = "amount"
    DIRECTION = "direction"
    IGNORED = "ignored"


class FieldNeed(StrEnum):
    """Whether the column, and a value in each of its cells, must be there."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNLESS_SIGNED = "unless-signed"  # required where amounts carry no sign


ACCOUNT_MEANINGS = (
    ColumnMeaning.ACCOUNT_ID,
    ColumnMeaning.INSTITUTION,
    ColumnMeaning.NUMBER,
    ColumnMeaning.HOLDER,
    ColumnMeaning.CURRENCY,
    ColumnMeaning.BALANCE,
    ColumnMeaning.AVAILABLE,
    ColumnMeaning.LAST_UPDATED,
    ColumnMeaning.ACCOUNT_CLASS,
    ColumnMeaning.PRODUCT,
)
"""Meanings that belong to the account and so must agree on all of its rows."""

TRANSACTION_MEANINGS = (
    ColumnMeaning.UPSTREAM_ID,
    ColumnMeaning.POSTED,
    ColumnMeaning.DESCRIPTION,
    ColumnMeaning.BALANCE_AFTER,
    ColumnMeaning.AMOUNT,
    ColumnMeaning.DIRECTION,
)

_MUST = {
    ColumnMeaning.NUMBER,
    ColumnMeaning.CURRENCY,
    ColumnMeaning.BALANCE,
    ColumnMeaning.ACCOUNT_CLASS,
    ColumnMeaning.PRODUCT,
    ColumnMeaning.POSTED,
    ColumnMeaning.DESCRIPTION,
    ColumnMeaning.AMOUNT,
}

_KINDS = {
    ColumnMeaning.CURRENCY: ValueKind.CURRENCY,
    ColumnMeaning.BALANCE: ValueKind.MONEY,
    ColumnMeaning.AVAILABLE: ValueKind.MONEY,
    ColumnMeaning.LAST_UPDATED: ValueKind.MOMENT,
    ColumnMeaning.ACCOUNT_CLASS: ValueKind.ACCOUNT_CLASS,
    ColumnMeaning.POSTED: ValueKind.DAY,
    ColumnMeaning.BALANCE_AFTER: ValueKind.MONEY,
    ColumnMeaning.AMOUNT: ValueKind.MONEY,
    ColumnMeaning.DIRECTION: ValueKind.DIRECTION,
}
"""The one kind a meaning can be written in; every other meaning is text."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """One column. `name` as the header prints it (compared without case and surrounding space); `longest` in characters."""

    name: str
    meaning: ColumnMeaning
    kind: ValueKind = ValueKind.TEXT
    need: FieldNeed = FieldNeed.OPTIONAL
    longest: int = 255

    @property
    def required(self) -> bool:
        return self.need is FieldNeed.REQUIRED

    def complaint(self) -> str | None:
        """What is wrong with this column by itself, None if nothing."""
        if not self.name or self.name != self.name.strip():
            return "name is empty or has surrounding space"
        if self.longest < 1:
            return "longest is not positive"
        if self.meaning is not ColumnMeaning.IGNORED and self.kind is not _KINDS.get(self.meaning, ValueKind.TEXT):
            return f"{self.meaning} cannot be written as {self.kind}"
        if self.need is FieldNeed.UNLESS_SIGNED and self.meaning is not ColumnMeaning.DIRECTION:
            return "only the direction can be needed unless signed"
        if self.required and self.meaning is ColumnMeaning.IGNORED:
            return "an ignored column cannot be required"
        if self.meaning in _MUST and not self.required:
            return f"{self.meaning} must be required"
        return None


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """A CSV file with a header. `id` is family and generation; a published layout is superseded, never edited. `source` says where its
    facts come from, `tier` how far they have been tried.

    Raises ValueError when a column is wrong, a name or meaning appears twice or an indispensable meaning is missing.
    """

    id: str
    columns: tuple[CsvColumn, ...]
    source: str = ""
    tier: LeafTier = LeafTier.DECLARED

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a CSV layout needs an id")
        for column in self.columns:
            if complaint := column.complaint():
                raise ValueError(f"layout {self.id}, column {column.name!r}: {complaint}")
        names = Counter(column.name.lower() for column in self.columns)
        meanings = Counter(column.meaning for column in self.columns if column.meaning is not ColumnMeaning.IGNORED)
        for what, counter in (("name", names), ("meaning", meanings)):
            if twice := [str(key) for key, count in counter.items() if count > 1]:
                raise ValueError(f"layout {self.id}: {what} {', '.join(twice)} appears twice")
        if missing := sorted(_MUST - meanings.keys()):
            raise ValueError(f"layout {self.id}: nothing means {', '.join(missing)}")

    def column(self, meaning: ColumnMeaning) -> CsvColumn | None:
        """The column with a meaning, None where the layout has none."""
        return next((column for column in self.columns if column.meaning is meaning), None)
