"""Which files and feeds showed a transaction after the first one did, what each of them shows, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, delete, exists, select, update

from bowerbird.model.job import JobKind
from bowerbird.model.statement import FileKind
from bowerbird.storage.database.tables import jobs, parsed_statements, statements, transaction_sources, transactions
from bowerbird.storage.database.unit_of_work import ManyRows, Prepared, StoredRow, UnitOfWork
from bowerbird.storage.rows.accounts import AccountRow, user_ref

_s = transaction_sources.c


class TransactionSourceRow(StoredRow, frozen=True):
    """One source of a transaction, by the job that read a file or the connection of a feed.

    `how` the transaction was found, with how sure that is, from 0 to 1.
    `shown` is the JSON of what the source shows, None where that was stored already; `identity` is the row's own, None where it is the
    transaction's. The transaction as it was before is there where the source changed it.

    A source that an operator separated is one of the transaction `separated_id` now, and of `separated_from` without the decision, which
    is there as it was with it. While a statement overrules the decision, and during an import, `separated_from` is None. The first source
    of a transaction is a row only where its id does not tell: without `how`, and with the transaction's own id as `separated_id`.
    """

    transaction_id: str
    source_id: str
    seen_at_ms: int
    how: str
    identity: bytes | None = None
    shown: bytes | None = None
    document_before: bytes | None = None
    identity_before: bytes | None = None
    separated_from: str | None = None
    separated_by: str | None = None
    separated_at_ms: int | None = None
    separated_id: str | None = None
    overruled_by: str | None = None


class SourceFileRow(StoredRow, frozen=True):
    """The job that read a file; `kind` is None where nothing is kept of what it was read to hold."""

    job_id: str
    institution_id: str
    kind: FileKind | None


_COLUMNS = ("application_ref", "user_ref", *TransactionSourceRow.__struct_fields__)
_SOURCE = select(*TransactionSourceRow.columns(transaction_sources))
_is_separated = (_s.separated_id.is_not(None), _s.separated_at_ms.is_not(None))
_SEPARATED = Prepared(
    _SOURCE.where(_s.user_ref == user_ref(bindparam("application_id"), bindparam("user_id")), *_is_separated).order_by(
        _s.separated_at_ms, _s.source_id
    ),
    typed=True,
)
_NONE_SEPARATED = "none separated"
_ROWS = ManyRows(transaction_sources, _COLUMNS, ignore=True)


def insert_sources(uow: UnitOfWork, account: AccountRow, rows: Iterable[TransactionSourceRow]) -> None:
    owner = (account.application_ref, account.user_ref)
    uow.forget(_NONE_SEPARATED)
    uow.insert_many(_ROWS, (tuple(asdict(row).values()) for row in rows), owner)


def sources_of(uow: UnitOfWork, owner_ref: int, transaction_id: str) -> list[TransactionSourceRow]:
    """The sources of a transaction of the user with this number, the earliest first."""
    return uow.all(TransactionSourceRow, _SOURCE.where(*_is_of(owner_ref, transaction_id)).order_by(_s.seen_at_ms, _s.source_id))


def sources_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[TransactionSourceRow]:
    """The sources of all transactions of a user, the earliest first."""
    own = _SOURCE.where(_s.user_ref == user_ref(application_id, user_id))
    return uow.all(TransactionSourceRow, own.order_by(_s.seen_at_ms, _s.transaction_id, _s.source_id))


def separated_sources(uow: UnitOfWork, application_id: str, user_id: str) -> list[TransactionSourceRow]:
    """The sources of a user that operators decided about, in the order of the decisions.

    A unit of work that holds the user and finds none asks again only once it has written a source.
    """
    owner = (application_id, user_id)
    if uow.kept(_NONE_SEPARATED, owner):
        return []
    found = uow.all(TransactionSourceRow, _SEPARATED, {"application_id": application_id, "user_id": user_id})
    if not found and uow.held == owner:
        uow.keep(_NONE_SEPARATED, owner, True)
    return found


def ids_with_first_source(uow: UnitOfWork, owner_ref: int) -> set[str]:
    """The transactions of the user with this number of which the first source is a row."""
    own = (_s.user_ref == owner_ref, _s.separated_id == _s.transaction_id, _s.how == "")
    return {str(row[0]) for row in uow.rows(select(_s.transaction_id).where(*own))}


def replace_sources(uow: UnitOfWork, account: AccountRow, transaction_id: str, rows: Iterable[TransactionSourceRow]) -> None:
    """Make these the sources of a transaction."""
    delete_sources(uow, account.user_ref, transaction_id)
    insert_sources(uow, account, rows)


def update_source(uow: UnitOfWork, owner_ref: int, row: TransactionSourceRow) -> None:
    """Store a source anew: what it shows, and what is decided about it."""
    own = (*_is_of(owner_ref, row.transaction_id), _s.source_id == row.source_id)
    uow.forget(_NONE_SEPARATED)
    uow.execute(update(transaction_sources).where(*own).values(asdict(row)))


def delete_sources(uow: UnitOfWork, owner_ref: int, transaction_id: str) -> None:
    uow.execute(delete(transaction_sources).where(*_is_of(owner_ref, transaction_id)))


def delete_source(uow: UnitOfWork, owner_ref: int, row: TransactionSourceRow) -> None:
    uow.execute(delete(transaction_sources).where(*_is_of(owner_ref, row.transaction_id), _s.source_id == row.source_id))


def delete_lost_sources(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete the sources of transactions of a user that are gone."""
    there = exists().where(transactions.c.user_ref == _s.user_ref, transactions.c.id == _s.transaction_id)
    uow.execute(delete(transaction_sources).where(_s.user_ref == user_ref(application_id, user_id), ~there))


def first_job_of(uow: UnitOfWork, application_id: str, account_id: str, transaction_id: str) -> str | None:
    """The job of the statement that was the first to show a transaction; None where a feed was."""
    own = (statements.c.application_id == application_id, statements.c.account_id == account_id)
    within = (statements.c.first_new_id <= transaction_id, statements.c.last_new_id >= transaction_id)
    row = uow.row(select(statements.c.job_id).where(*own, *within).order_by(statements.c.created.desc()).limit(1))
    return None if row is None else str(row[0])


def new_ids_of_files(uow: UnitOfWork, application_id: str, account_id: str) -> list[tuple[str, str]]:
    """The first and the last id of the transactions that each statement of an account was the first to show."""
    own = (statements.c.application_id == application_id, statements.c.account_id == account_id, statements.c.first_new_id.is_not(None))
    return [(row[0], row[1]) for row in uow.rows(select(statements.c.first_new_id, statements.c.last_new_id).where(*own))]


def source_files(uow: UnitOfWork, application_id: str, user_id: str, source_ids: Sequence[str]) -> dict[str, SourceFileRow]:
    """Those of these sources that are files, by the ids of the jobs that read them."""
    joined = jobs.outerjoin(parsed_statements, parsed_statements.c.job_id == jobs.c.id)
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.id.in_(source_ids))
    files = select(jobs.c.id, jobs.c.institution_id, parsed_statements.c.kind).select_from(joined)
    return {row[0]: SourceFileRow(*row) for row in uow.rows(files.where(*own, jobs.c.kind == JobKind.STATEMENT))}


def _is_of(owner_ref: int, transaction_id: str) -> tuple[ColumnElement[bool], ...]:
    return _s.user_ref == owner_ref, _s.transaction_id == transaction_id
