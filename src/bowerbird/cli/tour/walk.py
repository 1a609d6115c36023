"""The story the demo tells: from a token to transactions, with a challenge, an unhappy login and a CSV statement on the way."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from bowerbird import codes
from bowerbird.cli.client import Client, ClientRefusal, challenge
from bowerbird.cli.tour.screen import Screen
from bowerbird.model.clock import SystemClock
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


LATEST = 12


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A person of the sandbox, at one of its banks."""

    institution: str
    name: str
    password: str
    answer: str = ""


GAVIN = DemoLogin("AU00000", "gavinBelson", "hooli2016")
GAVIN_ASKED = DemoLogin("AU00002", "gavinBelson", "hooli2016", "Hooli")
LOCKED = DemoLogin("AU00000", "bighead", "password")


def walk(client: Client, screen: Screen, *, keep: bool) -> None:
    screen.title(f"Bowerbird demo against {client.url}")
    screen.chapter("A token", "POST /token")
    screen.say(f"SERVER_ACCESS, good for {client.expires_in // 60} minutes")
    screen.chapter("A user", "POST /users")
    user = client.post("/users", {"email": "gavin@hooli.com", "firstName": "Gavin", "lastName": "Belson"})
    path = f"/users/{user['id']}"
    screen.say(f"{user['email']}  {user['id']}")
    try:
        _connect(client, screen, path)
        _upload(client, screen, path)
        _read(client, screen, path)
    finally:
        if not keep:
            client.delete(path)
    screen.end(
        f"The user stays on the server: {user['id']}" if keep else "The demo's user and data are removed again (--keep leaves them)."
    )


def _connect(client: Client, screen: Screen, path: str) -> None:
    screen.chapter("A bank connection", "POST /users/{id}/connections, then GET /jobs/{id}")
    _log_in(client, screen, path, GAVIN)
    screen.chapter("A bank that asks back", "POST /jobs/{id}/mfa")
    _log_in(client, screen, path, GAVIN_ASKED)
    screen.chapter("A login that fails", "the code says who must act")
    _log_in(client, screen, path, LOCKED)


def _log_in(client: Client, screen: Screen, path: str, login: DemoLogin) -> None:
    body = {"loginId": login.name, "password": login.password, "institution": {"id": login.institution}}
    job = client.post(f"{path}/connections", body)
    bank = client.get(f"/institutions/{login.institution}")["shortName"]
    answer = partial(_answer, client, screen, login)
    screen.follow(f"{bank}, {login.name}", client.follow(job["id"]), answer)


def _answer(client: Client, screen: Screen, login: DemoLogin, job: dict[str, Any]) -> None:
    """Answer the challenge of a job that waits for one."""
    asked = challenge(job)
    if asked is not None:
        screen.say(f"the bank asks: {' '.join(asked['input'])}  the person answers: {login.answer}")
        client.post(f"/jobs/{job['id']}/mfa", {"mfa-response": [login.answer]})


def _upload(client: Client, screen: Screen, path: str) -> None:
    screen.chapter("A CSV statement", "POST /users/{id}/statements")
    content = statement_csv(SystemClock().now().date())
    at_first = _count(client, path)
    try:
        job = client.upload(f"{path}/statements", INSTITUTION, FILE_NAME, content)
    except ClientRefusal as refusal:
        if refusal.code != codes.NO_PRODUCTION_ACCESS.code:
            raise
        screen.refused(refusal.status, refusal.code, refusal.detail)
        screen.say("The key's application may use the sandbox only, and statements belong to real institutions.")
        screen.say("One that may do both: bowerbird app create NAME --production")
        return
    bank = client.get(f"/institutions/{INSTITUTION}")["shortName"]
    screen.follow(f"{bank}, {FILE_NAME}", client.follow(job["id"]))
    afterwards = _count(client, path)
    screen.say(f"it brought {afterwards - at_first} transactions")
    job = client.upload(f"{path}/statements", INSTITUTION, FILE_NAME, content)
    screen.follow("the same file again", client.follow(job["id"]))
    screen.say(f"it brought {_count(client, path) - afterwards}: the server knows them already")


def _count(client: Client, path: str) -> int:
    size: int = client.get(f"{path}/transactions", limit=1)["size"]
    return size


def _read(client: Client, screen: Screen, path: str) -> None:
    accounts = client.get(f"{path}/accounts")["data"]
    ids = sorted({account["institution"] for account in accounts})
    banks = {id: client.get(f"/institutions/{id}")["shortName"] for id in ids}
    screen.chapter("Accounts", "GET /users/{id}/accounts")
    screen.accounts(sorted(accounts, key=lambda account: (account["institution"], account["name"])), banks)
    page = client.get(f"{path}/transactions", limit=LATEST)
    screen.chapter("Transactions", f"GET /users/{{id}}/transactions: the latest {len(page['data'])} of {page['size']:,}")
    names = {account["id"]: f"{banks[account['institution']]} {account['name']}" for account in accounts}
    screen.transactions(page["data"], names)
