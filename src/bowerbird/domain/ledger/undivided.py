"""The stored transactions as sources alone show them: what operators separated is part of what it was separated from."""

from __future__ import annotations

from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import transaction_sources as source_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction


def undivided_transactions(session: Session, account: AccountRow, first_day: int) -> dict[bytes, KnownTransaction]:
    """An account's transactions from a day on, by identity, as they are without any decision of an operator."""
    known = rows.known_transactions(session.uow, account, first_day)
    separated = [row for row in source_rows.separated_sources(session.uow, *session.tenant) if row.separated_from is not None]
    if not separated:
        return known
    by_id = {row.id: row for row in known.values()}
    for row in separated:
        if row.separated_by is None and row.document_before is not None and row.separated_from and row.transaction_id in by_id:
            by_id[row.separated_from] = as_before(by_id[row.transaction_id], row)._replace(id=row.separated_from)
    for transaction_id in {row.transaction_id for row in separated}:
        if all(source.separated_from for source in source_rows.sources_of(session.uow, account.user_ref, transaction_id)):
            by_id.pop(transaction_id, None)
    for row in reversed(separated):
        if row.separated_by is not None and row.separated_from in by_id:
            by_id[row.separated_from] = as_before(by_id[row.separated_from], row)
    return {row.identity: row for row in by_id.values()}


def as_before(known: KnownTransaction, source: TransactionSourceRow) -> KnownTransaction:
    """A transaction as it was before a source changed it, or was separated from it."""
    if source.document_before is None or source.identity_before is None:
        return known
    posted = fields_of(source.document_before).posted
    day = PENDING_DAY if posted is None else day_number(posted)
    return known._replace(document=source.document_before, identity=source.identity_before, post_day=day)
