"""Workbooks for tests, of rows that no bank has printed; and workbooks made to break what reads them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

import xlsxwriter  # type: ignore[import-untyped]

Cell = str | int | float | date
HEADER: Sequence[Cell] = ("Date", "Description", "Amount", "Balance")
ROWS: Sequence[Sequence[Cell]] = (
    HEADER,
    (date(2025, 2, 13), "Coffee", "=100-103.5", 96.5),
    (date(2025, 2, 14), "Pay", 1000, 1096.5),
    (date(2025, 2, 15), "Tea", -1.1, 1095.4),
)
READ = [("2025-02-13", "-3.50", "Coffee"), ("2025-02-14", "1000.00", "Pay"), ("2025-02-15", "-1.10", "Tea")]


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden: Sequence[int] = (),
    hidden_sheets: Sequence[str] = (),
    from_1904: bool = False,
) -> bytes:
    """An XLSX file. A formula is kept with the value -3.50; `hidden` are places of rows in every sheet."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "date_1904": from_1904})
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(place, column, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(place, column, cell, None, -3.5)
                else:
                    sheet.write(place, column, cell)
        for place in hidden:
            sheet.set_row(place, None, None, {"hidden": True})
        if name in hidden_sheets:
            sheet.hide()
    book.close()
    return packed.getvalue()


def plain() -> bytes:
    return workbook({"January": ROWS})


PAGE = (
    b"<html><head><title>x</title></head><body><table><tr><td colspan=2>A test bank</td></tr></table>"
    b"<table border=1><tr><th>Date<th>Details<th>Debit<th>Credit<th>Balance</tr>"
    b"<tr><td>13/02/2025<td>Coffee &amp; cake<br>King St<td>3.50<td><td>96.50</tr>"
    b"<tr><td>14/02/2025</td><td>Pay</td><td></td><td>1,000.00</td><td>1,096.50</td></tr></table></body></html>"
)
"""What banks call `statement.xls` and is a web page."""


# ── Made to break what reads them ─────────────────────────────────────────────────────────────────────────────────────────────


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part of its package changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == part else content)
    return packed.getvalue()


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def bomb() -> bytes:
    """A sheet of 400 MB of spaces in 400 kB."""
    packed = io.BytesIO(plain())
    with (
        zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(400):
            part.write(b" " * 1_048_576)
    return packed.getvalue()


def lying_bomb() -> bytes:
    """A part of shared texts that says it is a hundred bytes long and unpacks to 400 MB."""
    data = changed(plain(), STRINGS, lambda text: text.replace(b"</sst>", b" " * 400_000_000 + b"</sst>"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        size = package.getinfo(STRINGS).file_size
    return data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def far_cell() -> bytes:
    """Two cells, the second in the last row of the last column: a table of 17 thousand million cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed(plain(), SHEET, lambda text: text.replace(b"</sheetData>", far))


def far_cell_without_numbers() -> bytes:
    """A cell that says where it is, in a row that does not."""
    far = b'<row><c r="ZZ1048576"><v>1</v></c></row></sheetData>'
    return changed(plain(), SHEET, lambda text: text.replace(b"</sheetData>", far))


def entities() -> bytes:
    """Texts that stand for ten others each, nine deep."""
    names = "abcdefghij"
    steps = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    head = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">{steps}]>'.encode()
    return changed(plain(), STRINGS, lambda text: head + text.split(b"?>", 1)[1].replace(b"Coffee", b"&j;"))


def deep_page() -> bytes:
    return PAGE + b"<table><tr><td>" * 100_000


def wide_page() -> bytes:
    return PAGE.replace(b"<td>Pay", b"<td colspan=9999999>Pay").replace(b"<td colspan=2", b"<td colspan=999")


def cut_off() -> bytes:
    data = plain()
    return data[: len(data) // 2]


def damaged(seed: int) -> bytes:
    """A workbook with bytes replaced, removed or doubled, in its package or in one of its parts."""
    dice = random.Random(seed)

    def damage(content: bytes) -> bytes:
        data = bytearray(content)
        for _ in range(dice.choice((1, 2, 8, 32))):
            place, length = dice.randrange(len(data)), dice.choice((1, 1, 2, 8))
            match dice.randrange(3):
                case 0:
                    data[place : place + length] = dice.randbytes(length)
                case 1:
                    del data[place : place + length]
                case _:
                    data[place:place] = data[place : place + length]
        return bytes(data)

    return (
        damage(plain())
        if dice.random() < 0.3
        else changed(plain(), dice.choice((SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml")), damage)
    )


HOSTILE: tuple[Callable[[], bytes], ...] = (
    bomb,
    lying_bomb,
    far_cell,
    far_cell_without_numbers,
    entities,
    deep_page,
    wide_page,
    cut_off,
)
