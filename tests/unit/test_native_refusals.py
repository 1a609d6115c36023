"""What a bank's own export is refused for, and with which row, field and value."""

from __future__ import annotations

import pytest

from bowerbird.plugins.registry import discover
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused

LAYOUTS = discover().csv_layouts
COMMBANK, WESTPAC, NAB, ANZ, ING, BANKWEST = "AU04301", "AU14201", "AU01001", "AU00601", "AU00201", "AU00401"
MACQUARIE, UP, BENDIGO, STGEORGE, SUNCORP = "AU00301", "AU90001", "AU00101", "AU12301", "AU01101"

ING_HEAD = "Date,Description,Credit,Debit,Balance\n"
WESTPAC_HEAD = "Bank Account,Date,Narrative,Debit Amount,Credit Amount,Balance,Categories,Serial\n"
BANKWEST_HEAD = "BSB Number,Account Number,Transaction Date,Narration,Cheque,Debit,Credit,Balance,Transaction Type\n"
NAMED_HEAD = "Account Name,BSB / Account Number,Transaction Date,Narration,Cheque,Debit,Credit,Balance,Transaction Type\n"
NAB_HEAD = "Date,Amount,Account Number,,Transaction Type,Transaction Details,Balance,Category,Merchant Name\n"
STGEORGE_HEAD = "Date,Description,Debit,Credit,Balance,Category\n"
UP_HEAD = (
    "Time,BSB / Account Number,Transaction Type,Payee,Description,Category,Tags,Subtotal (AUD),Currency,"
    "Subtotal (Transaction Currency),Round Up (AUD),Total (AUD),Payment Method,Settled Date\n"
)


TWO = "01/02/2024,+1.00,a,+1.00\n02/02/2024,+1.00,b,+2.00\n"
TWO_BACK = "02/02/2024,+1.00,b,+2.00\n01/02/2024,+1.00,a,+1.00\n"


def refusal(institution: str, text: str, max_rows: int = 100) -> str:
    with pytest.raises(Refused) as caught:
        read_statement(text.encode(), institution, max_rows, LAYOUTS)
    return f"{caught.value.entry.code}: {caught.value.detail}"


CASES = {
    "chain": (COMMBANK, TWO + "03/02/2024,+1.00,c,+3.10\n", "row 3, field Balance"),
    "chain-newest-first": (COMMBANK, "03/02/2024,+1.00,c,+3.10\n" + TWO_BACK, "row 1, field Balance"),
    "one-day": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n01/02/2024,+5.00,b,+2.00\n", "Expected 6.00: 1.00 in row 1 and 5.00 here"),
    "rows-swapped": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n03/02/2024,+1.00,c,+3.00\n02/02/2024,+1.00,b,+2.00\n", "field Balance"),
    "some-balances": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n02/02/2024,+1.00,b,\n", "row 2 does not contain value for required"),
    "two-accounts-in-one": (ING, ING_HEAD + "01/02/2024,a,1.00,,1.00\n02/02/2024,b,1.00,,51.00\n", "row 3, field Balance, value '51.00'"),
    "mixed-accounts": (ING, ING_HEAD + "02/02/2024,a,1.00,,1.00\n01/02/2024,b,1.00,,51.00\n03/02/2024,c,1.00,,2.00\n", "field Balance"),
    "american-day": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n02/13/2024,+1.00,b,+2.00\n", "row 2, field Date, value '02/13/2024'"),
    "no-such-day": (NAB, NAB_HEAD + "30 Feb 22,-1.00,1,,t,d,1.00\n", "row 2, field Date, value '30 Feb 22'"),
    "other-date-form": (NAB, NAB_HEAD + "01/02/2022,-1.00,1,,t,d,1.00\n", "Expected a day written as dd Mon yy"),
    "old-day": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n01/02/1824,+1.00,b,+2.00\n", "before 1900"),
    "exponent": (ANZ, "01/02/2024,1.00,a\n02/02/2024,1E3,b\n", "row 2, field Amount, value '1E3'"),
    "three-decimals": (ANZ, "01/02/2024,1.00,a\n02/02/2024,1.005,b\n", "row 2, field Amount"),
    "no-amount": (ANZ, "01/02/2024,1.00,a\n02/02/2024,,b\n", "CSV row 2 does not contain value for required field Amount"),
    "no-description": (ANZ, "01/02/2024,1.00,a\n02/02/2024,1.00,\n", "CSV row 2 does not contain value for required field Description"),
    "no-day": (ANZ, "01/02/2024,1.00,a\n,1.00,b\n", "CSV row 2 does not contain value for required field Date"),
    "too-narrow": (ANZ, "01/02/2024,1.00,a\n02/02/2024,1.00\n", "it has 2 fields, this form has 3 to 8"),
    "too-wide": (COMMBANK, "01/02/2024,+1.00,a,+1.00\n02/02/2024,+1.00,b,c,+2.00\n", "it has 5 fields, this form has 4"),
    "comma-in-text": (STGEORGE, STGEORGE_HEAD + "01/07/2024,Osko, D,,3.00,3.00,X\n", "row 2, field Debit, value 'D'"),
    "nab-cut-too-early": (NAB, NAB_HEAD + "02 Feb 22,-1.00,1,,t\n", "it has 5 fields, this form has 6 to 9"),
    "nab-cut-before-balance": (
        NAB, NAB_HEAD + "02 Feb 22,-1.00,1,,t,d,9.00\n01 Feb 22,-1.00,1,,t,d\n", "row 3 does not contain value for required field Balance",
    ),
    "unclosed-quote": (COMMBANK, '01/02/2024,+1.00,a,+1.00\n02/02/2024,+1.00,"b,+2.00\n', "a quote is opened and never closed"),
    "both-columns": (WESTPAC, WESTPAC_HEAD + "1,01/02/2024,a,1.00,2.00,3.00,,\n", "value '2.00'. The debit is filled too: 1.00"),
    "neither-column": (WESTPAC, WESTPAC_HEAD + "1,01/02/2024,a,,,3.00,,\n", "row 2 does not contain value for required field Debit Amount"),
    "negative-debit": (WESTPAC, WESTPAC_HEAD + "1,01/02/2024,a,-1.00,,3.00,,\n", "In this form a debit is positive"),
    "negative-credit": (WESTPAC, WESTPAC_HEAD + "1,01/02/2024,a,,-1.00,3.00,,\n", "A credit is not negative"),
    "two-debit-signs": (
        BANKWEST, BANKWEST_HEAD + "302-985,1234567,01/02/2024,a,,-1.00,,9.00,X\n302-985,1234567,02/02/2024,b,,1.00,,8.00,X\n",
        "row 3, field Debit, value '1.00'. Row 2 writes a debit with the other sign",
    ),
    "no-number": (WESTPAC, WESTPAC_HEAD + ",01/02/2024,a,1.00,,3.00,,\n", "row 2 does not contain value for required field Bank Account"),
    "long-number": (WESTPAC, WESTPAC_HEAD + f"{'1' * 35},01/02/2024,a,1.00,,3.00,,\n", "at most 34 characters"),
    "bad-bsb": (BANKWEST, BANKWEST_HEAD + "30-985,1234567,01/02/2024,a,,1.00,,9.00,X\n", "Expected a BSB of six digits"),
    "two-names": (
        BANKWEST, NAMED_HEAD + "A,302-985 1234567,01/02/2024,a,,1.00,,9.00,X\nB,302-985 1234567,02/02/2024,b,,1.00,,8.00,X\n",
        "row 3, field Account Name, value 'B' where row 2 says 'A'",
    ),
    "up-without-offset": (
        UP, UP_HEAD + "2024-01-05,633-123 123456789,P,x,,,,-1,AUD,-1,0,-1.00,,2024-01-05\n", "field Time, value '2024-01-05'",
    ),
    "rows-counted": (ANZ, "01/02/2024,1.00,a\n" * 101, "row-count-exceeded: CSV row count is above limit of 100"),
    "header-alone": (ING, ING_HEAD, "empty-file: CSV file has no data rows"),
    "nothing": (ING, "", "empty-file: CSV file has no data rows"),
    "column-twice": (ING, "Date,Description,Credit,Debit,Balance,Debit\n01/02/2024,a,1.00,,1.00,\n", "required field txnAmount"),
    "no-form": (COMMBANK, "hello\nworld\n", "missing-required-field: CSV header does not contain required field txnPostDate"),
    "too-far-down": (SUNCORP, "a\nb\nc\nDate,Description,Amount,Balance\n01/02/2024,a,1.00,1.00\n", "required field txnDirection"),
    "bendigo-without-account": (BENDIGO, ",01/02/2024,X,1.00,a,b,c\n", "required field txnDirection"),
}  # fmt: skip


@pytest.mark.parametrize(("institution", "text", "expected"), CASES.values(), ids=CASES)
def test_a_file_is_refused_with_the_place(institution: str, text: str, expected: str) -> None:
    assert expected in refusal(institution, text)


def test_a_card_number_is_not_quoted_whole() -> None:
    text = WESTPAC_HEAD + "1,01/02/2024,a,5163000000000002,,3.00,,\n"
    assert "5163000000000002" not in refusal(WESTPAC, text)


def test_a_zero_beside_a_figure_is_no_second_figure() -> None:
    (found,) = read_statement((WESTPAC_HEAD + "1,01/02/2024,a,0.00,2.00,3.00,,\n").encode(), WESTPAC, 10, LAYOUTS)
    assert found.transactions[0].amount == 200


def test_balances_prove_a_newest_first_file_whose_days_are_not_in_order() -> None:
    text = "03/02/2024,+1.00,c,+4.00\n01/02/2024,+1.00,b,+3.00\n02/02/2024,+1.00,a,+2.00\n"
    (found,) = read_statement(text.encode(), COMMBANK, 10, LAYOUTS)
    assert [row.description for row in found.transactions] == ["a", "b", "c"]
    assert found.proved == 2
