"""The one entry for statements that are no PDF: OFX, QIF, MT940, CAMT, workbooks, the published CSV format, and tables of banks.

The published format has precedence wherever its required columns are there, then come the layouts of the institution. A table in none
of these forms is read by what it shows itself, where that leaves one reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice

from msgspec.structs import replace

from bowerbird.codes import CSV_ACCOUNT_DIFFERS, CSV_EMPTY, CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_MISSING_FIELD, CSV_MISSING_VALUE
from bowerbird.model.statement import WORKBOOKS, FileKind
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.statements.camt import read_camt
from bowerbird.statements.csv.native_form import find_form
from bowerbird.statements.csv.native_statement import read_native
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.csv.table import table_of
from bowerbird.statements.csv.transactions import is_published, read_csv
from bowerbird.statements.files import central_european, kind_of, workbook_kind
from bowerbird.statements.formats import foreign_format, text_kind
from bowerbird.statements.mt940 import read_mt940
from bowerbird.statements.ofx.statement import read_ofx
from bowerbird.statements.pdf.issuers import known_issuers
from bowerbird.statements.qif import rows_of_qif
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tables.any_form import KnownFile, known_headings, read_any_form, read_rows, rows_of_text
from bowerbird.statements.tables.mapped import read_approved, read_mapped
from bowerbird.statements.tables.mapping import ColumnMapping, ConfirmedBy, MappingDraft, MappingPreview
from bowerbird.statements.tables.preview import preview_of
from bowerbird.statements.tables.refusals import NO_TABLE
from bowerbird.statements.tables.shapes import Row
from bowerbird.statements.workbooks.statement import ReadTable, read_workbook, rows_of_workbook

OTHER_BANK = "the file has the form of an export of"
"""How the reason of a refusal begins that names another bank."""
_CURRENCIES = {"AU": "AUD"}
"""What the accounts of a country's institutions are in, where a file does not say it; an institution's id begins with its country."""


def read_statement(
    data: bytes,
    institution_origin: str,
    max_rows: int,
    layouts: Sequence[CsvLayout | NativeCsvLayout],
    *,
    institution_id: str | None = None,
    account_number: str | None = None,
    approved: Sequence[ColumnMapping] = (),
) -> list[StatementAccount]:
    """The accounts of a statement, their transactions in the order in which they happened. Raises Refused.

    `institution_origin` is what layouts call the institution, `institution_id` what the file may call it, where that is another id.
    `account_number` is the account of a file that does not say it. A table that leaves more than one reading is read by an `approved`
    mapping of its form; where there is none, the refusal's notes say that its columns can be mapped.
    """
    known = known_file(institution_origin, max_rows, layouts, account_number)
    try:
        return _read(data, known, layouts, institution_id or institution_origin)
    except _Unclear as unclear:
        return _read_approved(data, known, approved, unclear.refused)


class _Unclear(Exception):
    """A table that is not read as it is, for a reason that a person who says what its columns mean can resolve."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused))


_RESOLVED = (CSV_MISSING_FIELD, CSV_MISSING_VALUE, CSV_INVALID_VALUE)
"""Refusals of a table that may come from what its columns were taken to mean."""


@contextmanager
def _may_be_mapped() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        if refused.entry not in _RESOLVED or refused.reason.startswith((OTHER_BANK, NO_TABLE)):  # not this bank's to map, or not at all
            raise
        refused.finding = replace(refused.finding, new="columns")
        raise _Unclear(refused) from refused


def _read_approved(data: bytes, known: KnownFile, approved: Sequence[ColumnMapping], refused: Refused) -> list[StatementAccount]:
    if approved:
        mappings = [replace(mapping, confirmed_by=ConfirmedBy.LAYOUT) for mapping in approved]
        with suppress(Refused):
            return _read_table(data, known, partial(read_approved, mappings=mappings))
    raise refused


def known_file(origin: str, max_rows: int, layouts: Sequence[CsvLayout | NativeCsvLayout], account_number: str | None = None) -> KnownFile:
    """What is known of a file of an institution, which layouts know by its origin."""
    native = [layout for layout in layouts if isinstance(layout, NativeCsvLayout) and origin in layout.institutions]
    return KnownFile(origin, native, max_rows, account_number)


MAPPED = frozenset({FileKind.CSV, *WORKBOOKS})
"""Kinds of file that are tables, whose columns a person can say the meaning of."""


def read_by_mapping(data: bytes, known: KnownFile, mapping: ColumnMapping) -> list[StatementAccount]:
    """The accounts of a table by what its columns are said to mean. Raises Refused."""
    return _read_table(data, known, partial(read_mapped, mapping=mapping))


def _read_table(data: bytes, known: KnownFile, read: ReadTable) -> list[StatementAccount]:
    if (kind := kind_of(data)) in WORKBOOKS:
        return read_workbook(data, kind, known, read)
    return read(_rows_of_text(data, known), known)


def _rows_of_text(data: bytes, known: KnownFile) -> list[Row]:
    return rows_of_text(_in_its_letters(data, csv_text(data)), known.max_rows)


def preview_columns(data: bytes, known: KnownFile, draft: MappingDraft | None, confirmed_by: ConfirmedBy) -> MappingPreview:
    """What a table's first rows are by a draft of a mapping, or by a guess. Raises Refused for a file that is no table."""
    kind = kind_of(data)
    if kind not in MAPPED:
        raise Refused(CSV_INVALID_ROW, row=1, reason="only the columns of a table can be mapped: a CSV, a workbook or a web page.")
    rows = _rows_of_text(data, known) if kind is FileKind.CSV else rows_of_workbook(data, kind, known.max_rows)
    if not rows:
        raise Refused(CSV_EMPTY)
    return preview_of(rows, known, draft, confirmed_by)


def _read(data: bytes, known: KnownFile, layouts: Sequence[CsvLayout | NativeCsvLayout], institution_id: str) -> list[StatementAccount]:
    max_rows = known.max_rows
    if (workbook := workbook_kind(data)) is not None:
        with _may_be_mapped():
            return read_workbook(data, workbook, known)
    text = csv_text(data)
    kind = text_kind(text)
    if kind is FileKind.OFX:
        return read_ofx(text, max_rows, _CURRENCIES.get(known.origin[:2]))
    if kind is FileKind.MT940:
        return read_mt940(text, max_rows)
    if kind is FileKind.CAMT:
        return read_camt(text, max_rows)
    if kind is FileKind.QIF:
        return read_rows(rows_of_qif(text, max_rows), known, is_signed=True)
    published = next(layout for layout in layouts if isinstance(layout, CsvLayout))
    try:
        return read_csv(text, institution_id, max_rows, published)
    except Refused as refusal:
        if (foreign := foreign_format(text)) is not None:
            raise foreign.refused() from None
        if refusal.entry is not CSV_MISSING_FIELD or is_published(text, published):
            raise
        text = _in_its_letters(data, text)
    with _may_be_mapped():
        try:
            return _read_export(text, known)
        except Refused as refused:
            refused.reason = _other_bank(text, known.origin, layouts) or refused.reason
            raise


def _in_its_letters(data: bytes, text: str) -> str:
    """The text with the letters of its language: of the two code pages of one byte a character the one in which more headings are known."""
    if data.isascii() or not (other := central_european(data, text)):
        return text
    return max((text, other), key=known_headings)


_ANY_BANKS = {"", "date", "description", "amount", "balance", "debit", "credit"}
"""Headings that tell no bank from another."""


def _other_bank(text: str, institution_origin: str, layouts: Sequence[CsvLayout | NativeCsvLayout]) -> str:
    """Which other bank's export a text has the header of, in words; empty where it has none."""
    native = [each for each in layouts if isinstance(each, NativeCsvLayout) and each.header and institution_origin not in each.institutions]
    others = [each for each in native if not {column.name.casefold() for column in each.columns} <= _ANY_BANKS]
    try:
        form = find_form(list(islice(table_of(text).rows(), max((each.lines_before + 1 for each in others), default=0))), others)
    except Refused:
        return ""
    names = {issuer.origin: issuer.name for issuer in known_issuers()}
    name = next((names[origin] for origin in form.layout.institutions if origin in names), "") if form is not None else ""
    return f"{OTHER_BANK} {name}" if name else ""


def _read_export(text: str, known: KnownFile) -> list[StatementAccount]:
    """A bank's own export: by its layouts, or by what the file itself shows where that proves more. Raises Refused."""
    accounts, refused = None, None
    try:
        accounts = read_native(text, known.max_rows, known.layouts, known.account_number)
    except Refused as refusal:
        refused = refusal
    if accounts is not None and any(account.proved for account in accounts):
        return accounts
    if refused is not None and refused.entry is CSV_ACCOUNT_DIFFERS:
        raise refused
    try:
        shown = read_any_form(text, known, may_flip=refused is None)
    except Refused as refusal:
        shown, refused = None, refused or refusal
    is_proven = shown is not None and all(account.proved for account in shown)
    if shown is not None and (is_proven or (accounts is None and refused is None)):
        return shown
    if accounts is None:
        raise refused or Refused(CSV_EMPTY)
    return accounts
