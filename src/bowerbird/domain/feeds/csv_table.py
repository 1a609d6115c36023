"""CSV (RFC 4180): a line a transaction, all accounts in one table. A spreadsheet that opens it runs nothing that stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from bowerbird.domain.feeds.exported import ExportedAccount, one_line
from bowerbird.model.money import format_cents
from bowerbird.model.spreadsheet import harmless_cell

COLUMNS = ("date", "description", "amount", "currency", "balance", "category", "reference", "account", "number", "institution", "id")


def write_csv(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of the file, its heading first."""
    yield _lines([COLUMNS])
    for account in accounts:
        named = tuple(harmless_cell(one_line(text)) for text in (account.name, account.number, account.institution))
        yield _lines(
            (
                row.day.isoformat(), harmless_cell(one_line(row.text)), format_cents(row.cents), account.currency,
                "" if row.balance_cents is None else format_cents(row.balance_cents), row.category, harmless_cell(one_line(row.reference)),
                *named, row.id,
            )
            for row in account.transactions
        )  # fmt: skip


def _lines(rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
