"""What texts mean on the wire, which rows wait to be enriched, and what applications say of single transactions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ScalarSelect, bindparam, delete, exists, func, insert, select, text, tuple_, update

from bowerbird.storage.database.tables import (
    applications,
    category_overrides,
    enrichment_states,
    enrichments,
    own_rules,
    transactions,
    users,
)
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

_t, _states = transactions.c, enrichment_states.c

_HAS_PRODUCT = "',' || products || ',' LIKE '%,enrich,%'"
_LATER = """ ON CONFLICT (user_ref) DO UPDATE SET generation = enrichment_states.generation + 1,
 waits_since_ms = coalesce(enrichment_states.waits_since_ms, excluded.waits_since_ms),
 next_id = CASE WHEN enrichment_states.next_day < excluded.next_day THEN enrichment_states.next_id END,
 next_day = CASE WHEN enrichment_states.next_day < excluded.next_day THEN enrichment_states.next_day ELSE excluded.next_day END"""
_COLUMNS = "INSERT INTO enrichment_states (user_ref, application_ref, rules, own_version, next_day, next_id, generation, waits_since_ms)"
_MARK = Prepared(
    text(
        f"{_COLUMNS} SELECT CAST(:user_ref AS INTEGER), ref, '', 0, CAST(:first_day AS INTEGER), NULL, 1, :now_ms FROM applications"  # noqa: S608
        f" WHERE ref = :application_ref AND {_HAS_PRODUCT} {_LATER}"
    )
)
_MARK_ALL = text(
    f"{_COLUMNS} SELECT user_ref, application_ref, '', 0, CAST(:first_day AS INTEGER), NULL, 1, :now_ms FROM accounts"  # noqa: S608
    f" WHERE application_ref = (SELECT ref FROM applications WHERE id = :application_id) GROUP BY user_ref, application_ref {_LATER}"
)


class EnrichmentState(StoredRow, frozen=True):
    """How far a user's rows are enriched: before `next_day` and `next_id` by the version `rules` and that of the application's own rules;
    `next_day` None: all of them.
    """

    user_ref: int
    application_ref: int
    rules: str
    own_version: int
    next_day: int | None
    next_id: str | None
    generation: int


class DueUser(NamedTuple):
    """A user some of whose rows wait."""

    application_id: str
    user_id: str
    state: EnrichmentState


def mark_due(uow: UnitOfWork, application_ref: int, user_ref: int, first_day: int, now_ms: int) -> None:
    """Let the rows of a user from a day on wait to be enriched, where their application has the product. `now_ms` by the lease clock."""
    values = {"application_ref": application_ref, "user_ref": user_ref, "first_day": first_day, "now_ms": now_ms}
    uow.run(_MARK, values)


def mark_all_due(uow: UnitOfWork, application_id: str, first_day: int, now_ms: int) -> None:
    """Let all rows of an application wait: it has got the product. `now_ms` by the lease clock."""
    uow.execute(_MARK_ALL, {"application_id": application_id, "first_day": first_day, "now_ms": now_ms})


def mark_lost(uow: UnitOfWork, application_id: str, user_id: str, first_day: int, now_ms: int) -> None:
    """Let the rows of a user from a day on wait to be enriched again, where none of them waits. `now_ms` by the lease clock."""
    user_ref = select(users.c.ref).where(users.c.application_id == application_id, users.c.id == user_id).scalar_subquery()
    waits = {"next_day": first_day, "next_id": None, "generation": _states.generation + 1, "waits_since_ms": now_ms}
    uow.execute(update(enrichment_states).where(_states.user_ref == user_ref, _states.next_day.is_(None)).values(waits))


def waits_since_ms(uow: UnitOfWork) -> int | None:
    """Since when the first rows of a user wait that an import left so, by the lease clock; None where none do."""
    row = uow.row(select(_states.waits_since_ms).where(_states.next_day.is_not(None)).order_by(_states.waits_since_ms).limit(1))
    return None if row is None else row[0]


def stop_enriching(uow: UnitOfWork, application_id: str) -> None:
    """Keep an application's rows as they are: it has the product no more."""
    own = _states.application_ref == select(applications.c.ref).where(applications.c.id == application_id).scalar_subquery()
    uow.execute(delete(enrichment_states).where(own))


_NEWEST = (
    select(own_rules.c.application_ref, func.max(own_rules.c.version).label("version")).group_by(own_rules.c.application_ref).subquery()
)


def due_users(uow: UnitOfWork, rules: str, limit: int) -> list[DueUser]:
    """Users with rows that wait, first those whom an import left so, then those whose rows are of another version, also of own rules."""
    found: list[DueUser] = []
    chosen = select(applications.c.id, users.c.id, *EnrichmentState.columns(enrichment_states)).select_from(
        enrichment_states.join(users, users.c.ref == _states.user_ref).join(applications, applications.c.ref == _states.application_ref)
    )
    imported = chosen.where(_states.next_day.is_not(None)).order_by(_states.waits_since_ms)
    for waiting in (imported, chosen.where(_states.rules < rules), chosen.where(_states.rules > rules)):
        found += [DueUser(row[0], row[1], EnrichmentState(*row[2:])) for row in uow.rows(waiting.limit(limit - len(found)))]
        if len(found) >= limit:
            return found
    behind = chosen.join(_NEWEST, _NEWEST.c.application_ref == _states.application_ref).where(_states.own_version < _NEWEST.c.version)
    return found + [DueUser(row[0], row[1], EnrichmentState(*row[2:])) for row in uow.rows(behind.limit(limit - len(found)))]


def count_states(uow: UnitOfWork, rules: str) -> tuple[int, int]:
    """Users with transactions, and those of them whose rows are all enriched by a version."""
    behind = exists().where(own_rules.c.application_ref == _states.application_ref, own_rules.c.version > _states.own_version)
    done = (_states.rules == rules) & _states.next_day.is_(None) & ~behind
    row = uow.row(select(func.count(), func.count().filter(done)).select_from(enrichment_states))
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


class WaitingRow(NamedTuple):
    """A transaction as its enrichment is worked out."""

    post_day: int
    id: str
    amount: int
    account_ref: int
    document: bytes
    enrichment_ref: int | None
    clean: bytes | None


_waiting = (
    select(_t.post_day, _t.id, _t.amount, _t.account_ref, _t.document, _t.enrichment_ref, _t.clean)
    .where(_t.user_ref == bindparam("user_ref"))
    .order_by(_t.post_day, _t.id)
    .limit(bindparam("row_limit"))
)
_FROM_START = Prepared(_waiting)
_FROM_DAY = Prepared(_waiting.where(_t.post_day >= bindparam("day")))
_AFTER_ROW = Prepared(
    _waiting.where(tuple_(_t.post_day, _t.id) > tuple_(bindparam("day", type_=_t.post_day.type), bindparam("last_id", type_=_t.id.type)))
)


def waiting_rows(uow: UnitOfWork, state: EnrichmentState, rules: str, own_version: int, limit: int) -> list[WaitingRow]:
    """The next rows of a user that wait, oldest first: all of them where the state is of another version."""
    values: dict[str, object] = {"user_ref": state.user_ref, "row_limit": limit}
    if state.next_day is None or state.rules not in ("", rules) or state.own_version != own_version:
        prepared = _FROM_START
    else:
        prepared = _FROM_DAY if state.next_id is None else _AFTER_ROW
        values |= {"day": state.next_day} if state.next_id is None else {"day": state.next_day, "last_id": state.next_id}
    return [WaitingRow(*row) for row in uow.fetch(prepared, values)]


def lock_state(uow: UnitOfWork, state: EnrichmentState) -> bool:
    """Lock a user's state; False where another import or process has changed it since."""
    now = select(*EnrichmentState.columns(enrichment_states)).where(_states.user_ref == state.user_ref).with_for_update()
    return uow.one(EnrichmentState, now) == state


def update_state(uow: UnitOfWork, state: EnrichmentState) -> None:
    """Write how far a user's rows are enriched now; the generation is that of the imports."""
    values = {"rules": state.rules, "own_version": state.own_version, "next_day": state.next_day, "next_id": state.next_id}
    values |= {"waits_since_ms": None} if state.next_day is None else {}
    uow.execute(update(enrichment_states).where(_states.user_ref == state.user_ref).values(values))


def ref_of(document: bytes) -> int:
    """The reference of a document, which follows from it: what a process remembers under it is true of any database."""
    return int.from_bytes(hashlib.blake2b(document, digest_size=8).digest(), "big", signed=True)


_PUT = text("INSERT INTO enrichments (ref, document) VALUES (:ref, :document) ON CONFLICT DO NOTHING")


def put_enrichments(uow: UnitOfWork, documents: Mapping[int, bytes]) -> None:
    """Store documents by their references, where they are not stored yet."""
    if documents:
        uow.execute(_PUT, [{"ref": ref, "document": document} for ref, document in sorted(documents.items())])


def enrichment_documents(uow: UnitOfWork, refs: Collection[int]) -> dict[int | None, bytes]:
    chosen = select(enrichments.c.ref, enrichments.c.document).where(enrichments.c.ref.in_(list(refs)))
    return {row[0]: bytes(row[1]) for row in uow.rows(chosen)}


_ENRICH = Prepared(
    update(transactions)
    .where(
        _t.user_ref == bindparam("of_user"),
        _t.post_day == bindparam("of_day"),
        _t.id == bindparam("of_row", type_=_t.id.type),
    )
    .values(enrichment_ref=bindparam("enrichment"), clean=bindparam("own"))
)
_ENRICH_ORDER = ("enrichment", "own", "of_user", "of_day", "of_row")


class EnrichedRow(NamedTuple):
    """What is written of a row; None for neither: it is not to be enriched."""

    post_day: int
    id: str
    enrichment_ref: int | None
    clean: bytes | None


def enrich_rows(uow: UnitOfWork, user_ref: int, rows: Sequence[EnrichedRow]) -> None:
    if rows:
        uow.execute_many(_ENRICH, _ENRICH_ORDER, [(row.enrichment_ref, row.clean, user_ref, row.post_day, row.id) for row in rows])


class TransactionMeaning(NamedTuple):
    """A transaction that is enriched: the reference of what its text means, and what of that is its own."""

    id: str
    enrichment_ref: int
    clean: bytes


def enriched_rows_of(uow: UnitOfWork, user_ref: int) -> list[TransactionMeaning]:
    """A user's transactions that are enriched, newest first."""
    own = (_t.user_ref == user_ref, _t.enrichment_ref.is_not(None))
    chosen = select(_t.id, _t.enrichment_ref, _t.clean).where(*own).order_by(_t.post_day.desc(), _t.id.desc())
    return [TransactionMeaning(*row) for row in uow.rows(chosen)]


def overrides_of(uow: UnitOfWork, user_ref: int) -> Mapping[str, str]:
    """What the application says of a user's transactions: leaf by id."""
    chosen = select(category_overrides.c.id, category_overrides.c.leaf).where(category_overrides.c.user_ref == user_ref)
    return {row[0]: row[1] for row in uow.rows(chosen)}


def overrides_of_person(uow: UnitOfWork, application_id: str, user_id: str) -> Mapping[str, str]:
    """The same by the id of the user."""
    own = users.c.application_id == application_id, users.c.id == user_id
    of_user = category_overrides.join(users, users.c.ref == category_overrides.c.user_ref)
    chosen = select(category_overrides.c.id, category_overrides.c.leaf).select_from(of_user).where(*own)
    return {row[0]: row[1] for row in uow.rows(chosen)}


def put_override(uow: UnitOfWork, application_ref: int, user_ref: int, transaction_id: str, leaf: str) -> None:
    delete_override(uow, user_ref, transaction_id)
    values = {"application_ref": application_ref, "user_ref": user_ref, "id": transaction_id, "leaf": leaf}
    uow.execute(insert(category_overrides).values(**values))


def delete_override(uow: UnitOfWork, user_ref: int, transaction_id: str) -> None:
    own = (category_overrides.c.user_ref == user_ref, category_overrides.c.id == transaction_id)
    uow.execute(delete(category_overrides).where(*own))


def delete_lost_overrides(uow: UnitOfWork, user_ref: int | ScalarSelect[int]) -> None:
    """Delete declarations about transactions that are gone."""
    there = exists().where(_t.user_ref == category_overrides.c.user_ref, _t.id == category_overrides.c.id)
    uow.execute(delete(category_overrides).where(category_overrides.c.user_ref == user_ref, ~there))
