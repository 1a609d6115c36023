"""Webhooks: where an application is told of its events, how that goes, and what to do where it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bowerbird.domain import messages, webhooks
from bowerbird.domain.deliveries import LADDER_SECONDS
from bowerbird.domain.paging import paging_of
from bowerbird.domain.webhooks import Wish
from bowerbird.model.clock import wire_time
from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage import messages as message_rows
from bowerbird.storage import webhooks as rows
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web.dashboard import applications
from bowerbird.web.refusal import Refusal, not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_PAGE = 50
_TEXT = "Sent from the dashboard"
STATES = (("", "All"), ("Pending", "Pending"), ("Success", "Delivered"), ("Failed", "Failed or stopped"))
SPANS = (("3600", "the last hour"), ("86400", "the last day"), ("604800", "the last 7 days"), ("", "everything that is kept"))
"""How far back a replay reaches: (seconds, in words)."""


def find(visit: Visit, uow: UnitOfWork) -> Any:
    """The webhook that the path names. Raises Refusal."""
    try:
        return webhooks.find_webhook(uow, visit.path["application_id"], visit.path["webhook_id"])
    except Problem:
        raise not_found("webhook") from None


def address(webhook: Any) -> str:
    return f"{applications.address(webhook.application_id)}/webhooks/{webhook.id}"


def found(visit: Visit) -> Any:
    return visit.read(lambda uow: find(visit, uow), tenant=visit.path["application_id"])


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhooks(visit: Visit) -> Reply:
    known, application = applications.chosen(visit)
    return _list(visit, 200, known, application, [])


def _list(visit: Visit, status: int, known: list[Any], application: Any, wrong: list[str]) -> Reply:
    shown: dict[str, Any] = {"webhooks": [], "waiting": {}, "taken": {}}
    if application is not None:
        shown = visit.read(lambda uow: _all(uow, application.id), tenant=application.id)
    typed = {name: visit.form.text(name) for name in ("url", "name")}
    chosen = visit.form.all("types") if wrong else [kind for kind in EventType if kind not in shown["taken"]]
    return visit.show(
        "dashboard/webhooks.html", status, applications=known, application=application, types=list(EventType), chosen=chosen,
        typed=typed, wrong=wrong, **shown,
    )  # fmt: skip


def _all(uow: UnitOfWork, application_id: str) -> dict[str, Any]:
    views = webhooks.list_webhooks(uow, application_id)
    return {
        "webhooks": views,
        "waiting": {view.row.id: _waiting(uow, view.row) for view in views},
        "taken": rows.subscriptions_of(uow, application_id),
    }


def _waiting(uow: UnitOfWork, webhook: Any) -> int:
    pending = [message_rows.of_states([str(MessageState.PENDING)], equal=True)]
    return message_rows.count_messages(uow, webhook.application_id, webhook.id, pending)


def create_webhook(visit: Visit) -> Reply:
    """Answered to the form itself: the secret is in no address and in no second page."""
    application = applications.find(visit)
    try:
        wish = _wish(visit)
        made = visit.write(lambda uow: webhooks.create_webhook(visit.world, uow, application.id, wish), tenant=application.id)
    except (Problem, Problems) as error:
        return _list(visit, 400, [application], application, _words(error))
    except _Incomplete as error:
        return _list(visit, 400, [application], application, [str(error)])
    return visit.show(
        "dashboard/webhook_secret.html", application=application, webhook=made.row, secret=made.secret, path=address(made.row)
    )


class _Incomplete(Exception):
    """Something must be filled in: it says what."""


def _wish(visit: Visit) -> Wish:
    form = visit.form
    if not form.text("url"):
        raise _Incomplete("Type the address that messages go to.")
    if not form.all("types"):
        raise _Incomplete("Choose at least one event to be told of.")
    return Wish(form.text("url"), form.text("name"), None, form.all("types"))


def _words(error: Problem | Problems) -> list[str]:
    return [problem.detail for problem in (error.problems if isinstance(error, Problems) else [error])]


# ── One ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def show_webhook(visit: Visit) -> Reply:
    return _page(visit, 200, [])


def _page(visit: Visit, status: int, wrong: list[str]) -> Reply:
    application, state = applications.find(visit), visit.one("state")
    state = state if state in dict(STATES) else ""

    def read(uow: UnitOfWork) -> dict[str, Any]:
        row = find(visit, uow)
        paging = paging_of(str(_PAGE), visit.one("next") or None, _PAGE)
        page = messages.list_messages(uow, row, f"status.eq('{state}')" if state else None, paging)
        return {
            "view": webhooks.get_webhook(uow, row),
            "taken": rows.subscriptions_of(uow, row.application_id),
            "waiting": _waiting(uow, row),
            "messages": page.rows,
            "size": page.size,
            "following": page.next,
            "failed": _culprit(uow, row),
        }

    shown = visit.read(read, tenant=application.id)
    return visit.show(
        "dashboard/webhook.html", status, application=application, path=address(shown["view"].row), types=list(EventType), state=state,
        states=STATES, spans=SPANS, wrong=wrong, attempts=len(LADDER_SECONDS) + 1, **shown,
    )  # fmt: skip


def _culprit(uow: UnitOfWork, webhook: Any) -> Any:
    """The message whose last attempt disabled a webhook; None where none has failed since it was last enabled or changed."""
    failed = [message_rows.of_states([str(MessageState.FAILED)], equal=True)]
    found = message_rows.list_messages(uow, webhook.application_id, webhook.id, failed, None, 1)
    attempts = message_rows.attempts_of(uow, webhook.application_id, found[0].id) if found else []
    return found[0] if attempts and attempts[0].moment >= webhook.updated else None


def change_webhook(visit: Visit) -> Reply:
    """Its address, name and events; a disabled one is told of events again, as over the API."""
    try:
        wish = _wish(visit)
        view = visit.write(
            lambda uow: webhooks.update_webhook(visit.world, uow, find(visit, uow), wish), tenant=visit.path["application_id"]
        )
    except (Problem, Problems) as error:
        return _page(visit, 400, _words(error))
    except _Incomplete as error:
        return _page(visit, 400, [str(error)])
    return visit.go(f"{address(view.row)}?done=saved")


def set_enabled(visit: Visit) -> Reply:
    wanted = visit.form.text("enabled") == "yes"

    def work(uow: UnitOfWork) -> Any:
        row = find(visit, uow)
        if wanted:
            webhooks.enable_webhook(visit.world, uow, row)
        else:
            webhooks.disable_webhook(uow, row)
        return row

    row = visit.write(work, tenant=visit.path["application_id"])
    return visit.go(f"{address(row)}?done={'enabled' if wanted else 'disabled'}")


def show_secret(visit: Visit) -> Reply:
    """On request only, and never in an address."""
    application = applications.find(visit)

    def work(uow: UnitOfWork) -> tuple[Any, str]:
        row = find(visit, uow)
        return row, webhooks.secret_of(visit.world, uow, row)

    row, secret = visit.read(work, tenant=application.id)
    return visit.show("dashboard/webhook_secret.html", application=application, webhook=row, secret=secret, path=address(row))


def send_test(visit: Visit) -> Reply:
    """A message without an event; see what comes of it."""
    row, kind = found(visit), visit.form.text("type")
    if row.status == WebhookStatus.DISABLED:
        raise disabled(row)
    tenant = row.application_id
    visit.write(lambda uow: messages.create_test_message(visit.world, uow, tenant, kind, visit.form.text("text") or _TEXT), tenant=tenant)
    owner = visit.read(lambda uow: rows.subscribers(uow, tenant), tenant=tenant).get(kind, row.id)
    newest = visit.read(lambda uow: message_rows.list_messages(uow, tenant, owner, [], None, 1), tenant=tenant)
    return visit.go(f"{applications.address(tenant)}/webhooks/{owner}/messages/{newest[0].id}" if newest else address(row))


def disabled(webhook: Any) -> Refusal:
    text = "Nothing is sent to a disabled webhook. Enable it first, then send again."
    return Refusal(409, "This webhook is disabled", text, ("Back to the webhook", address(webhook)))


def replay_webhook(visit: Visit) -> Reply:
    """Send again what was missed, from a moment on that the form names or counts back to."""
    limits, span = visit.world.limits, visit.form.text("span")
    seconds = int(span) if span in dict(SPANS) and span else limits.events_kept_days * 86_400 - 60
    since = wire_time(visit.world.clock.now() - timedelta(seconds=seconds))

    def work(uow: UnitOfWork) -> tuple[Any, int]:
        row = find(visit, uow)
        return row, messages.replay_webhook(visit.world, uow, row, since)

    row, count = visit.write(work, tenant=visit.path["application_id"])
    return visit.go(f"{address(row)}?done=replayed&count={count}")


def delete_webhook(visit: Visit) -> Reply:
    application_id = visit.path["application_id"]
    visit.write(lambda uow: webhooks.delete_webhook(uow, find(visit, uow)), tenant=application_id)
    return visit.go(f"/dashboard/webhooks?application={application_id}&done=deleted")
