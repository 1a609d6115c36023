"""The connector protocol: how this server asks a bank. A connector is a folder under `connectors/` that exports CONNECTOR.

A connector keeps nothing between calls: what it must remember goes through `session` and `state` texts, because the next step
may run in another process after a crash. It opens no file, socket or database itself. What a connector implements is what it
can do: without `answer` it offers no multi-factor login.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, LoggedIn


@dataclass(frozen=True, slots=True)
class ConnectorScenario:
    """What a bank of the sandbox is made to do wrong: one of its connector's `scenarios`, and the seed of its dice.

    `calls_today` counts the refreshes of this connection in the last 24 hours, this one included.
    """

    name: str
    seed: int
    calls_today: int = 0


def _no_pause(_seconds: int) -> None:
    """No wait."""


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """The circumstances of a call: the injected time, the server's sandbox seed, and how many jobs of this connection came before.

    `pause` waits some seconds, for a connector that must: it has no clock of its own.
    """

    now: datetime
    seed: int
    earlier_jobs: int
    scenario: ConnectorScenario | None = None
    pause: Callable[[int], None] = _no_pause


class Connector(Protocol):
    """Every method may raise a `sdk.failures.Failure`; anything else it raises becomes `unknown-error` in the job."""

    institutions: frozenset[str]

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge:
        """Try the credentials. Raises InvalidCredentials or a narrower failure when the institution refuses."""
        ...

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        """The customer and all accounts the login shows, in the institution's order."""
        ...

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> Iterable[BankTransaction]:
        """An account's transactions in the order they happened, pending ones last. `since` is a hint: older ones may be left out."""
        ...


@runtime_checkable
class AnswersChallenges(Protocol):
    def answer(self, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        """Go on with a login that asked something. Raises WrongAnswer."""
        ...


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A made-up customer of a test bank. `shows` says in a few words what a login leads to; `answers` are those to `prompts`, in order.

    `profile` says who they are; None for those whom the bank refuses.
    """

    login: str
    password: str
    shows: str
    prompts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    profile: Profile | None = None


@runtime_checkable
class HasDemoUsers(Protocol):
    """A connector of the sandbox whose customers are made up, so that pages can offer them for trying out."""

    demo_users: Sequence[DemoUser]


@runtime_checkable
class HasScenarios(Protocol):
    """A connector of the sandbox that can be made to misbehave: the names of its scenarios, each with what then goes wrong."""

    scenarios: Mapping[str, str]
