"""Transactions: clustered by user, post date and id, so that a page is one walk along neighbouring rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    LargeBinary,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    not_,
    select,
    tuple_,
    update,
)

from bowerbird.model.transaction import Direction, Status, TransactionClass
from bowerbird.storage.database.tables import PENDING_DAY, accounts, enrichments, transactions, users
from bowerbird.storage.database.unit_of_work import ManyRows, Prepared, UnitOfWork
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights.corrections import delete_lost_corrections
from bowerbird.storage.rows.insights.enrichments import delete_lost_overrides, delete_override
from bowerbird.storage.rows.transaction_sources import delete_sources

_t = transactions.c
_own = _t.user_ref == bindparam("user_ref")
_before = tuple_(_t.post_day, _t.id) < tuple_(bindparam("last_day", type_=_t.post_day.type), bindparam("last_id", type_=_t.id.type))
_limits = {
    is_enriched: select(_t.document, _t.account_ref, *((_t.enrichment_ref, _t.clean) if is_enriched else ()))
    .where(_own)
    .order_by(_t.post_day.desc(), _t.id.desc())
    .limit(bindparam("row_limit"))
    for is_enriched in (False, True)
}
_FIRST_PAGE = {is_enriched: Prepared(limited) for is_enriched, limited in _limits.items()}
_NEXT_PAGE = {is_enriched: Prepared(limited.where(_before)) for is_enriched, limited in _limits.items()}
_ONE = Prepared(select(_t.document, _t.account_ref, _t.enrichment_ref, _t.clean).where(_own, _t.id == bindparam("transaction_id")))
_FACTS = (
    accounts.c.id,
    accounts.c.institution_id,
    accounts.c.connection_id,
    accounts.c.transaction_count,
    accounts.c.ref,
    accounts.c.user_ref,
    accounts.c.application_ref,
)
_ACCOUNT_FACTS = Prepared(
    select(*_FACTS).where(
        accounts.c.user_ref
        == select(users.c.ref)
        .where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id"))
        .scalar_subquery()
    )
)
"""Of a user of the application alone: everything that is read of transactions begins here."""


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
    ref: int
    user_ref: int
    application_ref: int


@dataclass(frozen=True)
class TransactionSelection:
    """Which of a user's transactions: every condition must hold. `accounts` are references, None means all of them.

    `days` are (operator, day) with the operators eq, ne, gt, gteq, lt, lteq; a pending transaction has no day and meets none.
    """

    accounts: tuple[int, ...] | None = None
    days: tuple[tuple[str, int], ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    differ: tuple[tuple[str, str], ...] = ()

    @property
    def only_accounts(self) -> bool:
        return not (self.days or self.equal or self.differ)

    def shape(self) -> _SelectionShape:
        """What the text of its statements depends on."""
        return _SelectionShape(
            None if self.accounts is None else len(self.accounts),
            tuple(operator for operator, _ in self.days),
            tuple(map(_worded, self.equal)),
            tuple(map(_worded, self.differ)),
        )

    def values(self) -> dict[str, object]:
        """The parameters of the statements of its shape."""
        given = {f"account_{nth}": ref for nth, ref in enumerate(self.accounts or ())}
        days = {f"day_{nth}": day for nth, (_, day) in enumerate(self.days)}
        equal = {f"equal_{nth}": value for nth, (_, value) in enumerate(self.equal)}
        return {**given, **days, **equal, **{f"differ_{nth}": value for nth, (_, value) in enumerate(self.differ)}}


class _SelectionShape(NamedTuple):
    accounts: int | None
    days: tuple[str, ...]
    equal: tuple[tuple[str, str], ...]
    differ: tuple[tuple[str, str], ...]

    def clauses(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.accounts is not None:
            refs: list[BindParameter[int]] = [bindparam(f"account_{nth}", type_=_t.account_ref.type) for nth in range(self.accounts)]
            conditions.append(_t.account_ref.in_(refs) if refs else false())
        conditions += [_is(*wanted, f"equal_{nth}") for nth, wanted in enumerate(self.equal)]
        conditions += [not_(_is(*wanted, f"differ_{nth}")) for nth, wanted in enumerate(self.differ)]
        conditions += [_OPERATORS[operator](_t.post_day, bindparam(f"day_{nth}")) for nth, operator in enumerate(self.days)]
        if self.days:
            conditions.append(_t.post_day < PENDING_DAY)
        return conditions


@lru_cache(maxsize=256)
def _page_of(shape: _SelectionShape, *, after: bool, enriched: bool) -> Prepared:
    """Built once a shape: building a statement costs more than running it."""
    return Prepared(_limits[enriched].where(*shape.clauses(), *([_before] if after else [])))


@lru_cache(maxsize=256)
def _count_of(shape: _SelectionShape) -> Prepared:
    return Prepared(select(func.count()).select_from(transactions).where(_own, _before, *shape.clauses()))


def _worded(condition: tuple[str, str]) -> tuple[str, str]:
    """A condition with its value where that stands in the text of a statement."""
    name, value = condition
    return name, value if name in ("status", "direction") else ""


def _is(name: str, word: str, parameter: str) -> ColumnElement[bool]:
    """What a transaction with this id, status, direction or class meets."""
    match name:
        case "id":
            return _t.id == bindparam(parameter, type_=_t.id.type)
        case "status":
            return _t.post_day == PENDING_DAY if word == Status.PENDING else _t.post_day < PENDING_DAY
        case "direction":
            return _t.amount < 0 if word == Direction.DEBIT else _t.amount >= 0
        case _:
            return _t.transaction_class == bindparam(parameter, type_=_t.transaction_class.type)


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


StoredDocument = tuple[bytes, int] | tuple[bytes, int, int | None, bytes | None]
"""A document and the reference of its account; where it is asked for, also of its enrichment, and what of that is its own."""


def page(
    uow: UnitOfWork, user_ref: int, selection: TransactionSelection | None, after: Cursor | None, limit: int, *, enriched: bool = False
) -> list[StoredDocument]:
    """Documents, newest first, at most `limit`."""
    values: dict[str, object] = {"user_ref": user_ref, "row_limit": limit}
    if after is not None:
        values |= {"last_day": after.day, "last_id": after.id}
    if selection is None:
        return uow.fetch((_FIRST_PAGE if after is None else _NEXT_PAGE)[enriched], values)
    return uow.fetch(_page_of(selection.shape(), after=after is not None, enriched=enriched), values | selection.values())


class JoinedPage(NamedTuple):
    """So many documents with their enrichments as one text, between them what stands in front of each but the first."""

    rows: int
    first_account: int
    text: bytes


@lru_cache(maxsize=256)
def _joined_of(shape: _SelectionShape, accounts: int, *, after: bool) -> Prepared:
    """The database joins the pieces: to have the driver hand over a row costs more than to find it."""
    where, order = (_own, *shape.clauses(), *([_before] if after else [])), (_t.post_day.desc(), _t.id.desc())
    fronts = [(bindparam(f"ref_{nth}", type_=_t.account_ref.type), bindparam(f"front_{nth}", type_=LargeBinary)) for nth in range(accounts)]
    front = case(*((_t.account_ref == ref, text) for ref, text in fronts)).label("front")
    shared = select(enrichments.c.document).where(enrichments.c.ref == _t.enrichment_ref).scalar_subquery()
    whole = _t.document.op("||")(shared).op("||")(_t.clean).label("whole")
    found = select(whole, front).where(*where).order_by(*order).limit(bindparam("row_limit")).subquery().c
    first = select(_t.account_ref).where(*where).order_by(*order).limit(1).scalar_subquery()
    joined = func.aggregate_strings(found.whole, found.front)  # type: ignore[arg-type]
    return Prepared(select(func.count(), func.count(found.whole), first, cast(joined, LargeBinary)))


def find_joined_page(
    uow: UnitOfWork, user_ref: int, selection: TransactionSelection | None, after: Cursor | None, limit: int, fronts: Mapping[int, bytes]
) -> JoinedPage | None:
    """The same page joined; None where there are no rows, or one of them has no enrichment. `fronts` by the references of accounts."""
    selection = selection or TransactionSelection()
    values: dict[str, object] = {"user_ref": user_ref, "row_limit": limit, **selection.values()}
    if after is not None:
        values |= {"last_day": after.day, "last_id": after.id}
    for nth, (ref, front) in enumerate(fronts.items()):
        values |= {f"ref_{nth}": ref, f"front_{nth}": front}
    ((count, enriched, first, text),) = uow.fetch(_joined_of(selection.shape(), len(fronts), after=after is not None), values)
    return JoinedPage(count, first, text) if count == enriched and count else None


def count_after(uow: UnitOfWork, user_ref: int, selection: TransactionSelection, after: Cursor) -> int:
    """How many stand behind a place."""
    values = {"user_ref": user_ref, "last_day": after.day, "last_id": after.id, **selection.values()}
    return int(uow.fetch(_count_of(selection.shape()), values)[0][0])


def find_document(uow: UnitOfWork, user_ref: int, transaction_id: str) -> StoredDocument | None:
    """With its enrichment."""
    found = uow.fetch(_ONE, {"user_ref": user_ref, "transaction_id": transaction_id})
    return found[0] if found else None


class PostedTransaction(NamedTuple):
    """A posted transaction as insights read it. `amount` in cents."""

    id: str
    account_ref: int
    post_day: int
    amount: int
    document: bytes


def posted_between(uow: UnitOfWork, user_ref: int, account_refs: tuple[int, ...], first_day: int, last_day: int) -> list[PostedTransaction]:
    """The posted transactions of some accounts of a user in a span of days, both included."""
    days = _t.post_day.between(first_day, min(last_day, PENDING_DAY - 1))
    chosen = select(_t.id, _t.account_ref, _t.post_day, _t.amount, _t.document).where(
        _t.user_ref == user_ref, days, _t.account_ref.in_(account_refs)
    )
    return [PostedTransaction(*row) for row in uow.rows(chosen)]


_LAST_ID: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
_POSTED_AFTER = Prepared(
    select(_t.id, _t.account_ref, _t.post_day, _t.amount, _t.document)
    .where(
        _own,
        tuple_(_t.post_day, _t.id) > tuple_(bindparam("last_day", type_=_t.post_day.type), bindparam("last_id", type_=_t.id.type)),
        _t.post_day < PENDING_DAY,
        _t.account_ref == bindparam("account_ref"),
    )
    .order_by(_t.post_day, _t.id)
    .limit(bindparam("row_limit"))
)


def posted_pages(uow: UnitOfWork, account: AccountRow, first_day: int, limit: int) -> Iterator[list[PostedTransaction]]:
    """An account's posted transactions from a day on, oldest first, `limit` at a time."""
    after = Cursor(first_day - 1, _LAST_ID)
    while True:
        values = {"last_day": after.day, "last_id": after.id, "account_ref": account.ref}
        rows = uow.fetch(_POSTED_AFTER, {"user_ref": account.user_ref, "row_limit": limit, **values})
        page = [PostedTransaction(*row) for row in rows]
        if page:
            yield page
        if len(page) < limit:
            return
        after = Cursor(page[-1].post_day, page[-1].id)


def sum_posted(uow: UnitOfWork, user_ref: int, account_ref: int, first_day: int) -> int:
    """The posted transactions of an account from a day on, in cents."""
    mine = (_t.user_ref == user_ref, _t.account_ref == account_ref, _t.post_day.between(first_day, PENDING_DAY - 1))
    row = uow.row(select(func.coalesce(func.sum(_t.amount), 0)).where(*mine))
    return 0 if row is None else int(row[0])


def pending_of(uow: UnitOfWork, user_ref: int, account_refs: tuple[int, ...]) -> list[PostedTransaction]:
    """The pending transactions of some accounts of a user, by their ids."""
    chosen = select(_t.id, _t.account_ref, _t.post_day, _t.amount, _t.document).where(
        _t.user_ref == user_ref, _t.post_day == PENDING_DAY, _t.account_ref.in_(account_refs)
    )
    return [PostedTransaction(*row) for row in uow.rows(chosen.order_by(_t.id))]


def find_transaction(uow: UnitOfWork, user_ref: int, transaction_id: str) -> tuple[KnownTransaction, int] | None:
    """A user's transaction and the reference of its account."""
    columns = (_t.identity, _t.id, _t.post_day, _t.amount, _t.document, _t.account_ref)
    row = uow.row(select(*columns).where(_t.user_ref == user_ref, _t.id == transaction_id))
    return None if row is None else (KnownTransaction(*row[:5]), row[5])


class KnownTransaction(NamedTuple):
    """A stored transaction as an import compares it."""

    identity: bytes
    id: str
    post_day: int
    amount: int
    document: bytes

    @property
    def is_pending(self) -> bool:
        return self.post_day == PENDING_DAY


class TransactionValues(NamedTuple):
    """What is written of a transaction. `amount` in cents; `matched` is how a pending one was found again, else empty."""

    post_day: int
    amount: int
    id: str
    identity: bytes
    transaction_class: TransactionClass
    matched: str
    document: bytes


def _of_account(account: AccountRow) -> ColumnElement[bool]:
    return and_(_t.user_ref == account.user_ref, _t.account_ref == account.ref)


_KNOWN = Prepared(
    select(_t.identity, _t.id, _t.post_day, _t.amount, _t.document).where(
        _own, _t.account_ref == bindparam("account_ref"), _t.post_day >= bindparam("first_day")
    )
)


def known_transactions(uow: UnitOfWork, account: AccountRow, from_day: int) -> dict[bytes, KnownTransaction]:
    """What an account already holds from a day on, pending ones included, by identity."""
    values = {"user_ref": account.user_ref, "account_ref": account.ref, "first_day": from_day}
    return {row[0]: KnownTransaction(*row) for row in uow.fetch(_KNOWN, values)}


def amounts_of_days(uow: UnitOfWork, account: AccountRow, days: Iterable[int], most: int) -> list[int]:
    """The amounts of an account's transactions of some days, at most so many."""
    return [int(row[0]) for row in uow.rows(select(_t.amount).where(_of_account(account), _t.post_day.in_(set(days))).limit(most))]


_COLUMNS = ("application_ref", "user_ref", "account_ref", *TransactionValues._fields)
_ROWS = ManyRows(transactions, _COLUMNS)
_NOT_ENRICHED = {"enrichment_ref": None, "clean": None}


def insert_transactions(uow: UnitOfWork, account: AccountRow, rows: Iterable[TransactionValues]) -> None:
    owner = (account.application_ref, account.user_ref, account.ref)
    uow.insert_many(_ROWS, rows, owner)


def update_transaction(uow: UnitOfWork, account: AccountRow, old: KnownTransaction, values: dict[str, object]) -> None:
    """Change a row. Another document means something else until it is enriched again."""
    values = {**values, **_NOT_ENRICHED} if "document" in values else values
    uow.execute(update(transactions).where(_is_row(account, old)).values(values))


def move_transaction(uow: UnitOfWork, account: AccountRow, old: KnownTransaction, to: AccountRow, identity: bytes) -> None:
    """Give a transaction of one account of a user to another."""
    uow.execute(update(transactions).where(_is_row(account, old)).values(account_ref=to.ref, identity=identity))


def delete_transaction(uow: UnitOfWork, account: AccountRow, old: KnownTransaction) -> None:
    delete_sources(uow, account.user_ref, old.id)
    uow.execute(delete(transactions).where(_is_row(account, old)))
    delete_override(uow, account.user_ref, old.id)
    delete_lost_corrections(uow, account.user_ref)


def delete_transactions(uow: UnitOfWork, account: AccountRow, before: int | None) -> None:
    """Delete an account's transactions before a day; None: all of them, pending ones included."""
    days = [] if before is None else [_t.post_day < before]
    uow.execute(delete(transactions).where(_of_account(account), *days))
    delete_lost_overrides(uow, account.user_ref)
    delete_lost_corrections(uow, account.user_ref)


def _is_row(account: AccountRow, row: KnownTransaction) -> ColumnElement[bool]:
    return and_(_t.user_ref == account.user_ref, _t.post_day == row.post_day, _t.id == row.id)
