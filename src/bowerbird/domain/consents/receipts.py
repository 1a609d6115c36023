"""Receipts: that data of a person was deleted, when, why and how much. Numbers only, so that a receipt can be shown to anybody."""

from __future__ import annotations

from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import DeletionReason
from bowerbird.model.ids import new_id
from bowerbird.storage.rows import own_data as rows
from bowerbird.storage.rows.own_data import ReceiptRow as ReceiptRow  # noqa: PLC0414  (pages read it)
from bowerbird.storage.rows.own_data import StoredCounts


def count_stored(session: Session) -> StoredCounts:
    """How much is stored of the session's user."""
    return rows.count_stored(session.uow, *session.tenant)


def record_deletion(session: Session, consent_id: str, reason: DeletionReason, before: StoredCounts) -> None:
    """Write a receipt of what is gone since `before` was counted; none where nothing is."""
    left = count_stored(session)
    gone = StoredCounts(*(was - now for was, now in zip(before, left, strict=True)))
    if any(gone) or reason is not DeletionReason.NARROWED:
        now_ms = to_milliseconds(session.services.clock.now())
        rows.insert_receipt(session.uow, ReceiptRow(new_id(), *session.tenant, consent_id, reason, **gone._asdict(), deleted_at_ms=now_ms))


def list_receipts(session: Session) -> list[ReceiptRow]:
    """Newest first."""
    return rows.list_receipts(session.uow, *session.tenant)
