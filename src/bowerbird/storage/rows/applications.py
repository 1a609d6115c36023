"""Applications and their API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select, update

from bowerbird.storage.database.tables import api_keys, applications, users
from bowerbird.storage.database.unit_of_work import AnyRow, Prepared, UnitOfWork

_ACCESS = Prepared(
    select(applications.c.disabled, applications.c.production, applications.c.products, users.c.version)
    .select_from(applications.outerjoin(users, and_(users.c.application_id == applications.c.id, users.c.id == bindparam("user_id"))))
    .where(applications.c.id == bindparam("application_id"))
)
_HELD = Prepared(
    select(applications.c.production, applications.c.products)
    .where(applications.c.id == bindparam("application_id"))
    .with_for_update(read=True)
)


def insert_application(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(applications), values)


def all_applications(uow: UnitOfWork) -> Sequence[AnyRow]:
    return uow.rows(select(applications).order_by(applications.c.created, applications.c.id))


def any_production(uow: UnitOfWork) -> bool:
    """Whether an application has production access. A part of `real_data.is_sandbox`: ask that."""
    return uow.row(select(applications.c.id).where(applications.c.production).limit(1)) is not None


def find_application(uow: UnitOfWork, application_id: str) -> AnyRow | None:
    return uow.row(select(applications).where(applications.c.id == application_id))


def hold_access(uow: UnitOfWork, application_id: str) -> tuple[Any, ...] | None:
    """(production, products) of an application, which no other unit of work changes before this one ends; None where there is none."""
    rows = uow.fetch(_HELD, {"application_id": application_id})
    return rows[0] if rows else None


def set_disabled(uow: UnitOfWork, application_id: str, disabled: bool) -> bool:
    done = uow.execute(update(applications).where(applications.c.id == application_id).values(disabled=disabled))
    return done.rowcount == 1


def access_facts(uow: UnitOfWork, application_id: str, user_id: str) -> tuple[Any, ...] | None:
    """(disabled, production, products, user's version or None) of an application, None when there is no such application.

    One row answers what every request asks first: may this application go on, and does this user exist in it.
    """
    rows = uow.fetch(_ACCESS, {"application_id": application_id, "user_id": user_id})
    return rows[0] if rows else None


def insert_key(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(api_keys), values)


def keys_of_application(uow: UnitOfWork, application_id: str) -> Sequence[AnyRow]:
    return uow.rows(select(api_keys).where(api_keys.c.application_id == application_id).order_by(api_keys.c.created, api_keys.c.id))


def revoke_key(uow: UnitOfWork, key_id: str, moment: int) -> bool:
    """End a key at a moment, which may be to come while clients change over. False where it ends by then already."""
    lives = or_(api_keys.c.revoked.is_(None), api_keys.c.revoked > moment)
    return uow.execute(update(api_keys).where(api_keys.c.id == key_id, lives).values(revoked=moment)).rowcount == 1


def change_application(uow: UnitOfWork, application_id: str, **values: object) -> bool:
    return uow.execute(update(applications).where(applications.c.id == application_id).values(values)).rowcount == 1


def application_of_key(uow: UnitOfWork, key_hash: str, now: int) -> AnyRow | None:
    """The application a live key belongs to. The look-up is by hash, so its timing tells nothing about stored keys."""
    lives = or_(api_keys.c.revoked.is_(None), api_keys.c.revoked > now)
    joined = applications.join(api_keys, api_keys.c.application_id == applications.c.id)
    return uow.row(select(applications).select_from(joined).where(api_keys.c.hash == key_hash, lives))
