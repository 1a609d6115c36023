"""Webhooks: where an application's events are sent, whether they arrive, and what to do where they do not."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, Protocol

from bowerbird.domain.access.applications import ApplicationRow
from bowerbird.domain.notifications import messages, webhooks
from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from bowerbird.domain.notifications.messages import MessageRow
from bowerbird.domain.notifications.webhooks import WebhookChanges, WebhookRow, WebhookWithEvents
from bowerbird.domain.paging import ListPage, paging_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds, wire_time
from bowerbird.model.days import DAY_S
from bowerbird.model.event import EventType, WebhookStatus
from bowerbird.model.problem import Problem, Problems
from bowerbird.web.dashboard import applications
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_PAGE = 50
_TEXT = "Sent from the dashboard"
STATES = (("", "All"), ("Pending", "Pending"), ("Success", "Delivered"), ("Failed", "Failed or stopped"))
SPANS = (("3600", "the last hour"), ("86400", "the last day"), ("604800", "the last 7 days"), ("", "all that are kept"))
"""How far back a replay reaches: (seconds, in words)."""


def find(session: Session, request: PageRequest) -> WebhookRow:
    """The webhook that the path names. Raises PageRefused."""
    try:
        return webhooks.find_webhook(session, request.path["webhook_id"])
    except Problem:
        raise not_found("webhook") from None


class WebhookKey(Protocol):
    """What a webhook's address is made of."""

    @property
    def id(self) -> str: ...
    @property
    def application_id(self) -> str: ...


def address(webhook: WebhookKey) -> str:
    return f"{applications.address(webhook.application_id)}/webhooks/{webhook.id}"


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhooks(request: PageRequest) -> PageResponse:
    known, application = applications.chosen(request)
    return _list(request, 200, known, application, [])


def _list(
    request: PageRequest, status: int, known: list[ApplicationRow], application: ApplicationRow | None, wrong: list[str]
) -> PageResponse:
    views, waiting, taken = request.read(_list_webhooks, tenant=application.id) if application is not None else ([], {}, {})
    typed = {name: request.form.text(name) for name in ("url", "name")}
    chosen = request.form.all("types") if wrong else [kind for kind in EventType if kind not in taken]
    return request.show(
        "dashboard/webhooks.html", status, applications=known, application=application, types=list(EventType), chosen=chosen,
        typed=typed, wrong=wrong, webhooks=views, waiting=waiting, taken=taken,
    )  # fmt: skip


def _list_webhooks(session: Session) -> tuple[list[WebhookWithEvents], dict[str, int], dict[EventType, str]]:
    """The webhooks, how many messages are pending for each, and which webhook each event type goes to."""
    views = webhooks.list_webhooks(session)
    pending = {view.row.id: messages.count_pending_messages(session, view.row.id) for view in views}
    return views, pending, webhooks.list_subscriptions(session)


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
        "dashboard/webhook_secret.html", application=application, webhook=made.row, secret=made.secret, path=address(made.row), overlap=""
    )


class _Incomplete(Exception):
    """A field of the form is empty: the message says which."""


def _changes(request: PageRequest) -> WebhookChanges:
    form = request.form
    if not form.text("url"):
        raise _Incomplete("Enter the address that messages are sent to.")
    if not form.all("types"):
        raise _Incomplete("Choose at least one event.")
    return WebhookChanges(form.text("url"), form.text("name"), None, form.all("types"))


def _words(error: Problem | Problems) -> list[str]:
    return [problem.detail for problem in (error.problems if isinstance(error, Problems) else [error])]


# ── One ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhook(request: PageRequest) -> PageResponse:
    return _page(request, 200, [])


class WebhookShown(NamedTuple):
    """A webhook with a page of its messages; `failed` is the message that disabled it."""

    view: WebhookWithEvents
    taken: dict[EventType, str]
    waiting: int
    page: ListPage[MessageRow]
    failed: MessageRow | None


def _get_webhook(session: Session, request: PageRequest, state: str) -> WebhookShown:
    row = find(session, request)
    paging = paging_of(str(_PAGE), request.one("next") or None, _PAGE)
    page = messages.list_messages(session, row, f"status.eq('{state}')" if state else None, paging)
    waiting, failed = messages.count_pending_messages(session, row.id), messages.find_disabling_message(session, row)
    return WebhookShown(webhooks.get_webhook(session, row), webhooks.list_subscriptions(session), waiting, page, failed)


def _page(request: PageRequest, status: int, wrong: list[str]) -> PageResponse:
    application, state = applications.find(request), request.one("state")
    state = state if state in dict(STATES) else ""
    shown = request.read(_get_webhook, request, state)
    return request.show(
        "dashboard/webhook.html", status, application=application, path=address(shown.view.row), types=list(EventType), state=state,
        states=STATES, spans=SPANS, wrong=wrong, attempts=len(RETRY_AFTER_SECONDS) + 1, view=shown.view, taken=shown.taken,
        waiting=shown.waiting, page=shown.page, failed=shown.failed, overlaps=applications.OVERLAPS,
        signs_twice=(shown.view.row.old_secret_ends_at_ms or 0) > to_milliseconds(request.services.clock.now()),
    )  # fmt: skip


def change_webhook(request: PageRequest) -> PageResponse:
    """Change the webhook's address, name and events; a disabled one is enabled, as over the API."""
    try:
        changes = _changes(request)
        view = request.write(_update_webhook, request, changes)
    except (Problem, Problems) as error:
        return _page(request, 400, _words(error))
    except _Incomplete as error:
        return _page(request, 400, [str(error)])
    return request.go(f"{address(view.row)}?done=saved")


def _update_webhook(session: Session, request: PageRequest, changes: WebhookChanges) -> WebhookWithEvents:
    return webhooks.update_webhook(session, find(session, request), changes)


def set_enabled(request: PageRequest) -> PageResponse:
    enabled = request.form.text("enabled") == "yes"
    row = request.write(_set_enabled, request, enabled)
    return request.go(f"{address(row)}?done={'enabled' if enabled else 'disabled'}")


def _set_enabled(session: Session, request: PageRequest, enabled: bool) -> WebhookRow:
    row = find(session, request)
    change = webhooks.enable_webhook if enabled else webhooks.disable_webhook
    change(session, row)
    return row


def show_secret(request: PageRequest) -> PageResponse:
    """On request only, and never in an address."""
    application = applications.find(request)
    row, secret = request.read(_get_secret, request)
    return request.show("dashboard/webhook_secret.html", application=application, webhook=row, secret=secret, path=address(row), overlap="")


def _get_secret(session: Session, request: PageRequest) -> tuple[WebhookRow, str]:
    row = find(session, request)
    return row, webhooks.secret_of(session, row)


def rotate_secret(request: PageRequest) -> PageResponse:
    """A new secret now, while messages are signed with the old one too for as long as was chosen. Shown in answer to the form itself."""
    application, after_s = applications.find(request), applications.chosen_overlap_s(request)
    row, secret = request.write(_rotate_secret, request, after_s)
    overlap = applications.in_words(after_s)
    path = address(row)
    return request.show("dashboard/webhook_secret.html", application=application, webhook=row, secret=secret, path=path, overlap=overlap)


def _rotate_secret(session: Session, request: PageRequest, after_s: int) -> tuple[WebhookRow, str]:
    row = find(session, request)
    try:
        return row, webhooks.rotate_secret(session, row, after_s)
    except webhooks.OverlapRuns:
        text = (
            "Your receiver may still have the old one, which another rotation would end. Rotate when it has expired, or choose “at once”: "
            "then only the newest secret signs."
        )
        raise PageRefused(409, "Messages are still signed with an old secret too", text, ("Back to the webhook", address(row))) from None


def send_test(request: PageRequest) -> PageResponse:
    """Send a message without an event, and show what comes of it."""
    row, message = request.write(_create_test_message, request, request.form.text("type"), request.form.text("text") or _TEXT)
    return request.go(f"{applications.address(row.application_id)}/webhooks/{message.webhook_id}/messages/{message.id}")


def _create_test_message(session: Session, request: PageRequest, kind: str, text: str) -> tuple[WebhookRow, MessageRow]:
    row = find(session, request)
    if row.status is WebhookStatus.DISABLED:
        raise disabled(row)
    return row, messages.create_test_message(session, kind, text)


def disabled(webhook: WebhookRow) -> PageRefused:
    text = "Nothing is sent to a disabled webhook. Enable it first, then send again."
    return PageRefused(409, "This webhook is disabled", text, ("Back to the webhook", address(webhook)))


def replay_webhook(request: PageRequest) -> PageResponse:
    """Send again what was missed in the span that the form names."""
    limits, span = request.services.limits, request.form.text("span")
    seconds = int(span) if span in dict(SPANS) and span else limits.events_kept_days * DAY_S - 60
    since = wire_time(request.services.clock.now() - timedelta(seconds=seconds))

    row, count = request.write(_replay_webhook, request, since)
    return request.go(f"{address(row)}?done=replayed&count={count}")


def _replay_webhook(session: Session, request: PageRequest, since: str) -> tuple[WebhookRow, int]:
    row = find(session, request)
    return row, messages.replay_webhook(session, row, since)


def delete_webhook(request: PageRequest) -> PageResponse:
    request.write(_delete_webhook, request)
    return request.go(f"/dashboard/webhooks?application={request.path['application_id']}&done=deleted")


def _delete_webhook(session: Session, request: PageRequest) -> None:
    webhooks.delete_webhook(session, find(session, request))
