"""Applications and their API keys."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, insert, or_, select, update

from bowerbird.model.consent import Branding
from bowerbird.storage.database.schema import WordSet
from bowerbird.storage.database.tables import api_keys, applications, consents, users
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork
from bowerbird.storage.rows.consents import LATEST_FIRST, TERMS, ConsentTerms

_user_of = applications.outerjoin(users, and_(users.c.application_id == applications.c.id, users.c.id == bindparam("user_id")))
_consents_of = and_(consents.c.application_id == applications.c.id, consents.c.user_id == users.c.id)
_ACCESS = Prepared(
    select(applications.c.disabled, applications.c.production, applications.c.products, users.c.version, *TERMS)
    .select_from(_user_of.outerjoin(consents, _consents_of))
    .where(applications.c.id == bindparam("application_id"))
    .order_by(LATEST_FIRST)
    .limit(1)
)
_LOCKED_ACCESS = Prepared(
    select(applications.c.production, applications.c.products)
    .where(applications.c.id == bindparam("application_id"))
    .with_for_update(read=True)
)


class ApplicationRow(StoredRow, frozen=True):
    """An application. `redirect_url` is where the consent pages send people at the end, empty for nowhere."""

    id: str
    name: str
    production: bool
    products: frozenset[str]
    disabled: bool
    created: int
    redirect_url: str
    refresh_hours: int | None = None
    branding: Branding = Branding()
    logo_hash: str = ""


class KeyRow(StoredRow, frozen=True):
    """An API key. `revoked` is when it stops working, in milliseconds, which may be to come; None where it goes on."""

    id: str
    application_id: str
    hash: str
    hint: str
    created: int
    revoked: int | None


class AccessFacts(NamedTuple):
    """What every request asks first: what its application may do, and what the user agreed to.

    `user_version` is None where the application has no such user, `terms` for a user who never had a consent.
    """

    disabled: bool
    production: bool
    products: frozenset[str]
    user_version: int | None
    terms: ConsentTerms | None


class LockedAccess(NamedTuple):
    """What an application may do, which no other unit of work changes before this one ends."""

    production: bool
    products: frozenset[str]


_APPLICATION = select(*ApplicationRow.columns(applications))
_KEY = select(*KeyRow.columns(api_keys))
_products = lru_cache(maxsize=256)(WordSet.read)
"""A prepared statement returns what the column stores."""


def insert_application(uow: UnitOfWork, row: ApplicationRow) -> None:
    uow.execute(insert(applications), msgspec.structs.asdict(row))


def all_applications(uow: UnitOfWork) -> list[ApplicationRow]:
    return uow.all(ApplicationRow, _APPLICATION.order_by(applications.c.created, applications.c.id))


def any_production(uow: UnitOfWork) -> bool:
    """Whether an application has production access. A part of `real_data.is_sandbox`: ask that."""
    return uow.row(select(applications.c.id).where(applications.c.production).limit(1)) is not None


def find_application(uow: UnitOfWork, application_id: str) -> ApplicationRow | None:
    return uow.one(ApplicationRow, _APPLICATION.where(applications.c.id == application_id))


def find_logo(uow: UnitOfWork, application_id: str, logo_hash: str) -> bytes | None:
    """The logo of an application with this hash; None where it has no such logo, or no longer."""
    own = (applications.c.id == application_id, applications.c.logo_hash == logo_hash, applications.c.logo.is_not(None))
    row = uow.row(select(applications.c.logo).where(*own))
    return None if row is None else bytes(row.logo)


def lock_access(uow: UnitOfWork, application_id: str) -> LockedAccess | None:
    """What an application may do; None where there is none."""
    for production, products in uow.fetch(_LOCKED_ACCESS, {"application_id": application_id}):
        return LockedAccess(bool(production), _products(products))
    return None


def set_disabled(uow: UnitOfWork, application_id: str, disabled: bool) -> bool:
    """False when there is no such application."""
    return change_application(uow, application_id, disabled=disabled)


def access_facts(uow: UnitOfWork, application_id: str, user_id: str) -> AccessFacts | None:
    """One row answers what every request asks first; None when there is no such application."""
    for disabled, production, products, version, *terms in uow.fetch(_ACCESS, {"application_id": application_id, "user_id": user_id}):
        latest = ConsentTerms(*terms) if terms[0] is not None else None
        return AccessFacts(bool(disabled), bool(production), _products(products), version, latest)
    return None


def insert_key(uow: UnitOfWork, row: KeyRow) -> None:
    uow.execute(insert(api_keys), msgspec.structs.asdict(row))


def keys_of_application(uow: UnitOfWork, application_id: str) -> list[KeyRow]:
    return uow.all(KeyRow, _KEY.where(api_keys.c.application_id == application_id).order_by(api_keys.c.created, api_keys.c.id))


def revoke_key(uow: UnitOfWork, key_id: str, moment: int, application_id: str = "") -> bool:
    """End a key at a moment, which may be to come while clients change over. False where it ends by then already, or is another's."""
    own = [api_keys.c.application_id == application_id] if application_id else []
    works = or_(api_keys.c.revoked.is_(None), api_keys.c.revoked > moment)
    return uow.execute(update(api_keys).where(api_keys.c.id == key_id, works, *own).values(revoked=moment)).rowcount == 1


def revoke_short_keys(uow: UnitOfWork, application_id: str, life_ms: int, now_ms: int) -> None:
    """End every key of an application that was to live no longer than `life_ms`."""
    short = (api_keys.c.application_id == application_id, api_keys.c.revoked > now_ms, api_keys.c.revoked - api_keys.c.created <= life_ms)
    uow.execute(update(api_keys).where(*short).values(revoked=now_ms))


def change_application(uow: UnitOfWork, application_id: str, **values: object) -> bool:
    """Set columns of an application. False when there is no such application."""
    return uow.execute(update(applications).where(applications.c.id == application_id).values(values)).rowcount == 1


def application_of_key(uow: UnitOfWork, key_hash: str, now: int) -> ApplicationRow | None:
    """The application whose key works now. The look-up is by hash, so that its timing reveals nothing about stored keys."""
    works = or_(api_keys.c.revoked.is_(None), api_keys.c.revoked > now)
    joined = applications.join(api_keys, api_keys.c.application_id == applications.c.id)
    return uow.one(ApplicationRow, _APPLICATION.select_from(joined).where(api_keys.c.hash == key_hash, works))
