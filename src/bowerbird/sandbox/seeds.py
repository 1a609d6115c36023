"""Seed files, which describe a sandbox with applications, users, connections and what their banks know of them; and demo users."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from bowerbird import codes
from bowerbird.domain.access import applications
from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.model.account import Profile
from bowerbird.model.clock import Clock, ManualClock, SystemClock, to_milliseconds
from bowerbird.model.connection import Login
from bowerbird.model.json_value import JsonValue
from bowerbird.model.problem import Problem, Problems
from bowerbird.sandbox import controls
from bowerbird.sandbox.controls import WHOLE_SANDBOX
from bowerbird.sdk.connector import DemoUser, HasDemoUsers
from bowerbird.sdk.seed_account import SeedAccount, SeedAccounts, SeedError, check_account

SEEDED_BANK = "AU00006"
_SHORTEST_KEY = 16


class SeedConnection(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """At the seeded bank where no institution is named: it shows `accounts`. At another institution a demo user of that bank logs in."""

    login_id: str
    password: str
    institution: str = SEEDED_BANK
    holder: str = ""
    accounts: tuple[SeedAccount, ...] = ()


class SeedUser(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    email: str | None = None
    mobile: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    connections: tuple[SeedConnection, ...] = ()


class SeedApplication(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """`key` is the API key that clients will use, at least 16 characters; `products` as with `bowerbird app create`."""

    name: str
    key: str
    products: str = "all"
    users: tuple[SeedUser, ...] = ()


class Seed(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True, frozen=True):
    """`clock` is the moment at which the sandbox's clock is frozen at first; without it, it runs with the machine's."""

    clock: datetime | None = None
    applications: tuple[SeedApplication, ...] = ()


def seed_not_valid(reason: str) -> Problem:
    return Problem(codes.CONTROL_NOT_VALID, parameter="seed", pointer="control/seed", reason=f"{reason}.")


def read_seed(written: JsonValue) -> Seed:
    """Raises Problem, which says where the fault is, what stands there and what is expected."""
    try:
        seed = msgspec.convert(written, Seed)
        for path, account in _accounts_of(seed):
            check_account(account, path)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise seed_not_valid(f"{path.rstrip('`') or '$'} is {str(_at(written, path))[:80]!r}: {what}") from error
    except SeedError as error:
        raise seed_not_valid(str(error)) from error
    if seed.clock is not None and seed.clock.tzinfo is None:
        raise seed_not_valid(f"$.clock is '{seed.clock}': expected a moment with its zone, such as 2026-03-18T12:00:00Z")
    for place, application in enumerate(seed.applications):
        earlier = [other.key for other in seed.applications[:place]]
        if len(application.key) < _SHORTEST_KEY or application.key in earlier:
            raise seed_not_valid(
                f"$.applications[{place}].key is too short or used twice: expected {_SHORTEST_KEY} characters or more of its own"
            )
    return seed


def _accounts_of(seed: Seed) -> list[tuple[str, SeedAccount]]:
    return [
        (f"$.applications[{a}].users[{u}].connections[{c}].accounts[{n}]", account)
        for a, application in enumerate(seed.applications)
        for u, user in enumerate(application.users)
        for c, connection in enumerate(user.connections)
        for n, account in enumerate(connection.accounts)
    ]


def _at(written: JsonValue, path: str) -> JsonValue:
    """What stands at a path such as $.applications[0].key, as far as the path leads somewhere."""
    for name, place in re.findall(r"\.([A-Za-z]\w*)|\[(\d+)\]", path):
        try:
            written = written[name or int(place)]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
    return written


class SeedLoader:
    """Writes a seed into an empty database. `jobs` are those of its connections; they run as soon as the sandbox does."""

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self.jobs: list[str] = []

    def load(self, session: Session) -> None:
        """Raises Problem."""
        if self.seed.clock is not None:
            controls.freeze_seed_clock(session, to_milliseconds(self.seed.clock))
        services = dataclasses.replace(session.services, clock=self._clock(session.services), wake=lambda: None)
        session = services.session(session.uow, WHOLE_SANDBOX)
        for place, application in enumerate(self.seed.applications):
            self._load_application(session, application, f"$.applications[{place}]")

    def _clock(self, services: Services) -> Clock:
        if self.seed.clock is not None:
            return ManualClock(self.seed.clock)
        own = controls.controls_of(services)
        return SystemClock() if own is not None and services.clock is own.clock else services.clock

    def _load_application(self, session: Session, application: SeedApplication, path: str) -> None:
        try:
            made = applications.create_application(
                session, application.name, production=False, products=application.products, secret=application.key
            )
        except applications.UnknownProduct as error:
            raise seed_not_valid(f"{path}.products is {application.products[:80]!r}: {error}") from error
        for place, user in enumerate(application.users):
            self._load_user(session.in_application(made.application_id), user, f"{path}.users[{place}]")

    def _load_user(self, session: Session, user: SeedUser, path: str) -> None:
        names = {name: getattr(user, name) for name in ("email", "mobile", "first_name", "middle_name", "last_name")}
        try:
            user_id, _ = users.create_user(session, users.UserDetails(**names))
            user_path = path
            for place, connection in enumerate(user.connections):
                path = f"{user_path}.connections[{place}]"
                login = _login(connection, user)
                self.jobs.append(
                    connections.create_connection(session.of(Tenant(session.application_id, user_id)), login, production=False)
                )
        except Problem as problem:
            raise seed_not_valid(f"{path}: {problem.detail.rstrip('.')}") from problem
        except Problems as several:
            raise seed_not_valid(f"{path}: {several.problems[0].detail.rstrip('.')}") from several


def _login(connection: SeedConnection, user: SeedUser) -> Login:
    if connection.institution != SEEDED_BANK:
        return Login(connection.institution, connection.login_id, connection.password)
    holder = connection.holder or " ".join(filter(None, (user.first_name, user.last_name))) or connection.login_id
    seed_accounts = SeedAccounts(holder=holder, password=connection.password, accounts=connection.accounts)
    return Login(SEEDED_BANK, connection.login_id, connection.password, security_code=msgspec.json.encode(seed_accounts).decode())


def demo_users_of(services: Services) -> tuple[str, Sequence[DemoUser]]:
    """(institution, its demo users): the first institution of the sandbox whose connector has any; ("", ()) where none has."""
    for institution in services.institutions:
        connector: object = services.plugins.connector_for(institution.origin) if institution.sandbox else None
        if isinstance(connector, HasDemoUsers):
            return institution.id, [user for user in connector.demo_users if user.profile is not None]
    return "", ()


def create_demo_users(session: Session, logins: Sequence[str]) -> list[str]:
    """Create the demo users with these logins in a sandbox application, and connect their bank; the ids of the jobs. Raises Problem."""
    require_sandbox(session)
    institution, known = demo_users_of(session.services)
    chosen = [(user, user.profile) for user in known if user.login in logins and user.profile is not None]
    return [_create(session, profile, Login(institution, user.login, user.password)) for user, profile in chosen]


def _create(session: Session, profile: Profile, login: Login) -> str:
    details = users.UserDetails(email=profile.email_addresses[0], first_name=profile.first_name, last_name=profile.last_name)
    user_id, _ = users.create_user(session, details)
    return connections.create_connection(session.of(Tenant(session.application_id, user_id)), login, production=False)
