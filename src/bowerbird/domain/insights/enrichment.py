"""Enrichment of stored transactions, a chunk at a time, and what applications say of single ones.

An import lets its rows wait; here they are enriched in units of work of their own. A unit writes the rows of one chunk together with how
far it has come, so that a process that dies leaves nothing half done. Rows that another version of the rules enriched wait too.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.read_scope import UNRESTRICTED
from bowerbird.domain.insights.declarations import Declarations, current_rules, read_declarations
from bowerbird.domain.insights.meaning import wire_parts
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.transactions import day_of, get_transaction
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users.users import hold_user
from bowerbird.insights.leaves import LEAVES
from bowerbird.model.problem import Problem
from bowerbird.plugins.packs import lexicon, rules_version
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import users as user_rows
from bowerbird.storage.rows.insights import enrichments as rows
from bowerbird.storage.rows.insights.enrichments import DueUser as DueUser  # noqa: PLC0414
from bowerbird.storage.rows.insights.enrichments import EnrichedRow, WaitingRow

_CHOICES = 16


@dataclass(frozen=True, slots=True)
class Enriched:
    """What was done: rows looked at, and how long this thread worked on them."""

    rows: int
    spent_s: float  # not money: seconds


def load_rules() -> None:
    """Load what texts are classified by: a process does it once, in a second."""
    lexicon()


def list_due(session: Session, more: int = 0) -> list[DueUser]:
    """Users of all applications whose rows wait: a few, and so many more."""
    return rows.due_users(session.uow, rules_version(), _CHOICES + more)


def enrich_chunk(services: Services, due: DueUser, most: int) -> Enriched:
    """Enrich the next rows of a user. On a worker thread."""
    began = time.thread_time()
    tenant = Tenant(due.application_id, due.user_id)
    chunk = services.read_now(_read_chunk, due, most, tenant=tenant)
    services.write_from_thread(_write_chunk, due, chunk, most, tenant=tenant)
    return Enriched(len(chunk.rows), time.thread_time() - began)


def count_enriched(session: Session) -> tuple[int, int]:
    """Users with transactions, and those whose rows are all enriched by the present rules."""
    return rows.count_states(session.uow, rules_version())


class _Chunk(NamedTuple):
    """The rows of a user that are enriched together, by a version of packs and code and one of the application's own rules."""

    rows: list[_RowParts]
    rules: str
    own_version: int


@dataclass(frozen=True, slots=True)
class _RowParts:
    """A row that waits, with the two parts of its enrichment; None for neither where it is not to be enriched."""

    row: WaitingRow
    parts: tuple[bytes, bytes] | None


def _read_chunk(session: Session, due: DueUser, most: int) -> _Chunk:
    scope, rules, own = read_scope(session), rules_version(), current_rules(session)
    found = rows.waiting_rows(session.uow, due.state, rules, own.version, most)
    if not (scope.accounts and scope.transactions):
        return _Chunk([_RowParts(row, None) for row in found], rules, own.version)
    classes = {account.ref: account.account_class for account in account_rows.accounts_of_user(session.uow, *session.tenant)}
    declarations = read_declarations(session, due.state.user_ref, own)
    return _Chunk([_RowParts(row, _parts(row, classes, declarations)) for row in found], rules, own.version)


def _parts(row: WaitingRow, classes: Mapping[int, str], declarations: Declarations) -> tuple[bytes, bytes]:
    text, account_class = documents.fields_of(row.document).description, classes[row.account_ref]
    declared = declarations.of(row.id, text, row.amount, account_class, row.post_day, row.document)
    opening, own = wire_parts(text, row.amount > 0, account_class, declared)
    return documents.shared_part(row.document, opening), own


def _write_chunk(session: Session, due: DueUser, chunk: _Chunk, most: int) -> None:
    """Write a chunk and how far it has come, unless an import or another process was there in between."""
    if not (user_rows.hold_user(session.uow, *session.tenant) and rows.lock_state(session.uow, due.state)):
        return
    if _write_parts(session, due.state.user_ref, chunk.rows):
        user_rows.touch_user(session.uow, *session.tenant)
    last = chunk.rows[-1].row if len(chunk.rows) == most else None
    reached = {"next_day": last and last.post_day, "next_id": last and last.id}
    rows.update_state(session.uow, msgspec.structs.replace(due.state, rules=chunk.rules, own_version=chunk.own_version, **reached))


def _write_parts(session: Session, user_ref: int, chunk: Sequence[_RowParts]) -> bool:
    """Whether anything changed."""
    changed: list[EnrichedRow] = []
    shared: dict[int, bytes] = {}
    for row, parts in ((each.row, each.parts) for each in chunk):
        ref, own = (rows.ref_of(parts[0]), parts[1]) if parts else (None, None)
        if ref is not None and parts:
            shared[ref] = parts[0]  # of unchanged rows too: it may be lost
        if ref != row.enrichment_ref or own != row.clean:
            changed.append(EnrichedRow(row.post_day, row.id, ref, own))
    rows.put_enrichments(session.uow, shared)
    rows.enrich_rows(session.uow, user_ref, changed)
    return bool(changed)


def enrich_again(session: Session) -> None:
    """Let all rows of the session's user wait, unless some do already: a part that they share is lost."""
    rows.mark_lost(session.uow, *session.tenant, UNRESTRICTED.earliest_day, session.lease_now_ms)
    session.uow.after_commit(session.services.wake)


def set_category(session: Session, transaction_id: str, leaf: str) -> None:
    """Say what a transaction of the session's user is: it counts more than anything that its text says, under every version of the rules.

    "" takes it back. Raises Problem for a transaction that is not there or may not be read, and for a leaf that is none.
    """
    hold_user(session)
    (document, *_), (account, *_), *_ = get_transaction(session, transaction_id)
    if leaf and leaf not in LEAVES:
        raise Problem(codes.FIELD_NOT_VALID, parameter="category", field="category")
    if leaf:
        rows.put_override(session.uow, account.application_ref, account.user_ref, transaction_id, leaf)
    else:
        rows.delete_override(session.uow, account.user_ref, transaction_id)
    rows.mark_due(session.uow, account.application_ref, account.user_ref, day_of(document), session.lease_now_ms)
    user_rows.touch_user(session.uow, *session.tenant)
    session.uow.after_commit(session.services.wake)


def find_category(session: Session, transaction_id: str) -> str:
    """The leaf that the application says a transaction of the session's user is, "" where it says nothing."""
    return rows.overrides_of_person(session.uow, *session.tenant).get(transaction_id, "")
