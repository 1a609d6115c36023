"""Reports as PDF, from the frozen figures alone. The same snapshot prints the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from bowerbird.domain.insights.snapshots import SnapshotContent
from bowerbird.insights.figures import AccountingIdentity, FigureRow, Proof
from bowerbird.insights.groups import GROUPS, OWN
from bowerbird.insights.reports.report import MetricEvidence, ReportFigures
from bowerbird.model.insights.snapshot import SnapshotHeading
from bowerbird.model.money import format_cents, format_optional_cents

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT, _MARGIN, _LINE = 595, 842, 40, 12
_TEXT, _BOLD = "Helvetica", "Helvetica-Bold"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """Where a cell stands: its left edge, or its right one for figures, in points."""

    x: int
    most: int
    right: bool = False


class _Paper:
    """Lines of cells down as many pages as they need, the head of the table again on each."""

    def __init__(self, title: str, *, numbered: bool = True) -> None:
        """`numbered` puts the page's number at its foot; readers of statements take a foot for a row."""
        canvas = import_module("reportlab.pdfgen.canvas")  # when something is printed: a server that prints nothing has no need of it

        self._bytes, self._numbered = io.BytesIO(), numbered
        self._canvas: Canvas = canvas.Canvas(self._bytes, pagesize=(_WIDTH, _HEIGHT), invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Bowerbird")
        self._y, self._page = _HEIGHT - _MARGIN, 1
        self._head: tuple[Sequence[TableColumn], Sequence[str]] | None = None

    def heading(self, text: str, size: int = 13) -> None:
        self._head = None
        self._room(4)
        self._y -= _LINE
        self._canvas.setFont(_BOLD, size)
        self._canvas.drawString(_MARGIN, self._y, _printable(text, 90))
        self._y -= _LINE + 4

    def line(self, text: str) -> None:
        self._room(1)
        self._canvas.setFont(_TEXT, 9)
        self._canvas.drawString(_MARGIN, self._y, _printable(text, 120))
        self._y -= _LINE

    def table(self, columns: Sequence[TableColumn], head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self._head = (columns, head)
        self._room(2)
        self._cells(columns, head, _BOLD)
        for row in rows:
            self._room(1)
            self._cells(columns, row, _TEXT)
        self._head = None

    def _cells(self, columns: Sequence[TableColumn], cells: Sequence[str], font: str) -> None:
        self._canvas.setFont(font, 8)
        for column, cell in zip(columns, cells, strict=True):
            draw = self._canvas.drawRightString if column.right else self._canvas.drawString
            draw(column.x, self._y, _printable(cell, column.most))
        self._y -= _LINE

    def _room(self, lines: int) -> None:
        if self._y - lines * _LINE >= _MARGIN:
            return
        self._finish_page()
        self._canvas.showPage()
        self._y, self._page = _HEIGHT - _MARGIN, self._page + 1
        if self._head is not None:
            self._cells(*self._head, _BOLD)

    def _finish_page(self) -> None:
        if self._numbered:
            self._canvas.setFont(_TEXT, 7)
            self._canvas.drawRightString(_WIDTH - _MARGIN, 20, f"Page {self._page}")

    def done(self) -> bytes:
        self._finish_page()
        self._canvas.save()
        return self._bytes.getvalue()


def _printable(text: str, most: int) -> str:
    """What the font can show, cut to a number of characters."""
    shown = text.encode("latin-1", "replace").decode("latin-1")
    return shown if len(shown) <= most else shown[: most - 3] + "..."


def print_report(heading: SnapshotHeading, content: SnapshotContent) -> bytes:
    """Cover with accounts and the accounting identity, metrics, groups, then every row with its group and why."""
    figures = msgspec.json.decode(content.figures["report"], type=ReportFigures)
    evidence = {each.id: each for each in msgspec.json.decode(content.figures["evidence"], type=list[MetricEvidence])}
    paper = _Paper(heading.title)
    paper.heading(heading.title, 16)
    paper.line(f"{heading.first.isoformat()} to {heading.last.isoformat()}, {heading.coverage_days} days. Rules {content.rules_version}.")
    paper.line("Figures are sums over the transactions listed at the end. They are net; nothing here is a score or a decision.")
    _print_accounts(paper, content)
    _print_identity(paper, msgspec.json.decode(content.figures["identity"], type=AccountingIdentity), content)
    paper.heading("Metrics")
    columns = (TableColumn(40, 6), TableColumn(75, 48), TableColumn(345, 14, right=True), TableColumn(360, 10), TableColumn(390, 48))
    rows = [
        (each.id, each.title, each.result.value, str(len(evidence[each.id].rows)), evidence[each.id].formula) for each in figures.metrics
    ]
    paper.table(columns, ("Id", "Metric", "Value", "Rows", "Formula"), rows)
    paper.heading("Groups")
    columns = (
        TableColumn(40, 8),
        TableColumn(90, 40),
        TableColumn(300, 6, right=True),
        TableColumn(400, 14, right=True),
        TableColumn(500, 14, right=True),
    )
    summed = [
        (each.id, each.title, str(each.analysis.summary.transaction_count), each.analysis.amount.total, each.analysis.amount.average.month)
        for each in figures.groups
    ]
    paper.table(columns, ("Id", "Group", "Rows", "Total", "A month"), summed)
    _print_rows(paper, content)
    return paper.done()


def _print_accounts(paper: _Paper, content: SnapshotContent) -> None:
    paper.heading("Accounts")
    columns = (TableColumn(40, 28), TableColumn(190, 30), TableColumn(330, 20), TableColumn(500, 14, right=True))
    rows = [
        (each.institution, each.name, each.number, format_optional_cents(each.balance_cents) or "not known") for each in content.accounts
    ]
    paper.table(columns, ("Institution", "Account", "Number", "Balance"), rows)


def _print_identity(paper: _Paper, identity: AccountingIdentity, content: SnapshotContent) -> None:
    """In + out + own movements = the change of all balances; each account that it cannot be shown for is named."""
    paper.heading("Accounting identity")
    total = identity.in_cents + identity.out_cents + identity.own_cents
    paper.line(
        f"In {format_cents(identity.in_cents)}, out {format_cents(identity.out_cents)}, between own accounts "
        f"{format_cents(identity.own_cents)}: together {format_cents(total)}."
    )
    names = {account.id: f"{account.institution} {account.name} {account.number}" for account in content.accounts}
    for proof in identity.accounts:
        match proof.proof:
            case Proof.PROVEN:
                paper.line(f"{names[proof.account]}: the rows explain the change of the balance to the cent.")
            case Proof.OFF:
                paper.line(f"{names[proof.account]}: the rows do not explain {format_optional_cents(proof.off_cents)} of the change.")
            case Proof.UNKNOWN:
                paper.line(f"{names[proof.account]}: balances not given; not proven.")


def _print_rows(paper: _Paper, content: SnapshotContent) -> None:
    paper.heading("Transactions")
    columns = (TableColumn(40, 10), TableColumn(90, 46), TableColumn(345, 14, right=True), TableColumn(355, 8), TableColumn(400, 46))
    titles = {id: group.id for id, group in GROUPS.items()} | {OWN: "own"}
    rows = [(row.day.isoformat(), row.text, format_cents(row.cents), titles[row.group], row.why) for row in _ordered(content.rows)]
    paper.table(columns, ("Day", "Text", "Amount", "Group", "Why"), rows)
    if content.left_out:
        paper.heading("Left out of every figure")
        for id, why in content.left_out:
            paper.line(f"{id}: {why}")


def _ordered(rows: Iterable[FigureRow]) -> list[FigureRow]:
    return sorted(rows, key=lambda row: (row.day, row.id))


def print_statement(heading: SnapshotHeading, content: SnapshotContent) -> bytes:
    """An account's rows as a statement, with the balances before and after them where they are known."""
    account = content.accounts[0]
    paper = _Paper(heading.title, numbered=False)
    paper.heading(f"{account.institution} statement", 16)
    paper.line("Reprinted by Bowerbird from the bank's data. Not a document of the bank.")
    paper.line(f"Account name {account.name}")
    paper.line(f"Account number {account.number}")
    paper.line(f"Statement period {heading.first.strftime('%d/%m/%Y')} to {heading.last.strftime('%d/%m/%Y')}")
    if account.opening_cents is not None and account.closing_cents is not None:
        paper.line(f"Opening balance ${format_cents(account.opening_cents)}")
        paper.line(f"Closing balance ${format_cents(account.closing_cents)}")
    paper.heading("Transactions")
    columns = (
        TableColumn(40, 10),
        TableColumn(100, 46),
        TableColumn(385, 14, right=True),
        TableColumn(470, 14, right=True),
        TableColumn(555, 14, right=True),
    )
    paper.table(
        columns, ("Date", "Description", "Debit", "Credit", "Balance"), [_printed(row) for row in _in_order(content, account.opening_cents)]
    )
    return paper.done()


def _printed(row: FigureRow) -> tuple[str, str, str, str, str]:
    debit, credit = (format_cents(-row.cents), "") if row.cents < 0 else ("", format_cents(row.cents))
    return row.day.strftime("%d/%m/%Y"), row.text, debit, credit, row.balance


def _in_order(content: SnapshotContent, opening: int | None) -> list[FigureRow]:
    """Rows by day, those of a day in the order in which each balance follows from the one before, as far as balances say."""
    ordered: list[FigureRow] = []
    balance = opening
    left = _ordered(content.rows)
    while left:
        today = [row for row in left if row.day == left[0].day]
        fits = next((row for row in today if balance is not None and row.balance == format_cents(balance + row.cents)), today[0])
        balance = None if balance is None else balance + fits.cents
        ordered.append(fits)
        left.remove(fits)
    return ordered
