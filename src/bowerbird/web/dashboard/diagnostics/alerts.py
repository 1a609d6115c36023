"""Alerts of an application on failure rates: what there is, what was sent of it, and a form for another."""

from __future__ import annotations

from bowerbird.domain.notifications import alerts
from bowerbird.domain.notifications.alerts import AlertNotValid, AlertSettings
from bowerbird.domain.notifications.webhooks import list_webhooks
from bowerbird.domain.services import Session
from bowerbird.web.dashboard.applications import address, find
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, not_found

_NEW = AlertSettings(50)


def show_alerts(request: PageRequest) -> PageResponse:
    return _page(request, 200, _NEW, "")


def _page(request: PageRequest, status: int, typed: AlertSettings, wrong: str) -> PageResponse:
    """The alerts, and the form with what was typed."""
    application, known = find(request), request.services.institutions
    webhooks, listed = request.read(_read)
    names = {each: bank.name for row, _ in listed for each in row.institutions if (bank := known.find(each))}
    return request.show(
        "dashboard/alerts.html", status, application=application, here_path=f"{address(application.id)}/alerts", listed=listed,
        names=names, typed=typed, wrong=wrong, webhooks=[("", "None"), *webhooks.items()], webhook_names=webhooks,
        max_alerts=alerts.MAX_ALERTS, max_hours=alerts.MAX_WINDOW_HOURS, mail_goes_to_log=request.services.code_sender.for_sandbox,
    )  # fmt: skip


def _read(session: Session) -> tuple[dict[str, str], list[tuple[alerts.AlertRow, list[alerts.NoticeRow]]]]:
    """The names of the application's webhooks by id, and its alerts with their notices."""
    return {each.row.id: each.row.name or each.row.url for each in list_webhooks(session)}, alerts.list_alerts(session)


def create_alert(request: PageRequest) -> PageResponse:
    form = request.form
    typed = AlertSettings(
        percent=_number(form.text("percent").removesuffix("%").strip()), window_hours=_number(form.text("window_hours")),
        min_jobs=_number(form.text("min_jobs")),
        institutions=form.raw("institutions").replace(",", " ").split(), webhook_id=form.text("webhook_id"), address=form.text("address"),
    )  # fmt: skip
    application = find(request)
    try:
        request.write(alerts.create_alert, typed)
    except AlertNotValid as error:
        return _page(request, 400, typed, str(error))
    return request.go(f"{address(application.id)}/alerts?done=created")


def _number(text: str) -> int:
    """A whole number; 0, which no alert has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def delete_alert(request: PageRequest) -> PageResponse:
    application = find(request)
    if not request.write(alerts.delete_alert, request.path["alert_id"]):
        raise not_found("alert")
    return request.go(f"{address(application.id)}/alerts?done=deleted")
