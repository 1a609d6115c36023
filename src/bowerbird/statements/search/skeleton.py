"""The frame of a proposed layout: everything but the table's lines and the way figures are written."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

from bowerbird.model.account import AccountClass
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.statement_layout import Column, Labelled, PrintedPeriod, Product, Recognise, RequiredProof, Rows, StatementLayout, Table
from bowerbird.statements.pdf.figures import figure
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.page_words import Word
from bowerbird.statements.search.anchors import account_of, holder_of, periods_of
from bowerbird.statements.search.headers import TableHeader, headers_of
from bowerbird.statements.search.vocabulary import DATE_REGEXES

FAMILY = "searched.layout"
WIDEST = 32
"""How far from its heading a figure may end at first, in points: what a layout has by default."""


class NoTable(Exception):
    """The words lack what every statement has; the message says what."""


class Frame(NamedTuple):
    """A header with the period and the account around it."""

    header: TableHeader
    period: PrintedPeriod
    account: Labelled
    bsb: Labelled | None
    holder: Labelled | None
    institution: str


def frames_of(pages: list[list[Line]], institution: str) -> list[Frame]:
    """All frames, the likeliest first. Raises NoTable."""
    lines = [line for page in pages for line in page]
    headers = headers_of(pages) or headers_by_place(pages)
    if not headers:
        raise NoTable("no table: no line names columns with dates and figures below them")
    periods = periods_of(lines)
    if not periods:
        raise NoTable("no period is found in a form that layouts have")
    account = account_of(lines)
    if account is None:
        raise NoTable("no account number is found behind a label that layouts have")
    return [Frame(header, period, *account, holder_of(lines), institution) for period in periods for header in headers]


def bare_layout(frame: Frame, date_form: str) -> StatementLayout:
    """A layout of a frame that knows no line of the table yet."""
    labels = dict(frame.header.labels)
    heading = " ".join(labels.values())
    has_balance = Column.BALANCE in labels
    return StatementLayout(
        id=f"{FAMILY}.2026",
        institution=frame.institution,
        source="Proposed by search from one statement",
        tier=LeafTier.DECLARED,
        recognise=Recognise(all=(heading,)),
        product=Product({"Account": AccountClass.UNKNOWN}),
        account=frame.account,
        bsb=frame.bsb,
        holder=frame.holder,
        period=frame.period,
        table=Table(header=labels, tolerance=WIDEST),
        rows=Rows(figures="first", dates=(date_form,)),
        proof=RequiredProof("regular" if has_balance else "none", ("opening", "closing")),
    )


_NEAR = 24
"""Points between the right edges of a heading and of the figures below it."""
_ROWS = 3
"""Lines with a date and figures that must follow, to be a table."""

_MEANINGS: dict[int, tuple[tuple[Column, ...], ...]] = {
    1: ((Column.AMOUNT,),),
    2: (
        (Column.AMOUNT, Column.BALANCE),
        (Column.BALANCE, Column.AMOUNT),
        (Column.DEBIT, Column.CREDIT),
        (Column.CREDIT, Column.DEBIT),
    ),
    3: tuple(permutations((Column.DEBIT, Column.CREDIT, Column.BALANCE))),
}
"""What money columns can mean from left to right. Arithmetic tells; where it cannot, the reading is ambiguous."""


def headers_by_place(pages: list[list[Line]]) -> list[TableHeader]:
    """Every meaning of the first line that stands above dates and figures as a header does."""
    for lines in pages:
        for place, line in enumerate(lines):
            texts = line.texts()
            if len(texts) > 2 and not any(letter.isdigit() for letter in line.compact):
                below = [other for other in lines[place + 1 :] if _is_dated(other, texts[0])]
                money = _money_headings(texts, below) if len(below) >= _ROWS else 0
                if money in _MEANINGS and len(texts) - money >= 2:
                    return [_header(texts, meaning) for meaning in _MEANINGS[money]]
    return []


def _is_dated(line: Line, heading: list[Word]) -> bool:
    first = line.words[0]
    return abs(first.x0 - heading[0].x0) <= _NEAR and any(pattern.match(line.text) for pattern in DATE_REGEXES.values())


def _money_headings(texts: list[list[Word]], below: list[Line]) -> int:
    """How many headings, from the right, have figures below them."""
    edges = {word.x1 for line in below for word in line.words if figure(word.text)}
    count = 0
    for words in reversed(texts[2:]):
        if not any(abs(edge - words[-1].x1) <= _NEAR for edge in edges):
            break
        count += 1
    return count


def _header(texts: list[list[Word]], meaning: tuple[Column, ...]) -> TableHeader:
    labels = [" ".join([word.text for word in words]) for words in texts]
    split = len(labels) - len(meaning)
    money = tuple(zip(meaning, labels[split:], strict=True))
    return TableHeader(((Column.DATE, labels[0]), (Column.DESCRIPTION, " ".join(labels[1:split])), *money))
