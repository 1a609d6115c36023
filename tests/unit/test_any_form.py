"""Tables in forms that no layout describes: one reading is taken, two are refused with both, and no row with a sum is lost."""

from __future__ import annotations

import pytest

from bowerbird.model.money import format_cents
from bowerbird.plugins.registry import discover
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from tests.cost import cpu_s

LAYOUTS = discover().csv_layouts
BANK = "AU13601"
"""An institution without a layout of its own."""
TWO = [("2025-02-13", "-3.50", "Coffee"), ("2025-02-14", "10.00", "Pay")]
HEAD = "Date,Description,Amount\n"
BODY = "13/02/2025,Coffee,-3.50\n14/02/2025,Pay,10.00\n"


def read(text: str | bytes, institution: str = BANK) -> list[StatementAccount]:
    return read_statement(text if isinstance(text, bytes) else text.encode(), institution, 1000, LAYOUTS)


def rows(text: str | bytes) -> list[tuple[str, str, str]]:
    return [(str(row.posted), format_cents(row.amount), row.description) for account in read(text) for row in account.transactions]


def refusal(text: str | bytes) -> str:
    with pytest.raises(Refused) as caught:
        read(text)
    return f"{caught.value.entry.code}: {caught.value.detail}"


READ = {
    "plain": HEAD + BODY,
    "without-header": BODY,
    "processed-beside": "Date,Date Processed,Details,Amount\n01/02/2025,13/02/2025,Coffee,-3.50\n02/02/2025,14/02/2025,Pay,10.00\n",
    "month-first-by-value-day": ("Date,Value Date,Details,Amount\n02/13/2025,02/15/2025,Coffee,-3.50\n02/14/2025,02/16/2025,Pay,10.00\n"),
    "totals-below": HEAD + BODY + "14/02/2025,Total,6.50\n",
    "fees-of-nothing": "Date,Details,Amount,Fee\n13/02/2025,Coffee,-3.50,0.00\n14/02/2025,Pay,10.00,\n",
    "utf-16": (HEAD + BODY).encode("utf-16"),
    "utf-16-without-mark": (HEAD + BODY).encode("utf-16-le"),
    "utf-32": (HEAD + BODY).encode("utf-32"),
    "old-mac-lines": (HEAD + BODY).replace("\n", "\r"),
    "bars": (HEAD + BODY).replace(",", "|"),
    "semicolons": (HEAD + BODY).replace(",", ";"),
    "hint": "sep=;\n" + (HEAD + BODY).replace(",", ";"),
    "tabs-and-dollars": "Date\tDescription\tAmount\tBalance\n13 Feb 2025\tCoffee\t-$3.50\t$96.50\n14 Feb 2025\tPay\t$10.00\t$106.50\n",
    "guards": 'Account,Date,Description,Amount\n="0123456",13/02/2025,Coffee,-3.50\n="0123456",14/02/2025,Pay,10.00\n',
    "american-days": HEAD + "02/13/2025,Coffee,-3.50\n02/14/2025,Pay,10.00\n",
    "iso-and-zeros": "Posted Date,Payee,Amount\n2025-02-13,Coffee,-3.5000\n2025-02-14,Pay,10.0000\n",
    "titles-and-footer": "My account\nExported,1\n\n" + HEAD + BODY + "Generated on 15/02/2025\nTotal,,6.50\n",
    "balances-named": (
        "Date,Details,Debit,Credit,Balance\n01/02/2025,OPENING BALANCE,,,100.00\n13/02/2025,Coffee,3.50,,96.50\n"
        "14/02/2025,Pay,,10.00,106.50\n28/02/2025,CLOSING BALANCE,,,106.50\n"
    ),
    "columns-reversed": "Balance,Credit,Debit,Text,Date\n96.50,,3.50,Coffee,13/02/2025\n106.50,10.00,,Pay,14/02/2025\n",
    "three-sums-without-header": "13/02/2025,Coffee,3.50,,96.50\n14/02/2025,Pay,,10.00,106.50\n",
    "negative-debits": "Date,Description,Debit,Credit\n13/02/2025,Coffee,-3.50,\n14/02/2025,Pay,,10.00\n",
    "direction-beside": "Date,Description,Amount,Type\n13/02/2025,Coffee,3.50,DR\n14/02/2025,Pay,10.00,CR\n",
    "direction-behind": HEAD + "13/02/2025,Coffee,3.50 DR\n14/02/2025,Pay,10.00 CR\n",
    "trailing-minus": HEAD + "13/02/2025,Coffee,3.50-\n14/02/2025,Pay,10.00\n",
    "unicode-minus": HEAD + "13/02/2025,Coffee,−3.50\n14/02/2025,Pay,10.00\n",
    "parentheses": HEAD + "13/02/2025,Coffee,(3.50)\n14/02/2025,Pay,10.00\n",
    "decimal-comma": "Buchungstag;Verwendungszweck;Betrag;Saldo\n13.02.2025;Coffee;-3,50;1.096,50\n14.02.2025;Pay;10,00;1.106,50\n",
    "signs-turned-round": (
        "Date,Description,Amount,Balance\n13/02/2025,Coffee,3.50,96.50\n14/02/2025,Pay,-10.00,106.50\n"
        "15/02/2025,A,6.50,100.00\n16/02/2025,B,1.00,99.00\n"
    ),
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_a_table_is_read(text: str | bytes) -> None:
    assert rows(text)[:2] == TWO


REFUSED = {
    "sum-parted-by-its-mark": (HEAD + "13/02/2025,a,-1,234.00\n14/02/2025,b,3.00\n", "row 2, field Column 4, value '234.00'"),
    "decimals-parted": (HEAD + "13/02/2025,a,-12,50\n14/02/2025,b,3,00\n", "row 2, field Column 4, value '50'"),
    "decimals-parted-without-header": ("13/02/2025,a,-12,50\n14/02/2025,b,3,00\n15/02/2025,c,-4,25\n", "value '50'. It has no"),
    "row-wider": ("Date,Amount,Details\n13/02/2025,-1,234.00,a\n14/02/2025,3.00,b\n", "more cells than the header"),
    "cents": (HEAD.replace("Amount", "Amount (cents)") + "13/02/2025,a,-1250\n14/02/2025,b,300\n", "not in whole units"),
    "fee-beside": ("Date,Details,Amount,Fee\n13/02/2025,a,-3.50,0.00\n14/02/2025,b,-9.00,1.20\n", "row 3, field Fee, value '1.20'"),
    "two-amounts": ("Date,Details,Transaction Amount,Billing Amount\n13/02/2025,a,-3.50,-5.20\n", "Two columns of amounts differ"),
    "net-and-gross": ("Date,Details,Net,VAT,Gross\n13/02/2025,a,-3.50,-0.35,-3.85\n", "Two columns of amounts differ"),
    "not-booked": ("Date,Details,Amount,Status\n13/02/2025,a,-3.50,OK\n14/02/2025,b,-9.00,Declined\n", "A row that is not booked"),
    "no-total": (HEAD + "13/02/2025,Total,-63.50\n14/02/2025,b,-9.00\n15/02/2025,c,1.00\n", "is not the sum of other rows"),
    "row-below-totals": (HEAD + BODY + ",Total,6.50\n,Late fee,-5.00\n", "row 5 does not contain value for required field Date"),
    "order-of-value-days": (
        "Date,Value Date,Details,Amount\n03/13/2025,15/03/2025,a,-3.50\n03/14/2025,16/03/2025,b,9.00\n",
        "Day and month stand in another order",
    ),
    "card-owed": (
        (
            "Date,Details,Card Number,Amount,Balance\n13/02/2025,a,xx11,12.00,112.00\n14/02/2025,b,xx11,2.50,114.50\n"
            "15/02/2025,c,xx11,-30.00,84.50\n16/02/2025,d,xx11,1.00,85.50\n"
        ),
        "balances of the card are owed",
    ),
    "day-or-month": (HEAD + "02/03/2025,a,-1.00\n03/03/2025,b,1.00\n", "It is 2 March 2025 or 3 February 2025"),
    "no-direction": (HEAD + "13/02/2025,a,3.50\n14/02/2025,b,10.00\n", "required field txnDirection"),
    "card": ("Date,Description,Card Member,Amount\n13/02/2025,a,J,3.50\n14/02/2025,b,J,-10.00\n", "required field txnDirection"),
    "comma-or-point": ("Date;Description;Amount\n13/02/2025;a;-3,500\n14/02/2025;b;10,000\n", "The sums can be read in two ways"),
    "balance-broken": ("Date,Description,Amount,Balance\n13/02/2025,a,-3.50,96.50\n14/02/2025,b,10.00,107.50\n", "Expected 106.50"),
    "row-without-day": (HEAD + BODY + ",c,5.00\n15/02/2025,d,1.00\n", "row 4 does not contain value for required field Date"),
    "sum-below-the-last-day": (HEAD + BODY + ",c,5.00\n", "row 4 does not contain value for required field Date"),
    "no-day-below-a-subtotal": (HEAD + BODY + ",Subtotal,6.50\n31/04/2025,c,-9.00\n", "row 5"),
    "text-for-a-day-below-a-subtotal": (HEAD + BODY + ",Subtotal,6.50\nMarch,c,-9.00\n", "row 5"),
    "no-day-beside-a-mark": (HEAD + BODY + "31/04/2025,Closing balance,-9.00\n", "row 4"),
    "no-balance-beside-a-mark": (
        "Date,Description,Amount,Balance\n13/02/2025,a,-3.50,80.50\n14/02/2025,b,10.00,90.50\n21/02/2025,Total Balance Yoga,-2.50,\n",
        "row 4",
    ),
    "part-of-a-cent": (HEAD + "13/02/2025,a,-3.505\n", "row 2, field Amount"),
    "years-in-front": (HEAD + "25/02/03,a,-1.00\n25/02/29,b,1.00\n", "decades apart"),
    "web-page": ("<!DOCTYPE html><html><body>Log in</body></html>", "this is a web page (HTML)"),
    "json": ('[{"date": "2025-02-13"}]', "this is JSON"),
    "text": ("hello\nworld\n", "required field txnPostDate"),
    "nothing": ("\n\n", "empty-file"),
    "too-wide": ("x," * 70 + "\n" + HEAD + BODY, "more than 64 fields"),
    "too-many": (HEAD + BODY * 501, "row-count-exceeded"),
    "wrong-currency": ("Date,Description,Amount,Currency\n13/02/2025,a,-3.50,QQQ\n", "Expected an ISO 4217 code"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_refused(text: str, expected: str) -> None:
    assert expected in refusal(text)


@pytest.mark.parametrize(
    "text", ["Account balance enquiry fee", "Total Balance Physiotherapy", "Total Credit Union loan", "Carried Forward Books"]
)
@pytest.mark.parametrize("balance", ["", ",88.00"])
def test_a_payment_whose_words_begin_like_those_of_a_balance_is_kept(text: str, balance: str) -> None:
    head = HEAD if not balance else "Date,Description,Amount,Balance\n"
    body = BODY if not balance else "13/02/2025,Coffee,-3.50,80.50\n14/02/2025,Pay,10.00,90.50\n"
    assert ("2025-02-21", "-2.50", text) in rows(f"{head}{body}21/02/2025,{text},-2.50{balance}\n")


@pytest.mark.parametrize(
    "text", ["Opening balance", "Closing Balance at 28 February 2025", "Total debits", "Account balance: 10.00", "Solde au 28/02/2025"]
)
def test_a_dated_row_that_only_names_a_balance_or_a_total_is_no_payment(text: str) -> None:
    assert rows(f"{HEAD}{BODY}28/02/2025,{text},6.50\n") == TWO


def test_accounts_and_currencies_are_told_apart() -> None:
    text = "Account Number,Date,Description,Amount,Currency\n1234567,13/02/2025,a,-3.50,AUD\n1234567,14/02/2025,b,1.00,USD\n"
    assert [(each.account.number, each.account.currency) for each in read(text)] == [("1234567", "AUD"), ("1234567", "USD")]


def test_a_currency_in_a_heading_or_beside_a_sum_is_the_accounts() -> None:
    assert read("Datum;Buchungstext;Betrag CHF\n13.02.2025;a;-1.00\n")[0].account.currency == "CHF"
    assert read(HEAD + "13/02/2025,a,-€1.00\n14/02/2025,b,€1.00\n")[0].account.currency == "EUR"


def test_days_of_a_bank_that_is_known_to_write_the_day_first_are_not_turned_round_by_one_wrong_digit() -> None:
    with pytest.raises(Refused, match="02/13/2025"):
        read("01/02/2025,+1.00,a,+1.00\n02/13/2025,+1.00,b,+2.00\n", "AU04301")


def test_one_wrong_sign_in_a_short_file_does_not_turn_the_others_round() -> None:
    with pytest.raises(Refused, match=r"Expected 1015\.26"):
        read("03/02/2025,15.26,COFFEE,984.74\n02/02/2025,200.00,PAY,1000.00\n", "AU04301")


def test_a_large_file_without_a_layout_costs_little() -> None:
    text = HEAD + "".join(f"{day % 28 + 1}/{day % 12 + 1}/2025,row {day},{day}.50-\n" for day in range(40_000))
    found: list[int] = []
    assert cpu_s(lambda: found.append(len(read_statement(text.encode(), BANK, 100_000, LAYOUTS)[0].transactions))) < 8
    assert found == [40_000]


def test_a_file_may_have_as_many_rows_as_the_limit_says_beside_its_header() -> None:
    rows = [f"{13 + place}.02.2025;Coffee;-1,00;{9 - place},00" for place in range(3)]
    text = "\n".join(["Statement of a test", "Buchungstag;Verwendungszweck;Betrag;Saldo", *rows]).encode()
    assert len(read_statement(text, "NZ00001", 3, LAYOUTS)[0].transactions) == 3
    with pytest.raises(Refused, match="above limit of 2"):
        read_statement(text, "NZ00001", 2, LAYOUTS)


def test_many_rows_that_name_a_balance_are_read_in_the_time_of_other_rows() -> None:
    rows = [f"{1 + place % 28:02}/02/2025,Balance brought forward,,5.00" for place in range(20_000)]
    text = "\n".join(["Date,Description,Amount,Balance", *rows])
    with pytest.raises(Refused):
        read(text)
    assert cpu_s(lambda: refusal(text)) < 5
