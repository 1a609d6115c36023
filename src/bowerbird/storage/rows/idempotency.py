"""Keys that clients gave their creations, with what was answered: written in the unit of work of the creation."""

from __future__ import annotations

from sqlalchemy import and_, delete, or_, select, text, update

from bowerbird.storage.database.tables import idempotency_keys as table
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_CLAIM = text(
    "INSERT INTO idempotency_keys (application_id, id, user_id, request, expires) "
    "VALUES (:application_id, :id, :user_id, :request, :expires) ON CONFLICT DO NOTHING"
)
"""PostgreSQL waits here for another unit of work that holds the same key; on SQLite only one writes at a time."""


def claim_key(uow: UnitOfWork, values: dict[str, object]) -> bool:
    """Take a key, unless it is taken: whether it is ours now."""
    return uow.execute(_CLAIM, values).rowcount == 1


def find_key(uow: UnitOfWork, application_id: str, key_id: str) -> AnyRow | None:
    return uow.row(select(table).where(table.c.application_id == application_id, table.c.id == key_id))


def keep_answer(uow: UnitOfWork, application_id: str, key_id: str, **values: object) -> None:
    uow.execute(update(table).where(table.c.application_id == application_id, table.c.id == key_id).values(**values))


def forget_expired(uow: UnitOfWork, application_id: str, key_id: str, moment: int, most: int) -> None:
    """Remove the given key if its time is over, and some more of the application's whose time is."""
    over = and_(table.c.application_id == application_id, table.c.expires <= moment)
    oldest = select(table.c.id).where(over).order_by(table.c.expires).limit(most)
    uow.execute(delete(table).where(over, or_(table.c.id == key_id, table.c.id.in_(oldest))))
