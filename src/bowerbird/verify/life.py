"""What the checks do as a client: connect, upload, read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
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
    rows = {number: (_FIRST_DAY + timedelta(days=number), f"ROW {number}", number + 1) for number in range(first, last)}
    return statement_csv("verify", balance_cents(first), rows, _FIRST_DAY + timedelta(days=last))


def statement_csv(account: str, opening_cents: int, rows: Mapping[int, tuple[date, str, int]], last_day: date) -> bytes:
    """A statement of a made-up account in the published format: the number of a row → its day, description and cents.

    Each balance is the one before plus the amount, as the server checks.
    """
    closing = opening_cents + sum(cents for _, _, cents in rows.values())
    balance = opening_cents
    text = io.StringIO()
    writer = csv.DictWriter(text, STATEMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number, (day, description, cents) in rows.items():
        balance += cents
        writer.writerow(
            {
                "accountId": f"{account}-1",
                "institution_id": PAPER,
                "accountNo": "012345678",
                "accountHolder": "GAVIN BELSON",
                "accCurrency": "AUD",
                "accBalance": format_cents(closing),
                "accAvailableFunds": format_cents(closing),
                "accLastUpdated": f"{last_day:%Y/%m/%d}",
                "accType": "transaction",
                "accProduct": "Orange Everyday",
                "transactionId": f"{account}-{number}",
                "txnPostDate": f"{day:%Y/%m/%d}",
                "txnDescription": description,
                "txnBalance": format_cents(balance),
                "txnAmount": format_cents(cents),
                "txnDirection": "credit" if cents > 0 else "debit",
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
