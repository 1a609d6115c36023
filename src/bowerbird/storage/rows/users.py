"""Users: the application's own customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select, update

from bowerbird.storage.database.consent_tables import auth_links, consents, person_sessions
from bowerbird.storage.database.tables import (
    accounts,
    connections,
    idempotency_keys,
    job_steps,
    jobs,
    parsed_statements,
    statements,
    transactions,
    uploads,
    users,
)
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def insert_user(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(users), values)


def any_user(uow: UnitOfWork) -> bool:
    """Whether any application has a user."""
    return uow.row(select(users.c.id).limit(1)) is not None


def find_user(uow: UnitOfWork, application_id: str, user_id: str) -> AnyRow | None:
    return uow.row(select(users).where(users.c.application_id == application_id, users.c.id == user_id))


def find_users(uow: UnitOfWork, application_id: str, user_ids: Collection[str]) -> Sequence[AnyRow]:
    """Those of the users that are still there, in any order."""
    return uow.rows(select(users).where(users.c.application_id == application_id, users.c.id.in_(user_ids))) if user_ids else []


def hold_user(uow: UnitOfWork, application_id: str, user_id: str) -> bool:
    """Let nobody else change anything of a user until this unit of work ends. False when the user is gone.

    On SQLite nobody can anyway; on PostgreSQL whatever changes a user's data takes the user's row first, and waits for it.
    """
    own = (users.c.application_id == application_id, users.c.id == user_id)
    return uow.row(select(users.c.id).where(*own).with_for_update()) is not None


def update_user(uow: UnitOfWork, application_id: str, user_id: str, details: bytes, moment: int) -> None:
    uow.execute(
        update(users)
        .where(users.c.application_id == application_id, users.c.id == user_id)
        .values(details=details, updated=moment, version=users.c.version + 1)
    )


def touch_user(uow: UnitOfWork, application_id: str, user_id: str) -> bool:
    """Say that something a client can read about the user has changed. False when the user is gone."""
    done = uow.execute(
        update(users).where(users.c.application_id == application_id, users.c.id == user_id).values(version=users.c.version + 1)
    )
    return done.rowcount == 1


def delete_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Remove a user's rows with everything that hangs on them."""
    own_jobs = select(jobs.c.id).where(jobs.c.application_id == application_id, jobs.c.user_id == user_id)
    uow.rows(own_jobs.with_for_update())  # jobs before connections, as whoever claims one does: the other order could block both
    uow.execute(delete(job_steps).where(job_steps.c.application_id == application_id, job_steps.c.job_id.in_(own_jobs)))
    for table in (
        uploads,
        parsed_statements,
        idempotency_keys,
        consents,
        auth_links,
        person_sessions,
        connections,
        jobs,
        statements,
        transactions,
        accounts,
    ):
        uow.execute(delete(table).where(table.c.application_id == application_id, table.c.user_id == user_id))
    uow.execute(delete(users).where(users.c.application_id == application_id, users.c.id == user_id))
