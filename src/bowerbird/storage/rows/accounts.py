"""Accounts of users."""

from __future__ import annotations

from typing import NamedTuple, TypedDict, Unpack

from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, delete, func, insert, select, update

from bowerbird.model.account import AccountClass, AccountDetails
from bowerbird.model.days import Interval
from bowerbird.storage.database.tables import (
    accounts,
    applications,
    category_overrides,
    enrichment_states,
    parsed_statements,
    statements,
    transaction_sources,
    transactions,
    users,
)
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.rows.insights.enrichments import delete_lost_overrides


class AccountRow(StoredRow, frozen=True):
    """An account. Money in cents; `last_updated` in milliseconds; `intervals` are the days that its data covers."""

    ref: int
    id: str
    application_ref: int
    user_ref: int
    connection_id: str
    institution_id: str
    number: str
    recognition: bytes
    currency: str
    name: str
    holder: str | None
    account_class: AccountClass
    product: str
    balance: int | None
    available: int | None
    credit_limit: int | None
    unavailable: bool
    details: AccountDetails
    last_updated: int
    intervals: list[Interval]
    transaction_count: int


class AccountFigures(TypedDict, total=False):
    """What a source shows of an account at one moment; the columns of AccountRow. `number` and its `recognition` only where it was
    less complete."""

    number: str
    recognition: bytes
    connection_id: str
    name: str
    holder: str | None
    account_class: AccountClass
    product: str
    balance: int | None
    available: int | None
    credit_limit: int | None
    unavailable: bool
    details: AccountDetails
    last_updated: int


class AccountKey(NamedTuple):
    """What an account of a user is recognised by. `recognition` is the keyed hash of its whole number."""

    institution_id: str
    recognition: bytes
    currency: str


_account = select(*AccountRow.columns(accounts))


def application_ref(application_id: str) -> ScalarSelect[int]:
    """The number by which an application is referred to."""
    return select(applications.c.ref).where(applications.c.id == application_id).scalar_subquery()


def user_ref(application_id: str, user_id: str) -> ScalarSelect[int]:
    """The number by which a user is referred to: none for a user of another application."""
    return select(users.c.ref).where(users.c.application_id == application_id, users.c.id == user_id).scalar_subquery()


def _own(application_id: str, user_id: str) -> ColumnElement[bool]:
    return accounts.c.user_ref == user_ref(application_id, user_id)


def accounts_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[AccountRow]:
    """In the order they were first seen."""
    return uow.all(AccountRow, _account.where(_own(application_id, user_id)).order_by(accounts.c.id))


def find_account(uow: UnitOfWork, application_id: str, user_id: str, account_id: str) -> AccountRow | None:
    return uow.one(AccountRow, _account.where(_own(application_id, user_id), accounts.c.id == account_id))


def recognise_account(uow: UnitOfWork, application_id: str, user_id: str, key: AccountKey) -> AccountRow | None:
    """The account with this number at this institution in this currency, if the user already has it."""
    same = [accounts.c[name] == value for name, value in key._asdict().items()]
    return uow.one(AccountRow, _account.where(_own(application_id, user_id), *same))


def insert_account(
    uow: UnitOfWork, application_id: str, user_id: str, account_id: str, key: AccountKey, **figures: Unpack[AccountFigures]
) -> None:
    """An account without transactions yet."""
    owner = {"application_ref": application_ref(application_id), "user_ref": user_ref(application_id, user_id)}
    values = {**owner, "id": account_id, **key._asdict(), **figures, "intervals": [], "transaction_count": 0}
    uow.execute(insert(accounts).values(values))


def update_account(uow: UnitOfWork, account: AccountRow, **figures: Unpack[AccountFigures]) -> None:
    uow.execute(update(accounts).where(accounts.c.ref == account.ref).values(**figures))


def delete_account(uow: UnitOfWork, account: AccountRow) -> None:
    """An account that has no transactions any more."""
    uow.execute(delete(accounts).where(accounts.c.ref == account.ref))


def recount(uow: UnitOfWork, account: AccountRow, intervals: list[Interval]) -> None:
    """Bring the kept number of transactions of an account up to date after an import."""
    own = and_(transactions.c.user_ref == account.user_ref, transactions.c.account_ref == account.ref)
    counted = select(func.count()).select_from(transactions).where(own).scalar_subquery()
    uow.execute(update(accounts).where(accounts.c.ref == account.ref).values(transaction_count=counted, intervals=intervals))


def delete_data_of_institution(uow: UnitOfWork, application_id: str, user_id: str, institution_id: str) -> None:
    """Remove a user's accounts at one institution with their transactions."""
    own, user = (_own(application_id, user_id), accounts.c.institution_id == institution_id), user_ref(application_id, user_id)
    refs = select(accounts.c.ref).where(*own)
    gone = select(transactions.c.id).where(transactions.c.user_ref == user, transactions.c.account_ref.in_(refs))
    of_gone = (transaction_sources.c.user_ref == user, transaction_sources.c.transaction_id.in_(gone))
    uow.execute(delete(transaction_sources).where(*of_gone))
    uow.execute(delete(transactions).where(transactions.c.user_ref == user, transactions.c.account_ref.in_(refs)))
    delete_lost_overrides(uow, user)
    ids = [row[0] for row in uow.rows(select(accounts.c.id).where(*own))]
    uow.execute(delete(statements).where(*_of_user(statements, application_id, user_id), statements.c.account_id.in_(ids)))
    of_institution = parsed_statements.c.institution_id == institution_id
    uow.execute(delete(parsed_statements).where(*_of_user(parsed_statements, application_id, user_id), of_institution))
    uow.execute(delete(accounts).where(*own))


def delete_data_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Remove all of a user's accounts with their transactions."""
    for table in (parsed_statements, statements):
        uow.execute(delete(table).where(*_of_user(table, application_id, user_id)))
    for table in (transaction_sources, transactions, accounts, enrichment_states, category_overrides):
        uow.execute(delete(table).where(table.c.user_ref == user_ref(application_id, user_id)))


def _of_user(table: Table, application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.application_id == application_id, table.c.user_id == user_id
