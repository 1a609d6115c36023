"""What a person says of what their money is taken for. It stands beside the figures; no figure reads it.

A correction is sealed under the person's key, goes with its transaction and with the person, and is theirs to take back.
"""

from __future__ import annotations

import msgspec

from bowerbird import codes
from bowerbird.domain.insights.snapshots import require_insights
from bowerbird.domain.ledger.transactions import get_transaction
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.insights.correction import Correction, CorrectionKind
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import users
from bowerbird.storage.rows.insights import corrections as rows
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.insights.corrections import CorrectionRow
from bowerbird.storage.vault.envelope import SealContext

LONGEST_TEXT, MAX_CORRECTIONS = 300, 500
"""Characters of a statement, and statements of a person."""


class _Statement(msgspec.Struct, frozen=True):
    """What is sealed. `before` is the leaf that the application had said when the person spoke, "" for none."""

    kind: CorrectionKind
    text: str
    before: str


def list_corrections(session: Session) -> list[Correction]:
    """Of the session's user, newest first; none where they do not share accounts and transactions."""
    try:
        require_insights(session, [session.user_id])
    except Problem:
        return []
    return stored_corrections(session)


def stored_corrections(session: Session) -> list[Correction]:
    """All of the session's user, newest first: for the person's own copy."""
    found = rows.list_corrections(session.uow, *session.tenant)
    decided = enrichments.overrides_of_person(session.uow, *session.tenant) if found else {}
    return [_opened(session, row, decided.get(row.transaction_id, "")) for row in found]


def _opened(session: Session, row: CorrectionRow, leaf: str) -> Correction:
    plain = session.services.vault.open(session.uow, row.statement, _context(session, row.transaction_id))
    statement = msgspec.json.decode(plain, type=_Statement)
    return Correction(row.transaction_id, statement.kind, statement.text, row.created_at_ms, None if leaf == statement.before else leaf)


def _context(session: Session, transaction_id: str) -> SealContext:
    return SealContext(*session.tenant, "corrections", transaction_id, "statement")


def record_correction(session: Session, transaction_id: str, kind: CorrectionKind, text: str) -> None:
    """Store what the session's user says of a transaction, in the place of what they said before.

    Raises Problem for a transaction that is not there or may not be read, a text that is too long, and more statements than may be kept.
    """
    hold_user(session)
    get_transaction(session, transaction_id)
    known = rows.count_others(session.uow, *session.tenant, transaction_id)
    if len(text) > LONGEST_TEXT or known >= MAX_CORRECTIONS:
        raise Problem(codes.FIELD_NOT_VALID, parameter="text", field="text")
    before = enrichments.overrides_of_person(session.uow, *session.tenant).get(transaction_id, "")
    plain = msgspec.json.encode(_Statement(kind, text, before))
    sealed = session.services.vault.seal(session.uow, plain, _context(session, transaction_id))
    now_ms = to_milliseconds(session.services.clock.now())
    rows.put_correction(session.uow, CorrectionRow(session.user_id, transaction_id, session.application_id, sealed, now_ms))
    users.touch_user(session.uow, *session.tenant)


def delete_correction(session: Session, transaction_id: str) -> None:
    """Take back what the session's user says of a transaction."""
    rows.delete_correction(session.uow, *session.tenant, transaction_id)
    users.touch_user(session.uow, *session.tenant)
