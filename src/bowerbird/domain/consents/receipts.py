"""Receipts: that data of a person was deleted, when, why and how much. Numbers only, so that a receipt can be shown to anybody.

Receipts outlive their user: then they name them by a hash of the id, so that only who knows the id finds them.
"""

from __future__ import annotations

from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import DeletionReason
from bowerbird.model.ids import new_id
from bowerbird.model.secrets import hash_of
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


def record_user_deletion(session: Session, consent_id: str, before: StoredCounts) -> None:
    """Write the receipt of a user who is deleted, of whom so much was stored, and keep the earlier ones."""
    name, now_ms = _name_of_deleted(session.user_id), to_milliseconds(session.services.clock.now())
    rows.rename_receipts(session.uow, *session.tenant, name)
    reason = DeletionReason.USER_DELETED
    row = ReceiptRow(new_id(), session.application_id, name, consent_id, reason, **before._asdict(), deleted_at_ms=now_ms)
    rows.insert_receipt(session.uow, row)


def _name_of_deleted(user_id: str) -> str:
    return hash_of(user_id)[:36]


def receipts_of_deleted(session: Session, user_id: str) -> list[ReceiptRow]:
    """The receipts of a user of the session's application who is deleted, newest first."""
    return rows.list_receipts(session.uow, session.application_id, _name_of_deleted(user_id))


def newest_user_deletions(session: Session, most: int) -> list[ReceiptRow]:
    """The receipts of the users that the session's application deleted last, newest first."""
    return rows.newest_receipts(session.uow, session.application_id, DeletionReason.USER_DELETED, most)


def list_receipts(session: Session) -> list[ReceiptRow]:
    """Newest first."""
    return rows.list_receipts(session.uow, *session.tenant)
