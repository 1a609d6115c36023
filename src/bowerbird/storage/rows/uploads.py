"""Rows of uploaded files: one for each job that has still to read its file, wherever that lies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from bowerbird.storage.database.tables import uploads
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork
from bowerbird.storage.files.stores import UploadName

_NAME = (uploads.c.application_id, uploads.c.user_id, uploads.c.job_id)


def insert_upload(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(uploads), values)


def find_upload(uow: UnitOfWork, application_id: str, job_id: str) -> AnyRow | None:
    return uow.row(select(uploads).where(uploads.c.application_id == application_id, uploads.c.job_id == job_id))


def delete_upload(uow: UnitOfWork, application_id: str, job_id: str) -> None:
    uow.execute(delete(uploads).where(uploads.c.application_id == application_id, uploads.c.job_id == job_id))


def uploads_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[UploadName]:
    own = (uploads.c.application_id == application_id, uploads.c.user_id == user_id)
    return [UploadName(*row) for row in uow.rows(select(*_NAME).where(*own))]


def named_uploads(uow: UnitOfWork, names: Sequence[UploadName]) -> set[UploadName]:
    """Those of these files that a row names, of whatever application."""
    found = uow.rows(select(*_NAME).where(uploads.c.job_id.in_([name.job_id for name in names])))
    return {UploadName(*row) for row in found}
