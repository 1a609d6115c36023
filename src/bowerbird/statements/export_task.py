"""Reading a bank's export as tasks of a confined process: every kind of file that is no PDF."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec

from bowerbird.model.account_numbers import has_wrong_check_digits
from bowerbird.model.statement import FileKind
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.statements.csv.rows import file_lines
from bowerbird.statements.file_line import FileLine
from bowerbird.statements.files import kind_of
from bowerbird.statements.pdf.issuers import known_issuers
from bowerbird.statements.reader import MAPPED, known_file, preview_columns, read_by_mapping, read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import WRONG_CHECK_DIGITS, StatementAccount
from bowerbird.statements.tables.mapping import ColumnMapping, ConfirmedBy, MappingDraft, MappingPreview

_WARMING = (
    b"accountNo\n",
    b"Date,Amount,Description,Balance\n01/02/2025,-1.00,a,5.00\n02/02/2025,-1.00,b,4.00\n",
    "日付,お引出し,お預入れ,内容,残高\n2025/02/03,1,,家賃,4\n".encode("cp932"),
    "Datum,Částka,Položka\n2025-02-03,-1.00,a\n".encode("cp1250"),
    b"!Type:Bank\nD01/02/2025\nT-1.00\nPa\n^\n",
    b":20:a\n:25:1\n:28C:1/1\n:60F:C250201AUD5,00\n:61:250202D1,00NTRFa\n:86:a\n:62F:C250202AUD4,00\n",
    (
        b"OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>AUD<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20250201"
        b"<TRNAMT>-1.00<FITID>1<NAME>a</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>1.00<DTASOF>20250201</LEDGERBAL></STMTRS></OFX>"
    ),
    b"<table><tr><td>1/1/2025<td>a<td>1.00",
    b"PK\x03\x04xl/workbook.xml",
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><Stmt></Document>',
)
"""One file of each kind, read before the process confines itself, so that everything it needs is loaded then."""


_TABLES = tuple(data for data in _WARMING if kind_of(data) in MAPPED)
"""Those of them whose columns can be mapped."""


def reader(published: list[Any], native: list[Any], max_rows: int) -> Callable[..., list[StatementAccount]]:
    """Made once in each confined process, with the layouts it may use and how many rows a file may have."""
    layouts: list[CsvLayout | NativeCsvLayout] = [*msgspec.convert(published, list[CsvLayout])]
    layouts += msgspec.convert(native, list[NativeCsvLayout])

    def read(
        data: bytes,
        institution: str,
        *,
        institution_id: str | None = None,
        account_number: str | None = None,
        most_rows: int = max_rows,
        mapping: object = None,
        approved: object = (),
    ) -> list[StatementAccount]:
        if mapping is not None:
            known = known_file(institution, most_rows, layouts, account_number)
            return _noted(read_by_mapping(data, known, msgspec.convert(mapping, ColumnMapping)))
        mappings = msgspec.convert(approved, list[ColumnMapping])
        return _noted(
            read_statement(
                data, institution, most_rows, layouts, institution_id=institution_id, account_number=account_number, approved=mappings
            )
        )

    known_issuers()
    for data in _WARMING:
        with suppress(Refused):
            read(data, "AU00000")
    return read


def _noted(accounts: list[StatementAccount]) -> list[StatementAccount]:
    """The accounts, noted where a number is an IBAN by its form alone."""
    if not any(has_wrong_check_digits(each.account.number) for each in accounts):
        return accounts
    return [
        replace(each, notes=(*each.notes, WRONG_CHECK_DIGITS)) if has_wrong_check_digits(each.account.number) else each for each in accounts
    ]


def previewer(native: list[Any], max_rows: int) -> Callable[..., MappingPreview]:
    """Made once in a confined process that shows what the columns of a table may mean."""
    layouts = msgspec.convert(native, list[NativeCsvLayout])

    def read(
        data: bytes, institution: str, confirmed_by: str = ConfirmedBy.PERSON, draft: object = None, most_rows: int = max_rows
    ) -> MappingPreview:
        chosen = None if draft is None else msgspec.convert(draft, MappingDraft)
        return preview_columns(data, known_file(institution, most_rows, layouts), chosen, ConfirmedBy(confirmed_by))

    for data in _TABLES:
        with suppress(Refused):
            read(data, "AU00000")
    return read


def liner() -> Callable[..., list[FileLine]]:
    """Made once in a confined process that shows lines of a file of text."""

    def read(data: bytes, kind: str, first: int, last: int) -> list[FileLine]:
        return file_lines(FileKind(kind), data, first, last)

    return read
