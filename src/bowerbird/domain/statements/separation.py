"""An operator says that a source shows another transaction than the one it was found to be; or takes that back."""

from __future__ import annotations

import msgspec

from bowerbird import codes
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.notifications.announcements import announce_transactions
from bowerbird.domain.services import Session
from bowerbird.domain.statements.decisions import new_separated_id, undivided, without_decision
from bowerbird.domain.statements.lineage import StoredTransaction, find_stored, stored_transaction
from bowerbird.domain.users.users import hold_user
from bowerbird.model.ids import moment_of_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow


def separate_transaction(session: Session, transaction_id: str, source_id: str, operator: str) -> str:
    """Decide that one file or feed shows another transaction; that one's id. The other sources keep theirs.

    Every later import keeps to it. What is separated already stays so, and its id is the same. Raises Problem where the transaction has
    no such source besides the first, and ContradictionError where a proven statement has no room for two; nothing is written then.
    """
    hold_user(session)
    stored = find_stored(session, transaction_id)
    chosen = next((row for row in stored.sources if row.source_id == source_id and row.how and not _is_carried_out(row)), None)
    if chosen is None:
        return _decision(session, stored, source_id).separated_id or ""
    with undivided(session, transaction_id) as divided:
        separated_id = new_separated_id(session)
        decision = _source(session, chosen.separated_from or transaction_id, source_id)
        decided = msgspec.structs.replace(
            decision, separated_by=operator, separated_at_ms=moment_of_id(separated_id), separated_id=separated_id
        )
        rows.update_source(session.uow, stored.account.user_ref, decided)
    moment_ms, made = decided.separated_at_ms, rows.separated_sources(session.uow, *session.tenant)
    carried_out = next(row for row in made if (row.source_id, row.separated_at_ms, row.separated_by) == (source_id, moment_ms, operator))
    if carried_out.overruled_by is not None:
        raise ContradictionError(carried_out.overruled_by, None)
    _announce(session, stored, divided.changed)
    return carried_out.transaction_id


def join_transaction(session: Session, transaction_id: str, source_id: str) -> str:
    """Take back that a source shows another transaction, as seen from either; the id of the one that it is part of again.

    The other one goes, unless a file or a feed shows it without the decision. What is joined already stays so. Raises Problem where
    nothing was separated for the source.
    """
    hold_user(session)
    stored = find_stored(session, transaction_id)
    if any(row.source_id == source_id and row.separated_by is None for row in stored.sources):
        return transaction_id
    decision = _decision(session, stored, source_id)
    kept_id = decision.separated_from or decision.transaction_id
    with undivided(session, kept_id) as divided:
        if stored_transaction(session, kept_id) is None:
            kept_id = decision.transaction_id
        rows.update_source(session.uow, stored.account.user_ref, without_decision(_source(session, kept_id, source_id)))
    _announce(session, stored, divided.changed)
    return kept_id


def _is_carried_out(row: TransactionSourceRow) -> bool:
    return row.separated_by is not None and row.separated_from is not None


def _decision(session: Session, stored: StoredTransaction, source_id: str) -> TransactionSourceRow:
    """What was decided about a source, seen from either transaction. Raises Problem where nothing was."""
    for row in rows.separated_sources(session.uow, *session.tenant):
        if row.source_id == source_id and row.separated_by is not None and stored.known.id in (row.separated_from, row.transaction_id):
            return row
    raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")


def _source(session: Session, transaction_id: str, source_id: str) -> TransactionSourceRow:
    stored = find_stored(session, transaction_id)
    return next(row for row in stored.sources if row.source_id == source_id)


def _announce(session: Session, stored: StoredTransaction, changed: int) -> None:
    users.touch_user(session.uow, *session.tenant)
    announce_transactions(session, stored.account.connection_id, stored.account.institution_id, changed)
