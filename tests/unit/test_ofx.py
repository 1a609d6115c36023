"""OFX and QFX: what is read, what is refused and where, and what hostile files cost."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.model.account import AccountClass
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.files import kind_of
from bowerbird.statements.ofx.statement import read_ofx
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from tests.cost import cpu_s

HEAD = "OFXHEADER:100\nDATA:OFXSGML\n\n"
ROW = "<STMTTRN>\n<TRNTYPE>DEBIT\n<DTPOSTED>20240301\n<TRNAMT>-1.50\n<FITID>ABC-1\n<NAME>Coffee\n</STMTTRN>\n"


def file(rows: str = ROW, account: str = "<BANKID>062000\n<ACCTID>12345678\n<ACCTTYPE>CHECKING\n", currency: str = "<CURDEF>AUD\n") -> str:
    return (
        f"{HEAD}<OFX>\n<BANKMSGSRSV1>\n<STMTTRNRS>\n<STMTRS>\n{currency}<BANKACCTFROM>\n{account}</BANKACCTFROM>\n<BANKTRANLIST>\n{rows}"
        "</BANKTRANLIST>\n</STMTRS>\n</STMTTRNRS>\n</BANKMSGSRSV1>\n</OFX>\n"
    )


def read(text: str, max_rows: int = 100) -> StatementAccount:
    (found,) = read_ofx(text, max_rows)
    return found


def refusal(text: str, max_rows: int = 100) -> str:
    with pytest.raises(Refused) as caught:
        read_ofx(csv_text(text.encode()), max_rows)
    return f"{caught.value.entry.code}: {caught.value.detail}"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("OFXHEADER:100\n", "ofx"),
        ("\ufeff OFXHEADER : 100\n", "ofx"),
        ("<OFX>", "ofx"),
        ('<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?>\n<OFX>', "ofx"),
        ('<?xml version="1.0"?><ofx>', "ofx"),
        ("a,<OFX>\n", "csv"),
        ('<?xml version="1.0"?><html>', "html"),
        ("<?" * 5000, "csv"),
    ],
)
def test_ofx_is_recognised_by_content(start: str, kind: str) -> None:
    assert kind_of(start.encode()) == kind


def test_a_row() -> None:
    found = read(file())
    (row,) = found.transactions
    assert (found.account.number, found.account.account_class, found.account.balance) == ("06200012345678", AccountClass.TRANSACTION, None)
    assert (row.posted, row.amount, row.description, row.upstream_id) == (date(2024, 3, 1), -150, "Coffee", "ABC-1")


@pytest.mark.parametrize(
    ("account", "number"),
    [
        ("<BANKID>062-000<ACCTID>1234 5678", "06200012345678"),
        ("<BANKID>062000<ACCTID>06200012345678", "06200012345678"),
        ("<BANKID>600<ACCTID>12345678", "12345678"),
        ("<ACCTID>12345678", "12345678"),
        ("<ACCTID>5163000000000002", "xxxxxxxxxxxx0002"),
    ],
)
def test_account_numbers(account: str, number: str) -> None:
    assert read(file(account=account)).account.number == number


@pytest.mark.parametrize(
    ("kind", "account_class"),
    [
        ("SAVINGS", "savings"),
        ("MONEYMRKT", "savings"),
        ("CREDITLINE", "loan"),
        ("CD", "term-deposit"),
        ("OTHER", "unknown"),
        ("", "unknown"),
    ],
)
def test_account_types(kind: str, account_class: str) -> None:
    assert read(file(account=f"<ACCTID>1<ACCTTYPE>{kind}")).account.account_class == account_class


@pytest.mark.parametrize(
    ("text", "cents"), [("-1.5", -150), ("-1,50", -150), ("-1.5000", -150), ("-1,234.50", -123450), ("-.50", -50), ("-3", -300)]
)
def test_amounts(text: str, cents: int) -> None:
    assert read(file(ROW.replace("-1.50", text))).transactions[0].amount == cents


@pytest.mark.parametrize("ids", [("1", "2"), ("0001", "0002"), ("000000000007", "8"), ("same", "same"), ("", ""), ("x" * 256, "y" * 256)])
def test_an_id_that_cannot_be_the_banks_own_is_not_used(ids: tuple[str, str]) -> None:
    rows = read(file("".join(ROW.replace("ABC-1", id) for id in ids))).transactions
    assert [row.upstream_id for row in rows] == [None, None]


def test_rows_are_put_oldest_first_and_keep_their_order_within_a_day() -> None:
    rows = [ROW.replace("Coffee", name).replace("20240301", day) for name, day in (("c", "20240302"), ("b", "20240301"), ("a", "20240301"))]
    assert [row.description for row in read(file("".join(rows))).transactions] == ["a", "b", "c"]
    assert [row.description for row in read(file("".join(reversed(rows)))).transactions] == ["a", "b", "c"]


ROW_CASES = {
    "no-amount": ("<TRNAMT>-1.50", "", "CSV row 15 does not contain value for required field TRNAMT"),
    "empty-amount": ("<TRNAMT>-1.50", "<TRNAMT>", "required field TRNAMT"),
    "damaged-amount": ("-1.50", "-1.5x", "row 15, field TRNAMT, value '-1.5x'"),
    "exponent": ("-1.50", "-1E3", "field TRNAMT"),
    "three-decimals": ("-1.50", "-1.505", "field TRNAMT"),
    "comma-of-thousands-or-not": ("-1.50", "-1,230", "field TRNAMT"),
    "no-day": ("<DTPOSTED>20240301", "", "required field DTPOSTED"),
    "no-such-day": ("20240301", "20240231", "field DTPOSTED, value '20240231'"),
    "other-date-form": ("20240301", "01/03/2024", "Expected a moment such as"),
    "old-day": ("20240301", "18240301", "field DTPOSTED"),
    "far-offset": ("20240301", "20240301120000[+99]", "field DTPOSTED"),
    "no-description": ("<NAME>Coffee", "<NAME>", "required field NAME"),
    "long-description": ("Coffee", "x" * 4001, "Longer than 4000"),
    "sign-against-type": ("-1.50", "1.50", "field TRNTYPE, value 'DEBIT'. The amount 1.50 has the other sign"),
    "foreign": ("<NAME>Coffee", "<NAME>Coffee\n<CURRENCY>\n<CURRATE>1.5\n<CURSYM>USD\n</CURRENCY>", "field CURRENCY, value 'USD'"),
    "value-twice": ("<TRNAMT>-1.50", "<TRNAMT>-1.50\n<TRNAMT>-2.50", "<TRNAMT> appears twice in one <STMTTRN>"),
    "text-in-holder": ("<STMTTRN>\n", "<STMTTRN>x\n", "<STMTTRN> holds text"),
    "not-closed": ("</STMTTRN>\n", "", "closes nothing that is open"),
    "stray-angle": ("Coffee", "Cof<fee", "this is no OFX tag"),
    "text-after-close": ("</STMTTRN>", "</STMTTRN>x", "text follows </STMTTRN>"),
    "comment": ("<NAME>", "<!-- x --><NAME>", "this is no OFX tag"),
}


@pytest.mark.parametrize(("old", "new", "expected"), ROW_CASES.values(), ids=ROW_CASES)
def test_a_row_is_refused_with_its_line(old: str, new: str, expected: str) -> None:
    assert expected in refusal(file(ROW.replace(old, new, 1)))


def test_a_currency_named_again_and_a_converted_one_are_read() -> None:
    again = ROW.replace("<NAME>", "<CURRENCY><CURSYM>AUD</CURRENCY><NAME>")
    converted = ROW.replace("<NAME>", "<ORIGCURRENCY><CURSYM>USD</ORIGCURRENCY><NAME>")
    assert len(read(file(again + converted)).transactions) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, "no <OFX> element begins"),
        (HEAD + "<OFX>", "<OFX> is never closed"),
        (HEAD + "<OFX></OFX><OFX></OFX>", "something follows </OFX>"),
        (HEAD + "<OFX></OFX>", "empty-file"),
        (file(rows=""), "empty-file"),
        (file(currency=""), "required field CURDEF"),
        (file(currency="<CURDEF>DOLLARS\n"), "field CURDEF, value 'DOLLARS'"),
        (file(account=""), "required field ACCTID"),
        (file(rows=ROW * 101), "row-count-exceeded"),
        (HEAD + "<OFX>\n" + "<A>\n" * 60 + "</A>\n" * 60 + "</OFX>", "more than 40 elements are open"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><OFX></OFX>', "declares nothing"),
        ('<OFX><!ENTITY a SYSTEM "file:///etc/passwd"></OFX>', "this is no OFX tag"),
        (file().replace("</OFX>", "</OFX>\x00"), "control character"),
    ],
)
def test_a_file_is_refused(text: str, expected: str) -> None:
    assert expected in refusal(text)


def test_an_account_named_twice_is_one_where_ids_tell_its_rows_apart() -> None:
    text = file()
    start, end = text.index("<STMTTRNRS>"), text.index("</BANKMSGSRSV1>")
    again = text[start:end]
    assert "The file has this account twice" in refusal(text[:end] + again.replace("-1.50", "-2.50") + text[end:])
    assert read_ofx(text[:end] + again + text[end:], 100) == read_ofx(text, 100)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A &amp; B", "A & B"),
        ("A & B", "A & B"),
        ("&amp;lt;", "&lt;"),
        ("&a;&lol9;", "&a;&lol9;"),
        ("&#233;t&#xE9;", "été"),
        ("&#0;&#x1F;&#xD800;&#9999999;", "\ufffd" * 4),
        ("<![CDATA[x & <y>]]>", "x & <y>"),
        ("x\n y", "x y"),
    ],
)
def test_references_are_replaced_once(written: str, expected: str) -> None:
    assert read(file(ROW.replace("Coffee", written))).transactions[0].description == expected


@pytest.mark.parametrize(
    "body",
    [
        "<A>" * 1_000_000,
        "<A" * 1_000_000,
        "</A>" * 500_000,
        "<STMTTRN>" * 300_000,
        "&amp;" * 1_000_000,
        "<A><![CDATA[" * 300_000,
        "<A " * 500_000 + ">",
        "<A" + " " * 2_000_000,
        "<?" * 1_000_000,
    ],
    ids=["open", "broken", "close", "deep", "references", "cdata", "spaces", "one-space", "instructions"],
)
def test_a_hostile_file_is_refused_in_no_time(body: str) -> None:
    assert cpu_s(lambda: refusal(f"{HEAD}<OFX>{body}")) < 5


def corrected(action: str, ident: str = "ABC-1") -> str:
    """The usual row, one more, and one that corrects the first."""
    mends = f"<CORRECTFITID>{ident}\n<CORRECTACTION>{action}\n<NAME>Coffee corrected"
    return (
        ROW + ROW.replace("ABC-1", "ABC-2").replace("Coffee", "Bread") + ROW.replace("ABC-1", "ABC-3").replace("<NAME>Coffee", mends, 1)
    ).replace("-1.50\n<FITID>ABC-3", "-1.60\n<FITID>ABC-3")


def test_a_transaction_that_the_bank_corrects_is_not_counted_beside_its_correction() -> None:
    rows = read(file(corrected("REPLACE"))).transactions
    assert [(row.description, row.amount) for row in rows] == [("Bread", -150), ("Coffee corrected", -160)]
    assert [row.description for row in read(file(corrected("DELETE"))).transactions] == ["Bread"]
    assert "field CORRECTFITID, value 'ABC-9'. It corrects a transaction that is not in this statement" in refusal(
        file(corrected("REPLACE", "ABC-9"))
    )
    assert "field CORRECTACTION, value 'UNDO'. Expected REPLACE or DELETE." in refusal(file(corrected("UNDO")))


@pytest.mark.parametrize("ident", ["0", "0000000000", ""])
def test_overlapping_statements_are_not_joined_by_ids_that_are_none(ident: str) -> None:
    text = file(ROW.replace("ABC-1", ident))
    start, end = text.index("<STMTTRNRS>"), text.index("</BANKMSGSRSV1>")
    assert "The file has this account twice" in refusal(text[:end] + text[start:end] + text[end:])


def test_an_id_that_is_given_out_again_next_month_is_another_transaction() -> None:
    text = file()
    start, end = text.index("<STMTTRNRS>"), text.index("</BANKMSGSRSV1>")
    later = text[start:end].replace("20240301", "20240401")
    assert len(read(text[:end] + later + text[end:]).transactions) == 2
    other = later.replace("12345678", "87654321").replace("20240401", "20240301")
    assert [len(each.transactions) for each in read_ofx(text[:end] + other + text[end:], 100)] == [1, 1]
