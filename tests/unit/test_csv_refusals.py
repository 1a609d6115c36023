"""Every refusal of the CSV reader: its code, and the row, field and value in its detail."""

from __future__ import annotations

import pytest

from bowerbird import codes
from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.csv.transactions import read_csv
from bowerbird.statements.refusal import Refused, shown
from tests.leaf_samples import layout_sample

CELLS = {
    "accountId": "acc-1",
    "institution_id": "AU00101",
    "accountNo": "12345",
    "accCurrency": "AUD",
    "accBalance": "1.00",
    "accAvailableFunds": "",
    "accLastUpdated": "2024/02/01",
    "accType": "savings",
    "accProduct": "Saver",
    "transactionId": "",
    "txnPostDate": "2024/01/31",
    "txnDescription": "Coffee",
    "txnAmount": "-4.50",
    "txnDirection": "debit",
}


def refusal(data: bytes | str, max_rows: int = 100) -> Refused:
    with pytest.raises(Refused) as caught:
        read_csv(data if isinstance(data, str) else csv_text(data), "AU00101", max_rows, LAYOUT)
    assert caught.value.entry.says(*caught.value.entry.answer(caught.value.values))
    return caught.value


def table(*changes: dict[str, str], without: str = "") -> str:
    """A file of one good row, then one row for each set of changed cells; `without` leaves a column out."""
    names = [name for name in CELLS if name != without]
    lines = [",".join((CELLS | change)[name] for name in names) for change in ({}, *changes)]
    return "\n".join([",".join(names), *lines])


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbf", b" \r\n\n", b",,,\n", table().split("\n")[0].encode(), b"\n" + table().split("\n")[0].encode() + b"\n,,\n"],
)
def test_empty(data: bytes) -> None:
    assert str(refusal(data)) == "CSV empty file CSV file has no data rows."


@pytest.mark.parametrize(
    "field", ["accountNo", "accCurrency", "accBalance", "accType", "accProduct", "txnPostDate", "txnDescription", "txnAmount"]
)
def test_a_column_or_a_value_is_missing(field: str) -> None:
    refused = refusal(table(without=field))
    assert (refused.entry, refused.detail) == (codes.CSV_MISSING_FIELD, f"CSV header does not contain required field {field}.")
    refused = refusal(table({field: " "}))
    assert (refused.entry, refused.detail) == (codes.CSV_MISSING_VALUE, f"CSV row 3 does not contain value for required field {field}.")


def test_nothing_tells_debit_from_credit() -> None:
    refused = refusal(table(without="txnDirection").replace("-4.50", "4.50"))
    assert (refused.entry, refused.values) == (codes.CSV_MISSING_FIELD, {"field": "txnDirection"})
    refused = refusal(table({"txnAmount": "4.50", "txnDirection": ""}))
    assert (refused.entry, refused.values) == (codes.CSV_MISSING_VALUE, {"row": 3, "field": "txnDirection"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("institution_id", "AU00102"),
        ("accountNo", "1" * 35),
        ("accCurrency", "aud"),
        ("accCurrency", "XYZ"),
        ("accBalance", "1.234"),
        ("accBalance", "1e3"),
        ("accAvailableFunds", "much"),
        ("accLastUpdated", "31/01/2024"),
        ("accLastUpdated", "2024-01-31T00:00:00"),
        ("accType", "piggy-bank"),
        ("txnPostDate", "2024/02/30"),
        ("txnPostDate", "2024/1/31"),
        ("txnPostDate", "2024/01-31"),
        ("txnPostDate", "0024/01/31"),
        ("txnPostDate", "2024-01-31T25:00:00Z"),
        ("txnPostDate", "２０２４/01/31"),
        ("txnAmount", "-4.5E1"),
        ("txnAmount", "$4.50"),
        ("txnAmount", "--4.50"),
        ("txnAmount", "4_5.00"),
        ("txnAmount", "٤.50"),
        ("txnAmount", "15."),
        ("txnAmount", "1" * 20),
        ("txnAmount", "nan"),
        ("txnDirection", "credit"),
        ("txnDirection", "out"),
    ],
)
def test_a_value_is_not_valid(field: str, value: str) -> None:
    refused = refusal(table({field: value}))
    assert (refused.entry, refused.values["row"], refused.values["field"], refused.values["value"]) == (
        codes.CSV_INVALID_VALUE,
        3,
        field,
        value,
    )
    assert refused.detail.startswith(f"Field value is not valid: row 3, field {field}, value '{value}'. ")
    assert refused.detail.endswith(".")


def test_a_plus_contradicts_debit() -> None:
    assert refusal(table({"txnAmount": "+4.50"})).values["reason"] == "The amount is +4.50."


def test_an_id_appears_twice() -> None:
    refused = refusal(table({"transactionId": "t1"}, {"transactionId": "t2"}, {"transactionId": "t1"}))
    assert refused.detail == "Field value is not valid: row 5, field transactionId, value 't1'. It appears twice in the file."


def test_a_transaction_after_the_last_update() -> None:
    refused = refusal(table({"txnPostDate": "2024-02-02"}))
    assert refused.entry is codes.CSV_AFTER_LAST_UPDATED
    assert refused.detail == "Row 3 has txnPostDate 2024-02-02, after accLastUpdated 2024/02/01."
    assert refusal(table({"txnPostDate": "2024-02-02"}, {"txnPostDate": "2024-02-02"}).replace("\n", "\n\n", 1)).values["row"] == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("institution_id", ""),
        ("accountNo", "54321"),
        ("accCurrency", "NZD"),
        ("accBalance", "1.01"),
        ("accAvailableFunds", "5"),
        ("accLastUpdated", "2024/02/02"),
        ("accType", "loan"),
        ("accProduct", "Other"),
    ],
)
def test_account_data_differs(field: str, value: str) -> None:
    refused = refusal(table({}, {field: value}))
    first = CELLS[field]
    assert refused.entry is codes.CSV_ACCOUNT_DIFFERS
    assert refused.detail == (
        f"Data for single account differs across rows: row 4, field {field}, value '{value}' where row 2 says '{first}'."
    )


def test_one_number_under_two_ids_differs() -> None:
    refused = refusal(table({"accountId": "acc-2"}))
    assert (refused.entry, refused.values["field"], refused.values["value"]) == (codes.CSV_ACCOUNT_DIFFERS, "accountId", "acc-2")


def test_too_many_rows() -> None:
    refused = refusal(table({}, {}, {}), max_rows=3)
    assert (refused.entry, refused.detail) == (codes.CSV_TOO_MANY_ROWS, "CSV row count is above limit of 3.")
    assert refusal(table({"accType": "piggy-bank"}, {}, {}), max_rows=3).entry is codes.CSV_TOO_MANY_ROWS
    assert refusal(table({"accType": "piggy-bank"}) + "\n" * 9, max_rows=3).entry is codes.CSV_INVALID_VALUE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,b", "it has 2 fields, the header has 14."),
        ('"a', "a quote is opened and never closed."),
        ('"a"b,c', "text follows a closing quote."),
        ("x" * 131_073, "a field is longer than 131072 characters."),
    ],
)
def test_a_row_cannot_be_split(line: str, reason: str) -> None:
    refused = refusal(f"{table()}\n{line}\n{table()}" if '"' not in line else f"{table()}\n{line}")
    assert (refused.entry, refused.detail) == (codes.CSV_INVALID_ROW, f"CSV row 3 cannot be split into fields: {reason}")


def test_an_earlier_bad_value_is_reported_before_a_later_bad_row() -> None:
    assert refusal(table({"accType": "piggy-bank"}) + '\n"a').entry is codes.CSV_INVALID_VALUE
    assert refusal(table() + '\n"a', max_rows=1).entry is codes.CSV_INVALID_ROW


def test_missing_comes_before_invalid_in_one_row() -> None:
    assert refusal(table({"accType": "piggy-bank", "txnAmount": ""})).entry is codes.CSV_MISSING_VALUE


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (table().encode() + b"\n\x00", 3),
        (table().encode().replace(b"Coffee", b"\x81"), 2),
        (table({"txnDescription": "Café"}).encode().replace(b"Coffee", b"Caf\xe9"), 2),
        (b"\xef\xbb\xbf" + table().encode().replace(b"Coffee", b"Caf\xe9"), 2),
    ],
    ids=["nul", "undefined-byte", "mixed-encodings", "bom-but-not-utf-8"],
)
def test_bytes_that_are_no_text(data: bytes, row: int) -> None:
    refused = refusal(data)
    assert (refused.entry, refused.values["row"]) == (codes.CSV_INVALID_ROW, row)


def test_a_column_twice_and_too_many_columns() -> None:
    assert "column accType appears twice" in refusal(table().replace("accProduct", "ACCTYPE", 1)).detail
    assert "more than 1000 columns" in refusal("," * 1000 + "x\n").detail


def test_a_broken_chain_of_balances() -> None:
    refused = refusal(layout_sample("published_2020", "broken_chain.csv").read_bytes())
    assert refused.entry is codes.CSV_INVALID_VALUE
    assert refused.detail == (
        "Field value is not valid: row 4, field txnBalance, value '90.00'. Expected 91.00: 80.00 in row 5 and 11.00 here."
    )


def test_values_are_shown_short_printable_and_without_card_numbers() -> None:
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown("x" * 60) == "x" * 60
    assert shown("a\x1b[31m\u202eb") == "a\ufffd[31m\ufffdb"
    assert shown("card 4111 1111 1111 1111 of 12345678901234") == "card xxxxxxxxxxxx1111 of 12345678901234"
    assert "4111111111111111" not in str(refusal(table({"accountId": "b", "accountNo": "4111111111111111"}, {"accountId": "b"})))


def test_a_refusal_needs_exactly_its_placeholders() -> None:
    with pytest.raises(KeyError):
        Refused(codes.CSV_MISSING_FIELD, row=1)
