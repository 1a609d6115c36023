"""Sessions of people at the consent pages."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from bowerbird.storage.database.consent_tables import person_sessions
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_s = person_sessions.c


def insert_session(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(person_sessions), values)


def find_session(uow: UnitOfWork, session_hash: str) -> AnyRow | None:
    """Across tenants on purpose: a browser says nothing but its secret."""
    return uow.row(select(person_sessions).where(_s.hash == session_hash))


def update_session(uow: UnitOfWork, application_id: str, session_hash: str, **values: object) -> None:
    uow.execute(update(person_sessions).where(_s.application_id == application_id, _s.hash == session_hash).values(values))


def delete_outdated(uow: UnitOfWork, application_id: str, now: int) -> None:
    uow.execute(delete(person_sessions).where(_s.application_id == application_id, _s.expires <= now))


def delete_sessions(uow: UnitOfWork, application_id: str) -> None:
    """End every session of an application's people."""
    uow.execute(delete(person_sessions).where(_s.application_id == application_id))
