"""Between this server and a connector: a time limit, bounds on what comes back, and one translation of every failure.

In any case the caller sees a value within bounds or a `Failure`; never another exception, never a hang.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import date
from itertools import islice
from threading import Event
from typing import TypeVar

import structlog

from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import AnswersChallenges, Connector, ConnectorContext
from bowerbird.sdk.failures import Failure, MfaNotSupported, NotUnderstood

T = TypeVar("T")

MAX_ACCOUNTS = 500
MAX_TRANSACTIONS = 1_000_000
MAX_TEXT = 1_000
MAX_NUMBER = 64

log = structlog.get_logger()


class ConnectorTimeout(Exception):
    """The connector did not answer within its time. `seconds` is what it had."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within {seconds} seconds")


@dataclass(slots=True)
class Guard:
    """Asks connectors on its own threads, so that one that hangs costs a thread and not the server."""

    pool: ThreadPoolExecutor
    seconds: int

    def log_in(self, connector: Connector, login: Login, context: ConnectorContext) -> LoggedIn | Challenge:
        outcome = self._ask(lambda: connector.log_in(login, context))
        if not isinstance(outcome, LoggedIn | Challenge):
            raise _not_understood(connector, "log_in answered neither LoggedIn nor Challenge")
        return outcome

    def answer(self, connector: Connector, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        if not isinstance(connector, AnswersChallenges):
            raise MfaNotSupported
        return self._ask(lambda: connector.answer(state, answers, context))

    def accounts(self, connector: Connector, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        profile, accounts = self._ask(lambda: connector.accounts(session, context))
        if len(accounts) > MAX_ACCOUNTS:
            raise _not_understood(connector, f"{len(accounts)} accounts")
        for account in accounts:
            if not 0 < len(account.number) <= MAX_NUMBER or len(account.currency) != 3 or len(account.name) > MAX_TEXT:
                raise _not_understood(connector, "an account with a number, currency or name out of bounds")
        return profile, accounts

    def transactions(
        self, connector: Connector, session: str, account: BankAccount, since: date | None, context: ConnectorContext
    ) -> list[BankTransaction]:
        found = self._ask(lambda: list(islice(connector.transactions(session, account, since, context), MAX_TRANSACTIONS + 1)))
        if len(found) > MAX_TRANSACTIONS or any(len(transaction.description) > MAX_TEXT for transaction in found):
            raise _not_understood(connector, "transactions out of bounds")
        return found

    def wait(self, wait: Callable[[], None]) -> None:
        """Wait as for a connector that does not answer. Raises ConnectorTimeout."""
        self._ask(wait)

    def pause(self, seconds: int) -> None:
        """What a connector waits with: real seconds, but not much longer than it is listened to, since it holds a thread."""
        Event().wait(min(seconds, self.seconds + 1))

    def _ask(self, question: Callable[[], T]) -> T:
        future = self.pool.submit(question)
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


def _not_understood(connector: Connector, what: str) -> Failure:
    log.error("connector_out_of_bounds", connector=type(connector).__module__, what=what)
    return NotUnderstood(what)
