"""Accounts of users."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypedDict, Unpack

import msgspec
from sqlalchemy import BindParameter, Column, ColumnElement, ScalarSelect, Table, and_, bindparam, delete, func, insert, select, update

from bowerbird.model.account import AccountClass, AccountDetails
from bowerbird.model.days import Interval
from bowerbird.storage.database.tables import (
    accounts,
    applications,
    category_overrides,
    connections,
    corrections,
    enrichment_states,
    parsed_statements,
    statements,
    transaction_sources,
    transactions,
    users,
)
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork
from bowerbird.storage.rows.insights.corrections import delete_lost_corrections
from bowerbird.storage.rows.insights.enrichments import delete_lost_overrides
from bowerbird.storage.rows.insights.snapshots import delete_snapshots_of_user


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


class ConnectedAccountRow(AccountRow, frozen=True):
    """An account, and the id of its connection again: None where the account outlived it."""

    live_connection_id: str | None

    @classmethod
    def columns(cls, *tables: Table) -> list[Column[Any]]:
        return [*AccountRow.columns(accounts), connections.c.id]


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


_KEPT = "accounts"
_id_of = attrgetter("id")
_account = select(*AccountRow.columns(accounts))
_users_ref = select(users.c.ref).where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id"))
_OF_USER = accounts.c.user_ref == _users_ref.scalar_subquery()
_ONE_OF_USER = Prepared(_account.where(_OF_USER, accounts.c.id == bindparam("account_id")), typed=True)
_ITS_CONNECTION = and_(
    connections.c.id == accounts.c.connection_id,
    connections.c.application_id == bindparam("application_id"),
    connections.c.user_id == bindparam("user_id"),
)
_connected = select(*ConnectedAccountRow.columns()).outerjoin_from(accounts, connections, _ITS_CONNECTION).where(_OF_USER)
_ONE_CONNECTED = Prepared(_connected.where(accounts.c.id == bindparam("account_id")), typed=True)
_ALL_CONNECTED = Prepared(_connected.order_by(accounts.c.id), typed=True)
_ALL_OF_USER = Prepared(_account.where(_OF_USER).order_by(accounts.c.id), typed=True)
_IDS_OF_USER = Prepared(select(accounts.c.id).where(_OF_USER).order_by(accounts.c.id), typed=True)

_SAME = Prepared(_account.where(_OF_USER, *(accounts.c[name] == bindparam(name) for name in AccountKey._fields)), typed=True)
_counted = select(func.count()).select_from(transactions)
_counted = _counted.where(transactions.c.user_ref == bindparam("of_user"), transactions.c.account_ref == bindparam("of_account"))
_RECOUNT = Prepared(
    update(accounts)
    .where(accounts.c.ref == bindparam("of_account"))
    .values(transaction_count=_counted.scalar_subquery(), intervals=bindparam("covered", type_=accounts.c.intervals.type))
    .returning(accounts.c.transaction_count),
    typed=True,
)


def application_ref(application_id: str | BindParameter[str]) -> ScalarSelect[int]:
    """The number by which an application is referred to."""
    return select(applications.c.ref).where(applications.c.id == application_id).scalar_subquery()


def user_ref(application_id: str | BindParameter[str], user_id: str | BindParameter[str]) -> ScalarSelect[int]:
    """The number by which a user is referred to: none for a user of another application."""
    return select(users.c.ref).where(users.c.application_id == application_id, users.c.id == user_id).scalar_subquery()


def _own(application_id: str, user_id: str) -> ColumnElement[bool]:
    return accounts.c.user_ref == user_ref(application_id, user_id)


def accounts_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[AccountRow]:
    """In the order they were first seen. A unit of work that holds the user reads them once, and anew where it deletes any."""
    owner = (application_id, user_id)
    kept: list[AccountRow] | None = uow.kept(_KEPT, owner)
    if kept is not None:
        return list(kept)
    found = uow.all(AccountRow, _ALL_OF_USER, {"application_id": application_id, "user_id": user_id})
    if uow.held == owner:
        uow.keep(_KEPT, owner, list(found))
    return found


def account_ids_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[str]:
    """Their ids, in the same order."""
    return [row[0] for row in uow.fetch(_IDS_OF_USER, {"application_id": application_id, "user_id": user_id})]


def find_account(uow: UnitOfWork, application_id: str, user_id: str, account_id: str) -> AccountRow | None:
    kept: list[AccountRow] | None = uow.kept(_KEPT, (application_id, user_id))
    if kept is not None:
        return next((row for row in kept if row.id == account_id), None)
    return uow.one(AccountRow, _ONE_OF_USER, {"application_id": application_id, "user_id": user_id, "account_id": account_id})


def connected_accounts_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[ConnectedAccountRow]:
    """In the order they were first seen."""
    return uow.all(ConnectedAccountRow, _ALL_CONNECTED, {"application_id": application_id, "user_id": user_id})


def find_connected_account(uow: UnitOfWork, application_id: str, user_id: str, account_id: str) -> ConnectedAccountRow | None:
    return uow.one(ConnectedAccountRow, _ONE_CONNECTED, {"application_id": application_id, "user_id": user_id, "account_id": account_id})


def recognise_account(uow: UnitOfWork, application_id: str, user_id: str, key: AccountKey) -> AccountRow | None:
    """The account with this number at this institution in this currency, if the user already has it."""
    if uow.held == (application_id, user_id):
        stored = accounts_of_user(uow, application_id, user_id)
        return next((row for row in stored if (row.institution_id, row.recognition, row.currency) == key), None)
    return uow.one(AccountRow, _SAME, {"application_id": application_id, "user_id": user_id, **key._asdict()})


def insert_account(
    uow: UnitOfWork, application_id: str, user_id: str, account_id: str, key: AccountKey, **figures: Unpack[AccountFigures]
) -> None:
    """An account without transactions yet."""
    values = {"id": account_id, **key._asdict(), **figures, "intervals": [], "transaction_count": 0}
    inserted = uow.all(AccountRow, _insert_of(tuple(values)), {"of_application": application_id, "of_user": user_id, **values})
    owner = (application_id, user_id)
    kept: list[AccountRow] | None = uow.kept(_KEPT, owner)
    if kept is not None:
        uow.keep(_KEPT, owner, sorted([*kept, *inserted], key=_id_of))


@lru_cache(maxsize=16)
def _insert_of(columns: tuple[str, ...]) -> Prepared:
    """An insert of these columns for the user of an application."""
    application: BindParameter[str] = bindparam("of_application")
    user: BindParameter[str] = bindparam("of_user")
    values = {name: bindparam(name, type_=accounts.c[name].type) for name in columns}
    owner = {"application_ref": application_ref(application), "user_ref": user_ref(application, user)}
    return Prepared(insert(accounts).values({**owner, **values}).returning(*AccountRow.columns(accounts)), typed=True)


def update_account(uow: UnitOfWork, account: AccountRow, **figures: Unpack[AccountFigures]) -> None:
    uow.update(accounts, {"ref": account.ref}, figures)
    _keep_changed(uow, account, figures)


def _keep_changed(uow: UnitOfWork, account: AccountRow, changes: Mapping[str, object]) -> None:
    """Keep an account as it is now, where the unit of work keeps those of its user."""
    owner = uow.held
    kept: list[AccountRow] | None = None if owner is None else uow.kept(_KEPT, owner)
    if owner is not None and kept is not None:
        uow.keep(_KEPT, owner, [msgspec.structs.replace(row, **changes) if row.ref == account.ref else row for row in kept])


def delete_account(uow: UnitOfWork, account: AccountRow) -> None:
    """An account that has no transactions any more."""
    uow.execute(delete(accounts).where(accounts.c.ref == account.ref))
    uow.forget(_KEPT)


def recount(uow: UnitOfWork, account: AccountRow, intervals: list[Interval]) -> None:
    """Bring the kept number of transactions of an account up to date after an import."""
    found = uow.fetch(_RECOUNT, {"of_user": account.user_ref, "of_account": account.ref, "covered": intervals})
    if found:
        _keep_changed(uow, account, {"intervals": intervals, "transaction_count": found[0][0]})


def delete_data_of_institution(uow: UnitOfWork, application_id: str, user_id: str, institution_id: str) -> None:
    """Remove a user's accounts at one institution with their transactions, and the snapshots that were made of any account."""
    delete_snapshots_of_user(uow, application_id, user_id)
    own, user = (_own(application_id, user_id), accounts.c.institution_id == institution_id), user_ref(application_id, user_id)
    refs = select(accounts.c.ref).where(*own)
    gone = select(transactions.c.id).where(transactions.c.user_ref == user, transactions.c.account_ref.in_(refs))
    of_gone = (transaction_sources.c.user_ref == user, transaction_sources.c.transaction_id.in_(gone))
    uow.execute(delete(transaction_sources).where(*of_gone))
    uow.execute(delete(transactions).where(transactions.c.user_ref == user, transactions.c.account_ref.in_(refs)))
    delete_lost_overrides(uow, user)
    delete_lost_corrections(uow, user)
    ids = [row[0] for row in uow.rows(select(accounts.c.id).where(*own))]
    uow.execute(delete(statements).where(*_of_user(statements, application_id, user_id), statements.c.account_id.in_(ids)))
    of_institution = parsed_statements.c.institution_id == institution_id
    uow.execute(delete(parsed_statements).where(*_of_user(parsed_statements, application_id, user_id), of_institution))
    uow.execute(delete(accounts).where(*own))
    uow.forget(_KEPT)


def delete_data_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Remove all of a user's accounts with their transactions, and what was made of them."""
    delete_snapshots_of_user(uow, application_id, user_id)
    for table in (parsed_statements, statements, corrections):
        uow.execute(delete(table).where(*_of_user(table, application_id, user_id)))
    for table in (transaction_sources, transactions, accounts, enrichment_states, category_overrides):
        uow.execute(delete(table).where(table.c.user_ref == user_ref(application_id, user_id)))
    uow.forget(_KEPT)


def _of_user(table: Table, application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.application_id == application_id, table.c.user_id == user_id
