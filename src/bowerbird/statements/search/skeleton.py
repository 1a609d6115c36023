"""The frame of a proposed layout: everything but the table's lines and the way figures are written."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.model.account import AccountClass
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.statement_layout import Column, Labelled, PrintedPeriod, Product, Recognise, RequiredProof, Rows, StatementLayout, Table
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.search.anchors import account_of, holder_of, periods_of
from bowerbird.statements.search.headers import TableHeader, headers_of
from bowerbird.statements.search.places import headers_by_place

FAMILY = "searched.layout"
UNKNOWN_INSTITUTION = "AU00000"
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
        raise NoTable("no period is printed")
    account = account_of(lines)
    if account is None:
        raise NoTable("no account number is printed behind a label")
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
