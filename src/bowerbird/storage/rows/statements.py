"""What was proven of each statement that was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from bowerbird.storage.database.tables import statements
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def insert_statement(uow: UnitOfWork, values: dict[str, Any]) -> None:
    """One account of one statement; reading the job's file again replaces what it said before."""
    same = (statements.c.job_id == values["job_id"], statements.c.account_id == values["account_id"])
    uow.execute(delete(statements).where(statements.c.application_id == values["application_id"], *same))
    uow.execute(insert(statements), values)


def statements_of_account(uow: UnitOfWork, application_id: str, account_id: str) -> Sequence[AnyRow]:
    """Oldest period first."""
    own = (statements.c.application_id == application_id, statements.c.account_id == account_id)
    return uow.rows(select(statements).where(*own).order_by(statements.c.first_day, statements.c.last_day))


def statements_of_days(uow: UnitOfWork, application_id: str, account_id: str, first_day: int, last_day: int) -> Sequence[AnyRow]:
    """first_day, last_day, layout and proved of the statements that speak of any of these days; files of equal days once."""
    columns = (statements.c.first_day, statements.c.last_day, statements.c.layout, statements.c.proved)
    own = (statements.c.application_id == application_id, statements.c.account_id == account_id)
    days = (statements.c.first_day <= last_day, statements.c.last_day >= first_day)
    return uow.rows(select(*columns).where(*own, *days).distinct())


def statements_of_job(uow: UnitOfWork, application_id: str, job_id: str) -> Sequence[AnyRow]:
    """What one uploaded file came to, an account a row."""
    own = (statements.c.application_id == application_id, statements.c.job_id == job_id)
    return uow.rows(select(statements).where(*own).order_by(statements.c.account_id))
