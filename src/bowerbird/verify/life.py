"""What the checks do as a client: connect, upload, read."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bowerbird.client import Bowerbird
from bowerbird.client.request import path
from bowerbird.model.money import format_cents

BANK, PAPER = "AU00000", "AU00201"
LOGIN, PASSWORD = "gavinBelson", "hooli2016"

STATEMENT_COLUMNS = (
    "accountId,institution_id,accountNo,accountHolder,accCurrency,accBalance,accAvailableFunds,accLastUpdated,accType,accProduct,"
    "transactionId,txnPostDate,txnDescription,txnBalance,txnAmount,txnDirection,transactionCode,mccCode,sortRand,user_id"
).split(",")
"""Of a CSV statement in the published format."""

_NAME = re.compile(r"\{(\w+)\}")
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


@dataclass(frozen=True, slots=True)
class Belongings:
    """The ids of one user and of what hangs on them, by the name that paths give each."""

    ids: dict[str, str]

    @property
    def user_id(self) -> str:
        return self.ids["userId"]

    @property
    def job_id(self) -> str:
        return self.ids["jobId"]

    @property
    def account_id(self) -> str:
        return self.ids["accountId"]

    def names(self, pattern: str) -> bool:
        """Whether a path takes ids, and only such as are here."""
        found = set(_NAME.findall(pattern))
        return bool(found) and found <= set(self.ids) and (pattern.startswith("/events/{") or "id" not in found)

    def path(self, pattern: str) -> str:
        return path(pattern, **self.ids)


def belongings(bank: Bowerbird) -> Belongings:
    """A new user with a connected bank, and the ids of one of each kind."""
    user = bank.create_user(email="verify@example.com").id
    job = connect(bank, user)
    bank.wait_for_job(job)
    row = next(iter(bank.iterate_transactions(user)))
    events = bank.list_events(filter=f"user.id.eq('{user}')").data
    ids = {"userId": user, "jobId": job, "connectionId": bank.list_connections(user).data[0].id, "transactionId": row.id}
    return Belongings({**ids, "accountId": row.account, "identityId": bank.list_identities(user).data[0].id, "id": events[0].id})


def rows_of(bank: Bowerbird, user_id: str) -> Counter[tuple[str, str, str]]:
    """A user's transactions, as who reads them tells them apart."""
    return Counter((each.post_date or "", each.amount, each.description) for each in bank.iterate_transactions(user_id))
