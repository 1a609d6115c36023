"""Applications: the tenants of this server, their API keys and what they may use.

Production access is given for good once it brings real data, and taken back only before that.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from bowerbird.domain.access.real_data import TEST_STATEMENTS as TEST_STATEMENTS  # noqa: PLC0414  (it stands among the products)
from bowerbird.domain.access.real_data import record_if_real
from bowerbird.domain.access.real_data import takes_statements as takes_statements  # noqa: PLC0414
from bowerbird.domain.consents.read_scope import UNRESTRICTED
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_S
from bowerbird.model.ids import new_id
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.storage.rows import applications as rows
from bowerbird.storage.rows.applications import AccessFacts as AccessFacts  # noqa: PLC0414
from bowerbird.storage.rows.applications import ApplicationRow as ApplicationRow  # noqa: PLC0414
from bowerbird.storage.rows.applications import KeyRow as KeyRow  # noqa: PLC0414
from bowerbird.storage.rows.consents import close_auth_links, delete_sessions
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.sandbox import lock_real_data, real_data_since
from bowerbird.storage.rows.statistics import connections_by_status, count_users
from bowerbird.storage.vault.key_rows import Owner

PRODUCTS = {
    "connections": "Connections",
    "statements": "Statements",
    "enrich": "Enrich",
    "identity": "Identity",
    "income": "Income Summary",
    "expenses": "Expenses",
    "affordability": "Affordability",
    "reports": "Reports",
}
"""Products an application can have, and how the wire names them."""


class ClockTurned(Exception):
    """The database's clock was moved: no real people can be stored in it."""


class UnknownProduct(ValueError):
    """A product this server does not have."""


class RealDataHeld(Exception):
    """The database holds real data: production access is not taken back."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as its owner sees it, once: only a hash of `secret` is kept."""

    application_id: str
    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class ApplicationSummary:
    """An application's keys and counts. `production_for_good` says that the database holds real data."""

    production_for_good: bool
    keys: list[KeyRow]
    users: int
    connections: dict[str, int]


def products_of(text: str) -> frozenset[str]:
    """Products from what a person typed: "a,b", "all" or "none". Raises UnknownProduct."""
    if text == "all":
        return frozenset(PRODUCTS)
    names = [] if text == "none" else [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PRODUCTS]
    if unknown:
        raise UnknownProduct(f"unknown product {', '.join(unknown)}: choose from {', '.join(PRODUCTS)}, or all or none")
    return frozenset(names)


def require_real_time(session: Session) -> None:
    """Raises ClockTurned; else the clock stays as it is until this unit of work ends."""
    lock_real_data(session.uow)
    session.services.hooks.require_real_time(session)


def create_application(
    session: Session,
    name: str,
    *,
    production: bool,
    products: str,
    redirect_url: str = "",
    test_statements_allowed: bool = False,
    secret: str = "",
) -> NewKey:
    """`secret` is the key's text where it is not made here: a sandbox's seed file gives it. Raises UnknownProduct and ClockTurned."""
    if production:
        require_real_time(session)
    application = ApplicationRow(
        id=new_id(),
        name=name,
        production=production,
        products=products_of(products) | ({TEST_STATEMENTS} if test_statements_allowed else set()),
        disabled=False,
        created=to_milliseconds(session.services.clock.now()),
        redirect_url=redirect_url,
    )
    rows.insert_application(session.uow, application)
    session.services.vault.create_key(session.uow, Owner(application.id, ""))
    return create_key(session.in_application(application.id), secret)


def find_application(session: Session) -> ApplicationRow | None:
    """The application of the session; None where there is none."""
    return rows.find_application(session.uow, session.application_id)


def find_application_of_key(session: Session, secret: str) -> ApplicationRow | None:
    """The application of a valid key. Across tenants: a key does not name its application."""
    return rows.application_of_key(session.uow, hash_of(secret), to_milliseconds(session.services.clock.now()))


def find_access(session: Session) -> AccessFacts | None:
    """What the session's application may do, and the version of its user's data; None where there is no such application."""
    return rows.access_facts(session.uow, session.application_id, session.user_id)


def get_summary(session: Session) -> ApplicationSummary:
    """What an application has, for its page."""
    return ApplicationSummary(
        production_for_good=real_data_since(session.uow) is not None,
        keys=list_keys(session),
        users=count_users(session.uow, session.application_id),
        connections=connections_by_status(session.uow, session.application_id),
    )


def update_application(session: Session, name: str, products: Collection[str]) -> bool:
    """Set an application's name and products; test statements stay allowed where they are. False where there is no such application."""
    application = find_application(session)
    if application is None:
        return False
    kept = application.products & {TEST_STATEMENTS}
    changed = rows.change_application(session.uow, application.id, name=name, products=kept | (PRODUCTS.keys() & products))
    if "enrich" in products and "enrich" not in application.products:
        enrichments.mark_all_due(session.uow, application.id, UNRESTRICTED.earliest_day, session.lease_now_ms)
        session.uow.after_commit(session.services.wake)
    elif "enrich" not in products:
        enrichments.stop_enriching(session.uow, application.id)
    return changed


def update_redirect(session: Session, redirect_url: str) -> bool:
    """Set where the consent pages send people at the end. False where there is no such application."""
    return rows.change_application(session.uow, session.application_id, redirect_url=redirect_url)


def set_disabled(session: Session, disabled: bool) -> bool:
    """Refuse every request of an application, or allow them again. False where there is no such application."""
    return rows.set_disabled(session.uow, session.application_id, disabled)


def set_test_statements_allowed(session: Session, allowed: bool) -> None:
    """Let a sandbox application upload test statements of live institutions, or no longer."""
    application = find_application(session)
    if application is not None:
        extra = {"statements", TEST_STATEMENTS} if allowed else set[str]()
        rows.change_application(session.uow, application.id, products=(application.products - {TEST_STATEMENTS}) | extra)


# ── Production access ────────────────────────────────────────────────────────────────────────────────────────────────────────


def give_production(session: Session) -> None:
    """Raises ClockTurned. Users that the application has are real from now on.

    What the sandbox opened or showed to operators ends in the same unit of work: sessions of people, auth links with their codes, and
    temporary keys. A token for a person from before opens no session (`person_sessions.require_current`).
    """
    rows.change_application(session.uow, session.application_id, production=True)
    require_real_time(session)
    delete_sessions(session.uow, session.application_id)
    close_auth_links(session.uow, session.application_id)
    now_ms = to_milliseconds(session.services.clock.now())
    rows.revoke_short_keys(session.uow, session.application_id, TEMPORARY_KEY_SECONDS * 1000, now_ms)
    if count_users(session.uow, session.application_id):
        record_if_real(session)
    _reload(session)


def take_production(session: Session) -> None:
    """Raises RealDataHeld."""
    rows.change_application(session.uow, session.application_id, production=False)
    lock_real_data(session.uow)
    if real_data_since(session.uow) is not None:
        raise RealDataHeld
    _reload(session)


def _reload(session: Session) -> None:
    session.uow.after_commit(partial(session.services.hooks.access_changed, session.services))


# ── API keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


TEMPORARY_KEY_SECONDS = DAY_S
"""How long a temporary key lives. No other key has so short a life."""


def create_short_lived_key(session: Session) -> NewKey:
    """A key of a sandbox application that ends by itself, or when production access is given."""
    rows.lock_access(session.uow, session.application_id)
    created_at_ms = to_milliseconds(session.services.clock.now())
    key = create_key(session)
    rows.revoke_key(session.uow, key.key_id, created_at_ms + TEMPORARY_KEY_SECONDS * 1000)
    return key


def create_key(session: Session, secret: str = "") -> NewKey:
    """A further key, so that two can overlap while clients change over. Base64 of `id:secret`, as old clients expect."""
    key_id = new_id()
    secret = secret or base64.b64encode(f"{key_id}:{new_secret()}".encode()).decode()
    key = KeyRow(
        id=key_id,
        application_id=session.application_id,
        hash=hash_of(secret),
        hint=secret[-4:],
        created=to_milliseconds(session.services.clock.now()),
        revoked=None,
    )
    rows.insert_key(session.uow, key)
    return NewKey(session.application_id, key_id, secret)


def list_keys(session: Session) -> list[KeyRow]:
    return rows.keys_of_application(session.uow, session.application_id)


def revoke_key(session: Session, key_id: str, after_s: int = 0) -> bool:
    """End a key now or after `after_s` seconds. False where it ends by then already, or is no key of the session's application.

    Across tenants it may be any application's.
    """
    ends_ms = to_milliseconds(session.services.clock.now()) + after_s * 1000
    return rows.revoke_key(session.uow, key_id, ends_ms, session.application_id)


def rotate_key(session: Session, key_id: str, after_s: int) -> NewKey | None:
    """A new key; the old one keeps working for `after_s` seconds. None where there is no such key that works until then."""
    return create_key(session) if revoke_key(session, key_id, after_s) else None
