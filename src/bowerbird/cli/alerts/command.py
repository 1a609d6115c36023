"""`bowerbird alert`: create, list and delete an application's alerts on failure rates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.applications import ApplicationId, known_id, unknown
from bowerbird.cli.options import Data, DatabaseUrl, opened, settings_from
from bowerbird.console import CommandRefused, Json, print_columns

if TYPE_CHECKING:
    from bowerbird.domain.notifications.alerts import AlertRow
    from bowerbird.domain.services import Services

app = typer.Typer(help="Alerts: many jobs of an application fail at its banks.", no_args_is_help=True)

_HEADINGS = ("ALERT ID", "PERCENT", "HOURS", "JOBS", "INSTITUTIONS", "WEBHOOK", "E-MAIL", "SINCE")


@app.command()
def create(  # noqa: PLR0913, PLR0917  (each is an option of the command line)
    application_id: ApplicationId,
    percent: Annotated[int, typer.Option(help="Share of failures at which it begins, in percent.", metavar="1-100")] = 50,
    hours: Annotated[int, typer.Option(help="The time that is looked at, in hours.", metavar="HOURS")] = 1,
    jobs: Annotated[int, typer.Option(help="With fewer jobs in this time it does not begin.", metavar="JOBS")] = 10,
    institution: Annotated[
        list[str] | None, typer.Option(help="Only jobs at this institution; can be given again. Without it: at all.", metavar="ID")
    ] = None,
    webhook: Annotated[str, typer.Option(help="A webhook of the application that it is sent to.", metavar="WEBHOOK_ID")] = "",
    mail: Annotated[str, typer.Option(help="An e-mail address that it is sent to.", metavar="ADDRESS")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Create an alert: sent once when so many jobs fail, and once when it is over."""
    from bowerbird.domain.notifications.alerts import AlertNotValid, AlertSettings, create_alert

    wanted = AlertSettings(percent, hours, jobs, institution or (), webhook, mail)
    with opened(settings_from(data, database_url)) as services:
        _require_application(services, application_id)
        try:
            row = services.write_now(create_alert, wanted, tenant=application_id)
        except AlertNotValid as error:
            raise CommandRefused(str(error)) from None
        _record(services, "create_alert", application_id, row.id)
    typer.echo(json.dumps(_described(row)) if as_json else f"Alert {row.id} is looked at once a minute while a server runs.")


@app.command("list")
def list_(application_id: ApplicationId, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """List an application's alerts, and since when they go on."""
    from bowerbird.domain.notifications.alerts import list_alerts

    with opened(settings_from(data, database_url)) as services:
        _require_application(services, application_id)
        described = [_described(row) for row, _ in services.read_now(list_alerts, tenant=application_id)]
    if as_json:
        typer.echo(json.dumps(described))
    elif described:
        print_columns(_HEADINGS, (tuple(map(_cell, row.values())) for row in described))
    else:
        typer.echo(f"No alert yet: bowerbird alert create {application_id} --mail ADDRESS")


@app.command()
def delete(
    application_id: ApplicationId,
    alert_id: Annotated[str, typer.Argument(help="Its id, from `bowerbird alert list`.", metavar="ALERT_ID")],
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Delete an alert: nothing more of it is sent."""
    from bowerbird.domain.notifications.alerts import delete_alert

    with opened(settings_from(data, database_url)) as services:
        _require_application(services, application_id)
        if not services.write_now(delete_alert, alert_id, tenant=application_id):
            raise CommandRefused(f"no alert {alert_id}: run `bowerbird alert list {application_id}` to see all")
        _record(services, "delete_alert", application_id, alert_id)
    typer.echo(f"Alert {alert_id} is deleted.")


def _require_application(services: Services, application_id: str) -> None:
    """Raises CommandRefused."""
    from bowerbird.domain.access.applications import find_application

    if services.read_now(find_application, tenant=known_id(application_id)) is None:
        raise unknown(application_id)


def _record(services: Services, action: str, application_id: str, alert_id: str) -> None:
    """In the audit, as done on the command line."""
    from bowerbird.domain.operators.audit import AuditAction, record

    services.write_now(record, AuditAction(action, application_id=application_id, subject=alert_id), tenant=application_id)


def _described(row: AlertRow) -> dict[str, str | int | list[str] | None]:
    from bowerbird.model.clock import from_milliseconds, wire_time

    since = None if row.begun_at_ms is None else wire_time(from_milliseconds(row.begun_at_ms))
    return {
        "alertId": row.id,
        "percent": row.percent,
        "hours": row.window_hours,
        "jobs": row.min_jobs,
        "institutions": row.institutions,
        "webhookId": row.webhook_id,
        "email": row.address or None,
        "since": since,
    }


def _cell(value: str | int | list[str] | None) -> str:
    return "-" if value is None else ",".join(value) or "all" if isinstance(value, list) else str(value)
