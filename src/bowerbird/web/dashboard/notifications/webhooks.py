"""Webhooks: where an application is told of its events, how that goes, and what to do where it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bowerbird.domain.notifications import messages, webhooks
from bowerbird.domain.notifications.deliveries import LADDER_SECONDS
from bowerbird.domain.notifications.webhooks import WebhookChanges
from bowerbird.domain.paging import paging_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import wire_time
from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.rows import messages as message_rows
from bowerbird.storage.rows import webhooks as rows
from bowerbird.storage.rows.messages import MessageSelection
from bowerbird.web.dashboard import applications
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_PAGE = 50
_TEXT = "Sent from the dashboard"
STATES = (("", "All"), ("Pending", "Pending"), ("Success", "Delivered"), ("Failed", "Failed or stopped"))
SPANS = (("3600", "the last hour"), ("86400", "the last day"), ("604800", "the last 7 days"), ("", "everything that is kept"))
"""How far back a replay reaches: (seconds, in words)."""


def find(request: PageRequest, session: Session) -> Any:
    """The webhook that the path names. Raises Refusal."""
    try:
        return webhooks.find_webhook(session.in_application(request.path["application_id"]), request.path["webhook_id"])
    except Problem:
        raise not_found("webhook") from None


def address(webhook: Any) -> str:
    return f"{applications.address(webhook.application_id)}/webhooks/{webhook.id}"


def found(request: PageRequest) -> Any:
    return request.read(lambda session: find(request, session), tenant=request.path["application_id"])


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhooks(request: PageRequest) -> PageResponse:
    known, application = applications.chosen(request)
    return _list(request, 200, known, application, [])


def _list(request: PageRequest, status: int, known: list[Any], application: Any, wrong: list[str]) -> PageResponse:
    shown: dict[str, Any] = {"webhooks": [], "waiting": {}, "taken": {}}
    if application is not None:
        shown = request.read(_all, application.id, tenant=application.id)
    typed = {name: request.form.text(name) for name in ("url", "name")}
    chosen = request.form.all("types") if wrong else [kind for kind in EventType if kind not in shown["taken"]]
    return request.show(
        "dashboard/webhooks.html", status, applications=known, application=application, types=list(EventType), chosen=chosen,
        typed=typed, wrong=wrong, **shown,
    )  # fmt: skip


def _all(session: Session, application_id: str) -> dict[str, Any]:
    views = webhooks.list_webhooks(session.in_application(application_id))
    return {
        "webhooks": views,
        "waiting": {view.row.id: _waiting(session, view.row) for view in views},
        "taken": rows.subscriptions_of(session.uow, application_id),
    }


def _waiting(session: Session, webhook: Any) -> int:
    pending = MessageSelection(states=(str(MessageState.PENDING),))
    return message_rows.count_messages(session.uow, webhook.application_id, webhook.id, pending)


def create_webhook(request: PageRequest) -> PageResponse:
    """Answered to the form itself: the secret is in no address and in no second page."""
    application = applications.find(request)
    try:
        changes = _changes(request)
        made = request.write(webhooks.create_webhook, changes, tenant=application.id)
    except (Problem, Problems) as error:
        return _list(request, 400, [application], application, _words(error))
    except _Incomplete as error:
        return _list(request, 400, [application], application, [str(error)])
    return request.show(
        "dashboard/webhook_secret.html", application=application, webhook=made.row, secret=made.secret, path=address(made.row)
    )


class _Incomplete(Exception):
    """Something must be filled in: it says what."""


def _changes(request: PageRequest) -> WebhookChanges:
    form = request.form
    if not form.text("url"):
        raise _Incomplete("Type the address that messages go to.")
    if not form.all("types"):
        raise _Incomplete("Choose at least one event to be told of.")
    return WebhookChanges(form.text("url"), form.text("name"), None, form.all("types"))


def _words(error: Problem | Problems) -> list[str]:
    return [problem.detail for problem in (error.problems if isinstance(error, Problems) else [error])]


# ── One ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhook(request: PageRequest) -> PageResponse:
    return _page(request, 200, [])


def _page(request: PageRequest, status: int, wrong: list[str]) -> PageResponse:
    application, state = applications.find(request), request.one("state")
    state = state if state in dict(STATES) else ""

    def read(session: Session) -> dict[str, Any]:
        row = find(request, session)
        paging = paging_of(str(_PAGE), request.one("next") or None, _PAGE)
        page = messages.list_messages(session, row, f"status.eq('{state}')" if state else None, paging)
        return {
            "view": webhooks.get_webhook(session, row),
            "taken": rows.subscriptions_of(session.uow, row.application_id),
            "waiting": _waiting(session, row),
            "messages": page.rows,
            "size": page.size,
            "following": page.next,
            "failed": _culprit(session, row),
        }

    shown = request.read(read, tenant=application.id)
    return request.show(
        "dashboard/webhook.html", status, application=application, path=address(shown["view"].row), types=list(EventType), state=state,
        states=STATES, spans=SPANS, wrong=wrong, attempts=len(LADDER_SECONDS) + 1, **shown,
    )  # fmt: skip


def _culprit(session: Session, webhook: Any) -> Any:
    """The message whose last attempt disabled a webhook; None where none has failed since it was last enabled or changed."""
    failed = MessageSelection(states=(str(MessageState.FAILED),))
    found = message_rows.list_messages(session.uow, webhook.application_id, webhook.id, failed, None, 1).rows
    attempts = message_rows.attempts_of(session.uow, webhook.application_id, found[0].id) if found else []
    return found[0] if attempts and attempts[0].moment >= webhook.updated else None


def change_webhook(request: PageRequest) -> PageResponse:
    """Its address, name and events; a disabled one is told of events again, as over the API."""
    try:
        changes = _changes(request)
        view = request.write(
            lambda session: webhooks.update_webhook(session, find(request, session), changes), tenant=request.path["application_id"]
        )
    except (Problem, Problems) as error:
        return _page(request, 400, _words(error))
    except _Incomplete as error:
        return _page(request, 400, [str(error)])
    return request.go(f"{address(view.row)}?done=saved")


def set_enabled(request: PageRequest) -> PageResponse:
    wanted = request.form.text("enabled") == "yes"

    def work(session: Session) -> Any:
        row = find(request, session)
        if wanted:
            webhooks.enable_webhook(session, row)
        else:
            webhooks.disable_webhook(session, row)
        return row

    row = request.write(work, tenant=request.path["application_id"])
    return request.go(f"{address(row)}?done={'enabled' if wanted else 'disabled'}")


def show_secret(request: PageRequest) -> PageResponse:
    """On request only, and never in an address."""
    application = applications.find(request)

    def work(session: Session) -> tuple[Any, str]:
        row = find(request, session)
        return row, webhooks.secret_of(session, row)

    row, secret = request.read(work, tenant=application.id)
    return request.show("dashboard/webhook_secret.html", application=application, webhook=row, secret=secret, path=address(row))


def send_test(request: PageRequest) -> PageResponse:
    """A message without an event; see what comes of it."""
    row, kind = found(request), request.form.text("type")
    if row.status == WebhookStatus.DISABLED:
        raise disabled(row)
    tenant = row.application_id
    request.write(
        messages.create_test_message,
        kind,
        request.form.text("text") or _TEXT,
        tenant=tenant,
    )
    owner = request.read(lambda session: rows.subscribers(session.uow, tenant), tenant=tenant).get(kind, row.id)
    newest = request.read(
        lambda session: message_rows.list_messages(session.uow, tenant, owner, MessageSelection(), None, 1).rows, tenant=tenant
    )
    return request.go(f"{applications.address(tenant)}/webhooks/{owner}/messages/{newest[0].id}" if newest else address(row))


def disabled(webhook: Any) -> PageRefused:
    text = "Nothing is sent to a disabled webhook. Enable it first, then send again."
    return PageRefused(409, "This webhook is disabled", text, ("Back to the webhook", address(webhook)))


def replay_webhook(request: PageRequest) -> PageResponse:
    """Send again what was missed, from a moment on that the form names or counts back to."""
    limits, span = request.services.limits, request.form.text("span")
    seconds = int(span) if span in dict(SPANS) and span else limits.events_kept_days * 86_400 - 60
    since = wire_time(request.services.clock.now() - timedelta(seconds=seconds))

    def work(session: Session) -> tuple[Any, int]:
        row = find(request, session)
        return row, messages.replay_webhook(session, row, since)

    row, count = request.write(work, tenant=request.path["application_id"])
    return request.go(f"{address(row)}?done=replayed&count={count}")


def delete_webhook(request: PageRequest) -> PageResponse:
    application_id = request.path["application_id"]
    request.write(lambda session: webhooks.delete_webhook(session, find(request, session)), tenant=application_id)
    return request.go(f"/dashboard/webhooks?application={application_id}&done=deleted")
