"""The schema of a PDF statement layout: what one bank prints where, as data.

A layout is the file `layout.toml` in a folder of `layouts/` that is named after its id. It holds no code: the engine in `statements/`
gives every word of it its rule. A published layout is superseded by a new generation, never edited. A layout that is wrong is refused
when it is loaded, with a LayoutError that names the file, the key and what is expected there.

Labels are compared with all whitespace removed and without case, because some banks space their letters and others print none. In a
label `{date}` stands for a printed date, `{year}` for four digits, `{*}` for anything.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bowerbird.model.account import AccountClass
from bowerbird.sdk.leaf import LeafTier

_Text = Annotated[str, Meta(min_length=1, max_length=200)]
_Texts = tuple[_Text, ...]

DATE_FORMAT = re.compile(r"(?:dd?|MMMM?|MM?|yyyy|yy)(?:[ ./-](?:dd?|MMMM?|MM?|yyyy|yy))*\Z")
"""Day, month and, unless the period gives it, the year: `d MMM yyyy`, `d/M/yy`, `d MMM`. MMM is a month's short name, MMMM its long
or its short one."""


class LayoutError(ValueError):
    """A layout file is wrong. The message names the file and the key, and says what is expected."""


class Column(StrEnum):
    """What hangs under a word of the table's header. A table has debit and credit, or one signed amount."""

    DATE = "date"
    KIND = "kind"  # text before the description, part of it
    DESCRIPTION = "description"
    DEBIT = "debit"
    CREDIT = "credit"
    AMOUNT = "amount"
    BALANCE = "balance"


MONEY_COLUMNS = (Column.DEBIT, Column.CREDIT, Column.AMOUNT, Column.BALANCE)


class FigureKind(StrEnum):
    """What a figure outside the transactions says of the account."""

    OPENING = "opening"
    CLOSING = "closing"
    DEBITS = "debits"  # the sum of all of them, the sign does not matter
    CREDITS = "credits"


class TableMarker(StrEnum):
    """What a line inside the table says that is no transaction. A figure under Balance is always the balance at that point."""

    OPENING = "opening"
    CLOSING = "closing"  # figures under Debit and Credit are the totals of the period
    RUNNING = "running"  # carried or brought forward
    TOTALS = "totals"  # of the period
    PAGE_TOTALS = "page-totals"  # of the page, or up to its end


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a layout file: an unknown key is an error."""


class Recognise(_Part, frozen=True):
    """Texts that the document holds, all of `all` and none of `none`."""

    all: _Texts
    none: _Texts = ()


class Product(_Part, frozen=True):
    """Names of products at the beginning of a line of the first page. An unknown one is looked for on the line under `below`."""

    names: dict[_Text, AccountClass]
    below: _Text | None = None


class Labelled(_Part, frozen=True):
    """A text after its label on the same line, matched from there by a regular expression. Groups `bsb` and `number` part an account's."""

    label: str
    pattern: _Text


class Dated(_Part, frozen=True):
    """A date behind its label."""

    label: _Text
    format: _Text


class PrintedPeriod(_Part, frozen=True):
    """The first and the last day: on one line (`label`, which may be empty), or each with a label of its own."""

    format: _Text
    label: str | None = None
    starts: _Text | None = None
    ends: _Text | None = None


class Printed(_Part, frozen=True):
    """A figure after its label, outside the table. Every occurrence must agree."""

    what: FigureKind
    label: _Text


class Summary(_Part, frozen=True):
    """A line of headings, and the line below with a figure for each."""

    heading: _Text
    figures: Annotated[tuple[FigureKind, ...], Meta(min_length=1)]


class MarkerLabel(_Part, frozen=True):
    """A line of the table that begins with a label and is no transaction."""

    what: TableMarker
    label: _Text


class Table(_Part, frozen=True):
    """The columns by the words of the header, which stands on every page with rows; what ends the table on a page; what is no row.

    `skip` are whole lines to pass over, `notes` beginnings of dated lines that are no transactions, `undated` beginnings of
    transactions that stand below all dated ones, carry no date and belong to the last day. `tolerance` is how far a figure's right edge
    may stand from its header's, in points.
    """

    header: dict[Column, _Text]
    ends: _Texts = ()
    skip: _Texts = ()
    notes: _Texts = ()
    undated: _Texts = ()
    marks: tuple[MarkerLabel, ...] = ()
    tolerance: Annotated[int, Meta(ge=4, le=60)] = 32


class Rows(_Part, frozen=True):
    """The shape of a transaction: on which of its lines the figures stand, whether every one is dated, in which order they come.

    `figures`: `first` line, `last` line, or `split` over its lines. `date`: on `each` row, or `once-a-day`; then a figure begins a row, or
    where figures stand on the last line, the words below one.
    `days`: the one day at the beginning of a row is that of posting, or two stand there, of which `made` is that on which the customer
    acted. `made` is the label in a description after which the day stands on which the customer acted.
    """

    figures: Literal["first", "last", "split"]
    dates: Annotated[_Texts, Meta(min_length=1)]
    date: Literal["each", "once-a-day"] = "each"
    direction: Literal["ascending", "descending"] = "ascending"
    days: Literal["posted", "posted-made", "made-posted"] = "posted"
    glued: bool = False  # the text layer has no spaces: a description may begin right after its date
    made: Dated | None = None


class Money(_Part, frozen=True):
    """How figures are written. `balance`: what one without CR or DR means, money `held` or `owed`. A positive figure under `amount` is
    `charged`, as on cards, or money received (`signed`)."""

    debit: Literal["positive", "negative"] = "positive"
    balance: Literal["held", "owed"] = "held"
    amount: Literal["charged", "signed"] = "charged"
    zero_balance: Literal["printed", "empty"] = "printed"  # a balance of nothing may be an empty cell
    blank_words: _Texts = ()  # printed in empty cells
    nil_words: _Texts = ()  # printed for nothing, instead of 0.00; behind labels too
    leaders: bool = False  # rows of dots lead to a figure
    decimal_space: bool = False  # the decimal point may come as a space


class RequiredProof(_Part, frozen=True):
    """What must be printed. `balance`: on `every` row, once a day (`daily`: on its last row and no other), one of both throughout the
    statement (`regular`, where it is not known which), or `none`. What is printed must agree in any case."""

    balance: Literal["every", "daily", "regular", "none"]
    require: tuple[Literal["opening", "closing", "totals"], ...]


class StatementLayout(_Part, frozen=True):
    """One generation of one bank's statements. `institution` is the id it has in the built-in catalogue; `source` says where the facts
    come from, `tier` how far they have been tried."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+\.[0-9]{4}\Z")]
    institution: Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{5}\Z")]
    source: _Text
    tier: LeafTier
    recognise: Recognise
    product: Product
    account: Labelled
    period: PrintedPeriod
    table: Table
    rows: Rows
    proof: RequiredProof
    money: Money = Money()
    bsb: Labelled | None = None
    holder: Labelled | None = None
    printed: tuple[Printed, ...] = ()
    summary: tuple[Summary, ...] = ()


def read_layout(text: str, name: str) -> StatementLayout:
    """The layout in a TOML file, which `name` names in errors. Raises LayoutError."""
    try:
        layout = msgspec.convert(tomllib.loads(text), StatementLayout)
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"{name}: is not TOML ({error})") from None
    except msgspec.ValidationError as error:
        raise LayoutError(f"{name}: {error}") from None
    for key, complaint in _complaints(layout):
        raise LayoutError(f"{name}: {key}: {complaint}")
    return layout


def _complaints(layout: StatementLayout) -> list[tuple[str, str]]:
    """What the types cannot say: (key, what is expected)."""
    header = layout.table.header
    has = set(header)
    found: list[tuple[str, str]] = []
    if not {Column.DATE, Column.DESCRIPTION} <= has:
        found.append(("table.header", "expected date and description"))
    if {Column.DEBIT, Column.CREDIT} & has and not ({Column.DEBIT, Column.CREDIT} <= has and Column.AMOUNT not in has):
        found.append(("table.header", "expected debit and credit together and no amount beside them"))
    if not {Column.DEBIT, Column.AMOUNT} & has:
        found.append(("table.header", "expected debit and credit, or amount"))
    if (layout.proof.balance != "none") is not (Column.BALANCE in has):
        found.append(("proof.balance", 'expected "none" exactly where table.header has no balance'))
    return found + _unreadable(layout) + _unprovable(layout)


def _unreadable(layout: StatementLayout) -> list[tuple[str, str]]:
    """Date formats and patterns that cannot be compiled."""
    found = [("rows.dates", form) for form in layout.rows.dates] + [("period.format", layout.period.format)]
    found += [("rows.made.format", layout.rows.made.format)] if layout.rows.made else []
    wrong = [(key, f"expected a form such as d MMM yyyy, got {form!r}") for key, form in found if not DATE_FORMAT.match(form)]
    parts = {"account": layout.account, "bsb": layout.bsb, "holder": layout.holder}
    for key, part in parts.items():
        try:
            re.compile(part.pattern if part else "")
        except re.error as error:
            wrong.append((f"{key}.pattern", f"expected a regular expression: {error}"))
    if (layout.period.label is None) is not bool(layout.period.starts and layout.period.ends):
        wrong.append(("period", "expected either label, or starts and ends"))
    return wrong


def _unprovable(layout: StatementLayout) -> list[tuple[str, str]]:
    """Facts that are demanded and that nothing in the layout can find."""
    printed = {entry.what for entry in layout.printed} | {what for summary in layout.summary for what in summary.figures}
    marks = {entry.what for entry in layout.table.marks}
    sources = {
        "opening": FigureKind.OPENING in printed or TableMarker.OPENING in marks,
        "closing": FigureKind.CLOSING in printed or TableMarker.CLOSING in marks,
        "totals": {FigureKind.DEBITS, FigureKind.CREDITS} <= printed or bool({TableMarker.TOTALS, TableMarker.CLOSING} & marks),
    }
    missing = [fact for fact in layout.proof.require if not sources[fact]]
    found = [("proof.require", f"expected a place where {fact} is printed, or {fact} left out") for fact in missing]
    if not {"opening", "closing"} <= set(layout.proof.require):
        found.append(("proof.require", "expected opening and closing: without them nothing is proved"))
    return found
