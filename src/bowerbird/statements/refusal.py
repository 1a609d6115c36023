"""A statement that is not accepted, and how its contents may be quoted in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bowerbird.codes import CSV_EMPTY, STATEMENT_PARSING_ERROR, Entry
from bowerbird.model.card_numbers import mask_card_numbers
from bowerbird.model.money import format_optional_cents
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes

SHOWN = 60
"""Characters of a value that a detail quotes."""


class Refused(Exception):
    """A statement refused with an entry of the catalogue; `values` fill the placeholders of its title and detail.

    `finding` says where on a page and what is new about it, `reason` more than the entry's words: for our own pages, never for the wire.
    Raises KeyError when `values` lack a placeholder or hold a surplus one.
    """

    finding: ParseNotes = NO_NOTES
    reason: str = ""

    def __init__(self, entry: Entry, **values: object) -> None:
        self.entry = entry
        self.values: dict[str, object] = values
        self.title, self.detail = entry.answer(values)
        super().__init__(f"{self.title} {self.detail}")


def without_rows(what: str) -> Refused:
    """The refusal of a file of a known format that has no transaction."""
    refused = Refused(CSV_EMPTY)
    refused.reason = f"this {what} has no transaction; export a period that has some"
    return refused


@dataclass(frozen=True, slots=True)
class Broken:
    """The first fact that does not hold. `row` is the line of text on the page, counted from its top; what is unknown is None."""

    page: int
    row: int
    what: str
    printed: str | None = None
    computed: str | None = None

    def __str__(self) -> str:
        text = f"page {self.page}, row {self.row}: {self.what}"
        if self.printed is not None:
            text += f", printed {self.printed}"
        return text if self.computed is None else f"{text}, computed {self.computed}"


class StatementRefused(Refused):
    """A PDF statement refused. `reason` and `broken` are for our own log, command line and dashboard; the wire says the entry's words."""

    def __init__(self, entry: Entry, reason: str, broken: Broken | None = None) -> None:
        super().__init__(entry)
        self.reason = reason
        self.broken = broken

    def __reduce__(self) -> tuple[type[StatementRefused], tuple[Entry, str, Broken | None]]:
        return StatementRefused, (self.entry, self.reason, self.broken)


class SourceLocation(Protocol):
    """Where something is printed."""

    @property
    def page(self) -> int: ...

    @property
    def row(self) -> int: ...


def broken(place: SourceLocation, what: str, printed: int | None = None, computed: int | None = None) -> StatementRefused:
    """A bank-statement-parsing-error that says where the proof breaks. Sums are in cents."""
    fact = Broken(place.page, place.row, what, format_optional_cents(printed), format_optional_cents(computed))
    return StatementRefused(STATEMENT_PARSING_ERROR, str(fact), fact)


def shown(value: str) -> str:
    """A value as a detail may quote it: at most 60 characters, none unprintable, no whole card number."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value.strip()[: SHOWN * 2])
    text = mask_card_numbers(text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
