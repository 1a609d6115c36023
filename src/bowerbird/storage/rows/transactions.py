"""Transactions: clustered by user, post date and id, so that a page is one walk along neighbouring rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, select, tuple_, update

from bowerbird.storage.database.tables import PENDING_DAY, accounts, transactions
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork

_t = transactions.c
_own = and_(_t.application_id == bindparam("application_id"), _t.user_id == bindparam("user_id"))
_before = tuple_(_t.post_day, _t.id) < tuple_(bindparam("day", type_=_t.post_day.type), bindparam("last_id", type_=_t.id.type))
_documents = select(_t.document).where(_own).order_by(_t.post_day.desc(), _t.id.desc())
_limited = _documents.limit(bindparam("row_limit"))

_FIRST_PAGE = Prepared(_limited)
_NEXT_PAGE = Prepared(_limited.where(_before))
_INSERT = Prepared(insert(transactions))

_ACCOUNT_FACTS = Prepared(
    select(accounts.c.id, accounts.c.institution_id, accounts.c.connection_id, accounts.c.transaction_count).where(
        accounts.c.application_id == bindparam("application_id"), accounts.c.user_id == bindparam("user_id")
    )
)


class Cursor(NamedTuple):
    """The last row of a page: the next page starts behind it."""

    day: int
    id: str


class AccountFacts(NamedTuple):
    """What a page needs to know of each account."""

    id: str
    institution_id: str
    connection_id: str
    transaction_count: int


@dataclass(frozen=True)
class TransactionSelection:
    """Which of a user's transactions: every condition must hold. `accounts` None means all of them.

    `days` are (operator, day) with the operators eq, ne, gt, gteq, lt, lteq; a pending transaction has no day and meets none.
    """

    accounts: tuple[str, ...] | None = None
    days: tuple[tuple[str, int], ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    differ: tuple[tuple[str, str], ...] = ()
    columns: dict[str, Any] = field(
        default_factory=lambda: {"id": _t.id, "status": _t.status, "direction": _t.direction, "class": _t.transaction_class}, repr=False
    )

    @property
    def only_accounts(self) -> bool:
        return not (self.days or self.equal or self.differ)

    def clauses(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.accounts is not None:
            found.append(_t.account_id.in_(self.accounts))
        found += [self.columns[name] == value for name, value in self.equal]
        found += [self.columns[name] != value for name, value in self.differ]
        found += [_OPERATORS[operator](_t.post_day, day) for operator, day in self.days]
        if self.days:
            found.append(_t.post_day < PENDING_DAY)
        return found


_OPERATORS = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "gteq": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lteq": lambda column, value: column <= value,
}


def account_facts(uow: UnitOfWork, application_id: str, user_id: str) -> list[AccountFacts]:
    rows = uow.fetch(_ACCOUNT_FACTS, {"application_id": application_id, "user_id": user_id})
    return [AccountFacts(*row) for row in rows]


def page(
    uow: UnitOfWork, application_id: str, user_id: str, selection: TransactionSelection | None, after: Cursor | None, limit: int
) -> list[bytes]:
    """Documents, newest first, at most `limit`."""
    values: dict[str, object] = {"application_id": application_id, "user_id": user_id, "row_limit": limit}
    if after is not None:
        values |= {"day": after.day, "last_id": after.id}
    if selection is None:
        return list(chain.from_iterable(uow.fetch(_FIRST_PAGE if after is None else _NEXT_PAGE, values)))
    statement: Select[Any] = _limited.where(*selection.clauses())
    if after is not None:
        statement = statement.where(_before)
    return [row[0] for row in uow.rows(statement, values)]


def count(uow: UnitOfWork, application_id: str, user_id: str, selection: TransactionSelection) -> int:
    statement = select(func.count()).select_from(transactions).where(_own, *selection.clauses())
    row = uow.row(statement, {"application_id": application_id, "user_id": user_id})
    return int(row[0]) if row else 0


def find_document(uow: UnitOfWork, application_id: str, user_id: str, transaction_id: str) -> bytes | None:
    own = and_(_t.application_id == application_id, _t.user_id == user_id, _t.id == transaction_id)
    row = uow.row(select(_t.document).where(own))
    return None if row is None else bytes(row[0])


class KnownTransaction(NamedTuple):
    """A stored transaction as an import compares it."""

    identity: bytes
    id: str
    post_day: int
    status: str
    amount: int
    document: bytes


def known_transactions(uow: UnitOfWork, application_id: str, account_id: str, from_day: int) -> dict[bytes, KnownTransaction]:
    """What an account already holds from a day on, pending ones included, by identity."""
    chosen = select(_t.identity, _t.id, _t.post_day, _t.status, _t.amount, _t.document).where(
        _t.application_id == application_id, _t.account_id == account_id, _t.post_day >= from_day
    )
    return {row[0]: KnownTransaction(*row) for row in uow.rows(chosen)}


def insert_transactions(uow: UnitOfWork, rows: Iterable[tuple[object, ...]]) -> None:
    """Rows in the order of `ROW`."""
    uow.insert_many(_INSERT, ROW, rows)


ROW = tuple(column.key for column in transactions.columns)
"""Column order of a row to insert: user_id, post_day, id, application_id, account_id, status, direction, class, amount, identity, …"""


def update_transaction(uow: UnitOfWork, user_id: str, old_day: int, transaction_id: str, values: dict[str, object]) -> None:
    own = and_(_t.user_id == user_id, _t.post_day == old_day, _t.id == transaction_id)
    uow.execute(update(transactions).where(own).values(values))


def delete_transaction(uow: UnitOfWork, user_id: str, day: int, transaction_id: str) -> None:
    uow.execute(delete(transactions).where(_t.user_id == user_id, _t.post_day == day, _t.id == transaction_id))


def days_covered(uow: UnitOfWork, application_id: str, account_id: str) -> tuple[int, int] | None:
    """First and last day with a posted transaction."""
    row = uow.row(
        select(func.min(_t.post_day), func.max(_t.post_day)).where(
            _t.application_id == application_id, _t.account_id == account_id, _t.post_day < PENDING_DAY
        )
    )
    return None if row is None or row[0] is None else (int(row[0]), int(row[1]))
