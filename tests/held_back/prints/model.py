"""A print before it is written: texts, facts and tables, the same for every writer."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from tests.held_back.kind import Expected
from tests.held_back.ledger import Ledger, Row
from tests.held_back.writing import day, number

Cells: TypeAlias = dict[str, str]


class Maker(StrEnum):
    """The program that writes the PDF."""

    REPORTLAB = "ReportLab"
    CHROMIUM = "Chromium"
    TYPST = "Typst"


@dataclass(frozen=True)
class Column:
    """A column: its key, heading, width in points, and whether it stands to the right."""

    key: str
    heading: str
    width: int
    right: bool = False


@dataclass(frozen=True)
class Text:
    """A line of text of this size in points."""

    words: str
    size: int = 9


@dataclass(frozen=True)
class Facts:
    """Names and values, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """The lines of one row, and the balance carried when a page ends after it."""

    lines: tuple[Cells, ...]
    carried: Cells | None = None


@dataclass(frozen=True)
class Table:
    """Columns and rows; `carried` and `brought` are the words of the lines at a page's end and start."""

    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    carried: str = ""
    brought: str = ""


@dataclass(frozen=True)
class NewPage:
    """The next page begins."""


Element: TypeAlias = Text | Facts | Table | NewPage


@dataclass(frozen=True)
class Print:
    """A whole print; `footer` stands on every page."""

    elements: tuple[Element, ...]
    footer: str = ""


@dataclass(frozen=True)
class Drawn:
    """A print with what a reader must answer to it."""

    document: Print
    expected: Expected


@dataclass(frozen=True)
class PrintKind:
    """A kind of print: who writes it, and what makes one from a seed and a number of rows."""

    name: str
    maker: Maker
    fact: str
    draw: Callable[[str, int], Drawn]


@dataclass(frozen=True)
class Form:
    """How a bank prints its rows.

    `lines` is how many lines of words a row may have; `figures` on the first or the last of them; `balance` each,
    daily or none; `once` prints a day once; `wrap` and `balance_wrap` stand around figures.
    """

    form: str = "%d/%m/%Y"
    style: str = "us"
    negative: str = "-"
    balance_negative: str = ""
    wrap: str = "{}"
    balance_wrap: str = "{}"
    lines: int = 1
    figures: str = "first"
    balance: str = "each"
    once: bool = False
    extra: tuple[str, ...] = ("Ref 48812", "Card xx4821 Sydney")
    fixed: Cells = field(default_factory=dict)
    newest_first: bool = False

    def money(self, cents: int) -> str:
        """An amount as printed."""
        return self.wrap.format(number(cents, self.style, self.negative))

    def total(self, cents: int) -> str:
        """A balance as printed."""
        return self.balance_wrap.format(number(cents, self.style, self.balance_negative or self.negative))


def spoken(form: Form, ledger: Ledger) -> Ledger:
    """The rows with the words of all their lines."""
    rows = (replace(row, words=" ".join([row.words, *extra_lines(form, at)])) for at, row in enumerate(ledger.rows))
    return replace(ledger, rows=tuple(rows))


def extra_lines(form: Form, at: int) -> tuple[str, ...]:
    """The second and later lines of the words of row `at`."""
    return form.extra[: at % form.lines]


def cells_of(form: Form, row: Row, last_of_day: bool) -> Cells:
    """The figures of a row, by column."""
    cells = {
        "amount": form.money(row.cents),
        "out": form.money(-row.cents) if row.cents < 0 else "",
        "-out": form.money(row.cents) if row.cents < 0 else "",
        "in": form.money(row.cents) if row.cents > 0 else "",
    }
    if form.balance == "each" or (form.balance == "daily" and last_of_day):
        cells["balance"] = form.total(row.balance_cents)
    return cells


def entries(form: Form, ledger: Ledger) -> tuple[Entry, ...]:
    """The rows of an account as they are printed."""
    out, rows = [], ledger.rows
    for at, row in enumerate(rows):
        first = not form.once or at == 0 or rows[at - 1].day != row.day
        last = at + 1 == len(rows) or rows[at + 1].day != row.day
        texts = [row.words, *extra_lines(form, at)]
        lines: list[Cells] = [{"words": text} for text in texts]
        lines[0] |= {"date": day(row.day, form.form) if first else "", "value": day(row.day, form.form), **form.fixed}
        lines[0 if form.figures == "first" else -1] |= cells_of(form, row, last)
        out.append(Entry(tuple(lines), {"balance": form.total(row.balance_cents)}))
    return tuple(reversed(out)) if form.newest_first else tuple(out)


def mark(words: str, figure: str = "", date: str = "", key: str = "balance") -> Entry:
    """A line in the table that is no transaction, such as the opening balance."""
    return Entry(({"date": date, "words": words, key: figure},))
