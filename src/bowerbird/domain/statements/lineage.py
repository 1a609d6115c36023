"""Which files and feeds show a transaction, and an operator's decision that one of them shows another one."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.documents import TransactionDocument
from bowerbird.domain.ledger.file_rows import gain_of, with_gain
from bowerbird.domain.ledger.identity import free_identity, is_of_content, is_of_file_id
from bowerbird.domain.ledger.ingest import let_enrich, transaction_values
from bowerbird.domain.ledger.listed_days import CoveredDays, listed_before
from bowerbird.domain.ledger.overlap import MOVED, ContradictionError
from bowerbird.domain.ledger.sources import encode, shown_by, shown_first
from bowerbird.domain.notifications.announcements import announce_transactions
from bowerbird.domain.services import Session
from bowerbird.domain.statements.interval_sums import check_sums
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.ids import moment_of_id, ordered_ids
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transaction_sources import SourceFileRow, TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction

SEPARATED = "separated"


class TransactionSource(NamedTuple):
    """A file or feed that shows a transaction. `how` it was found, with how sure that is; empty for the first source.

    `source_id` is None where a feed was the first, `file` for every feed.
    """

    source_id: str | None
    file: SourceFileRow | None
    seen_at_ms: int
    how: str
    transaction: BankTransaction


class Lineage(NamedTuple):
    """A transaction with all of its sources, the earliest first; where an operator took it from another one, and which from it.

    `account` is None where the user does not share accounts.
    """

    transaction: TransactionDocument
    institution_id: str
    account: AccountRow | None
    sources: list[TransactionSource]
    separated_from: str | None
    separated_by: str | None
    separated_ids: list[str]


class _Stored(NamedTuple):
    known: KnownTransaction
    account: AccountRow
    sources: list[TransactionSourceRow]


def _find(session: Session, transaction_id: str) -> _Stored:
    """Raises Problem when the user has no such transaction, or does not share it."""
    accounts = account_rows.accounts_of_user(session.uow, *session.tenant) if read_scope(session).transactions else []
    found = transaction_rows.find_transaction(session.uow, accounts[0].user_ref, transaction_id) if accounts else None
    if found is None:
        raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")
    account = next(account for account in accounts if account.ref == found[1])
    return _Stored(found[0], account, rows.sources_of(session.uow, account.user_ref, transaction_id))


def get_lineage(session: Session, transaction_id: str) -> Lineage:
    """Which files and feeds show a transaction. Raises Problem when the user has no such transaction."""
    known, account, sources = _find(session, transaction_id)
    separated = next((source for source in sources if source.separated_from is not None), None)
    first_id = rows.first_job_of(session.uow, session.tenant.application_id, account.id, known.id) if separated is None else None
    files = rows.source_files(session.uow, *session.tenant, [*(source.source_id for source in sources), *([first_id] if first_id else [])])
    shown = [
        TransactionSource(source.source_id, files.get(source.source_id), source.seen_at_ms, source.how, shown_by(known, sources, place))
        for place, source in enumerate(sources)
    ]
    if separated is None:
        first = TransactionSource(first_id, files.get(first_id or ""), moment_of_id(known.id), "", shown_first(known, sources))
        shown.insert(0, first)
    taken = rows.separated_from(session.uow, account.user_ref, known.id)
    return Lineage(
        documents.read(known.document), account.institution_id, account if read_scope(session).accounts else None, shown,
        separated.separated_from if separated else None, separated.separated_by if separated else None,
        [row.transaction_id for row in taken],
    )  # fmt: skip


def separate_transaction(session: Session, transaction_id: str, source_id: str, operator: str) -> str:
    """Make what one file or feed shows of a transaction a transaction of its own; its id. The other sources keep theirs.

    Later imports find both by what each source showed. Raises Problem where the transaction has no such source besides the first, and
    ContradictionError where a proven statement has no room for two; nothing is written then.
    """
    hold_user(session)
    stored = _find(session, transaction_id)
    known, account, sources = stored
    place = next((place for place, source in enumerate(sources) if source.source_id == source_id and source.separated_from is None), None)
    if place is None:
        raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")
    chosen, shown, kept = sources[place], shown_by(known, sources, place), sources[:place] + sources[place + 1 :]
    stayed = _without(session, stored, place)
    taken = {row.identity for row in _of_account(session, account, known) if row.id != known.id}
    identity = free_identity(stayed.identity, taken)
    how = next((source.how for source in reversed(kept) if source.document_before is not None), "")
    values = transaction_values(account, known.id, identity, documents.parse(stayed.document), how)
    transaction_rows.update_transaction(session.uow, account, known, values._asdict())
    own_identity = free_identity(chosen.identity or known.identity, taken | {identity})
    separated_id = _insert(session, account, own_identity, shown)
    decision = TransactionSourceRow(
        separated_id, source_id, chosen.seen_at_ms, SEPARATED, own_identity, encode(shown), None, None, known.id, operator
    )
    _keep_first(session, stored, place)
    rows.move_source(session.uow, account.user_ref, chosen, decision.values())
    account_rows.recount(session.uow, account, account.intervals)
    _refuse_contradiction(session, account, shown)
    changed = 1 + (documents.content_of(values.document) != documents.content_of(known.document))
    let_enrich(session, account, min(stayed.post_day, known.post_day))
    users.touch_user(session.uow, *session.tenant)
    announce_transactions(session, account.connection_id, account.institution_id, changed)
    return separated_id


def _keep_first(session: Session, stored: _Stored, place: int) -> None:
    """Have the sources that stay say by themselves what they show, and the earliest of them what the transaction was before all of them."""
    known, account, sources = stored
    first = _first(known, sources)
    for nth, source in enumerate(sources):
        if nth == place:
            continue
        before = (first.document, first.identity) if nth == (1 if place == 0 else 0) else (None, None)
        shown = encode(shown_by(known, sources, nth))
        values: dict[str, object] = {"shown": shown, "document_before": before[0], "identity_before": before[1]}
        rows.move_source(session.uow, account.user_ref, source, values)


def _of_account(session: Session, account: AccountRow, known: KnownTransaction) -> list[KnownTransaction]:
    """The transactions of an account whose identities must differ from a transaction's."""
    return list(transaction_rows.known_transactions(session.uow, account, 0 if known.is_pending else known.post_day - 10).values())


def _insert(session: Session, account: AccountRow, identity: bytes, shown: BankTransaction) -> str:
    (separated_id,) = ordered_ids(to_milliseconds(session.services.clock.now()), 1)
    row = transaction_values(account, separated_id, identity, shown, SEPARATED)
    transaction_rows.insert_transactions(session.uow, account, [row])
    return separated_id


def _without(session: Session, stored: _Stored, place: int) -> KnownTransaction:
    """A transaction as it would be stored if the source at a place had not shown it."""
    known, account, sources = stored
    files = rows.source_files(session.uow, *session.tenant, [source.source_id for source in sources])
    row = _first(known, sources)
    for nth, source in enumerate(sources):
        if nth == place or source.separated_from is not None:
            continue
        shown = shown_by(known, sources, nth)
        row = _gained(account, known, row, source, shown) if source.source_id in files else _of_feed(account, row, source, shown)
    return row


def _first(known: KnownTransaction, sources: list[TransactionSourceRow]) -> KnownTransaction:
    """A transaction as the first file or feed showed it."""
    for source in sources:
        if source.document_before is not None and source.identity_before is not None:
            posted = documents.fields_of(source.document_before).posted
            day = known.post_day if posted is None else day_number(posted)
            return known._replace(document=source.document_before, identity=source.identity_before, post_day=day)
    return known


def _of_feed(account: AccountRow, row: KnownTransaction, source: TransactionSourceRow, shown: BankTransaction) -> KnownTransaction:
    """What a feed shows replaces what a file showed."""
    values = transaction_values(account, row.id, source.identity or row.identity, shown, None)
    return row._replace(document=values.document, identity=values.identity, post_day=values.post_day)


def _gained(
    account: AccountRow, known: KnownTransaction, row: KnownTransaction, source: TransactionSourceRow, shown: BankTransaction
) -> KnownTransaction:
    """What a file adds to what is known."""
    by_id = source.identity is not None and shown.posted is not None and is_of_file_id(source.identity, day_number(shown.posted))
    gain = gain_of(documents.fields_of(row.document), msgspec.structs.replace(shown, upstream_id="" if by_id else None), corrects=by_id)
    if source.how == MOVED and shown.posted is not None and day_number(shown.posted) == known.post_day:
        gain["posted"] = shown.posted
    better = by_id or "posted" in gain or "description" in gain
    identity = source.identity if better and source.identity and is_of_content(row.identity, row.post_day) else row.identity
    values = transaction_values(account, row.id, identity, with_gain(row, gain), None)
    return row._replace(document=values.document, identity=values.identity, post_day=values.post_day)


def _refuse_contradiction(session: Session, account: AccountRow, shown: BankTransaction) -> None:
    """Raises ContradictionError where a statement proves that its day has no further transaction."""
    if shown.posted is None or not shown.amount:
        return
    day = CoveredDays(day_number(shown.posted), day_number(shown.posted))
    proof = next((days for days in listed_before(session, account.id, day) if days.proves(day.first_day)), None)
    if proof is not None:
        first, last = day_of_number(proof.first_day), day_of_number(proof.last_day)
        raise ContradictionError(f"The statement of {first} to {last} lists all of {shown.posted} and adds up without a second one.", None)
    for mismatch in check_sums(session, account.id, day):
        if mismatch.is_new:
            raise ContradictionError(f"As two transactions, {mismatch}.", None)
