"""What was read of each uploaded statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from bowerbird.model.job import JobKind
from bowerbird.storage.database.tables import accounts, jobs, parsed_statements, statements
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def insert_parsed_statement(uow: UnitOfWork, values: dict[str, Any]) -> None:
    """Reading a job's file again replaces what it said before."""
    own = (parsed_statements.c.application_id == values["application_id"], parsed_statements.c.job_id == values["job_id"])
    uow.execute(delete(parsed_statements).where(*own))
    uow.execute(insert(parsed_statements), values)


def find_parsed_statement(uow: UnitOfWork, application_id: str, job_id: str) -> AnyRow | None:
    return uow.row(
        select(parsed_statements).where(parsed_statements.c.application_id == application_id, parsed_statements.c.job_id == job_id)
    )


def uploads_of_user(uow: UnitOfWork, application_id: str, user_id: str, most: int) -> Sequence[AnyRow]:
    """Jobs that read a statement, newest first, with what their reading says of the file: None where there is none."""
    said = (parsed_statements.c.kind.label("file_kind"), parsed_statements.c.size, parsed_statements.c.rows.label("row_count"))
    joined = jobs.outerjoin(parsed_statements, parsed_statements.c.job_id == jobs.c.id)
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.kind == JobKind.STATEMENT)
    return uow.rows(select(jobs, *said).select_from(joined).where(*own).order_by(jobs.c.created_at_ms.desc(), jobs.c.id.desc()).limit(most))


def find_upload_job(uow: UnitOfWork, application_id: str, user_id: str, job_id: str) -> AnyRow | None:
    """A job of a user, if it is one that reads a statement."""
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.id == job_id)
    return uow.row(select(jobs).where(*own, jobs.c.kind == JobKind.STATEMENT))


def statements_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> Sequence[AnyRow]:
    """What was proven, with the account it is of; oldest period first."""
    named = (accounts.c.name.label("account_name"), accounts.c.product, accounts.c.currency, accounts.c.number, accounts.c.institution_id)
    own = (statements.c.application_id == application_id, statements.c.user_id == user_id)
    joined = statements.join(accounts, accounts.c.id == statements.c.account_id)
    ordered = (statements.c.first_day, statements.c.last_day, statements.c.job_id)
    return uow.rows(select(statements, *named).select_from(joined).where(*own).order_by(*ordered))
