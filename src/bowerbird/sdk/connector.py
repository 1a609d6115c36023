"""The connector protocol: how this server asks a bank. A connector is a folder under `connectors/` that exports CONNECTOR.

A connector keeps nothing between calls: what it must remember goes through `session` and `state` texts and a kept secret, because the
next step may run in another process after a crash. It opens no file, socket or database itself: a bank on the network is asked through
`context.http`. What a connector implements is what it can do: without `answer` it offers no multi-factor login, without `approved` no
approval in a bank's app, without `upstream` no network, without
`returned` no login at the bank's own pages, without `end_access` access at the bank ends only there, without
`read_notice` an access that ends there is noticed with the next refresh, without `at` it reads one bank of the operator's settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Final, Protocol, runtime_checkable

from bowerbird.model.account import BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import AwaitApproval, Challenge, LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.http import HttpClient, NoHttp
from bowerbird.sdk.pages import TransactionsPage


@dataclass(frozen=True, slots=True)
class ConnectorScenario:
    """What a bank of the sandbox is made to do wrong: one of its connector's `scenarios`, and the seed of its dice.

    `calls_today` counts the refreshes of this connection in the last 24 hours, this one included.
    """

    name: str
    seed: int
    calls_today: int = 0


class AnyPublicHost(Enum):
    """A type of its own, so that no host's name can be taken for it."""

    ANY_PUBLIC_HOST = "*"


ANY_PUBLIC_HOST: Final = AnyPublicHost.ANY_PUBLIC_HOST
"""For a connector whose customers name the host: any that is public, by https."""


CERTIFICATE: Final = "certificate"
CERTIFICATE_KEY: Final = "certificate_key"
AUTHORITY: Final = "authority"
"""Settings, each in PEM: the certificate that a bank is shown, its key, and who signs the bank's own."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests a bank accepts in any `hours`, of a login, and with `per_account` of each of its accounts besides.

    Connections with the same login share what their bank accepts.
    """

    requests: int
    hours: int = 24
    per_account: bool = False


@dataclass(frozen=True, slots=True)
class Upstream:
    """The bank's API, as far as the server must know it.

    `name` is the connector's: that of its folder, its settings and its pool of threads. `hosts` are those that it asks, by https. `threads`
    is how many customers are read at once. `whole_history`: each refresh reads everything, because ids or texts of old rows change.
    `needs` are the settings without which the bank cannot be connected; `settings` are the others that the connector reads.
    `quota`: no request more than that is sent; a job that would need one waits until it is allowed, and a nightly refresh
    begins only while more than half is left. `ends_at` says in a few words where a person ends the access themselves; empty where none is
    left once the stored login is deleted. A connector that names CERTIFICATE and CERTIFICATE_KEY among its needs shows that certificate to
    the bank (mutual TLS); with AUTHORITY among its settings it may trust another issuer of certificates than the public ones.
    """

    name: str
    hosts: frozenset[str] | AnyPublicHost
    threads: int = 2
    whole_history: bool = False
    needs: tuple[str, ...] = ()
    quota: Quota | None = None
    settings: tuple[str, ...] = ()
    ends_at: str = ""


def limit_text(upstream: Upstream) -> str:
    """What a bank accepts, in a few words for an operator."""
    customers = f"{upstream.threads} customers at once"
    if (quota := upstream.quota) is None:
        return customers
    of = "account" if quota.per_account else "login"
    return f"{customers}; {quota.requests} requests in {quota.hours} hours of each {of}"


def _no_pause(_seconds: int) -> None:
    """No wait."""


def _keep_nothing(_secret: str) -> None:
    """Nothing is kept where no connection is."""


def _count_nothing() -> None:
    """Nothing is counted where no connection is."""


def _show_nothing(_texts: Sequence[str]) -> None:
    """Nothing is shown where no connection is."""


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """The circumstances of a call: the injected time, the server's sandbox seed, and how many jobs of this connection came before.

    `pause` waits some seconds, for a connector that must: it has no clock of its own. `http` asks the bank. `cursor` is the word that the
    page before gave for this one, None for the first. No rows of days before `earliest` may be asked for,
    where it is set. `secret` is what the connector had kept of this connection, None without any;
    `keep_secret` keeps another in its place, sealed: once it returns, that is stored, so that a token that rotates is kept before it is
    used. `settings` are the operator's for this connector. `count_request` is the server's: `http` calls it before each request.
    `browser` is the person's while they are there to log in at the bank's own pages; None in every refresh. `job` is the id of the job
    under which the server logs what goes wrong. `is_again`: a process that made this call before
    may have died in it. `show_messages` gives the person and the operator, on their pages, what the bank says about this connection: plain
    texts, which `accounts` hands on each time.
    """

    now: datetime
    seed: int
    earlier_jobs: int
    scenario: ConnectorScenario | None = None
    pause: Callable[[int], None] = _no_pause
    http: HttpClient = field(default_factory=NoHttp)
    cursor: str | None = None
    earliest: date | None = None
    secret: str | None = None
    keep_secret: Callable[[str], None] = _keep_nothing
    settings: Mapping[str, str] = field(default_factory=dict)
    browser: PersonBrowser | None = None
    count_request: Callable[[], None] = _count_nothing
    job: str = ""
    is_again: bool = False
    show_messages: Callable[[Sequence[str]], None] = _show_nothing


class Connector(Protocol):
    """Every method may raise a `sdk.failures.Failure`; anything else it raises becomes `unknown-error` in the job."""

    institutions: frozenset[str]

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge | AwaitApproval | Redirect:
        """Try the credentials. Raises InvalidCredentials or a narrower failure when the institution refuses.

        Of an institution that is reached by open banking the login is empty: with `context.browser` a Redirect begins a new
        authorisation; without, what was kept is used, and AuthorizationNeeded says that it is good no more.
        """
        ...

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile | None, list[BankAccount]]:
        """The customer, None where the bank does not say who it is, and all accounts the login shows, in the institution's order."""
        ...

    def transactions(
        self, session: str, account: BankAccount, since: date | None, context: ConnectorContext
    ) -> Iterable[BankTransaction] | TransactionsPage:
        """An account's transactions, all of them, or the page that `context.cursor` names. `since` is a hint: older ones may be left out.

        In the order they happened or the other way round; all pending ones. Each page has the time of a step of its own and is kept: after
        a crash the next one is asked for. Raises AccountUnavailable where the other accounts can be read all the same, ChallengeRaised
        where the bank asks the person first: after the answer, accounts and rows are asked for with the session that `answer` left, or
        `approved`.
        """
        ...


@runtime_checkable
class HasUpstream(Protocol):
    """A connector that asks a bank on the network."""

    upstream: Upstream


@runtime_checkable
class AnswersChallenges(Protocol):
    def answer(self, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        """Go on with a login, or a reading, that asked something. Raises WrongAnswer, or ChallengeRaised where the bank asks once more.

        With `context.is_again` the answer may have reached the bank before: one that it takes once is then refused.
        """
        ...


@runtime_checkable
class WaitsForApproval(Protocol):
    def approved(self, state: str, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        """Look whether the person has approved in the bank's app. An AwaitApproval says not yet: its `state` is for the next look.

        Raises WrongAnswer where they refused. After a look that found the bank away the server looks again.
        """
        ...


@runtime_checkable
class ReturnsFromBank(Protocol):
    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        """Go on with a login at the bank's own pages: `answer` holds the parameters that the person came back with, none of them checked.

        It is called again after a crash: a code that the bank has taken before is then refused by it, unless the secret that was kept
        says that it belongs to this `state`. Raises AuthorizationFailed.
        """
        ...


@runtime_checkable
class EndsAccess(Protocol):
    def end_access(self, secret: str, context: ConnectorContext) -> None:
        """End at the bank the access that a kept secret stands for: its connection is gone, or has another access now.

        It is called again until it returns. Raises AuthorizationNeeded, InvalidCredentials or Gone where that access has ended before.
        """
        ...


@dataclass(frozen=True, slots=True)
class EndNotice:
    """What a bank sends unasked when a person has taken access back on its pages, none of it checked.

    `url` is the address that it called, `bearer` the token of its Authorization header, `fields` are those of its form.
    """

    url: str
    bearer: str
    fields: Mapping[str, str]

    def __repr__(self) -> str:
        return f"EndNotice({self.url}, ***)"


@dataclass(frozen=True, slots=True)
class EndedAccess:
    """An access that its bank says has ended: the bank's own id of it; when the bank wrote so in seconds since 1970, 0 where unknown."""

    id: str
    at_s: int = 0


@runtime_checkable
class HearsOfEnds(Protocol):
    """A bank that sends notices. The server stores a keyed hash of the access's id with each secret, and finds the connection by it."""

    def read_notice(self, notice: EndNotice, context: ConnectorContext) -> EndedAccess:
        """What has ended. Raises AuthorizationFailed where the bank has not signed it.

        Anyone may send one: what the bank publishes to check it with must not be fetched for each.
        """
        ...

    def access_id(self, secret: str) -> str:
        """The bank's own id of the access that a kept secret stands for, as its notices give it; empty where the secret names none."""
        ...

    def has_ended(self, secret: str, ended: EndedAccess) -> bool:
        """Whether the access that a kept secret stands for has ended: one of the same id may have been given again since."""
        ...


@runtime_checkable
class ServesOtherBanks(Protocol):
    """A connector whose bank the operator's settings name, and which can read others beside it, each with settings of its own.

    A table `[cdr.AU95010]` in the file of settings is one more bank of the connector `cdr`, known as the institution AU95010.
    """

    def at(self, institution_id: str) -> Connector:
        """The connector of another bank: it serves this institution alone, and its `upstream.name` is that of the table."""
        ...


class RegistrationAction(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Registration:
    """What an operator asks of a bank about their own program. `statement` is what a register says of it, empty for a deletion;
    `return_url` is where the bank is to send people back to.
    """

    action: RegistrationAction
    statement: str
    return_url: str


@runtime_checkable
class RegistersAtBank(Protocol):
    """A bank that wants to know the operator's program first. `registers_with` are the settings without which it cannot."""

    registers_with: tuple[str, ...]

    def register(self, asked: Registration, context: ConnectorContext) -> dict[str, str]:
        """The settings that come of it, empty after a deletion."""
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
