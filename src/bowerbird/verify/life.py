"""What the checks do as a client: connect, upload, read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, timedelta

from bowerbird.client import Bowerbird
from bowerbird.model.money import format_cents

BANK, PAPER = "AU00000", "AU00201"
LOGIN, PASSWORD = "gavinBelson", "hooli2016"

STATEMENT_COLUMNS = (
    "accountId,institution_id,accountNo,accountHolder,accCurrency,accBalance,accAvailableFunds,accLastUpdated,accType,accProduct,"
    "transactionId,txnPostDate,txnDescription,txnBalance,txnAmount,txnDirection,transactionCode,mccCode,sortRand,user_id"
).split(",")
"""Of a CSV statement in the published format."""

_FIRST_DAY, _OPENING_CENTS = date(2025, 1, 1), 100_000


def balance_cents(rows: int) -> int:
    """After so many rows of the account's history: row n is worth n + 1 cents."""
    return _OPENING_CENTS + rows * (rows + 1) // 2


def statement(first: int, last: int) -> bytes:
    """Rows `first` to before `last` of one account's history, one a day: two such statements may overlap."""
    text = io.StringIO()
    writer = csv.DictWriter(text, STATEMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number in range(first, last):
        writer.writerow(
            {
                "accountId": "verify-1",
                "institution_id": PAPER,
                "accountNo": "012345678",
                "accountHolder": "GAVIN BELSON",
                "accCurrency": "AUD",
                "accBalance": format_cents(balance_cents(last)),
                "accAvailableFunds": format_cents(balance_cents(last)),
                "accLastUpdated": f"{_FIRST_DAY + timedelta(days=last):%Y/%m/%d}",
                "accType": "transaction",
                "accProduct": "Orange Everyday",
                "transactionId": f"verify-{number}",
                "txnPostDate": f"{_FIRST_DAY + timedelta(days=number):%Y/%m/%d}",
                "txnDescription": f"ROW {number}",
                "txnBalance": format_cents(balance_cents(number + 1)),
                "txnAmount": format_cents(number + 1),
                "txnDirection": "credit",
            }
        )
    return text.getvalue().encode()


def connect(bank: Bowerbird, user_id: str) -> str:
    """Begin to connect a bank of the sandbox; the job's id."""
    return bank.create_connection(user_id, login_id=LOGIN, password=PASSWORD, institution_id=BANK).id


def upload(bank: Bowerbird, user_id: str, content: bytes) -> str:
    """Upload a statement; the job's id."""
    return bank.create_statement(user_id, institution_id=PAPER, statement=content).id


def rows_of(bank: Bowerbird, user_id: str) -> Counter[tuple[str, str, str]]:
    """A user's transactions, as who reads them tells them apart."""
    return Counter((each.post_date or "", each.amount, each.description) for each in bank.iterate_transactions(user_id))
