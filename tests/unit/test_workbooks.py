"""Workbooks and web pages with tables: what their cells say, which sheets are one table, and what is refused by its name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bowerbird.model.money import format_cents
from bowerbird.model.statement import FileKind
from bowerbird.plugins.registry import discover
from bowerbird.statements.files import LOCKED, kind_of
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.workbooks.excel import text_of_cell
from tests.cost import cpu_s
from tests.workbook_files import HEADER, PAGE, READ, ROWS, Cell, plain, workbook

LAYOUTS = discover().csv_layouts
XLS = (Path(__file__).parents[1] / "samples/workbooks/plain.xls").read_bytes()


def rows(account: StatementAccount) -> list[tuple[str, str, str]]:
    return [(str(row.posted), format_cents(row.amount), row.description) for row in account.transactions]


def read(data: bytes) -> StatementAccount:
    (account,) = read_statement(data, "AU04301", 1000, LAYOUTS)
    return account


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read(data)
    return f"{caught.value.entry.code}: {caught.value.detail}"


@pytest.mark.parametrize(("data", "kind"), [(plain(), FileKind.XLSX), (XLS, FileKind.XLS), (PAGE, FileKind.HTML)])
def test_the_kind_is_told_by_the_content(data: bytes, kind: FileKind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize("data", [XLS + LOCKED, b"PK\x03\x04 word/document.xml", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 WordDocument"])
def test_another_document_is_none(data: bytes) -> None:
    assert kind_of(data) is None


def test_days_formulas_and_numbers_of_a_workbook() -> None:
    account = read(plain())
    assert rows(account) == READ
    assert (account.proved, list(account.lines), account.notes) == (2, [2, 3, 4], ())


def test_an_xls_file() -> None:
    account = read(XLS)
    assert rows(account) == [("2025-01-13", "-3.50", "Coffee"), ("2025-01-14", "1000.00", "Pay"), ("2025-01-15", "-1.10", "Tea")]
    assert list(account.lines) == [4, 5, 6]


def test_a_page_that_calls_itself_xls() -> None:
    account = read(PAGE)
    assert rows(account) == [("2025-02-13", "-3.50", "Coffee & cake King St"), ("2025-02-14", "1000.00", "Pay")]
    assert "this is a web page (HTML)" in refusal(b"<!doctype html><html><form>Log in</form></html>")


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_that_are_numbers(from_1904: bool) -> None:
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    numbered = [HEADER, *([(row[0] - start) / timedelta(days=1), *row[1:]] for row in ROWS[1:] if isinstance(row[0], date))]
    assert rows(read(workbook({"a": numbered}, from_1904=from_1904))) == READ


def test_a_column_with_dates_and_texts_is_refused() -> None:
    mixed = [*ROWS, ("16/02/2025", "Cake", -1, 1094.4)]
    assert "row 5, field Date, value '16/02/2025'. It is text, and row 2 has a date" in refusal(workbook({"a": mixed}))


def test_hidden_rows_are_read_and_noted() -> None:
    found = read(workbook({"a": ROWS}, hidden=[2]))
    assert rows(found) == READ
    assert found.notes == ("hidden rows were read: 1",)


def test_sheets_of_one_form_are_one_table() -> None:
    found = read(workbook({"About": [("Made for tests",)], "B": [*ROWS[:1], *ROWS[3:]], "A": ROWS[:3]}))
    assert rows(found) == READ
    assert list(found.lines) == [2, 3, 2]


def test_a_hidden_sheet_is_not_read_and_noted() -> None:
    found = read(workbook({"a": ROWS, "b": ROWS}, hidden_sheets=["b"]))
    assert rows(found) == READ
    assert found.notes == ("the sheet “b” is hidden and was not read",)


def test_sheets_that_may_be_of_two_accounts_are_refused() -> None:
    without: list[list[Cell]] = [list(row[:3]) for row in ROWS]
    assert "may be of several accounts" in refusal(workbook({"Everyday": without, "Savings": without}))
    other = [("Day", "Text", "Sum"), *without[1:]]
    assert "“a” and “b” hold different tables" in refusal(workbook({"a": without, "b": other}))


def test_a_refusal_names_the_row_of_its_sheet() -> None:
    wrong = [HEADER, (date(2025, 2, 16), "Cake", -1, 1094.4), (date(2025, 2, 17), "Bun", -1, 1094)]
    detail = refusal(workbook({"a": ROWS, "b": wrong}))
    assert "row 3, field Balance" in detail
    assert detail.endswith("It is in the sheet “b”.")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"),
        (-3.5, "-3.50"),
        (0.1 + 0.2, "0.30"),
        (1.005, "1.0050"),
        (12345678901.0, "12345678901"),
        (1e17, "1e+17"),
        (True, "TRUE"),
        (-0.05, "-0.05"),
    ],
)
def test_a_number_is_written_to_the_cent_or_as_it_is(cell: float, text: str) -> None:
    assert text_of_cell(cell) == text


def test_part_of_a_cent_is_refused() -> None:
    assert "row 2, field Amount, value '-1.2340'" in refusal(workbook({"a": [HEADER, (date(2025, 2, 16), "Cake", -1.234, 1094.4)]}))


def test_a_reading_that_the_balance_refutes_is_refused() -> None:
    assert "Expected 1095.40" in refusal(workbook({"a": [*ROWS[:3], (date(2025, 2, 15), "Tea", -1.1, 1095.5)]}))


def test_a_cell_holds_no_character_that_a_terminal_obeys() -> None:
    """A file of text with one is refused: a workbook writes them as `_x001B_`."""
    row = (date(2025, 2, 13), "Cof\x1b]0;owned\x07\x1b[2Jfee", -3.5, 96.5)
    found = read(workbook({"January": (HEADER, row, (date(2025, 2, 14), "Pay", 1000, 1096.5))}))
    assert found.transactions[0].description == "Cof ]0;owned [2Jfee"


@pytest.mark.parametrize("part", ["<", "</", "<!--", "<![", "<!a", "<?", "<a b=", "<!-- >"])
def test_a_page_that_closes_nothing_is_refused_at_once(part: str) -> None:
    text, refused = b"<html>" + part.encode() * (4_000_000 // len(part)), []
    assert cpu_s(lambda: refused.append(refusal(text))) < 3
    assert refused[0].startswith(("invalid-csv-row", "empty-file"))
