"""Between this server and a connector: a time limit, bounds on what comes back, and one translation of every failure.

In any case the caller sees a value within bounds or a `Failure`; never another exception, never a hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Event
from time import monotonic
from typing import TypeVar

import structlog

from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.money import MAX_CENTS
from bowerbird.outbound.addresses import AllowList
from bowerbird.plugins.bank_network import BankNetwork
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import AnswersChallenges, Connector, ConnectorContext, HasUpstream, Upstream
from bowerbird.sdk.failures import Failure, MfaNotSupported, NotUnderstood
from bowerbird.sdk.pages import TransactionsPage, page_of

T = TypeVar("T")

MAX_ACCOUNTS = 500
MAX_TRANSACTIONS = 1_000_000
MAX_TEXT = 1_000
MAX_NUMBER = 64
MAX_CURSOR = 4_000
_HTTP_SHARE = 0.9
"""Of a step's time: a bank that does not answer is known to be away before the connector counts as hanging."""

log = structlog.get_logger()


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

    `pool` is for those that ask nobody; each of the others has a few of its own in the `network`.
    """

    pool: ThreadPoolExecutor
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

    def log_in(self, connector: Connector, login: Login, context: ConnectorContext) -> LoggedIn | Challenge:
        outcome = self._ask(connector, context, lambda given: connector.log_in(login, given))
        if not isinstance(outcome, LoggedIn | Challenge):
            raise _not_understood(connector, "log_in answered neither LoggedIn nor Challenge")
        return outcome

    def answer(self, connector: Connector, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        if not isinstance(connector, AnswersChallenges):
            raise MfaNotSupported
        return self._ask(connector, context, lambda given: connector.answer(state, answers, given))

    def accounts(self, connector: Connector, session: str, context: ConnectorContext) -> tuple[Profile | None, list[BankAccount]]:
        profile, accounts = self._ask(connector, context, lambda given: connector.accounts(session, given))
        if len(accounts) > MAX_ACCOUNTS:
            raise _not_understood(connector, f"{len(accounts)} accounts")
        for account in accounts:
            if not 0 < len(account.number) <= MAX_NUMBER or len(account.currency) != 3 or len(account.name) > MAX_TEXT:
                raise _not_understood(connector, "an account with a number, currency or name out of bounds")
        return profile, accounts

    def transactions(
        self, connector: Connector, session: str, account: BankAccount, since: date | None, context: ConnectorContext
    ) -> TransactionsPage:
        """A page of an account's transactions; of a connector that answers all of them at once, the only one."""

        def ask(given: ConnectorContext) -> TransactionsPage:
            return page_of(connector.transactions(session, account, since, given), MAX_TRANSACTIONS)

        page = self._ask(connector, context, ask)
        if len(page.rows) > MAX_TRANSACTIONS or any(len(row.description) > MAX_TEXT or abs(row.amount) > MAX_CENTS for row in page.rows):
            raise _not_understood(connector, "transactions out of bounds")
        if page.next is not None and not 0 < len(page.next) <= MAX_CURSOR:
            raise _not_understood(connector, "a cursor out of bounds")
        return page

    def wait(self, wait: Callable[[], None]) -> None:
        """Wait as for a connector that does not answer. Raises ConnectorTimeout."""
        self._listen(self.pool, wait)

    def pause(self, seconds: int) -> None:
        """What a connector waits with: real seconds, but not much longer than it is listened to, since it holds a thread."""
        Event().wait(min(seconds, self.seconds + 1))

    def _ask(self, connector: Connector, context: ConnectorContext, question: Callable[[ConnectorContext], T]) -> T:
        """The answer of a connector. Once its time is over, its HTTP client sends nothing more."""
        upstream, over = upstream_of(connector), Event()
        try:
            if upstream is None:
                return self._listen(self.pool, lambda: question(replace(context, cancelled=over.is_set)))
            http, settings = self.network.http(upstream, monotonic() + self.seconds * _HTTP_SHARE, over), self.network.settings_of(upstream)
            given = replace(context, http=http, settings=settings, cancelled=over.is_set)
            return self._listen(self.network.line(upstream).pool, lambda: question(given))
        finally:
            over.set()

    def _listen(self, pool: ThreadPoolExecutor, question: Callable[[], T]) -> T:
        future = pool.submit(question)
        try:
            return future.result(timeout=self.seconds)
        except Failure:
            raise
        except FutureTimeout as error:
            future.cancel()
            raise ConnectorTimeout(self.seconds) from error
        except Exception as error:
            log.exception("connector_failed", error=type(error).__name__)
            raise NotUnderstood(type(error).__name__) from error


def upstream_of(connector: Connector) -> Upstream | None:
    """The network API that a connector asks; None for one that asks nobody."""
    return connector.upstream if isinstance(connector, HasUpstream) else None


def _not_understood(connector: Connector, what: str) -> Failure:
    log.error("connector_out_of_bounds", connector=type(connector).__module__, what=what)
    return NotUnderstood(what)
