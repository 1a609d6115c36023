"""An account's rows as a statement."""

from __future__ import annotations

from bowerbird.domain.insights.printing.paper import Paper, TableColumn
from bowerbird.domain.insights.snapshots import SnapshotContent
from bowerbird.insights.figures import FigureRow
from bowerbird.model.insights.snapshot import SnapshotHeading
from bowerbird.model.money import format_cents


def print_statement(heading: SnapshotHeading, content: SnapshotContent) -> bytes:
    """An account's rows as a statement, with the balances before and after them where they are known."""
    account = content.accounts[0]
    paper = Paper(heading.title, numbered=False, wraps=False)
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
        TableColumn(40, 55),
        TableColumn(100, 220),
        TableColumn(385, 64, right=True),
        TableColumn(470, 64, right=True),
        TableColumn(555, 64, right=True),
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
    left = sorted(content.rows, key=lambda row: (row.day, row.id))
    while left:
        today = [row for row in left if row.day == left[0].day]
        fits = next((row for row in today if balance is not None and row.balance == format_cents(balance + row.cents)), today[0])
        balance = None if balance is None else balance + fits.cents
        ordered.append(fits)
        left.remove(fits)
    return ordered
