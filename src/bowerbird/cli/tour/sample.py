"""A made-up CSV statement in the published format, for the demo to upload."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from bowerbird.model.money import format_cents
from bowerbird.verify.life import STATEMENT_COLUMNS

INSTITUTION = "AU00201"
FILE_NAME = "statement.csv"

OPENING_CENTS = 184_250
ROWS = (  # days ago, description, cents
    (13, "SALARY HOOLI PTY LTD", 312_500),
    (12, "RENT 12 PALO ALTO AVE", -98_000),
    (9, "CORNER GROCER NEWTOWN", -8_415),
    (6, "OPAL TOP UP", -4_000),
    (3, "CINEMA NOVA", -2_650),
    (1, "CORNER GROCER NEWTOWN", -6_180),
)


def statement_csv(today: date) -> bytes:
    """The last two weeks of an account. Each balance is the one before plus the amount, as the server checks."""
    closing = OPENING_CENTS + sum(cents for _, _, cents in ROWS)
    account = {
        "accountId": "demo-1",
        "institution_id": INSTITUTION,
        "accountNo": "012345678",
        "accountHolder": "GAVIN BELSON",
        "accCurrency": "AUD",
        "accBalance": format_cents(closing),
        "accAvailableFunds": format_cents(closing),
        "accLastUpdated": f"{today:%Y/%m/%d}",
        "accType": "transaction",
        "accProduct": "Orange Everyday",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, STATEMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    balance = OPENING_CENTS
    for number, (days, description, cents) in enumerate(ROWS, 1):
        balance += cents
        writer.writerow(
            account
            | {
                "transactionId": f"demo-{number}",
                "txnPostDate": f"{today - timedelta(days=days):%Y/%m/%d}",
                "txnDescription": description,
                "txnBalance": format_cents(balance),
                "txnAmount": format_cents(cents),
                "txnDirection": "credit" if cents > 0 else "debit",
            }
        )
    return text.getvalue().encode()
