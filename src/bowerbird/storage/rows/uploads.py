"""Rows of uploaded files: one for each job that has still to read its file, and for each file that is kept after it was read."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update

from bowerbird.model.statement import FileKind
from bowerbird.storage.database.tables import jobs, uploads
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.files.stores import UploadName

_NAME = (uploads.c.application_id, uploads.c.user_id, uploads.c.job_id)


class UploadRow(StoredRow, frozen=True):
    """An uploaded file; `size` in bytes. `content` is sealed, and empty where the file lies elsewhere: `kept_in` names that store.

    `kept_until` is None while the file is still to be read. `mapping` says what the columns of a table mean; it is empty while a person
    has still to say it, and None for every other file.
    """

    job_id: str
    application_id: str
    user_id: str
    kind: FileKind
    size: int
    content: bytes
    kept_until: int | None
    kept_in: str
    mapping: str | None


def insert_upload(uow: UnitOfWork, row: UploadRow) -> None:
    uow.execute(insert(uploads), asdict(row))


def find_upload(uow: UnitOfWork, application_id: str, job_id: str) -> UploadRow | None:
    own = (uploads.c.application_id == application_id, uploads.c.job_id == job_id)
    return uow.one(UploadRow, select(*UploadRow.columns(uploads)).where(*own))


def delete_upload(uow: UnitOfWork, application_id: str, job_id: str) -> None:
    uow.execute(delete(uploads).where(uploads.c.application_id == application_id, uploads.c.job_id == job_id))


def uploads_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[UploadName]:
    own = (uploads.c.application_id == application_id, uploads.c.user_id == user_id)
    return [UploadName(*row) for row in uow.rows(select(*_NAME).where(*own))]


def named_uploads(uow: UnitOfWork, names: Sequence[UploadName]) -> set[UploadName]:
    """Those of these files that a row names, across tenants."""
    rows = uow.rows(select(*_NAME).where(uploads.c.job_id.in_([name.job_id for name in names])))
    return {UploadName(*row) for row in rows}


def keep_file(uow: UnitOfWork, application_id: str, job_id: str, until_ms: int, *, awaits_mapping: bool = False) -> None:
    """Keep a file until a moment; `awaits_mapping`: a person may still say what its columns mean."""
    own = (uploads.c.application_id == application_id, uploads.c.job_id == job_id)
    uow.execute(update(uploads).where(*own).values(kept_until=until_ms, mapping="" if awaits_mapping else None))


def kept_of_user(uow: UnitOfWork, application_id: str, user_id: str, *, with_waiting: bool) -> dict[str, int]:
    """Job → until when its file is kept (milliseconds); `with_waiting`: also files that wait for their columns to be mapped."""
    own = [uploads.c.application_id == application_id, uploads.c.user_id == user_id, uploads.c.kept_until.is_not(None)]
    own += [] if with_waiting else [uploads.c.mapping.is_(None)]
    return {str(job_id): int(until) for job_id, until in uow.rows(select(uploads.c.job_id, uploads.c.kept_until).where(*own))}


def waiting_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[str]:
    """Jobs whose files wait for their columns to be mapped, the latest first."""
    own = (uploads.c.application_id == application_id, uploads.c.user_id == user_id, uploads.c.mapping == "")
    chosen = select(uploads.c.job_id).where(*own).order_by(uploads.c.kept_until.desc(), uploads.c.job_id)
    return [str(row[0]) for row in uow.rows(chosen)]


def kept_at(uow: UnitOfWork, application_id: str, user_id: str, *, connection_id: str = "", institution_id: str = "") -> list[str]:
    """Jobs whose files are kept of a user's connection, of their connections at an institution, or of all."""
    own = [uploads.c.application_id == application_id, uploads.c.user_id == user_id, uploads.c.kept_until.is_not(None)]
    own += [jobs.c.connection_id == connection_id] if connection_id else []
    own += [jobs.c.institution_id == institution_id] if institution_id else []
    joined = uploads.join(jobs, jobs.c.id == uploads.c.job_id)
    return [str(row[0]) for row in uow.rows(select(uploads.c.job_id).select_from(joined).where(*own))]


def first_kept_until(uow: UnitOfWork) -> int | None:
    """When the next kept file is to be deleted (milliseconds), across tenants."""
    row = uow.row(select(func.min(uploads.c.kept_until)))
    return None if row is None else row[0]


def expired_files(uow: UnitOfWork, now_ms: int, most: int) -> list[UploadName]:
    """Kept files whose time is over, across tenants."""
    return [UploadName(*row) for row in uow.rows(select(*_NAME).where(uploads.c.kept_until <= now_ms).limit(most))]
