"""What was read of people, counted by day, kind, reader and consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite

from bowerbird.model.reading import Reader, ReadKind
from bowerbird.storage.database.tables import applications, consents, reading_log, users
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.rows.accounts import user_ref


class ReadCount(NamedTuple):
    """So many reads of a user to add. `consent_id` None: the latest one they have."""

    application_id: str
    user_id: str
    day: int
    kind: ReadKind
    reader: Reader
    consent_id: str | None
    reads: int


class ReadingRow(StoredRow, frozen=True):
    """What was read of a user on a day (UTC). `consent_id` is empty where they had no consent."""

    day: int
    kind: ReadKind
    reader: Reader
    consent_id: str
    reads: int


_log = reading_log.c
_LATEST_CONSENT = (
    select(consents.c.id)
    .where(consents.c.user_id == users.c.id)
    .order_by(consents.c.created_at_ms.desc())
    .limit(1)
    .correlate(users)
    .scalar_subquery()
)
_CHOSEN = (
    select(
        applications.c.ref,
        users.c.ref,
        bindparam("day", type_=_log.day.type),
        type_coerce(bindparam("kind", type_=_log.kind.type), _log.kind.type),
        type_coerce(bindparam("reader", type_=_log.reader.type), _log.reader.type),
        func.coalesce(bindparam("consent_id", type_=_log.consent_id.type), _LATEST_CONSENT, literal_column("''")),
        bindparam("reads", type_=_log.reads.type),
    )
    .join_from(users, applications, applications.c.id == users.c.application_id)
    .where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id"))
    .with_for_update(of=users, read=True, key_share=True)
)
"""The row to add for a user, none for one that is deleted: on PostgreSQL they cannot be deleted before it is there."""
_COLUMNS = ["application_ref", "user_ref", "day", "kind", "reader", "consent_id", "reads"]
_ADD = {
    name: dialect.insert(reading_log)
    .from_select(_COLUMNS, _CHOSEN)
    .on_conflict_do_update(index_elements=list(reading_log.primary_key), set_={"reads": _log.reads + literal_column("excluded.reads")})
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def add_reads(uow: UnitOfWork, counts: Sequence[ReadCount]) -> None:
    """Add to what is counted. In one order, so that two processes that do so do not wait for each other."""
    ordered = sorted(counts, key=lambda count: (count.user_id, count.day, count.kind, count.reader, count.consent_id or ""))
    if ordered:
        uow.execute(_ADD[uow.dialect], [count._asdict() for count in ordered])


def list_reads(uow: UnitOfWork, application_id: str, user_id: str, most: int) -> list[ReadingRow]:
    """The newest days first, at most so many rows."""
    own = select(*ReadingRow.columns(reading_log)).where(_log.user_ref == user_ref(application_id, user_id))
    return uow.all(ReadingRow, own.order_by(_log.day.desc(), _log.reader, _log.kind, _log.consent_id).limit(most))


def delete_reads(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.execute(delete(reading_log).where(_log.user_ref == user_ref(application_id, user_id)))
