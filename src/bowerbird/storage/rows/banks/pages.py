"""Pages of a bank's listing, kept until the job that reads them has all of them."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import job_pages
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork


class JobPageRow(StoredRow, frozen=True):
    """A page. `content` is sealed; `position` counts the pages of its job from 0."""

    id: str
    application_id: str
    user_id: str
    job_id: str
    position: int
    content: bytes


_OF_JOB = (job_pages.c.application_id == bindparam("application_id"), job_pages.c.job_id == bindparam("job_id"))
_PAGES = Prepared(select(*JobPageRow.columns(job_pages)).where(*_OF_JOB).order_by(job_pages.c.position), typed=True)
_DELETED_OF_USER = Prepared(
    delete(job_pages).where(
        unindexed(job_pages.c.application_id) == bindparam("application_id"), job_pages.c.user_id == bindparam("user_id")
    )
)
_DELETED = Prepared(delete(job_pages).where(*_OF_JOB))


def insert_page(uow: UnitOfWork, row: JobPageRow) -> None:
    uow.insert(job_pages, row.values())


def pages_of_job(uow: UnitOfWork, application_id: str, job_id: str) -> list[JobPageRow]:
    """In the order in which they were read. A position that is missing was deleted."""
    return uow.all(JobPageRow, _PAGES, {"application_id": application_id, "job_id": job_id})


def delete_pages(uow: UnitOfWork, application_id: str, job_id: str) -> None:
    uow.run(_DELETED, {"application_id": application_id, "job_id": job_id})


def delete_pages_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.run(_DELETED_OF_USER, {"application_id": application_id, "user_id": user_id})
