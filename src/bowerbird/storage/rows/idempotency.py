"""Keys that clients sent with their creations, with what was answered: written in the unit of work of the creation."""

from __future__ import annotations

from sqlalchemy import and_, delete, or_, select, text, update

from bowerbird.storage.database.tables import idempotency_keys
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork

_CLAIM = text(
    "INSERT INTO idempotency_keys (application_id, id, user_id, request, expires) "
    "VALUES (:application_id, :id, '', :request, :expires) ON CONFLICT DO NOTHING"
)
"""PostgreSQL waits here for another unit of work that holds the same key; on SQLite only one writes at a time."""


class IdempotencyKeyRow(StoredRow, frozen=True):
    """A key whose creation was answered. `request` is a keyed hash, `answer` is sealed, `user_id` empty where it is no user's data."""

    user_id: str
    request: str
    status: int
    answer: bytes


_KEY = select(*IdempotencyKeyRow.columns(idempotency_keys))


def claim_key(uow: UnitOfWork, application_id: str, key_id: str, *, request: str, expires: int) -> bool:
    """Take a key, unless it is taken: whether it is ours now."""
    return uow.execute(_CLAIM, {"application_id": application_id, "id": key_id, "request": request, "expires": expires}).rowcount == 1


def find_key(uow: UnitOfWork, application_id: str, key_id: str) -> IdempotencyKeyRow | None:
    return uow.one(IdempotencyKeyRow, _KEY.where(idempotency_keys.c.application_id == application_id, idempotency_keys.c.id == key_id))


def record_answer(uow: UnitOfWork, application_id: str, key_id: str, *, user_id: str, status: int, answer: bytes) -> None:
    own = (idempotency_keys.c.application_id == application_id, idempotency_keys.c.id == key_id)
    uow.execute(update(idempotency_keys).where(*own).values(user_id=user_id, status=status, answer=answer))


def delete_expired(uow: UnitOfWork, application_id: str, key_id: str, now: int, most: int) -> None:
    """Delete the given key if it has expired, and at most so many others of the application that have."""
    expired = and_(idempotency_keys.c.application_id == application_id, idempotency_keys.c.expires <= now)
    oldest = select(idempotency_keys.c.id).where(expired).order_by(idempotency_keys.c.expires).limit(most)
    uow.execute(delete(idempotency_keys).where(expired, or_(idempotency_keys.c.id == key_id, idempotency_keys.c.id.in_(oldest))))
