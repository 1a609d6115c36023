"""Accounts of users."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bowerbird.storage.database.tables import accounts, parsed_statements, statements, transactions
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def _own(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return accounts.c.application_id == application_id, accounts.c.user_id == user_id


def accounts_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> Sequence[AnyRow]:
    """In the order they were first seen."""
    return uow.rows(select(accounts).where(*_own(application_id, user_id)).order_by(accounts.c.id))


def find_account(uow: UnitOfWork, application_id: str, user_id: str, account_id: str) -> AnyRow | None:
    return uow.row(select(accounts).where(*_own(application_id, user_id), accounts.c.id == account_id))


def recognise_account(uow: UnitOfWork, application_id: str, user_id: str, institution_id: str, number: str, currency: str) -> AnyRow | None:
    """The account with this number at this institution in this currency, if the user already has it."""
    same = (accounts.c.institution_id == institution_id, accounts.c.number == number, accounts.c.currency == currency)
    return uow.row(select(accounts).where(*_own(application_id, user_id), *same))


def insert_account(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(accounts), values)


def update_account(uow: UnitOfWork, application_id: str, account_id: str, values: dict[str, object]) -> None:
    uow.execute(update(accounts).where(accounts.c.application_id == application_id, accounts.c.id == account_id).values(values))


def recount(uow: UnitOfWork, application_id: str, user_id: str, account_id: str, intervals: str) -> None:
    """Bring the kept number of transactions of an account up to date after an import."""
    counted = (
        select(func.count())
        .select_from(transactions)
        .where(transactions.c.application_id == application_id, transactions.c.account_id == account_id)
        .scalar_subquery()
    )
    own = (*_own(application_id, user_id), accounts.c.id == account_id)
    uow.execute(update(accounts).where(*own).values(transaction_count=counted, intervals=intervals))


def delete_data_of_institution(uow: UnitOfWork, application_id: str, user_id: str, institution_id: str) -> None:
    """Remove a user's accounts at one institution with their transactions."""
    at_institution = select(accounts.c.id).where(*_own(application_id, user_id), accounts.c.institution_id == institution_id)
    for table in (statements, transactions):
        own = (table.c.application_id == application_id, table.c.user_id == user_id)
        uow.execute(delete(table).where(*own, table.c.account_id.in_(at_institution)))
    for table in (parsed_statements, accounts):
        own = (table.c.application_id == application_id, table.c.user_id == user_id)
        uow.execute(delete(table).where(*own, table.c.institution_id == institution_id))


def delete_data_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Remove all of a user's accounts with their transactions."""
    for table in (parsed_statements, statements, transactions, accounts):
        uow.execute(delete(table).where(table.c.application_id == application_id, table.c.user_id == user_id))
