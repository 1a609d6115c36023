"""Uploaded files that stay for a while after they were read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from bowerbird.storage.database.tables import jobs, uploads
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def keep_file(uow: UnitOfWork, application_id: str, job_id: str, until: int) -> None:
    uow.execute(update(uploads).where(uploads.c.application_id == application_id, uploads.c.job_id == job_id).values(kept_until=until))


def kept_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> dict[str, int]:
    """Job → until when its file is kept."""
    own = (uploads.c.application_id == application_id, uploads.c.user_id == user_id, uploads.c.kept_until.is_not(None))
    return {str(row[0]): int(row[1]) for row in uow.rows(select(uploads.c.job_id, uploads.c.kept_until).where(*own))}


def kept_at(uow: UnitOfWork, application_id: str, user_id: str, *, connection_id: str = "", institution_id: str = "") -> list[str]:
    """Jobs whose files are kept of a user's connection, of their connections at an institution, or of all."""
    own = [uploads.c.application_id == application_id, uploads.c.user_id == user_id, uploads.c.kept_until.is_not(None)]
    own += [jobs.c.connection_id == connection_id] if connection_id else []
    own += [jobs.c.institution_id == institution_id] if institution_id else []
    joined = uploads.join(jobs, jobs.c.id == uploads.c.job_id)
    return [str(row[0]) for row in uow.rows(select(uploads.c.job_id).select_from(joined).where(*own))]


def first_over(uow: UnitOfWork) -> int | None:
    """When the next kept file is to go, across tenants."""
    found = uow.row(select(func.min(uploads.c.kept_until)))
    return None if found is None else found[0]


def files_over(uow: UnitOfWork, now: int, most: int) -> Sequence[AnyRow]:
    """Kept files whose time is over, across tenants."""
    return uow.rows(select(uploads.c.application_id, uploads.c.user_id, uploads.c.job_id).where(uploads.c.kept_until <= now).limit(most))
