"""An operator says that two sources show two transactions, not one; or that what was separated so is one after all."""

from __future__ import annotations

import msgspec

from bowerbird import codes
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.file_rows import gain_of, with_gain
from bowerbird.domain.ledger.identity import free_identity, is_of_content, is_of_file_id
from bowerbird.domain.ledger.ingest import let_enrich, transaction_values
from bowerbird.domain.ledger.listed_days import CoveredDays, listed_before
from bowerbird.domain.ledger.overlap import MOVED, ContradictionError
from bowerbird.domain.ledger.sources import encode, identity_of, shown_by
from bowerbird.domain.notifications.announcements import announce_transactions
from bowerbird.domain.services import Session
from bowerbird.domain.statements.interval_sums import check_sums
from bowerbird.domain.statements.lineage import SEPARATED, StoredTransaction, find_stored, first_source_of
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.ids import ordered_ids
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction


def separate_transaction(session: Session, transaction_id: str, source_id: str, operator: str) -> str:
    """Make what one file or feed shows of a transaction a transaction of its own; its id. The other sources keep theirs.

    Later imports find both by what each source showed. What is separated already stays so, and its id is the same. Raises Problem where
    the transaction has no such source besides the first, and ContradictionError where a proven statement has no room for two; nothing is
    written then.
    """
    hold_user(session)
    stored = find_stored(session, transaction_id)
    known, account, sources = stored
    place = next((place for place, source in enumerate(sources) if source.source_id == source_id and source.separated_from is None), None)
    if place is None:
        return _separated_id(session, stored, source_id)
    chosen, shown = sources[place], shown_by(known, sources, place)
    stayed = _replayed(session, stored, left_out=place)
    chosen_identity = identity_of(known, sources, place)
    taken = _taken(session, account, known)
    how = next((source.how for source in reversed(sources[:place] + sources[place + 1 :]) if source.document_before is not None), "")
    values = transaction_values(account, known.id, free_identity(stayed.identity, taken), documents.parse(stayed.document), how)
    transaction_rows.update_transaction(session.uow, account, known, values._asdict())
    separated_id = _insert(session, account, free_identity(chosen_identity, taken | {values.identity}), shown)
    decision = TransactionSourceRow(
        separated_id, source_id, chosen.seen_at_ms, chosen.how, chosen_identity, encode(shown), None, None, known.id, operator
    )
    rows.replace_sources(session.uow, account, known.id, _explicit(stored, left_out=place))
    rows.insert_sources(session.uow, account, [decision])
    account_rows.recount(session.uow, account, account.intervals)
    _refuse_further(session, account, shown)
    changed = 1 + (documents.content_of(values.document) != documents.content_of(known.document))
    _announce(session, account, min(stayed.post_day, known.post_day), changed)
    return separated_id


def _separated_id(session: Session, stored: StoredTransaction, source_id: str) -> str:
    """What was made of a source before, as by the first of two clicks. Raises Problem where nothing was."""
    for row in rows.separated_from(session.uow, stored.account.user_ref, stored.known.id):
        if row.source_id == source_id:
            return row.transaction_id
    raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")


def join_transaction(session: Session, transaction_id: str, source_id: str) -> str:
    """Make what was separated from a transaction, by the source that it was separated for, part of it again; the transaction's id.

    The other one goes, and its sources are this one's. What is joined already stays so. Raises Problem where nothing was separated for
    the source, and ContradictionError where one source shows both or a proven statement has both; nothing is written then.
    """
    hold_user(session)
    stored = find_stored(session, transaction_id)
    if any(source.source_id == source_id and source.separated_from is None for source in stored.sources):
        return transaction_id
    gone = find_stored(session, _separated_id(session, stored, source_id))
    _refuse_shown_together(session, stored, gone)
    account, known, merged = stored.account, stored.known, _merged(stored, gone)
    stays = _replayed(session, merged._replace(known=_moved(session, stored, gone, source_id)))
    taken = _taken(session, account, known) - {gone.known.identity}
    how = next((source.how for source in merged.sources if source.source_id == source_id), "")
    values = transaction_values(account, known.id, free_identity(stays.identity, taken), documents.parse(stays.document), how)
    _keep_category(session, stored, gone)
    rows.move_separations(session.uow, account.user_ref, gone.known.id, known.id)
    transaction_rows.delete_transaction(session.uow, account, gone.known)
    transaction_rows.update_transaction(session.uow, account, known, values._asdict())
    rows.replace_sources(session.uow, account, known.id, merged.sources)
    account_rows.recount(session.uow, account, account.intervals)
    days = known.post_day, gone.known.post_day, values.post_day
    _refuse_sums(session, account, CoveredDays(min(days), max(days)), "As one transaction")
    changed = 1 + (documents.content_of(values.document) != documents.content_of(known.document))
    _announce(session, account, min(days), changed)
    return known.id


def _announce(session: Session, account: AccountRow, first_day: int, changed: int) -> None:
    let_enrich(session, account, first_day)
    users.touch_user(session.uow, *session.tenant)
    announce_transactions(session, account.connection_id, account.institution_id, changed)


def _refuse_shown_together(session: Session, stored: StoredTransaction, gone: StoredTransaction) -> None:
    """Raises ContradictionError where a file or feed shows both."""
    common = _source_ids(session, stored) & _source_ids(session, gone)
    if common:
        files = rows.source_files(session.uow, *session.tenant, sorted(common))
        raise ContradictionError("One file shows both of them." if files else "The bank's feed shows both of them.", None)


def _source_ids(session: Session, stored: StoredTransaction) -> set[str]:
    """The files and the feed that show a transaction, the first one included."""
    known, account, sources = stored
    found = {source.source_id for source in sources}
    if not any(source.separated_from for source in sources):
        found.add(first_source_of(session, account, known) or account.connection_id)
    return found


def _merged(stored: StoredTransaction, gone: StoredTransaction) -> StoredTransaction:
    """A transaction with the sources of one that was separated from it, the earliest first."""
    added = [msgspec.structs.replace(row, separated_from=None, separated_by=None) for row in _explicit(gone)]
    ordered = sorted([*_explicit(stored), *added], key=lambda row: (row.seen_at_ms, row.source_id))
    first = _first(stored.known, stored.sources)
    return stored._replace(sources=[_of(stored.known, row, first if not nth else None) for nth, row in enumerate(ordered)])


def _explicit(stored: StoredTransaction, *, left_out: int | None = None) -> list[TransactionSourceRow]:
    """The sources of a transaction but for one, each of which says by itself what it shows.

    The earliest of them has what the transaction was before all of them.
    """
    known, _, sources = stored
    first, explicit = _first(known, sources), list[TransactionSourceRow]()
    for place, source in enumerate(sources):
        if place == left_out:
            continue
        shown, identity = encode(shown_by(known, sources, place)), identity_of(known, sources, place)
        row = msgspec.structs.replace(source, shown=shown, identity=identity)
        explicit.append(_of(known, row, None if explicit else first))
    return explicit


def _of(known: KnownTransaction, row: TransactionSourceRow, before: KnownTransaction | None) -> TransactionSourceRow:
    """A source of a transaction, with what that was before, if anything."""
    document, identity = (None, None) if before is None else (before.document, before.identity)
    return msgspec.structs.replace(row, transaction_id=known.id, document_before=document, identity_before=identity)


def _moved(session: Session, stored: StoredTransaction, gone: StoredTransaction, source_id: str) -> KnownTransaction:
    """A transaction with the day that a separated source gives it, where a statement proves that day and none the other one."""
    known, account, _ = stored
    how = next((source.how for source in gone.sources if source.source_id == source_id), "")
    if how != MOVED or PENDING_DAY in (known.post_day, gone.known.post_day):
        return known
    statements = statement_rows.statements_of_account(session.uow, session.tenant.application_id, account.id)
    is_proven = any(statement.job_id == source_id and statement.proved for statement in statements)
    day = CoveredDays(known.post_day, known.post_day)
    if not is_proven or any(days.proves(known.post_day) for days in listed_before(session, account.id, day)):
        return known
    return known._replace(post_day=gone.known.post_day)


def _keep_category(session: Session, stored: StoredTransaction, gone: StoredTransaction) -> None:
    """Keep what the application says of the one that goes, where it says nothing of the one that stays."""
    account, overrides = stored.account, enrichments.overrides_of(session.uow, stored.account.user_ref)
    leaf = overrides.get(gone.known.id)
    if leaf is not None and stored.known.id not in overrides:
        enrichments.put_override(session.uow, account.application_ref, account.user_ref, stored.known.id, leaf)


def _taken(session: Session, account: AccountRow, known: KnownTransaction) -> set[bytes]:
    """The identities of an account's other transactions, from which a transaction's must differ."""
    first_day = 0 if known.is_pending else known.post_day - 10
    rows_of_account = transaction_rows.known_transactions(session.uow, account, first_day).values()
    return {row.identity for row in rows_of_account if row.id != known.id}


def _insert(session: Session, account: AccountRow, identity: bytes, shown: BankTransaction) -> str:
    (separated_id,) = ordered_ids(to_milliseconds(session.services.clock.now()), 1)
    row = transaction_values(account, separated_id, identity, shown, SEPARATED)
    transaction_rows.insert_transactions(session.uow, account, [row])
    return separated_id


def _replayed(session: Session, stored: StoredTransaction, *, left_out: int | None = None) -> KnownTransaction:
    """A transaction as it would be stored if the source at a place had not shown it; without a place, as all of them show it."""
    known, account, sources = stored
    files = rows.source_files(session.uow, *session.tenant, [source.source_id for source in sources])
    row = _first(known, sources)
    for place, source in enumerate(sources):
        if place == left_out or source.separated_from is not None:
            continue
        shown = shown_by(known, sources, place)
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


def _refuse_further(session: Session, account: AccountRow, shown: BankTransaction) -> None:
    """Raises ContradictionError where a statement proves that its day has no further transaction."""
    if shown.posted is None or not shown.amount:
        return
    day = CoveredDays(day_number(shown.posted), day_number(shown.posted))
    proof = next((days for days in listed_before(session, account.id, day) if days.proves(day.first_day)), None)
    if proof is not None:
        first, last = day_of_number(proof.first_day), day_of_number(proof.last_day)
        raise ContradictionError(f"The statement of {first} to {last} lists all of {shown.posted} and adds up without a second one.", None)
    _refuse_sums(session, account, day, "As two transactions")


def _refuse_sums(session: Session, account: AccountRow, days: CoveredDays, as_what: str) -> None:
    """Raises ContradictionError where a proven statement of these days adds up worse than before."""
    for mismatch in check_sums(session, account.id, days):
        if mismatch.is_worse:
            raise ContradictionError(f"{as_what}, {mismatch}.", None)
