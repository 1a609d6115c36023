"""What a connector must do: its sample logins show what is expected, and every fault of its bank ends in a failure. Needs no pytest.

Both the kit that tests inherit and `bowerbird connector check` run these; each yields a sentence a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.json_value import JsonValue
from bowerbird.model.money import format_cents, format_optional_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.named_files import read_bytes
from bowerbird.sdk.bounds import account_problem, declaration_problem, row_problem
from bowerbird.sdk.challenges import AwaitApproval, Challenge, LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.connector import (
    ANY_PUBLIC_HOST,
    AnswersChallenges,
    Connector,
    ConnectorContext,
    HasUpstream,
    ReturnsFromBank,
    WaitsForApproval,
)
from bowerbird.sdk.failures import AuthorizationNeeded, ChallengeRaised
from bowerbird.sdk.leaf import folder_name
from bowerbird.sdk.pages import RECHECKED_DAYS, TransactionsPage, page_of, read_pages
from bowerbird.sdk.replayed_bank import UPSTREAM_FAULTS, RecordedAnswer, ReplayedBank

_MAX_ROWS = 1_000_000
_MAX_LOOKS = 10


SAMPLE_BROWSER = PersonBrowser("https://bowerbird.example/home/return", "the-word-of-the-sample")
"""The browser of the person in a sample."""


class SampleLogin(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A login that is tried at the moment `now`; `answers` are those to the bank's challenge, where it asks.

    `exchanges` are the requests that the connector sends, each with the bank's answer; `secret` is what it kept before. `returned` are
    the parameters with which the person comes back from the bank's own pages, where the login leads there.
    """

    institution: str
    login_id: str
    password: str
    now: datetime
    security_code: str = ""
    answers: tuple[str, ...] = ()
    exchanges: tuple[RecordedAnswer, ...] = ()
    secret: str | None = None
    returned: dict[str, str] | None = None
    settings: dict[str, str] = {}


def read_sample_login(sample: Path) -> SampleLogin:
    """Raises msgspec.ValidationError."""
    return msgspec.json.decode(read_bytes(sample), type=SampleLogin)


def declared_problems(connector: Connector, folder: str) -> Iterator[str]:
    """What is wrong with what a connector says of itself; `folder` is its package's name."""
    if wrong := declaration_problem(connector):
        yield f"the connector {wrong}"
    elif isinstance(connector, HasUpstream) and folder_name(connector.upstream.name) != folder.removeprefix("bowerbird_"):
        yield f"`upstream.name` is {connector.upstream.name}, but the folder is {folder}"


def sample_problems(connector: Connector, login: SampleLogin, wanted: JsonValue) -> Iterator[str]:
    """How what a sample's login shows differs from what is expected."""
    if login.institution not in connector.institutions:
        yield f"the connector does not serve {login.institution}"
    if isinstance(connector, HasUpstream) and connector.upstream.hosts is not ANY_PUBLIC_HOST:
        others = {urlsplit(exchange.url).hostname for exchange in login.exchanges} - connector.upstream.hosts
        yield from (f"it asks {host}, which `upstream.hosts` does not name" for host in sorted(map(str, others)))
    if login.exchanges and not isinstance(connector, HasUpstream):
        yield "the connector has no `upstream`: without the names of its hosts the server sends no request"
    read = _read(connector, login, ReplayedBank(login.exchanges))
    if problems := list(dict.fromkeys(_out_of_bounds(read))):
        yield from problems
        return
    shown = _shown(read)
    if shown != wanted:
        yield f"the login shows {msgspec.json.encode(shown).decode()}; where that is right, write it into the JSON beside the sample"
    yield from _since_problems(connector, login, read)


def _out_of_bounds(read: _Read) -> Iterator[str]:
    """What the server would refuse of what a login shows."""
    for account, rows in read.listings:
        yield from filter(None, [account_problem(account), *map(row_problem, rows)])


def _since_problems(connector: Connector, login: SampleLogin, read: _Read) -> Iterator[str]:
    """What goes wrong where the sample's accounts are listed once more as a refresh lists them: from some day on."""
    since, bank = login.now.date() - timedelta(days=RECHECKED_DAYS), ReplayedBank(login.exchanges, by_path=True)
    for account, rows in read.listings if isinstance(connector, HasUpstream) else ():
        at = f"transactions since {since} ({RECHECKED_DAYS} days before `now`)"
        if account.unavailable:
            continue
        try:
            listed = list_transactions(connector, read.session, account, replace(read.context, http=bank), since)
        except Exception as error:  # noqa: BLE001  (the checks judge every kind)
            yield f"{at}: {type(error).__name__}: {error}"
            continue
        yield from dict.fromkeys(f"{at}: {wrong}" for wrong in filter(None, map(row_problem, listed)))
        missing = [row for row in rows if row not in listed and (row.posted is None or row.posted >= since)]
        if missing:
            yield f"{at}: {len(missing)} of the pending rows and of those posted since then are missing"


def redirect_problems(connector: Connector, sample: SampleLogin) -> Iterator[str]:
    """What is wrong with the secret that a login at the bank's own pages leaves, where a sample has one.

    A refresh has only that secret, and a step that runs again after a crash has it beside the same answer of the bank.
    """
    if sample.returned is None or not isinstance(connector, ReturnsFromBank):
        return
    kept: list[str] = []
    context = ConnectorContext(sample.now, seed=1, earlier_jobs=0, settings=sample.settings, keep_secret=kept.append)
    state = SAMPLE_BROWSER.state
    connector.returned(state, sample.returned, replace(context, http=ReplayedBank(sample.exchanges)))
    if not kept:
        yield "`returned` keeps no secret: a refresh, where no person is, has nothing to log in with"
        return
    again = ReplayedBank(sample.exchanges)
    try:
        connector.returned(state, sample.returned, replace(context, http=again, secret=kept[-1]))
    except Exception as error:  # noqa: BLE001  (the checks judge every kind)
        yield f"`returned` with the secret that it kept for the same state: {type(error).__name__}: {error}"
    if again.sent:
        yield f"`returned` sends {again.sent} requests though the secret of this very state is kept: the bank takes a code once"
    yield from _refresh_problems(connector, sample, context)


def _refresh_problems(connector: Connector, sample: SampleLogin, context: ConnectorContext) -> Iterator[str]:
    """What a login without a person and without a secret does otherwise than ask for the person."""
    bank = ReplayedBank(sample.exchanges)
    try:
        connector.log_in(Login(sample.institution, "", ""), replace(context, http=bank))
    except AuthorizationNeeded:
        return
    except Exception as error:  # noqa: BLE001  (the checks judge every kind)
        yield f"a refresh without a secret: {type(error).__name__} in place of AuthorizationNeeded"
        return
    yield "a refresh without a secret logs in: it must raise AuthorizationNeeded"


def fault_problems(connector: Connector, login: SampleLogin, began: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """Faults at a request of the sample that end otherwise than in a Failure, are followed by further requests, or show a secret.

    `began` is called with each fault before it is tried.
    """
    for nth in range(len(login.exchanges)):
        for fault in UPSTREAM_FAULTS:
            at, bank = f"request {nth + 1}, {fault.name}", ReplayedBank(login.exchanges, nth, fault)
            began(at)
            outcome = outcome_of(connector, login, bank)
            if not fault.is_expected(outcome):
                yield f"{at}: {outcome!r} is no Failure of bowerbird.sdk.failures"
            elif outcome is not None and bank.sent > nth + 1:
                yield f"{at}: {bank.sent - nth - 1} more requests were sent"
            if login.password and login.password in repr(outcome):
                yield f"{at}: the password stands in {type(outcome).__name__}"


def list_transactions(
    connector: Connector, session: str, account: BankAccount, context: ConnectorContext, since: date | None = None
) -> list[BankTransaction]:
    """All pages of an account's transactions, as the server reads them."""

    def page(word: str | None) -> TransactionsPage:
        return page_of(connector.transactions(session, account, since, replace(context, cursor=word)), _MAX_ROWS)

    return read_pages(page)


def outcome_of(connector: Connector, sample: SampleLogin, bank: ReplayedBank) -> Exception | None:
    """What a connector raises for a sample at a bank that fails; None where it goes on all the same."""
    try:
        _read(connector, sample, bank)
    except Exception as error:  # noqa: BLE001  (the checks judge every kind)
        return error
    return None


def _logged_in(connector: Connector, sample: SampleLogin, context: ConnectorContext) -> LoggedIn:
    """The login of a sample, with what the person answers, or comes back with. Raises a Failure as the connector does."""
    browser = None if sample.returned is None else SAMPLE_BROWSER
    login = Login(sample.institution, sample.login_id, sample.password, security_code=sample.security_code)
    outcome = connector.log_in(login, replace(context, browser=browser))
    if bool(sample.answers) is not isinstance(outcome, Challenge) or (sample.returned is not None) is not isinstance(outcome, Redirect):
        raise ValueError("the sample has answers where the bank asks nothing, or none where it does")
    if isinstance(outcome, Challenge):
        if not isinstance(connector, AnswersChallenges):
            raise TypeError("the connector has no `answer`, though it asks something")
        return connector.answer(outcome.state, sample.answers, context)
    if isinstance(outcome, Redirect):
        if not isinstance(connector, ReturnsFromBank):
            raise TypeError("the connector has no `returned`, though it sends people to the bank's pages")
        return connector.returned(outcome.state, sample.returned or {}, context)
    return _approved(connector, outcome, context) if isinstance(outcome, AwaitApproval) else outcome


def _approved(connector: Connector, asked: AwaitApproval, context: ConnectorContext) -> LoggedIn:
    """The login of a sample whose person approves in the bank's app, looked for as often as the connector wants. Raises as it does."""
    if not isinstance(connector, WaitsForApproval):
        raise TypeError("the connector has no `approved`, though it waits for an approval")
    outcome: LoggedIn | AwaitApproval = asked
    for _look in range(_MAX_LOOKS):
        if isinstance(outcome, LoggedIn):
            return outcome
        if not outcome.description or not 1 <= outcome.poll_s <= outcome.seconds:
            raise ValueError("an AwaitApproval needs a `description`, and a `poll_s` from 1 to its `seconds`")
        outcome = connector.approved(outcome.state, context)
    raise ValueError(f"the sample lists no answer with which the person has approved after {_MAX_LOOKS} looks")


class _Read(NamedTuple):
    """What a login of a sample leads to: each account with its rows, and what its listings are asked with."""

    session: str
    context: ConnectorContext
    profile: Profile | None
    listings: list[tuple[BankAccount, list[BankTransaction]]]


def _read(connector: Connector, sample: SampleLogin, bank: ReplayedBank) -> _Read:
    """All that a login of a sample shows. Raises a Failure as the connector does."""
    context = ConnectorContext(sample.now, seed=1, earlier_jobs=0, http=bank, secret=sample.secret, settings=sample.settings)
    session = _logged_in(connector, sample, context).session
    for _approval in range(_MAX_LOOKS):
        try:
            profile, accounts = connector.accounts(session, context)
            listings = [(each, [] if each.unavailable else list_transactions(connector, session, each, context)) for each in accounts]
            return _Read(session, context, profile, listings)
        except ChallengeRaised as asked:
            if not isinstance(asked.challenge, AwaitApproval):
                raise
            session = _approved(connector, asked.challenge, context).session
    raise ValueError(f"what was approved is asked again, {_MAX_LOOKS} times")


def _shown(read: _Read) -> JsonValue:
    """The accounts that a login shows, as an expectation lists them."""
    return [
        {
            "number": account.number,
            "name": account.name,
            "holder": account.holder or (read.profile.full_name if read.profile else ""),
            "class": account.account_class.value,
            "balance": format_optional_cents(account.balance),
            "transactions": len(rows),
            "sum": format_cents(sum(row.amount for row in rows)),
        }
        for account, rows in read.listings
    ]
