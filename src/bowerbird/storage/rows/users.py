"""Users: the application's own customers."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, false, insert, or_, select, tuple_, update

from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import (
    auth_links,
    connections,
    consents,
    corrections,
    feed_amounts,
    feeds,
    idempotency_keys,
    job_pages,
    job_steps,
    jobs,
    person_contacts,
    person_sessions,
    uploads,
    users,
    vault_keys,
)
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork
from bowerbird.storage.rows.accounts import delete_data_of_user
from bowerbird.storage.rows.own_data import delete_reads


class UserRow(StoredRow, frozen=True):
    """A user. `details` are sealed; `version` grows whenever anything changes that a client can read about the user."""

    id: str
    application_id: str
    details: bytes
    version: int
    created: int
    updated: int


class SealedUserRow(UserRow, frozen=True):
    """A user with the wrapped key that opens their details: (`master`, `wrapped`), both None once it was destroyed."""

    master: str | None
    wrapped: bytes | None


class ContactHashes(NamedTuple):
    """Keyed hashes of a user's email and mobile in their normal form; None for what they do not have."""

    email_hash: str | None
    mobile_hash: str | None


class UsersCursor(NamedTuple):
    """Where a page of users ends: the next one begins after it. `created` is in milliseconds."""

    created: int
    id: str


_USER = select(*UserRow.columns(users))
_ONE_USER = Prepared(_USER.where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id")), typed=True)

_HELD = Prepared(
    select(users.c.id).where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id")).with_for_update()
)
_TOUCH = Prepared(
    update(users)
    .where(users.c.application_id == bindparam("of_application"), users.c.id == bindparam("of_user"))
    .values(version=users.c.version + 1)
)
_OWN_KEY = and_(vault_keys.c.application_id == users.c.application_id, vault_keys.c.user_id == users.c.id)
_SEALED_USER = Prepared(
    select(*SealedUserRow.columns(users, vault_keys))
    .outerjoin_from(users, vault_keys, _OWN_KEY)
    .where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id")),
    typed=True,
)


def insert_user(uow: UnitOfWork, row: UserRow, hashes: ContactHashes) -> None:
    uow.execute(insert(users), msgspec.structs.asdict(row) | hashes._asdict())


def count_created_since(uow: UnitOfWork, application_id: str, since_ms: int, most: int) -> int:
    """The users an application created since a moment, counted up to `most`."""
    return count_up_to(uow, select(users.c.id).where(users.c.application_id == application_id, users.c.created >= since_ms), most)


def any_user(uow: UnitOfWork) -> bool:
    """Whether any application has a user."""
    return uow.row(select(users.c.id).limit(1)) is not None


def find_application_of(uow: UnitOfWork, user_id: str) -> str | None:
    """The application that a user belongs to, None where none has them. For units of work across applications."""
    row = uow.row(select(users.c.application_id).where(users.c.id == user_id))
    return None if row is None else str(row[0])


def find_user(uow: UnitOfWork, application_id: str, user_id: str) -> UserRow | None:
    return uow.one(UserRow, _ONE_USER, {"application_id": application_id, "user_id": user_id})


def find_sealed_user(uow: UnitOfWork, application_id: str, user_id: str) -> SealedUserRow | None:
    return uow.one(SealedUserRow, _SEALED_USER, {"application_id": application_id, "user_id": user_id})


def find_users(uow: UnitOfWork, application_id: str, user_ids: Collection[str]) -> list[UserRow]:
    """Those of the users that still exist, in any order."""
    if not user_ids:
        return []
    return uow.all(UserRow, _USER.where(unindexed(users.c.application_id) == application_id, users.c.id.in_(user_ids)))


def list_users(uow: UnitOfWork, application_id: str, after: UsersCursor | None, limit: int) -> list[UserRow]:
    """Newest first."""
    chosen = _USER.where(users.c.application_id == application_id)
    if after is not None:
        chosen = chosen.where(tuple_(users.c.created, users.c.id) < tuple_(after.created, after.id))
    return uow.all(UserRow, chosen.order_by(users.c.created.desc(), users.c.id.desc()).limit(limit))


def hold_user(uow: UnitOfWork, application_id: str, user_id: str) -> bool:
    """Lock a user against changes by other units of work until this one ends. False when the user is gone.

    On SQLite there is only one writer; on PostgreSQL every change to a user's data locks the user's row first.
    """
    is_there = bool(uow.fetch(_HELD, {"application_id": application_id, "user_id": user_id}))
    if is_there:
        uow.hold((application_id, user_id))
    return is_there


def find_users_by_contact(uow: UnitOfWork, hashes: ContactHashes, most: int) -> list[UserRow]:
    """Users of any application with this email or this mobile, newest first. For units of work across applications."""
    same = [users.c[name] == value for name, value in hashes._asdict().items() if value is not None]
    return uow.all(UserRow, _USER.where(or_(false(), *same)).order_by(users.c.created.desc(), users.c.id.desc()).limit(most))


def update_user(uow: UnitOfWork, application_id: str, user_id: str, details: bytes, moment: int, hashes: ContactHashes) -> None:
    uow.execute(
        update(users)
        .where(users.c.application_id == application_id, users.c.id == user_id)
        .values(details=details, updated=moment, version=users.c.version + 1, **hashes._asdict())
    )


def touch_user(uow: UnitOfWork, application_id: str, user_id: str) -> bool:
    """Raise the version: something that a client can read about the user has changed. False when the user is gone."""
    return uow.run(_TOUCH, {"of_application": application_id, "of_user": user_id}) == 1


def delete_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Remove a user's rows with everything that hangs on them."""
    own_jobs = select(jobs.c.id).where(jobs.c.application_id == application_id, jobs.c.user_id == user_id)
    uow.rows(own_jobs.with_for_update())  # jobs before connections, in the order of a claim: the other order could block both
    uow.execute(delete(job_steps).where(job_steps.c.application_id == application_id, job_steps.c.job_id.in_(own_jobs)))
    for table in (
        uploads,
        job_pages,
        idempotency_keys,
        consents,
        auth_links,
        corrections,
        person_contacts,
        feed_amounts,
        feeds,
        person_sessions,
        connections,
        jobs,
    ):
        uow.execute(delete(table).where(unindexed(table.c.application_id) == application_id, table.c.user_id == user_id))
    delete_data_of_user(uow, application_id, user_id)
    delete_reads(uow, application_id, user_id)
    uow.execute(delete(users).where(users.c.application_id == application_id, users.c.id == user_id))
