"""The first rows of a table, what its columns may mean, how its first rows are read then, and what proves it or is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.any_form import KnownFile
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.guess import guessed
from bowerbird.statements.tables.mapped import agreement_of, proposal_of, read_mapped
from bowerbird.statements.tables.mapped_form import completed, table_of_rows
from bowerbird.statements.tables.mapping import (
    FIRST_FORM,
    SHOWN_ROWS,
    ColumnMapping,
    ColumnUse,
    ConfirmedBy,
    MappingDraft,
    MappingPreview,
    SampleRow,
    complaints_of,
)
from bowerbird.statements.tables.shapes import Row, TextTable

HEAD_ROWS = 1_000
"""Rows that a preview looks at; the job that reads the file looks at all of them."""


def preview_of(rows: Sequence[Row], known: KnownFile, draft: MappingDraft | None, confirmed_by: ConfirmedBy) -> MappingPreview:
    """How a table is read by a draft, or by a guess where there is none. Raises Refused for what is no table."""
    head = rows[:HEAD_ROWS]
    table = table_of_rows(head)
    if draft is None or len(draft.columns) != table.width:
        draft = guessed(table, known)
    preview = MappingPreview(
        [shown(name) for name in table.header] or [""] * table.width,
        [(number, [shown(cell) for cell in cells]) for number, cells in table.rows[:SHOWN_ROWS]],
        draft,
        len(table.rows),
        len(head) == len(rows),
        first_day=_first_day(table),
    )
    if missing := complaints_of(draft):
        columns_are_clear = not complaints_of(MappingDraft(draft.columns, *FIRST_FORM))
        proof = _agreeing(table, known, completed(draft, table, confirmed_by)) if columns_are_clear else ""
        return msgspec.structs.replace(preview, missing=missing, proof=proof)
    return _read(preview, head, known, completed(draft, table, confirmed_by))


def _first_day(table: TextTable) -> date | None:
    """The earliest day in any cell, in any order of its numbers."""
    days = (day_of(cell.strip(), order) for _, cells in table.rows for cell in cells for order in DayOrder)
    return min(filter(None, days), default=None)


def _read(preview: MappingPreview, head: Sequence[Row], known: KnownFile, mapping: ColumnMapping) -> MappingPreview:
    table = table_of_rows(head)
    try:
        accounts = read_mapped(head, known, mapping, is_whole=preview.is_whole)
    except Refused as refused:
        return msgspec.structs.replace(preview, missing=[_sentence(refused)], proof=_agreeing(table, known, mapping))
    first = [row for account in accounts for row in account.transactions][:SHOWN_ROWS]
    sample = [SampleRow(row.posted or row.made, shown(row.description), row.amount, row.balance) for row in first]
    return msgspec.structs.replace(preview, mapping=mapping, proof=_proof(accounts), sample=sample)


def _sentence(refused: Refused) -> str:
    """A refusal without the words of the wire in front of its reason."""
    reason, row, field, value = (refused.values.get(name) for name in ("reason", "row", "field", "value"))
    if reason and field:
        return f"Row {row}, {field}, “{value}”: {reason}"
    return f"Row {row}: {reason}" if reason else refused.detail


def _proof(accounts: Sequence[StatementAccount]) -> str:
    proved = sum(account.proved for account in accounts)
    return f"{proved:,} of {proved:,} running balances agree" if proved else ""


def _agreeing(table: TextTable, known: KnownFile, mapping: ColumnMapping) -> str:
    """How many balances agree, as far as the rows can be read."""
    if ColumnUse.BALANCE not in mapping.columns:
        return ""
    try:
        agreement = agreement_of(proposal_of(table, mapping, known.origin))
    except Refused:
        return ""
    return f"{agreement.agree:,} of {agreement.total:,} running balances agree"
