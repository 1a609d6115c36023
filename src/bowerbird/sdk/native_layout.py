"""The schema of a bank's own CSV export: how its files are recognised and what their cells say, as data.

A layout is a folder of `layouts/` that exports LAYOUT. Bank exports say less than the published format: seldom the product, often
not even the account. What no cell says stays unknown. A layout that contradicts itself is refused when it is imported, with a
ValueError that names the layout and the column.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from bowerbird.sdk.leaf import LeafTier


class NativeColumnKind(StrEnum):
    """What a cell says."""

    BSB = "bsb"
    NUMBER = "number"  # of the account, with its BSB or without
    NAME = "name"  # the account's name as the customer or the bank calls it
    POSTED = "posted"  # the day; a moment with an offset counts as the day it prints
    MADE = "made"  # the day the customer acted; a row that says MADE and leaves POSTED empty is pending
    DESCRIPTION = "description"  # of several such columns the filled ones are joined by a space
    AMOUNT = "amount"  # signed, negative when money leaves
    DEBIT = "debit"
    CREDIT = "credit"
    BALANCE = "balance"  # after the transaction
    DIRECTION = "direction"  # debit or credit, in words or letters; the amount beside it carries no sign
    CURRENCY = "currency"  # ISO 4217
    IGNORED = "ignored"


class DateForm(StrEnum):
    """How a day is written. No two forms fit the same text."""

    SLASHED = "dd/mm/yyyy"
    DIGITS = "yyyymmdd"
    SHORT_YEAR = "dd Mon yy"
    HYPHENED = "dd-Mon-yy"
    LONG_YEAR = "dd Mon yyyy"
    MOMENT = "yyyy-mm-ddThh:mm:ss+hh:mm"


class DebitSign(StrEnum):
    """How figures in the debit column are written; those in the credit column are never negative."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    ONE_PER_FILE = "one-per-file"  # either, but all of a file the same way


@dataclass(frozen=True, slots=True)
class NativeColumn:
    """One column. `name` as the header prints it (compared without case and surrounding space), or what refusals are to call it.

    `optional` columns are missing from some files; without a header only the last ones can be.
    """

    name: str
    says: NativeColumnKind
    optional: bool = False


_ID = re.compile(r"[a-z0-9]+(?:\.[a-z0-9-]+)+\Z")
_INSTITUTION = re.compile(r"[A-Z]{2}[0-9]{5}\Z")
_MANY = (NativeColumnKind.DESCRIPTION, NativeColumnKind.IGNORED)


@dataclass(frozen=True, slots=True)
class NativeCsvLayout:
    """One form of one bank's export. `id` is family and generation; a published layout is superseded, never edited.

    `institutions` are the origins it serves. `source` says where its facts come from, `tier` how far they have
    been tried. `lines_before` is how many lines may stand before the header. Rows may lack up to `short_by`
    cells at their end and have up to `long_by` surplus ones, which are ignored. `zero_balances` means that a file whose balances are
    all 0.00 has none. `newest_first` is the bank's order, which decides for a single day whose balances prove both orders.

    Raises ValueError when it contradicts itself.
    """

    id: str
    institutions: tuple[str, ...]
    source: str
    columns: tuple[NativeColumn, ...]
    dates: tuple[DateForm, ...]
    tier: LeafTier = LeafTier.DECLARED
    header: bool = True
    lines_before: int = 0
    short_by: int = 0
    long_by: int = 0
    debit: DebitSign = DebitSign.POSITIVE
    zero_balances: bool = False
    newest_first: bool = False
    currency: str = "AUD"

    def __post_init__(self) -> None:
        for complaint in (*self._wrong_facts(), *self._wrong_columns(), *self._wrong_meanings()):
            raise ValueError(f"layout {self.id}: {complaint}")

    def _wrong_facts(self) -> list[str]:
        facts = {
            "the id is not family.generation in small letters": _ID.match(self.id),
            "names no institution": self.institutions,
            "an institution is not an id such as AU04301": all(map(_INSTITUTION.match, self.institutions)),
            "does not say where its facts come from": self.source.strip(),
            "has no date form": self.dates,
            "a number of lines or cells is negative": min(self.lines_before, self.short_by, self.long_by) >= 0,
            "lines can stand before a header only": self.header or not self.lines_before,
        }
        return [complaint for complaint, holds in facts.items() if not holds]

    def _wrong_columns(self) -> list[str]:
        named = [column.name for column in self.columns if column.name or column.says is not NativeColumnKind.IGNORED]
        twice = sorted(name for name, count in Counter(map(str.lower, named)).items() if count > 1)
        found = [f"column {name!r} appears twice" for name in twice]
        found += [f"column {name!r} has an empty name or surrounding space" for name in named if not name or name != name.strip()]
        if not self.header:
            optional = [column.optional for column in self.columns]
            found += ["without a header only the last columns can be optional"] if optional != sorted(optional) else []
        return found

    def _wrong_meanings(self) -> list[str]:
        counts = Counter(column.says for column in self.columns)
        found = [f"{says} appears twice" for says, count in counts.items() if count > 1 and says not in _MANY]
        found += [f"nothing says {says}" for says in (NativeColumnKind.POSTED, NativeColumnKind.DESCRIPTION) if not counts[says]]
        if (counts[NativeColumnKind.AMOUNT], counts[NativeColumnKind.DEBIT], counts[NativeColumnKind.CREDIT]) not in ((1, 0, 0), (0, 1, 1)):
            found.append("needs an amount, or a debit and a credit")
        if counts[NativeColumnKind.BSB] and not counts[NativeColumnKind.NUMBER]:
            found.append("a BSB alone is no account number")
        return found

    def says(self, what: NativeColumnKind) -> bool:
        """Whether a column of this layout can say it."""
        return any(column.says is what for column in self.columns)
