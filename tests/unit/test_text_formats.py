"""QIF, MT940 and CAMT.053: what is read, and what their own balances refuse."""

from __future__ import annotations

import pytest

from bowerbird.model.money import format_cents, format_optional_cents
from bowerbird.model.statement import FileKind
from bowerbird.plugins.registry import discover
from bowerbird.statements.files import kind_of
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount

LAYOUTS = discover().csv_layouts
BANK = "AU04301"

QIF = "!Type:Bank\nD13/02/2025\nT-3.50\nPCoffee\nMKing St\n^\nD14/02/2025\nT1,010.00\nPPay\n^\n"
MT940 = (
    ":20:REF\n:25:10020030/534334164\n:28C:1/1\n:60F:C250201AUD100,00\n"
    ":61:2502130213D3,50NMSCNONREF\n:86:Coffee\nKing St\n"
    ":61:2502140214C10,NTRFNONREF//123\n:86:106?00GUTSCHRIFT?20Pay for?21work?32ACME LTD\n"
    ":62F:C250228AUD106,50\n-\n"
)
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-02-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">106.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-02-28</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">3.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-02-13</Dt></BookgDt>
<AcctSvcrRef>A1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Cdtr><Nm>Cafe</Nm></Cdtr></RltdPties><RmtInf><Ustrd>Coffee</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2025-02-14T10:00:00</DtTm></BookgDt>
<AddtlNtryInf>Pay</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="EUR">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts>
<ValDt><Dt>2025-03-01</Dt></ValDt><AddtlNtryInf>Later</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def read(text: str) -> StatementAccount:
    (found,) = read_statement(text.encode(), BANK, 100, LAYOUTS)
    return found


def rows(text: str) -> list[tuple[str, str, str]]:
    return [(str(row.posted), format_cents(row.amount), row.description) for row in read(text).transactions]


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        read(text)
    return f"{caught.value.entry.code}: {caught.value.detail}"


@pytest.mark.parametrize(("text", "kind"), [(QIF, FileKind.QIF), (MT940, FileKind.MT940), (CAMT, FileKind.CAMT), ("a,b", FileKind.CSV)])
def test_a_format_is_known_by_its_beginning(text: str, kind: FileKind) -> None:
    assert kind_of(text.encode()) is kind


def test_qif() -> None:
    assert rows(QIF) == [("2025-02-13", "-3.50", "Coffee King St"), ("2025-02-14", "1010.00", "Pay")]
    assert rows("!Type:CCard\nD13/ 2'25\nT-3.50\nPCoffee") == [("2025-02-13", "-3.50", "Coffee")]
    assert rows("!Type:Bank\nD01/01/2025\nT9.00\nPOpening Balance\n^\n" + QIF.removeprefix("!Type:Bank\n"))[0][2] == "Coffee King St"


def test_mt940() -> None:
    assert rows(MT940) == [("2025-02-13", "-3.50", "Coffee King St"), ("2025-02-14", "10.00", "ACME LTD Pay for work")]
    account = read(MT940).account
    assert (account.number, account.currency, format_optional_cents(account.balance)) == ("534334164", "AUD", "106.50")


def test_an_mt940_entry_is_booked_in_the_year_nearest_to_its_value_day() -> None:
    text = MT940.replace(":61:2502130213", ":61:2501010231", 1).replace("0231", "1231", 1)
    assert rows(text)[0][0] == "2024-12-31"


def test_camt() -> None:
    assert rows(CAMT) == [("2025-02-13", "-3.50", "Cafe Coffee"), ("2025-02-14", "10.00", "Pay")]
    assert read(CAMT).notes == ("entries that are not booked yet were not read: 1",)
    account = read(CAMT).account
    assert (account.number, account.currency, format_optional_cents(account.balance)) == ("DE02120300000000202051", "EUR", "106.50")


REFUSED = {
    "qif-investments": ("!Type:Invst\nD13/02/2025\nNBuy\n^\n", "QIF of investments or lists"),
    "qif-without-amount": ("!Type:Bank\nD13/02/2025\nPx\n^\n", "row 2 cannot be split into fields: a QIF transaction has no T (amount)"),
    "mt940-digit": (MT940.replace("D3,50", "D3,60"), "row 10, field 62F, value 'C250228AUD106,50'. Expected 106.40"),
    "mt940-row-lost": (MT940.replace(":61:2502130213D3,50NMSCNONREF\n", ""), "Expected 110.00"),
    "mt940-without-opening": (MT940.replace(":60F:C250201AUD100,00\n", ""), "field 60F is missing above"),
    "mt940-entry": (MT940.replace("D3,50", "X3,50"), "field 61"),
    "mt940-points": (MT940.replace("100,00", "100.50").replace("D3,50", "D3.50").replace("106,50", "107.50"), "row 4, field 60F"),
    "mt940-point-in-entry": (MT940.replace("D3,50", "D3.50"), "row 5, field 61"),
    "mt940-currencies": (MT940.replace("228AUD", "228USD"), "The opening balance is in AUD."),
    "qif-caret-lost": (QIF.replace("^\n", "", 1), "row 6 cannot be split into fields: a QIF transaction has a second D"),
    "qif-two-kinds": (QIF + QIF.replace("Bank", "CCard"), "transactions of 2 accounts (bank, ccard)"),
    "qif-nameless": (f"!Account\nTBank\n^\n{QIF}" * 2, "transactions of 2 accounts (account 1, account 2)"),
    "camt-sign": (CAMT.replace('"EUR">3.50', '"EUR">-3.50'), "It has a sign beside CdtDbtInd."),
    "camt-digit": (CAMT.replace(">3.50<", ">3.60<"), "Expected 106.40"),
    "camt-entity": (CAMT.replace("<Document", '<!DOCTYPE x [<!ENTITY a "b">]><Document', 1), "an XML document of no known kind"),
    "camt-broken": (CAMT.replace("</Stmt>", ""), "no well-formed XML"),
    "camt-currency": (CAMT.replace('<Amt Ccy="EUR">3.50', '<Amt Ccy="USD">3.50'), "The account is in EUR"),
    "camt-statements": (CAMT.replace("</Stmt>", "</Stmt>" + "<Stmt/>" * 400), "more than 400 statements"),
    "another-xml": ("<?xml version='1.0'?><report><a/></report>", "an XML document of no known kind"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_does_not_add_up_is_refused(text: str, expected: str) -> None:
    assert expected in refusal(text)


def test_a_statement_that_stands_twice_is_taken_once() -> None:
    assert rows(MT940 + MT940) == rows(MT940)
    start, end = CAMT.index("<Stmt>"), CAMT.index("</BkToCstmrStmt>")
    assert rows(CAMT[:end] + CAMT[start:end] + CAMT[end:]) == rows(CAMT)


def test_statements_of_an_account_that_do_not_join_are_refused() -> None:
    other = MT940.replace("D3,50", "D4,50").replace("AUD106,50", "AUD105,50")
    assert "the closing balance of the statement before" in refusal(MT940 + other)
    start, end = CAMT.index("<Stmt>"), CAMT.index("</BkToCstmrStmt>")
    changed = CAMT[start:end].replace(">3.50<", ">4.50<").replace(">106.50<", ">105.50<")
    assert "with days that both statements list" in refusal(CAMT[:end] + changed + CAMT[end:])


def test_a_message_without_its_closing_balance_is_not_left_out() -> None:
    """Its rows would be missing, though the message before it is proven."""
    second = MT940.replace("60F:C250201AUD100,00", "60F:C250228AUD106,50").replace("62F:C250228AUD106,50", "62F:C250331AUD113,00")
    assert len(rows(MT940 + second)) == 4
    without = second.replace(":62F:C250331AUD113,00\n", "")
    assert "62F is missing" in refusal(MT940 + without)
    assert "62F is missing" in refusal(without + MT940)


def test_a_qif_file_of_several_accounts_is_refused_by_their_names() -> None:
    accounts = "".join(f"!Account\nN{name}\nTBank\n^\n{QIF}" for name in ("Everyday", "Savings"))
    assert "2 accounts (Everyday, Savings); export each account by itself" in refusal("!Option:AutoSwitch\n" + accounts)
    assert len(rows("!Account\nNEveryday\nTBank\n^\n" + QIF)) == 2


def test_two_camt_statements_of_one_day_are_one_account_where_their_balances_join() -> None:
    whole = CAMT[CAMT.index("<Stmt>") : CAMT.index("</BkToCstmrStmt>")]
    later = whole.replace(">106.50<", ">113.00<").replace(">100.00<", ">106.50<").replace("A1", "B1").replace("Coffee", "Tea")
    later = later.replace("<AddtlNtryInf>Pay<", "<AddtlNtryInf>Fee refunded<").replace("2025-02-13", "2025-02-14")
    found = read(CAMT.replace(whole, whole + later))
    assert (found.account.balance, found.proved, len([row for row in found.transactions if row.posted])) == (11300, 2, 4)
    assert read(CAMT.replace(whole, later + whole)).account.balance == 11300
    broken = later.replace(">106.50<", ">106.60<").replace(">113.00<", ">113.10<")
    assert "twice, with days that both statements list" in refusal(CAMT.replace(whole, whole + broken))


def test_a_camt_statement_with_the_same_entries_that_goes_on_is_not_left_out() -> None:
    whole = CAMT[CAMT.index("<Stmt>") : CAMT.index("</BkToCstmrStmt>")]
    later = whole.replace(">106.50<", ">113.00<").replace(">100.00<", ">106.50<")
    assert "twice, with days that both statements list" in refusal(CAMT.replace(whole, whole + later))
