"""The story the demo tells: from a token to transactions, with a challenge, an unhappy login and a CSV statement on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bowerbird import codes
from bowerbird.cli.client import follow
from bowerbird.cli.tour.screen import Screen
from bowerbird.client import ApiError, Bowerbird
from bowerbird.client.request import challenge_of
from bowerbird.model.clock import SystemClock
from bowerbird.verify.life import PAPER, statement_csv

if TYPE_CHECKING:
    from bowerbird.api.schemas import JobView

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


def two_weeks(today: date) -> bytes:
    """A statement of the last two weeks of an account."""
    rows = {number: (today - timedelta(days=days), text, cents) for number, (days, text, cents) in enumerate(ROWS, 1)}
    return statement_csv("demo", OPENING_CENTS, rows, today)


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


def walk(server: Bowerbird, screen: Screen, token_seconds: int, *, keep: bool) -> None:
    screen.title(f"Bowerbird demo against {server.url}")
    screen.chapter("A token", "POST /token")
    screen.say(f"SERVER_ACCESS, good for {token_seconds // 60} minutes")
    screen.chapter("A user", "POST /users")
    user = server.create_user(email="gavin@hooli.com", first_name="Gavin", last_name="Belson")
    screen.say(f"{user.email}  {user.id}")
    try:
        _connect(server, screen, user.id)
        _upload(server, screen, user.id)
        _read(server, screen, user.id)
    finally:
        if not keep:
            server.delete_user(user.id)
    screen.end(f"The user stays on the server: {user.id}" if keep else "The demo's user and data are removed again (--keep leaves them).")


def _connect(server: Bowerbird, screen: Screen, user_id: str) -> None:
    screen.chapter("A bank connection", "POST /users/{id}/connections, then GET /jobs/{id}")
    _log_in(server, screen, user_id, GAVIN)
    screen.chapter("A bank that asks back", "POST /jobs/{id}/mfa")
    _log_in(server, screen, user_id, GAVIN_ASKED)
    screen.chapter("A login that fails", "the code says who must act")
    _log_in(server, screen, user_id, LOCKED)


def _log_in(server: Bowerbird, screen: Screen, user_id: str, login: DemoLogin) -> None:
    job = server.create_connection(user_id, login_id=login.name, password=login.password, institution_id=login.institution)
    bank = server.get_institution(login.institution).short_name
    screen.follow(f"{bank}, {login.name}", follow(server, job.id), partial(_answer, server, screen, login))


def _answer(server: Bowerbird, screen: Screen, login: DemoLogin, job: JobView) -> None:
    """Answer the challenge of a job that waits for one."""
    asked = challenge_of(job)
    if asked is not None:
        screen.say(f"the bank asks: {' '.join(asked.prompts)}  the person answers: {login.answer}")
        server.create_mfa_response(job.id, mfa_response=[login.answer])


def _upload(server: Bowerbird, screen: Screen, user_id: str) -> None:
    screen.chapter("A CSV statement", "POST /users/{id}/statements")
    upload = partial(
        server.create_statement, user_id, institution_id=PAPER, statement=two_weeks(SystemClock().now().date()), file_name=FILE_NAME
    )
    at_first = _count(server, user_id)
    try:
        job = upload()
    except ApiError as refusal:
        if refusal.code != codes.NO_PRODUCTION_ACCESS.code:
            raise
        screen.refused(refusal.status, refusal.code, refusal.detail)
        screen.say("The key's application may use the sandbox only, and statements belong to real institutions.")
        screen.say("One that may do both: bowerbird app create NAME --production")
        return
    bank = server.get_institution(PAPER).short_name
    screen.follow(f"{bank}, {FILE_NAME}", follow(server, job.id))
    afterwards = _count(server, user_id)
    screen.say(f"it brought {afterwards - at_first} transactions")
    screen.follow("the same file again", follow(server, upload().id))
    screen.say(f"it brought {_count(server, user_id) - afterwards}: the server knows them already")


def _count(server: Bowerbird, user_id: str) -> int:
    return server.list_transactions(user_id, limit=1).size


def _read(server: Bowerbird, screen: Screen, user_id: str) -> None:
    accounts = server.list_accounts(user_id).data
    banks = {id: server.get_institution(id).short_name for id in sorted({account.institution for account in accounts})}
    screen.chapter("Accounts", "GET /users/{id}/accounts")
    screen.accounts(sorted(accounts, key=lambda account: (account.institution, account.name)), banks)
    page = server.list_transactions(user_id, limit=LATEST)
    screen.chapter("Transactions", f"GET /users/{{id}}/transactions: the latest {len(page.data)} of {page.size:,}")
    names = {account.id: f"{banks[account.institution]} {account.name}" for account in accounts}
    screen.transactions(page.data, names)
