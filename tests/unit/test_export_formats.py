"""Files for other programs: a hostile text leaves every format whole, our own readers read it back, names and balances are honest."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import msgspec
import pytest

from bowerbird.domain.feeds.export import ExportFormat, write_export
from bowerbird.domain.feeds.exported import ExportedAccount, ExportedRows, ExportedTransaction
from bowerbird.domain.feeds.tables import harmless_cell
from bowerbird.model.account import AccountClass
from bowerbird.statements.ofx.statement import read_ofx

DAY = date(2026, 3, 2)
HOSTILE = (
    "=cmd|' /C calc'!A0\r\n^\nD01/01/2020\n!Type:Bank ; comment | \"q\" \\ </NAME><FITID>1 &amp; \x00\u2028 2020-01-01 open Assets:X  1 AUD"
)
IDS = [f"01a22a98-9524-707f-b048-a108a81a6b{number:02x}" for number in range(4)]


def row(number: int, cents: int, balance: int | None, text: str = "WARATAH COFFEE CART") -> ExportedTransaction:
    return ExportedTransaction(IDS[number], DAY, text, "", "payment", cents, balance, "groceries", is_transfer=False)


def account(*rows: ExportedTransaction, kind: AccountClass = AccountClass.TRANSACTION, name: str = "Everyday") -> ExportedAccount:
    return ExportedAccount(
        id=IDS[3], institution_id="AU00000", institution="Hooli Bank", name=name, number="06200012345678", bsb="062-000",
        account_class=kind, currency="AUD", balance_cents=rows[-1].balance_cents if rows else None, balance_day=DAY,
        transactions=ExportedRows(lambda: rows, rows[0], rows[-1], sum(each.cents for each in rows)) if rows else ExportedRows(),
    )  # fmt: skip


def written(export_format: ExportFormat, *accounts: ExportedAccount) -> str:
    return "".join(write_export(accounts, export_format, DAY))


def hostile() -> ExportedAccount:
    return replace(account(row(0, -450, 9_550, HOSTILE), row(1, 1_000, 10_550)), name=HOSTILE, institution=HOSTILE)


def test_ofx_is_one_document() -> None:
    document = ElementTree.fromstring(written(ExportFormat.OFX, hostile()).partition("?>\n")[2])
    rows = list(document.iter("STMTTRN"))
    assert [(found.findtext("FITID"), found.findtext("TRNAMT")) for found in rows] == [(IDS[0], "-4.50"), (IDS[1], "10.00")]
    assert (rows[0].findtext("NAME") or "").startswith("=cmd|' /C calc'!A0 ^ D01/01/2020")
    assert "</NAME><FITID>1 &amp;" in (rows[0].findtext("MEMO") or "")
    assert document.findtext(".//LEDGERBAL/BALAMT") == "105.50"
    assert (document.findtext(".//BANKID"), document.findtext(".//ACCTID")) == ("062000", "12345678")


def test_our_own_reader_reads_what_is_written() -> None:
    text = written(
        ExportFormat.OFX,
        account(row(0, -450, 9_550), row(1, 1_000, 10_550)),
        replace(account(row(2, -99, -99), kind=AccountClass.CREDIT_CARD), number="4111"),
    )
    bank, card = read_ofx(text, 10)
    assert [(found.amount, found.upstream_id, found.posted) for found in bank.transactions] == [(-450, IDS[0], DAY), (1_000, IDS[1], DAY)]
    assert [found.amount for found in card.transactions] == [-99]


def test_csv_runs_nothing_and_keeps_its_columns() -> None:
    heading, first, second = csv.reader(io.StringIO(written(ExportFormat.CSV, hostile()), newline=""))
    assert len(heading) == len(first) == len(second)
    assert first[heading.index("description")].startswith("'=cmd|")
    assert first[heading.index("account")].startswith("'=cmd|")
    assert [line[heading.index("amount")] for line in (first, second)] == ["-4.50", "10.00"]


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@SUM(1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", " =1+1"])
@pytest.mark.parametrize("before", ["", "COFFEE;", "COFFEE; ", "COFFEE|", "COFFEE\n", "COFFEE\r\n ", "COFFEE\r"])
def test_no_cell_begins_a_formula_wherever_a_spreadsheet_parts_them(before: str, begins: str) -> None:
    """A table that is opened where the comma is for decimals is parted at semicolons, quotes or not."""
    cells = re.split("[;|\r\n]", harmless_cell(before + begins))
    assert not any(re.match("[=+\\-@\uff1d\uff0b\uff0d\uff20]", cell.strip(' "')) for cell in cells)
    assert harmless_cell("Coffee - shop; 5 items") == "Coffee - shop; 5 items"


def test_qif_has_as_many_records_as_transactions() -> None:
    lines = written(ExportFormat.QIF, hostile()).splitlines()
    assert lines.count("^") == 3, "the account and two transactions"
    assert [line for line in lines if line.startswith("D")] == ["D02/03/2026", "D02/03/2026"]
    assert [line for line in lines if line.startswith("T")] == ["TBank", "T-4.50", "T10.00"]


@pytest.mark.parametrize("export_format", [ExportFormat.HLEDGER, ExportFormat.BEANCOUNT])
def test_a_journal_has_no_line_of_a_text(export_format: ExportFormat) -> None:
    lines = written(export_format, hostile()).splitlines()
    begun = [line for line in lines if line and not line.startswith((" ", ";"))]
    assert all(re.match(r"2026-03-0[23] (\*|open|balance) ", line) for line in begun), begun
    postings = [line for line in lines if line.startswith(" ") and "id:" not in line]
    assert all(re.fullmatch(r" {2,4}[A-Za-z0-9:-]+(  -?\d+\.\d\d AUD( = -?\d+\.\d\d AUD)?)?", line) for line in postings), postings


def test_a_balance_is_asserted_only_where_everything_adds_up() -> None:
    whole, gap = account(row(0, -450, 9_550), row(1, 1_000, 10_550)), account(row(0, -450, 9_550), row(1, 1_000, 90_000))
    silent = account(row(0, -450, None), row(1, 1_000, None))
    assert "balance Assets:Hooli-Bank:Everyday-5678  105.50 AUD" in written(ExportFormat.BEANCOUNT, whole)
    assert "0.00 AUD = 105.50 AUD" in written(ExportFormat.HLEDGER, whole)
    for unproven in (gap, silent):
        for export_format in (ExportFormat.BEANCOUNT, ExportFormat.HLEDGER):
            assert "nothing is asserted" in written(export_format, unproven)
            assert " = " not in written(export_format, unproven)


def test_accounts_of_one_name_stay_two() -> None:
    text = written(ExportFormat.BEANCOUNT, *(account(row(number, -1, 0)) for number in range(2)))
    assert set(re.findall(r"open (Assets:\S+)", text)) == {"Assets:Hooli-Bank:Everyday-5678", "Assets:Hooli-Bank:Everyday-5678-2"}


def test_the_sides_of_a_transfer_leave_its_account_even() -> None:
    moved = [msgspec.structs.replace(row(number, cents, None), is_transfer=True) for number, cents in ((0, -500), (1, 500))]
    text = written(ExportFormat.HLEDGER, account(moved[0]), account(moved[1], kind=AccountClass.SAVINGS))
    assert text.count("Equity:Transfers") == 2


@pytest.mark.parametrize("export_format", list(ExportFormat))
def test_no_account_makes_an_empty_file(export_format: ExportFormat) -> None:
    text = written(export_format)
    assert "AUD" not in text
    assert "AUD" not in written(export_format, account()).replace("<CURDEF>AUD", "").replace("5678 AUD", "")
