"""Delivering messages: which webhook is next, what is sent and signed, and what an attempt leads to.

Delivered at least once: a message that was sent but not written down as delivered when the process died is sent again, under the
same `webhook-id`. One process at a time delivers a webhook's messages, in the order they became due.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from standardwebhooks import Webhook as Signer

from bowerbird.domain.notifications.webhooks import disable_webhook, signing_secrets
from bowerbird.domain.operators.outcomes import DeliveryOutcome
from bowerbird.domain.services import Services, Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import HOUR_MS
from bowerbird.model.event import MessageState
from bowerbird.model.ids import new_id
from bowerbird.model.json_value import JsonObject
from bowerbird.model.reading import ReadKind
from bowerbird.outbound.client import NoResponse, NotAllowed
from bowerbird.storage.rows import events, messages, webhooks
from bowerbird.storage.rows.alerts import alerts
from bowerbird.storage.rows.jobs import hourly
from bowerbird.storage.rows.messages import AttemptRow, MessageRow
from bowerbird.storage.rows.webhooks import WebhookRow

RETRY_AFTER_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 36_000)
"""How long after the beginning of each failed attempt the next one follows (contract §9). After the last the webhook is disabled."""
BATCH = 25
"""Messages claimed at once: what is sent again, at most, when the process dies."""
LONGEST_ANSWER = 300
"""Characters stored of the body with which a receiver refuses."""
_DELETED_AT_ONCE = 500


def is_success(status: int | None) -> bool:
    """Whether a receiver accepted the message: any other status, a redirect too, is a failure (contract §9)."""
    return status is not None and 200 <= status < 300


@dataclass(slots=True)
class Batch:
    """A webhook's messages that are due, claimed by one owner."""

    owner: str
    webhook: WebhookRow
    messages: Sequence[MessageRow]
    signers: Sequence[Signer]


class Outcome(NamedTuple):
    """What came of one attempt. `status` None: no answer, and `response` says why. `answer` is how the body of a refusal began."""

    message: MessageRow
    moment: int
    status: int | None
    response: str
    milliseconds: int
    answer: str = ""

    @property
    def is_delivered(self) -> bool:
        return is_success(self.status)

    @property
    def kind(self) -> DeliveryOutcome:
        """What the metrics count it as."""
        if self.is_delivered:
            return DeliveryOutcome.DELIVERED
        return DeliveryOutcome.UNANSWERED if self.status is None else DeliveryOutcome.REFUSED


def _lease(services: Services) -> tuple[int, int]:
    """The present on the machine's own clock, and until when a lease holds: a message may take its whole time within it."""
    now = to_milliseconds(services.lease_clock.now())
    return now, now + (services.limits.lease_seconds + services.outbound.total_seconds) * 1000


def claim(session: Session, owner: str, webhook_id: str) -> Batch | None:
    """Claim a webhook's due messages, unless another process delivers them or the webhook is disabled."""
    now, lease_until = _lease(session.services)
    webhook = webhooks.claim_webhook(session.uow, webhook_id, owner, now, lease_until)
    if webhook is None:
        return None
    due = messages.due_messages(session.uow, webhook_id, to_milliseconds(session.services.clock.now()), BATCH)
    if not due:
        webhooks.extend_lease(session.uow, webhook_id, owner, now, None)
        return None
    return Batch(owner, webhook, due, [Signer(secret) for secret in signing_secrets(session, webhook)])


def body_of(message: MessageRow, base: str) -> JsonObject:
    """What a receiver is sent, as the published description shows it; `base` is the public URL."""
    if message.path is None:
        return {"eventTypeId": message.type.value, "eventId": message.event_id, "text": message.text, "links": {}}
    links = {"event": f"{base}/events/{message.event_id}", "eventEntity": f"{base}{message.path}"}
    return {"eventTypeId": message.type.value, "eventId": message.event_id, "links": links}


def headers_of(signers: Sequence[Signer], message_id: str, moment: datetime, body: str) -> dict[str, str]:
    """The headers of Standard Webhooks; a signature of each signer is over id, whole second and body."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Bowerbird-Webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signer.sign(message_id, moment, body) for signer in signers),
    }


async def deliver(services: Services, batch: Batch, message: MessageRow, base: str) -> Outcome:
    """One attempt. It is signed in the machine's own time, which receivers hold against theirs, wherever a sandbox's clock stands."""
    body = json.dumps(body_of(message, base), separators=(",", ":"))
    moment = to_milliseconds(services.clock.now())
    headers = headers_of(batch.signers, message.id, services.lease_clock.now(), body)
    started = time.perf_counter()
    try:
        answered = await services.outbound.post(batch.webhook.url, body.encode(), headers)
    except NotAllowed as refused:
        return Outcome(message, moment, None, f"Address not allowed: {refused}", _since(started))
    except NoResponse as failure:
        return Outcome(message, moment, None, str(failure), _since(started))
    refusal = "" if is_success(answered.status) else legible(answered.head)
    return Outcome(message, moment, answered.status, answered.phrase, _since(started), refusal)


def _since(started: float) -> int:  # not money: seconds
    return int((time.perf_counter() - started) * 1000)


def legible(head: bytes) -> str:
    """How the body of an answer began, as one printable line: text of another server, shown and never trusted."""
    text = head.decode("utf-8", "replace")
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:LONGEST_ANSWER]


def settle(session: Session, *, batch: Batch, outcomes: Sequence[Outcome], release: bool) -> bool:
    """Write what attempts led to, and keep or give back the right to deliver.

    False when that right was lost in between: nothing is written, and the process that has it now sends the messages again.
    """
    now, lease_until = _lease(session.services)
    if not webhooks.extend_lease(session.uow, batch.webhook.id, batch.owner, now, None if release else lease_until):
        return False
    attempts = [_attempt(batch, outcome) for outcome in outcomes if _retry_or_end(session, batch, outcome)]
    if attempts:
        messages.insert_attempts(session.uow, attempts)
    _count_reads(session, outcomes)
    return True


def _count_reads(session: Session, outcomes: Sequence[Outcome]) -> None:
    """A message that an application accepted tells it that something of a person has changed."""
    now = session.services.clock.now()
    for message in [outcome.message for outcome in outcomes if outcome.is_delivered]:
        if message.user_id is not None:
            session.services.reads.record(now, message.application_id, message.user_id, ReadKind.EVENTS)


def _attempt(batch: Batch, outcome: Outcome) -> AttemptRow:
    return AttemptRow(
        id=new_id(), application_id=batch.webhook.application_id, message_id=outcome.message.id, url=batch.webhook.url,
        status=outcome.status, response=outcome.response, moment=outcome.moment, milliseconds=outcome.milliseconds,
        answer=outcome.answer or None,
    )  # fmt: skip


def _retry_or_end(session: Session, batch: Batch, outcome: Outcome) -> bool:
    """Write the message's next state. False when it is gone: its user or webhook was deleted in between."""
    message, tries = outcome.message, outcome.message.attempts + 1
    if outcome.is_delivered:
        return messages.settle_message(session.uow, message.id, state=MessageState.DELIVERED, attempts=tries)
    if tries <= len(RETRY_AFTER_SECONDS):
        due_at = outcome.moment + RETRY_AFTER_SECONDS[tries - 1] * 1000
        return messages.settle_message(session.uow, message.id, attempts=tries, due_at=due_at)
    there = messages.settle_message(session.uow, message.id, state=MessageState.FAILED, attempts=tries)
    if there:
        disable_webhook(session, batch.webhook)
        log.warning("webhook_disabled", webhook=batch.webhook.id, application=batch.webhook.application_id)
    return there


def delete_old(session: Session) -> bool:
    """Delete some messages, events, notices and hourly figures that are older than the server keeps them. False when none is left."""
    before = to_milliseconds(session.services.clock.now() - timedelta(days=session.services.limits.events_kept_days))
    deleted = messages.delete_old_messages(session.uow, before, _DELETED_AT_ONCE)
    deleted += alerts.delete_old_notices(session.uow, before) + hourly.delete_old_outcomes(session.uow, before // HOUR_MS)
    return deleted + events.delete_old_events(session.uow, before, _DELETED_AT_ONCE) > 0
