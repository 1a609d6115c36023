"""Access at banks that is to end there: what the server tries again, and what only the person can end."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, select, update

from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import access_endings
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork


class EndingRow(StoredRow, frozen=True):
    """An access that is to end. `secret` is sealed; None where only the person can end it, and the row stays until `due_at_ms`.

    `user_id` is empty once the user is deleted.
    """

    id: str
    application_id: str
    user_id: str
    institution_id: str
    secret: bytes | None
    attempts: int
    due_at_ms: int
    created_at_ms: int


_ending = access_endings.c
_ALL = select(*EndingRow.columns(access_endings))
_FIRST = Prepared(select(func.min(_ending.due_at_ms)))
_DUE = Prepared(_ALL.where(_ending.due_at_ms <= bindparam("now_ms")).order_by(_ending.due_at_ms).limit(bindparam("most")), typed=True)
_OF_USER = Prepared(
    _ALL.where(unindexed(_ending.application_id) == bindparam("application_id"), _ending.user_id == bindparam("user_id")).order_by(
        _ending.created_at_ms, _ending.id
    ),
    typed=True,
)


def insert_ending(uow: UnitOfWork, row: EndingRow) -> None:
    uow.insert(access_endings, row.values())


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment, in milliseconds, across tenants."""
    first: int | None = uow.fetch(_FIRST, {})[0][0]
    return first


def due_endings(uow: UnitOfWork, now_ms: int, most: int) -> list[EndingRow]:
    """The longest due first, across tenants."""
    return uow.all(EndingRow, _DUE, {"now_ms": now_ms, "most": most})


def endings_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[EndingRow]:
    """Oldest first."""
    return uow.all(EndingRow, _OF_USER, {"application_id": application_id, "user_id": user_id})


def claim_ending(uow: UnitOfWork, row: EndingRow, due_at_ms: int) -> bool:
    """Count an attempt that begins now and put off the next one; False where another process has, or the row is gone."""
    mine = {"application_id": row.application_id, "id": row.id, "due_at_ms": row.due_at_ms}
    return uow.update(access_endings, mine, {"attempts": row.attempts + 1, "due_at_ms": due_at_ms}) == 1


def put_off_ending(uow: UnitOfWork, row: EndingRow, attempts: int, due_at_ms: int) -> None:
    """Set how many attempts count, and when the next one is due."""
    uow.update(access_endings, {"application_id": row.application_id, "id": row.id}, {"attempts": attempts, "due_at_ms": due_at_ms})


def leave_to_person(uow: UnitOfWork, row: EndingRow, due_at_ms: int) -> None:
    """Delete the secret of an access that the server could not end; the row stays for the person until `due_at_ms`."""
    uow.update(access_endings, {"application_id": row.application_id, "id": row.id}, {"secret": None, "due_at_ms": due_at_ms})


def delete_ending(uow: UnitOfWork, row: EndingRow) -> None:
    uow.execute(delete(access_endings).where(_ending.application_id == row.application_id, _ending.id == row.id))


def detach_endings(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Of a user who is deleted: what the server still ends names them no more, and what only they can end is deleted."""
    own = (unindexed(_ending.application_id) == application_id, _ending.user_id == user_id)
    uow.execute(delete(access_endings).where(*own, _ending.secret.is_(None)))
    uow.execute(update(access_endings).where(*own).values(user_id=""))
