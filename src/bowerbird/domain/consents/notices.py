"""What comes due of consents: reminders, a warning, the end. Under the Consumer Data Right a reminder is mailed to the person.

A mail that its server does not take is tried again every hour for a week. A process that dies with one leaves the next try as it
stands, so that a reminder may come twice, and never not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.confirmations import Confirmation, Step, confirmation_of
from bowerbird.domain.consents.consents import announce_consent, end_consent, next_notice, notices_of
from bowerbird.domain.consents.policies import get_policy
from bowerbird.domain.services import Services, Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import ConsentStatus
from bowerbird.model.days import DAY_MS
from bowerbird.model.event import EventType
from bowerbird.outbound.code_sender import NotSent
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.consents import ConsentRow

RETRY_MS = 3_600_000
_TRIED_MS = 7 * DAY_MS


class _Unsent(NamedTuple):
    """A reminder that waits to be sent: of a consent with its next try, and what comes due once it is sent."""

    message: Confirmation
    row: ConsentRow
    following_ms: int | None


def list_due_consents(session: Session, now_ms: int, most: int) -> list[ConsentRow]:
    """What is due by now, across tenants, the longest due first."""
    return rows.due_consents(session.uow, now_ms, most)


def process_due_consents(services: Services, due: Sequence[ConsentRow]) -> None:
    """Remind of, warn of or expire consents that are due, each in its own unit of work. On a worker thread."""
    is_away = False
    for row in due:
        tenant = Tenant(row.application_id, row.user_id)
        unsent = services.write_from_thread(_process_due, row, tenant=tenant)
        if unsent is not None and not is_away:
            is_away = not _is_sent(services, unsent)
            if not is_away:
                services.write_from_thread(_settle, unsent, tenant=tenant)


def _process_due(session: Session, row: ConsentRow) -> _Unsent | None:
    """Do what is due, once among processes; a reminder that is to be mailed is due again until it is."""
    due_ms = row.next_due_at_ms
    if due_ms is None or not users.hold_user(session.uow, *session.tenant):
        return None
    notices = notices_of(row.updated_at_ms, row.expires_at_ms)
    began_ms, kind = [notice for notice in notices if notice[0] <= due_ms][-1]
    following_ms = None if kind is EventType.CONSENT_EXPIRED else next_notice(row.updated_at_ms, row.expires_at_ms, due_ms)
    message = _mail(session, row, began_ms) if kind is EventType.CONSENT_REMINDER else None
    next_ms = following_ms
    if message is not None and following_ms is not None:
        next_ms = min(following_ms, to_milliseconds(session.services.clock.now()) + RETRY_MS)
    if not rows.claim_due(session.uow, row, next_ms):
        return None
    if kind is EventType.CONSENT_EXPIRED:
        end_consent(session, row, ConsentStatus.EXPIRED, kind, due_ms)
    elif due_ms == began_ms:
        announce_consent(session, kind, row.id, ConsentStatus.ACTIVE)
    return None if message is None else _Unsent(message, replace(row, next_due_at_ms=next_ms), following_ms)


def _mail(session: Session, row: ConsentRow, began_ms: int) -> Confirmation | None:
    """The reminder of a consent under the Consumer Data Right; None where no mail reaches the person, or none has for too long."""
    if not get_policy(session, row.policy_id).document.cdr:
        return None
    message = confirmation_of(session, Step.GIVEN)
    was_tried = row.next_due_at_ms != began_ms
    if message is not None and was_tried and to_milliseconds(session.services.clock.now()) > began_ms + _TRIED_MS:
        log.error("consent_reminder_not_sent", consent=row.id, hint="the mail server took none for a week: see CODE_SENDER")
        return None
    return message


def _is_sent(services: Services, unsent: _Unsent) -> bool:
    subject, text = services.write_reminder(unsent.message)
    try:
        services.code_sender.send(unsent.message.address, text, subject)
    except NotSent as error:
        log.warning("consent_reminder_put_off", consent=unsent.row.id, why=str(error))
        return False
    return True


def _settle(session: Session, unsent: _Unsent) -> None:
    rows.claim_due(session.uow, unsent.row, unsent.following_ms)
