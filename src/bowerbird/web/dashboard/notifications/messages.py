"""A message to a webhook: what is sent, every attempt in plain words, and sending it again."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from bowerbird.domain.notifications import events, messages
from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS, body_of, is_success
from bowerbird.domain.notifications.events import EventRow
from bowerbird.domain.notifications.messages import AttemptRow, MessageRow
from bowerbird.domain.notifications.webhooks import WebhookRow
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import MessageState, WebhookStatus
from bowerbird.model.problem import Problem
from bowerbird.web.dashboard import applications
from bowerbird.web.dashboard.notifications import webhooks
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found
from bowerbird.web.kernel.words import span

_SOON_MILLISECONDS = 10_000
"""A message due within this is about to be sent: its page reloads the part that changes."""

_SILENT = {
    "Timed out": "It did not answer within {seconds} seconds. A receiver should answer first and do the work afterwards.",
    "Could not connect": "Nothing listens at this address, or its certificate is not valid. Start the receiver, or correct the address.",
    "Connection broken": "It closed the connection before it answered, or its answer is not HTTP.",
}
_STATUS_WORDS = {
    HTTPStatus.UNAUTHORIZED: "It asks for credentials. Have it check the signature with the webhook's secret, and ask for nothing else.",
    HTTPStatus.FORBIDDEN: "It denies access. Have it check the signature with the webhook's secret, and ask for nothing else.",
    HTTPStatus.NOT_FOUND: "The receiver has nothing at this path. Correct the webhook's address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "It does not accept POST at this path. Correct the webhook's address, or the receiver.",
    HTTPStatus.GONE: "It says that this address is no longer in use. Give the webhook another, or delete it.",
    HTTPStatus.TOO_MANY_REQUESTS: "It receives too many requests. The message is sent again later.",
}


class AttemptDisplay(NamedTuple):
    """One attempt as a page shows it. `words` say what happened and what to do; `answer` is the receiver's own text."""

    moment: int
    url: str
    good: bool
    status: str
    words: str
    answer: str
    took: str


def words_of(status: int | None, response: str, seconds: int) -> str:
    """What an attempt led to, for the person who runs the receiver. `seconds` is the time an answer may take."""
    if status is None:
        return _SILENT[response].format(seconds=seconds) if response in _SILENT else f"{response}."
    if is_success(status):
        return "It accepted the message."
    if 300 <= status < 400:
        return "It redirects, and redirects are not followed. Give the webhook the address it redirects to."
    if status >= 500:
        return "It failed while it processed the message. Its log should say why."
    known = _STATUS_WORDS.get(HTTPStatus(status)) if status in set(HTTPStatus) else None
    return known or "It refuses the message. Its log, or its answer, should say why."


def _attempt(row: AttemptRow, seconds: int) -> AttemptDisplay:
    status = f"{row.status} {row.response}" if row.status is not None else "No answer"
    took = "" if row.milliseconds is None else f"{row.milliseconds:,} ms"
    return AttemptDisplay(
        row.moment, row.url, is_success(row.status), status, words_of(row.status, row.response, seconds), row.answer or "", took
    )


def retry_schedule() -> str:
    """The waits between attempts: "5 s, 5 min, … and 10 h"."""
    waits = [span(seconds) for seconds in RETRY_AFTER_SECONDS]
    return f"{', '.join(waits[:-1])} and {waits[-1]}"


def find(session: Session, request: PageRequest) -> tuple[WebhookRow, MessageRow]:
    """The webhook and the message that the path names, and the user it is about as whom this page concerns. Raises PageRefused."""
    webhook = webhooks.find(session, request)
    try:
        row = messages.find_message(session, webhook, request.path["message_id"])
    except Problem:
        raise not_found("message") from None
    request.concerns(user_id=row.user_id or "")
    return webhook, row


def _get_message(session: Session, request: PageRequest) -> tuple[WebhookRow, MessageRow, list[AttemptRow], EventRow | None]:
    webhook, row = find(session, request)
    return webhook, row, messages.list_attempts(session, row.id), events.find_event(session, row.event_id)


def show_message(request: PageRequest) -> PageResponse:
    """The whole page, or for the page's own polling only the part that changes."""
    application, seconds = applications.find(request), request.services.outbound.total_seconds
    webhook, row, attempts, event = request.read(_get_message, request)
    pending, now, parent = row.state is MessageState.PENDING, to_milliseconds(request.services.clock.now()), webhooks.address(webhook)
    served = webhook.status is WebhookStatus.ACTIVE and not application.disabled
    return request.show(
        "dashboard/message_part.html" if request.partial else "dashboard/message.html", application=application, pending=pending,
        live=pending and served and row.due_at - now < _SOON_MILLISECONDS, due=row.due_at if row.due_at > now else None,
        payload=json.dumps(body_of(row, request.context.public_url), indent=2, ensure_ascii=False),
        most=len(RETRY_AFTER_SECONDS) + 1, schedule=retry_schedule(), webhook_path=parent, path=f"{parent}/messages/{row.id}",
        webhook=webhook,
        message=row, event=event, attempts=[_attempt(attempt, seconds) for attempt in attempts],
    )  # fmt: skip


def resend_message(request: PageRequest) -> PageResponse:
    webhook, row = request.write(_resend_message, request)
    return request.go(f"{webhooks.address(webhook)}/messages/{row.id}?done=resent")


def _resend_message(session: Session, request: PageRequest) -> tuple[WebhookRow, MessageRow]:
    webhook, row = find(session, request)
    if webhook.status is WebhookStatus.DISABLED:
        raise webhooks.disabled(webhook)
    messages.resend_message(session, row)
    return webhook, row


# ── Failed deliveries of all webhooks ─────────────────────────────────────────────────────────────────────────────────────────

_SPANS = (("1", "Last day"), ("7", "Last 7 days"), ("30", "Last 30 days"))


def _days(text: str) -> str:
    return next((days for days, _ in _SPANS if days == text), _SPANS[1][0])


def show_deliveries(request: PageRequest) -> PageResponse:
    """The webhooks with what was given up and what is on its way; asked for by a script, the list alone."""
    application, days, sent = applications.find(request), _days(request.one("days")), request.one("sent")
    listed = request.read(messages.count_deliveries, int(days))
    path = f"{applications.address(application.id)}/deliveries"
    return request.show(
        "dashboard/deliveries_part.html" if request.partial else "dashboard/deliveries.html", application=application, days=days,
        listed=listed, spans=_SPANS, path=path, max_resent=messages.MAX_RESENT,
        sent=int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 6 else None,
        count=min(messages.MAX_RESENT, sum(each.undelivered for each in listed)),
        disabled=sum(each.undelivered > 0 and each.webhook.status is WebhookStatus.DISABLED for each in listed),
        pending=sum(each.pending for each in listed), failing=[each for each in listed if each.failing is not None],
        words_of=partial(words_of, seconds=request.services.outbound.total_seconds),
        live=any(each.pending and each.webhook.status is WebhookStatus.ACTIVE for each in listed), own_path=f"{path}?days={days}",
    )  # fmt: skip


def resend_deliveries(request: PageRequest) -> PageResponse:
    application, days = applications.find(request), _days(request.form.text("days"))
    sent = request.write(messages.resend_undelivered, int(days))
    return request.go(f"{applications.address(application.id)}/deliveries?days={days}&sent={sent}")
