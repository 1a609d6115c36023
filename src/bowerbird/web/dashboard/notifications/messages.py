"""A message to a webhook: what is sent, every attempt in plain words, and sending it again."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, NamedTuple

from bowerbird.domain.notifications import messages
from bowerbird.domain.notifications.deliveries import LADDER_SECONDS, body_of, is_success
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import MessageState, WebhookStatus
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import events as event_rows
from bowerbird.storage.rows import messages as rows
from bowerbird.web.dashboard import applications
from bowerbird.web.dashboard.notifications import webhooks
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.words import span

_SOON_MILLISECONDS = 10_000
"""A message due within this is about to be sent: its page looks again by itself."""

_SILENT = {
    "Timed out": "It did not answer within {seconds} seconds. A receiver should answer first and do the work afterwards.",
    "Could not connect": "Nobody listens at this address, or its certificate is not valid. Start the receiver, or correct the address.",
    "Connection broken": "It hung up before it had answered, or what it said is not HTTP.",
}
_SAID = {
    HTTPStatus.UNAUTHORIZED: "It asks who is there. Have it check the signature by the webhook's secret, and ask for nothing else.",
    HTTPStatus.FORBIDDEN: "It lets nobody in. Have it check the signature by the webhook's secret, and ask for nothing else.",
    HTTPStatus.NOT_FOUND: "Nothing is at this path of the receiver. Correct the webhook's address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "It takes no POST at this path. Correct the webhook's address, or the receiver.",
    HTTPStatus.GONE: "It says that this address is no longer in use. Give the webhook another, or delete it.",
    HTTPStatus.TOO_MANY_REQUESTS: "It is asked too often. It will be asked again later.",
}


class AttemptDisplay(NamedTuple):
    """One attempt as it is told. `words` say what happened and what to do; `answer` is the receiver's own text."""

    moment: int
    url: str
    good: bool
    status: str
    words: str
    answer: str
    took: str


def words_of(status: int | None, response: str, seconds: int) -> str:
    """What an attempt came to, for whoever runs the receiver. `seconds` is the time an answer may take."""
    if status is None:
        return _SILENT[response].format(seconds=seconds) if response in _SILENT else f"{response}."
    if is_success(status):
        return "It took the message."
    if 300 <= status < 400:
        return "It points elsewhere, and redirects are not followed. Give the webhook the address it points to."
    if status >= 500:
        return "It broke while it worked on the message. Its own log should say why."
    known = _SAID.get(HTTPStatus(status)) if status in set(HTTPStatus) else None
    return known or "It refuses the message. Its own log, or what it answered, should say why."


def _attempt(row: Any, seconds: int) -> AttemptDisplay:
    status = f"{row.status} {row.response}" if row.status is not None else "No answer"
    took = "" if row.milliseconds is None else f"{row.milliseconds:,} ms"
    return AttemptDisplay(
        row.moment, row.url, is_success(row.status), status, words_of(row.status, row.response, seconds), row.answer or "", took
    )


def ladder() -> str:
    """The waits between attempts: "5 s, 5 min, … and 10 h"."""
    told = [span(seconds) for seconds in LADDER_SECONDS]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def find(request: PageRequest, session: Session) -> tuple[Any, Any]:
    """The webhook and the message that the path names. Raises Refusal."""
    webhook = webhooks.find(request, session)
    try:
        return webhook, messages.find_message(session, webhook, request.path["message_id"])
    except Problem:
        raise not_found("message") from None


def show_message(request: PageRequest) -> PageResponse:
    """The whole page, or for the page's own polling only the part that changes."""
    application, seconds = applications.find(request), request.services.outbound.total_seconds

    def read(session: Session) -> dict[str, Any]:
        webhook, row = find(request, session)
        return {
            "webhook": webhook,
            "message": row,
            "attempts": [_attempt(each, seconds) for each in rows.attempts_of(session.uow, application.id, row.id)],
            "event": event_rows.find_event(session.uow, application.id, row.event_id),
        }

    shown = request.read(read, tenant=application.id)
    webhook, row = shown["webhook"], shown["message"]
    pending, now, parent = row.state == MessageState.PENDING, to_milliseconds(request.services.clock.now()), webhooks.address(webhook)
    served = webhook.status == WebhookStatus.ACTIVE and not application.disabled
    return request.show(
        "dashboard/message_part.html" if request.partial else "dashboard/message.html", application=application, pending=pending,
        live=pending and served and row.due_at - now < _SOON_MILLISECONDS, due=row.due_at if row.due_at > now else None,
        payload=json.dumps(body_of(row, request.context.public_url), indent=2, ensure_ascii=False),
        most=len(LADDER_SECONDS) + 1, ladder=ladder(), webhook_path=parent, path=f"{parent}/messages/{row.id}", **shown,
    )  # fmt: skip


def resend_message(request: PageRequest) -> PageResponse:
    def work(session: Session) -> tuple[Any, Any]:
        webhook, row = find(request, session)
        if webhook.status == WebhookStatus.DISABLED:
            raise webhooks.disabled(webhook)
        messages.resend_message(session, row)
        return webhook, row

    webhook, row = request.write(work, tenant=request.path["application_id"])
    return request.go(f"{webhooks.address(webhook)}/messages/{row.id}?done=resent")
