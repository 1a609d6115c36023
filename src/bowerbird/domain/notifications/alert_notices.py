"""Sending the notices of alerts: to a webhook of the application, signed as its messages are, or to a mailbox.

To a webhook at least once: a notice that was sent and not written down as sent when its process died is sent again, under the same
`webhook-id`. By mail once: that it leaves is written down before it does. Where its process died after that it is not sent again, since no
mail program has to recognise one that it has, and the notice says that it may not have arrived. A mail whose server broke off is sent again
under the same Message-ID. An alert's end waits for its beginning, so that no beginning comes last.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Final, NamedTuple

from standardwebhooks import Webhook as Signer

from bowerbird.domain.notifications.deliveries import headers_of, is_success, legible
from bowerbird.domain.notifications.webhooks import signing_secrets
from bowerbird.domain.services import Services, Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import AlertKind, AlertWay, WebhookStatus
from bowerbird.outbound.client import NoResponse, NotAllowed
from bowerbird.outbound.code_sender import NotSent, SendAttempt
from bowerbird.storage.rows import webhooks
from bowerbird.storage.rows.alerts import alerts as rows
from bowerbird.storage.rows.alerts.alerts import AlertRow, Due, NoticeRow
from bowerbird.storage.rows.webhooks import WebhookRow

RETRY_AFTER_S = (60, 300, 1800, 7200, 18_000)
"""How long after the beginning of each failed attempt the next one follows. After the last none does."""


INTERRUPTED: Final = "the server ended while it sent this: it may not have arrived, and is not sent again"
_WAIT_MS = 1000
"""For which a notice waits at least for an earlier one that is sent now."""


class Attempt(NamedTuple):
    """A notice that is being sent, with its alert; `webhook` and `signers` where it goes to one.

    `again_ms` is when the next attempt follows a failure; None: none does.
    """

    notice: NoticeRow
    alert: AlertRow
    webhook: WebhookRow | None
    signers: list[Signer]
    again_ms: int | None


def list_due_notices(session: Session, now_ms: int, most: int) -> list[Due]:
    """What is to be sent by now, across tenants."""
    return rows.due_notices(session.uow, now_ms, most)


async def send_notice(services: Services, due: Due) -> None:
    """One attempt at a notice, unless another process makes it."""
    attempt = await services.write(_claim, due.id, tenant=due.application_id)
    if attempt is None:
        return
    try:
        problem = await (_post(services, attempt) if attempt.notice.way is AlertWay.WEBHOOK else _mail(services, attempt))
    except (NoResponse, NotAllowed, NotSent) as error:
        problem = str(error) or type(error).__name__
    await services.write(_settle, attempt, problem[:200], tenant=due.application_id)
    event, level = ("alert_not_sent", log.warning) if problem else ("alert_sent", log.info)
    level(event, alert=attempt.alert.id, notice=due.id, way=attempt.notice.way, kind=attempt.notice.kind, problem=problem[:200])


def _claim(session: Session, notice_id: str) -> Attempt | None:
    now_ms = to_milliseconds(session.services.clock.now())
    notice = rows.find_notice(session.uow, session.application_id, notice_id, hold=True)
    if notice is None or notice.due_at_ms is None or notice.due_at_ms > now_ms:
        return None
    alert = rows.find_alert(session.uow, session.application_id, notice.alert_id)
    if alert is None:
        return None
    if (earlier_ms := rows.earlier_due_at_ms(session.uow, notice)) is not None:
        rows.put_off_notice(session.uow, notice, max(earlier_ms, now_ms + _WAIT_MS))
        return None
    again_ms = now_ms + RETRY_AFTER_S[notice.attempts] * 1000 if notice.attempts < len(RETRY_AFTER_S) else None
    rows.claim_notice(session.uow, notice, again_ms)
    webhook = webhooks.find_webhook(session.uow, session.application_id, alert.webhook_id) if alert.webhook_id else None
    secrets = signing_secrets(session, webhook) if webhook and notice.way is AlertWay.WEBHOOK else []
    return Attempt(notice, alert, webhook, [Signer(secret) for secret in secrets], again_ms)


def _hand_over(session: Session, notice: NoticeRow) -> None:
    """Write down what holds if the process dies while the mail leaves; `_settle` writes what came of it."""
    rows.settle_notice(session.uow, notice, sent_at_ms=None, problem=INTERRUPTED, due_at_ms=None)


def _settle(session: Session, attempt: Attempt, problem: str) -> None:
    notice, now_ms = attempt.notice, to_milliseconds(session.services.clock.now())
    sent_at_ms, due_at_ms = (None, attempt.again_ms) if problem else (now_ms, None)
    rows.settle_notice(session.uow, notice, sent_at_ms=sent_at_ms, problem=problem, due_at_ms=due_at_ms)
    if not problem or notice.attempts == len(RETRY_AFTER_S):
        rows.hasten_later_notices(session.uow, notice, now_ms)


async def _post(services: Services, attempt: Attempt) -> str:
    """Why the webhook did not get it; empty where it did."""
    notice, webhook = attempt.notice, attempt.webhook
    if webhook is None or webhook.status is not WebhookStatus.ACTIVE:
        return "its webhook is disabled" if webhook else "its webhook was deleted"
    body = json.dumps({"eventTypeId": notice.kind.value, "eventId": notice.id, "text": notice.text, "links": {}}, separators=(",", ":"))
    headers = headers_of(attempt.signers, notice.id, services.lease_clock.now(), body)
    answered = await services.outbound.post(webhook.url, body.encode(), headers)
    return "" if is_success(answered.status) else f"it answered {answered.status} {legible(answered.head)}".strip()


async def _mail(services: Services, attempt: Attempt) -> str:
    """Empty: it left. Raises NotSent."""
    subject = "Alert: jobs fail at banks" if attempt.notice.kind is AlertKind.BEGUN else "Alert over: fewer jobs fail at banks"
    hand_over = partial(services.write_from_thread, _hand_over, attempt.notice, tenant=attempt.notice.application_id)
    mail = SendAttempt(attempt.notice.id, hand_over)
    await asyncio.to_thread(services.code_sender.send, attempt.alert.address, f"{attempt.notice.text}\n", subject, mail)
    return ""
