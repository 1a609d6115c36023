"""Between this server and a connector: a time limit, bounds on what comes back, and one translation of every failure.

In any case the caller sees a value within bounds or a `Failure`; never another exception, never a hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from threading import Event
from time import monotonic
from typing import TypeVar
from urllib.parse import urlsplit

from bowerbird.logs import log
from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.outbound.addresses import AllowList
from bowerbird.plugins.bank_network import BankNetwork
from bowerbird.sdk.bounds import account_problem, row_problem
from bowerbird.sdk.challenges import AwaitApproval, Challenge, LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.connector import (
    AnswersChallenges,
    Connector,
    ConnectorContext,
    EndedAccess,
    EndNotice,
    EndsAccess,
    HasUpstream,
    HearsOfEnds,
    RegistersAtBank,
    Registration,
    ReturnsFromBank,
    Upstream,
    WaitsForApproval,
)
from bowerbird.sdk.failures import ChallengeRaised, Failure, MfaNotSupported, NotUnderstood, Unavailable
from bowerbird.sdk.pages import TransactionsPage, page_of
from bowerbird.sdk.pictures import PictureNotValid, checked_picture, moving_bars

T = TypeVar("T")
Asking = TypeVar("Asking", bound=Challenge | AwaitApproval)

AnyConnector = Connector | HearsOfEnds | RegistersAtBank

MAX_ACCOUNTS = 500
MAX_TRANSACTIONS = 1_000_000
MAX_CURSOR = 4_000
_HTTP_SHARE = 0.9
"""Of a step's time: a bank that does not answer is known to be away before the connector counts as hanging."""


class ConnectorTimeout(Exception):
    """The connector did not answer within its time. `seconds` is what it had."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within {seconds} seconds")


class ConnectorBusy(Exception):
    """All threads of the connector have customers: another one is read later."""


@dataclass(slots=True)
class Guard:
    """Asks connectors on threads of theirs, so that one that hangs costs a thread and not the server.

    `pool` is for those without a network API; each of the others has a few of its own in the `network`.
    """

    pool: Executor
    seconds: int
    network: BankNetwork = field(default_factory=lambda: BankNetwork(AllowList()))

    @contextmanager
    def place(self, connector: Connector) -> Iterator[None]:
        """A place among the customers that a connector reads at once. Raises ConnectorBusy where none is free."""
        upstream = upstream_of(connector)
        if upstream is None:
            yield
            return
        with self.network.place(upstream) as is_free:
            if not is_free:
                raise ConnectorBusy(upstream.name)
            yield

    def is_ready(self, connector: Connector) -> bool:
        """Whether the operator has set what a connector needs."""
        upstream = upstream_of(connector)
        return upstream is None or all(self.network.settings_of(upstream).get(name) for name in upstream.needs)

    def log_in(self, connector: Connector, login: Login, context: ConnectorContext) -> LoggedIn | Challenge | AwaitApproval | Redirect:
        outcome = self._ask(connector, context, lambda given: connector.log_in(login, given))
        if not isinstance(outcome, LoggedIn | Challenge | AwaitApproval | Redirect):
            raise _not_understood(connector, "log_in answered neither LoggedIn nor Challenge, AwaitApproval or Redirect", context)
        if isinstance(outcome, Challenge | AwaitApproval):
            return _shown(outcome)
        if isinstance(outcome, Redirect) and (context.browser is None or not is_bank_page(outcome.url, context.browser)):
            raise _not_understood(connector, "a redirect where no person is, or to an address that no browser is sent to", context)
        return outcome

    def returned(self, connector: Connector, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        if not isinstance(connector, ReturnsFromBank):
            raise _not_understood(connector, "it sends people to the bank's pages, but has no `returned`", context)
        return self._ask(connector, context, lambda given: connector.returned(state, answer, given))

    def answer(self, connector: Connector, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        if not isinstance(connector, AnswersChallenges):
            raise MfaNotSupported
        return self._ask(connector, context, lambda given: connector.answer(state, answers, given))

    def approved(self, connector: Connector, state: str, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        if not isinstance(connector, WaitsForApproval):
            raise _not_understood(connector, "it waits for an approval, but has no `approved`", context)
        outcome = self._ask(connector, context, lambda given: connector.approved(state, given))
        if not isinstance(outcome, LoggedIn | AwaitApproval):
            raise _not_understood(connector, "approved answered neither LoggedIn nor AwaitApproval", context)
        return _shown(outcome) if isinstance(outcome, AwaitApproval) else outcome

    def end_access(self, connector: Connector, secret: str, context: ConnectorContext) -> None:
        if not isinstance(connector, EndsAccess):
            raise Unavailable("this connector cannot end access")
        self._ask(connector, context, lambda given: connector.end_access(secret, given))

    def read_notice(self, connector: HearsOfEnds, notice: EndNotice, context: ConnectorContext) -> EndedAccess:
        return self._ask(connector, context, lambda given: connector.read_notice(notice, given))

    def register(self, connector: RegistersAtBank, asked: Registration, context: ConnectorContext) -> dict[str, str]:
        return self._ask(connector, context, lambda given: connector.register(asked, given))

    def accounts(self, connector: Connector, session: str, context: ConnectorContext) -> tuple[Profile | None, list[BankAccount]]:
        def ask(given: ConnectorContext) -> tuple[Profile | None, list[BankAccount]]:
            profile, accounts = connector.accounts(session, given)
            return profile, list(accounts)

        profile, accounts = self._ask(connector, context, ask)
        if len(accounts) > MAX_ACCOUNTS:
            raise _not_understood(connector, f"{len(accounts)} accounts", context)
        if wrong := next(filter(None, map(account_problem, accounts)), None):
            raise _not_understood(connector, wrong, context)
        return profile, accounts

    def transactions(
        self, connector: Connector, session: str, account: BankAccount, since: date | None, context: ConnectorContext
    ) -> TransactionsPage:
        """A page of an account's transactions; of a connector that answers all of them at once, the only one."""

        def ask(given: ConnectorContext) -> TransactionsPage:
            return page_of(connector.transactions(session, account, since, given), MAX_TRANSACTIONS)

        page = self._ask(connector, context, ask)
        pages = [page, *page.beside.values()]
        if len(pages) > MAX_ACCOUNTS or sum(len(each.rows) for each in pages) > MAX_TRANSACTIONS:
            raise _not_understood(connector, f"more than {MAX_TRANSACTIONS} transactions, or {MAX_ACCOUNTS} accounts", context)
        if wrong := next(filter(None, (row_problem(row) for each in pages for row in each.rows)), None):
            raise _not_understood(connector, wrong, context)
        if any(each.next is not None and not 0 < len(each.next) <= MAX_CURSOR for each in pages):
            raise _not_understood(connector, "a cursor out of bounds", context)
        return page

    def wait(self, wait: Callable[[], None]) -> None:
        """Wait as for a connector that does not answer. Raises ConnectorTimeout."""
        self._listen(self.pool, wait)

    def pause(self, seconds: int) -> None:
        """What a connector waits with: real seconds, but not much longer than it is listened to, since it holds a thread."""
        Event().wait(min(seconds, self.seconds + 1))

    def _ask(self, connector: AnyConnector, context: ConnectorContext, question: Callable[[ConnectorContext], T]) -> T:
        """The answer of a connector. Once its time is over, its HTTP client sends nothing more.

        A secret or a request that the server could not write down fails the call with the server's own exception, and so does a request
        that the quota does not allow, also where the connector catches it.
        """
        upstream, over, not_written = upstream_of(connector), Event(), list[Exception]()

        def written(write: Callable[[], None]) -> None:
            try:
                write()
            except Exception as error:
                not_written.append(error)
                raise

        given, pool = replace(context, keep_secret=lambda secret: written(partial(context.keep_secret, secret))), self.pool
        if upstream is not None:
            deadline_s = monotonic() + self.seconds * _HTTP_SHARE
            http = self.network.http(upstream, deadline_s, over, partial(written, context.count_request), context.job)
            given, pool = replace(given, http=http, settings=self.network.settings_of(upstream)), self.network.line(upstream).pool
        try:
            return self._listen(pool, lambda: question(given), connector_name(connector), context.job)
        finally:
            over.set()
            if not_written:
                raise not_written[0]

    def _listen(self, pool: Executor, question: Callable[[], T], connector: str = "", job: str = "") -> T:
        """What a question answers. Nothing that it raises passes, a SystemExit neither: it would end the thread of the job."""
        future = pool.submit(question)
        try:
            error = future.exception(timeout=self.seconds)
        except FutureTimeout as late:
            future.cancel()
            raise ConnectorTimeout(self.seconds) from late
        if error is None:
            return future.result()
        if isinstance(error, ChallengeRaised) and error.challenge is not None:
            raise ChallengeRaised(_shown(error.challenge)) from error
        if isinstance(error, Failure):
            raise error
        log.error("connector_failed", connector=connector, job=job, error=type(error).__name__, exc_info=error)
        raise NotUnderstood(type(error).__name__) from error


def _shown(challenge: Asking) -> Asking:
    """A challenge, or an approval to wait for, whose picture is written anew; where it is none that can be shown, the text says so."""
    bars = challenge.bars if isinstance(challenge, Challenge) else ()
    if not challenge.picture and not bars:
        return challenge
    try:
        return replace(challenge, picture=moving_bars(bars) if bars else checked_picture(challenge.picture))
    except PictureNotValid:
        return replace(challenge, picture=b"", description=f"{challenge.description} {_NO_PICTURE}")


_NO_PICTURE = "(The bank sends a picture that cannot be shown here: choose another procedure at your bank.)"


def is_bank_page(url: str, browser: PersonBrowser) -> bool:
    """Whether a person's browser may be sent to an address: by https, or to this server, where the test bank's pages are."""
    if len(url) > MAX_CURSOR or not url.isascii() or not url.isprintable() or set(url) & set(" \"'<>\\"):
        return False
    try:
        there, here = urlsplit(url), urlsplit(browser.return_url)
        is_here = (there.scheme, there.netloc) == (here.scheme, here.netloc)
        return bool(there.hostname) and "@" not in there.netloc and (there.scheme == "https" or is_here)
    except ValueError:
        return False


def upstream_of(connector: AnyConnector) -> Upstream | None:
    """The network API that a connector asks; None for one that asks none."""
    return connector.upstream if isinstance(connector, HasUpstream) else None


def connector_name(connector: AnyConnector) -> str:
    """What the log calls a connector: by its upstream, else by its module."""
    upstream = upstream_of(connector)
    return type(connector).__module__ if upstream is None else upstream.name


def _not_understood(connector: Connector, what: str, context: ConnectorContext) -> Failure:
    log.error("connector_out_of_bounds", connector=connector_name(connector), job=context.job, what=what)
    return NotUnderstood(what)
