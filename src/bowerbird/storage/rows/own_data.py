"""What people may see of themselves: where codes reach them, receipts of what was deleted of them, and what was read of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Executable, bindparam, delete, func, insert, literal_column, select, type_coerce, update
from sqlalchemy.dialects import sqlite

from bowerbird.model.consent import DeletionReason
from bowerbird.model.reading import Reader, ReadKind
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import (
    accounts,
    applications,
    connections,
    consents,
    deletion_receipts,
    person_contacts,
    person_sessions,
    reading_log,
    statements,
    transactions,
    uploads,
    users,
)
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.rows.accounts import user_ref


class ContactRow(StoredRow, frozen=True):
    """Where codes reach a user. `contact` and `code` are sealed; `codes_sent` counts since `codes_since_ms`."""

    user_id: str
    application_id: str
    contact: bytes
    created_at_ms: int
    code: bytes | None = None
    code_expires_at_ms: int | None = None
    codes_sent: int = 0
    codes_since_ms: int = 0
    attempts: int = 0


class ReceiptRow(StoredRow, frozen=True):
    """What was deleted of a user at one moment: numbers only."""

    id: str
    application_id: str
    user_id: str
    consent_id: str
    reason: DeletionReason
    connections: int
    accounts: int
    transactions: int
    statements: int
    files: int
    deleted_at_ms: int


class StoredCounts(NamedTuple):
    """How much is stored of a user."""

    connections: int
    accounts: int
    transactions: int
    statements: int
    files: int


_contact = person_contacts.c


def _own(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return _contact.application_id == application_id, _contact.user_id == user_id


def find_contact(uow: UnitOfWork, application_id: str, user_id: str) -> ContactRow | None:
    return uow.one(ContactRow, select(*ContactRow.columns(person_contacts)).where(*_own(application_id, user_id)))


def insert_contact(uow: UnitOfWork, row: ContactRow) -> None:
    uow.execute(insert(person_contacts), asdict(row))


def replace_contact(uow: UnitOfWork, application_id: str, user_id: str, contact: bytes, now_ms: int) -> None:
    """Store another contact; a code that was sent to the one before is invalid."""
    values = {"contact": contact, "created_at_ms": now_ms, "code": None, "code_expires_at_ms": None}
    uow.execute(update(person_contacts).where(*_own(application_id, user_id)).values(values))


def _unchanged(row: ContactRow) -> tuple[ColumnElement[bool], ...]:
    """The contact, while no newer code was sent than when it was read."""
    own = _own(row.application_id, row.user_id)
    return *own, _contact.codes_sent == row.codes_sent, _contact.codes_since_ms == row.codes_since_ms


def replace_code(uow: UnitOfWork, row: ContactRow, code: bytes, expires_at_ms: int, *, since_ms: int, sent: int) -> bool:
    """Store a new sealed code, the `sent`th since a moment. False when another request has sent one since the row was read."""
    values = {"code": code, "code_expires_at_ms": expires_at_ms, "codes_sent": sent, "codes_since_ms": since_ms, "attempts": 0}
    return uow.execute(update(person_contacts).where(*_unchanged(row)).values(values)).rowcount == 1


def count_attempt(uow: UnitOfWork, row: ContactRow, most: int) -> bool:
    """Count a guess at the code that was read. False when `most` guesses are counted, the code was used, or a newer one was sent since."""
    valid = (*_unchanged(row), _contact.code.is_not(None), _contact.attempts < most)
    return uow.execute(update(person_contacts).where(*valid).values(attempts=_contact.attempts + 1)).rowcount == 1


def use_code(uow: UnitOfWork, row: ContactRow) -> bool:
    """Delete the code that was read. True for one caller only."""
    valid = (*_unchanged(row), _contact.code.is_not(None))
    return uow.execute(update(person_contacts).where(*valid).values(code=None, code_expires_at_ms=None)).rowcount == 1


def list_coded_contacts(uow: UnitOfWork, now_ms: int, most: int) -> list[ContactRow]:
    """Across tenants: contacts with a valid code, the one sent last first."""
    valid = select(*ContactRow.columns(person_contacts)).where(_contact.code.is_not(None), _contact.code_expires_at_ms > now_ms)
    return uow.all(ContactRow, valid.order_by(_contact.code_expires_at_ms.desc()).limit(most))


def prove_session(uow: UnitOfWork, application_id: str, session_hash: str, until_ms: int) -> None:
    """Note that a code has shown, in a session, that it is the person."""
    own = (person_sessions.c.application_id == application_id, person_sessions.c.hash == session_hash)
    uow.execute(update(person_sessions).where(*own).values(proven_until_ms=until_ms))


# ── Receipts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def count_stored(uow: UnitOfWork, application_id: str, user_id: str) -> StoredCounts:
    ref = user_ref(application_id, user_id)
    tables = (connections, statements, uploads)
    of_user = [(unindexed(table.c.application_id) == application_id) & (table.c.user_id == user_id) for table in tables]
    counts = (
        select(func.count()).select_from(connections).where(of_user[0]),
        select(func.count()).select_from(accounts).where(accounts.c.user_ref == ref),
        select(func.count()).select_from(transactions).where(transactions.c.user_ref == ref),
        select(func.count()).select_from(statements).where(of_user[1]),
        select(func.count()).select_from(uploads).where(of_user[2]),
    )
    row = uow.row(select(*(count.scalar_subquery() for count in counts)))
    return StoredCounts(*row) if row is not None else StoredCounts(0, 0, 0, 0, 0)


def insert_receipt(uow: UnitOfWork, row: ReceiptRow) -> None:
    uow.execute(insert(deletion_receipts), asdict(row))


def rename_receipts(uow: UnitOfWork, application_id: str, user_id: str, name: str) -> None:
    """Have a user's receipts name them otherwise."""
    own = (unindexed(deletion_receipts.c.application_id) == application_id, deletion_receipts.c.user_id == user_id)
    uow.execute(update(deletion_receipts).where(*own).values(user_id=name))


def newest_receipts(uow: UnitOfWork, application_id: str, reason: DeletionReason, most: int) -> list[ReceiptRow]:
    """An application's receipts of a reason, newest first, at most so many."""
    table = deletion_receipts
    own = select(*ReceiptRow.columns(table)).where(table.c.application_id == application_id, table.c.reason == reason)
    return uow.all(ReceiptRow, own.order_by(table.c.deleted_at_ms.desc(), table.c.id.desc()).limit(most))


def list_receipts(uow: UnitOfWork, application_id: str, user_id: str) -> list[ReceiptRow]:
    """Newest first."""
    table = deletion_receipts
    own = select(*ReceiptRow.columns(table)).where(unindexed(table.c.application_id) == application_id, table.c.user_id == user_id)
    return uow.all(ReceiptRow, own.order_by(table.c.deleted_at_ms.desc(), table.c.id.desc()))


# ── What was read ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ReadCount(NamedTuple):
    """So many reads of a user to add. `consent_id` None: the latest one they have."""

    application_id: str
    user_id: str
    day: int
    kind: ReadKind
    reader: Reader
    consent_id: str | None
    reads: int


class ReadingRow(StoredRow, frozen=True):
    """What was read of a user on a day (UTC). `consent_id` is empty where they had no consent."""

    day: int
    kind: ReadKind
    reader: Reader
    consent_id: str
    reads: int


_log = reading_log.c
_LATEST_CONSENT = (
    select(consents.c.id)
    .where(consents.c.user_id == users.c.id)
    .order_by(consents.c.created_at_ms.desc())
    .limit(1)
    .correlate(users)
    .scalar_subquery()
)
_CHOSEN = (
    select(
        applications.c.ref,
        users.c.ref,
        bindparam("day", type_=_log.day.type),
        type_coerce(bindparam("kind", type_=_log.kind.type), _log.kind.type),
        type_coerce(bindparam("reader", type_=_log.reader.type), _log.reader.type),
        func.coalesce(bindparam("consent_id", type_=_log.consent_id.type), _LATEST_CONSENT, literal_column("''")),
        bindparam("reads", type_=_log.reads.type),
    )
    .join_from(users, applications, applications.c.id == users.c.application_id)
    .where(users.c.application_id == bindparam("application_id"), users.c.id == bindparam("user_id"))
    .with_for_update(of=users, read=True, key_share=True)
)
"""The row to add for a user, none for one that is deleted: on PostgreSQL they cannot be deleted before it is there."""
_READ_COLUMNS = ["application_ref", "user_ref", "day", "kind", "reader", "consent_id", "reads"]


@cache
def _add(dialect: str) -> Executable:
    """The statement of an engine, whose dialect alone is loaded."""
    keys, changed = list(reading_log.primary_key), {"reads": _log.reads + literal_column("excluded.reads")}
    if dialect == "sqlite":
        added = sqlite.insert(reading_log).from_select(_READ_COLUMNS, _CHOSEN)
        return added.on_conflict_do_update(index_elements=keys, set_=changed)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(reading_log).from_select(_READ_COLUMNS, _CHOSEN).on_conflict_do_update(index_elements=keys, set_=changed)


def add_reads(uow: UnitOfWork, counts: Sequence[ReadCount]) -> None:
    """Add to what is counted. In one order, so that two processes that do so do not wait for each other."""
    ordered = sorted(counts, key=lambda count: (count.user_id, count.day, count.kind, count.reader, count.consent_id or ""))
    if ordered:
        uow.execute(_add(uow.dialect), [count._asdict() for count in ordered])


def list_reads(uow: UnitOfWork, application_id: str, user_id: str, most: int) -> list[ReadingRow]:
    """The newest days first, at most so many rows."""
    own = select(*ReadingRow.columns(reading_log)).where(_log.user_ref == user_ref(application_id, user_id))
    return uow.all(ReadingRow, own.order_by(_log.day.desc(), _log.reader, _log.kind, _log.consent_id).limit(most))


def delete_reads(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.execute(delete(reading_log).where(_log.user_ref == user_ref(application_id, user_id)))
