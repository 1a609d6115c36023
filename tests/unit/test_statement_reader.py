"""The one entry for statements that are text: OFX samples, and what the caller says of a file. The layouts test their own samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowerbird.plugins.registry import discover
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.testing.statement_samples import readable
from tests.leaf_samples import layout_sample

LAYOUTS = discover().csv_layouts
OFX = sorted((Path(__file__).parents[1] / "samples").glob("ofx/*.?fx"))


@pytest.mark.parametrize("sample", OFX, ids=lambda sample: sample.stem)
def test_an_ofx_sample_is_read_as_expected(sample: Path) -> None:
    expected = json.loads(sample.with_suffix(".json").read_text("utf-8"))
    assert readable(read_statement(sample.read_bytes(), "AU04301", 1000, LAYOUTS)) == expected


def test_the_caller_may_number_the_account_of_a_file_that_does_not() -> None:
    data = layout_sample("commbank_plain", "plain.csv").read_bytes()
    (found,) = read_statement(data, "AU04301", 1000, LAYOUTS, account_number="062-000 12345678")
    assert (found.account.number, found.account.bsb, found.account.name, found.numbered) == (
        "06200012345678", "062000", "06200012345678", True,
    )  # fmt: skip


def test_the_published_format_has_precedence() -> None:
    data = layout_sample("published_2020", "newest_first.csv").read_bytes()
    assert read_statement(data, "AU00101", 1000, LAYOUTS)[0].account.product != "unknown"


def test_the_institution_may_have_another_id_in_the_file() -> None:
    data = layout_sample("published_2020", "published_row.csv").read_bytes()
    assert read_statement(data.replace(b"AU00101", b"AU55555"), "AU00101", 1000, LAYOUTS, institution_id="AU55555")
    with pytest.raises(Refused, match="institution_id"):
        read_statement(data, "AU00101", 1000, LAYOUTS, institution_id="AU55555")


BOTH_ORDERS = "03/02/2025,+5.00,REFUND,+5.00\n03/02/2025,-5.00,BUY,+0.00\n"


def test_a_day_whose_balances_prove_both_orders_ends_as_the_bank_lists_it() -> None:
    (found,) = read_statement(BOTH_ORDERS.encode(), "AU04301", 1000, LAYOUTS)
    assert (found.account.balance, found.ends_known, found.proved) == (500, True, 1)


@pytest.mark.parametrize("rows", [("REFUND,5.00,,5.00", "BUY,,-5.00,0.00"), ("BUY,,-5.00,0.00", "REFUND,5.00,,5.00")])
def test_a_day_whose_balances_prove_both_orders_has_an_unknown_end_where_the_bank_s_order_is_not_known(rows: tuple[str, str]) -> None:
    text = "Date,Description,Credit,Debit,Balance\n" + "".join(f"03/02/2025,{row}\n" for row in rows)
    (found,) = read_statement(text.encode(), "AU00201", 1000, LAYOUTS)
    assert (found.account.balance, found.ends_known, found.proved) == (None, False, 1)
    (longer,) = read_statement(f"{text}04/02/2025,BUS,,-1.00,{longer_balance(rows)}\n".encode(), "AU00201", 1000, LAYOUTS)
    assert longer.ends_known


def longer_balance(rows: tuple[str, str]) -> str:
    """After one dollar less than the last of the rows."""
    return "4.00" if rows[-1].endswith(",5.00") else "-1.00"


@pytest.mark.parametrize("written", [b"", b"<CURDEF>\n"])
def test_an_ofx_without_a_currency_is_of_the_institutions_country(written: bytes) -> None:
    sample = next(each for each in OFX if each.stem == "deposit").read_bytes()
    text = sample.replace(b"<CURDEF>AUD\n", written)
    assert text != sample
    assert readable(read_statement(text, "AU04301", 1000, LAYOUTS)) == readable(read_statement(sample, "AU04301", 1000, LAYOUTS))
    with pytest.raises(Refused, match="CURDEF"):
        read_statement(text, "NZ00001", 1000, LAYOUTS)
    foreign = text.replace(b"<NAME>", b"<CURRENCY><CURSYM>USD</CURRENCY><NAME>")
    with pytest.raises(Refused, match="The account is in AUD"):
        read_statement(foreign, "AU04301", 1000, LAYOUTS)


def test_a_refusal_names_the_bank_whose_form_a_file_has() -> None:
    text = b"Bank Account,Date,Narrative,Debit Amount,Credit Amount,Balance,Categories,Serial\n1,01/02/2024,a,x,,3.00,,\n"
    with pytest.raises(Refused) as caught:
        read_statement(text, "AU04301", 1000, LAYOUTS)
    assert caught.value.reason == "the file has the form of an export of Westpac Banking Corporation"
    with pytest.raises(Refused) as caught:
        read_statement(text, "AU14201", 1000, LAYOUTS)
    assert caught.value.reason == ""
