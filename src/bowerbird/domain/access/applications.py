"""Applications: the tenants of this server, their API keys and what they may use."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

from bowerbird.domain.access.real_data import TEST_STATEMENTS as TEST_STATEMENTS  # noqa: PLC0414  (it stands among the products)
from bowerbird.domain.access.real_data import takes_statements as takes_statements  # noqa: PLC0414
from bowerbird.domain.sandbox.controls import kept_clock
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.storage.rows import applications as rows
from bowerbird.storage.rows.real_data import lock_real_data
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
    """The database's clock was turned: real people cannot live on it."""


class UnknownProduct(ValueError):
    """A product this server does not have."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as its owner sees it, once: only a hash of `secret` is kept."""

    application_id: str
    key_id: str
    secret: str


def products_of(text: str) -> str:
    """A stored list of products from what a person typed: "a,b", "all" or "none". Raises UnknownProduct."""
    if text == "all":
        return ",".join(PRODUCTS)
    names = [] if text == "none" else [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PRODUCTS]
    if unknown:
        raise UnknownProduct(f"unknown product {', '.join(unknown)}: choose from {', '.join(PRODUCTS)}, or say all or none")
    return ",".join(name for name in PRODUCTS if name in names)


def hash_key(secret: str) -> str:
    """What is stored of a key. A plain hash is enough: the key is 256 random bits, not a password."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def require_real_time(session: Session) -> None:
    """Raises ClockTurned; else the clock stays as it is until this unit of work ends."""
    lock_real_data(session.uow)
    if kept_clock(session).is_turned or session.services.deterministic:
        raise ClockTurned(
            "the clock or the ids of this sandbox are not real, so no production application can live here: "
            "choose another folder with --data"
        )


def create_application(
    session: Session,
    name: str,
    *,
    production: bool,
    products: str,
    test_statements_allowed: bool = False,
    secret: str = "",
) -> NewKey:
    """`secret` is the key's text where it is not made here: a sandbox's seed file says it."""
    if production:
        require_real_time(session)
    application_id = new_id()
    values = {
        "id": application_id,
        "name": name,
        "production": production,
        "products": products_of(products) + (f",{TEST_STATEMENTS}" if test_statements_allowed else ""),
        "disabled": False,
        "created": to_milliseconds(session.services.clock.now()),
    }
    rows.insert_application(session.uow, values)
    session.services.vault.create_key(session.uow, Owner(application_id, ""))
    return create_key(session.in_application(application_id), secret)


def create_key(session: Session, secret: str = "") -> NewKey:
    """A further key, so that two can overlap while clients change over. Base64 of `id:secret`, as old clients expect."""
    key_id = new_id()
    secret = secret or base64.b64encode(f"{key_id}:{secrets.token_urlsafe(32)}".encode()).decode()
    values = {
        "id": key_id,
        "application_id": session.application_id,
        "hash": hash_key(secret),
        "hint": secret[-4:],
        "created": to_milliseconds(session.services.clock.now()),
        "revoked": None,
    }
    rows.insert_key(session.uow, values)
    return NewKey(session.application_id, key_id, secret)
