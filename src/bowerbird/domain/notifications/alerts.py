"""Alerts: that many jobs of an application fail at its banks, sent to a webhook or a mailbox once, and once when it is over.

Who mends a failure decides whether it counts: a wrong password is its person's and says nothing of a bank. An alert ends when at most half
of the share fails that began it, so that a share which moves around the bound does not send again and again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from bowerbird.domain.access.applications import find_application
from bowerbird.domain.institutions.hourly import OF_PERSONS
from bowerbird.domain.notifications.webhooks import find_webhook
from bowerbird.domain.operators.audit import AuditAction, record
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import is_email
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.days import DAY_MS, HOUR_MS
from bowerbird.model.event import AlertKind, AlertWay
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows.alerts import alerts as rows
from bowerbird.storage.rows.alerts.alerts import AlertRow as AlertRow  # noqa: PLC0414  (for those who show them)
from bowerbird.storage.rows.alerts.alerts import Due as Due  # noqa: PLC0414
from bowerbird.storage.rows.alerts.alerts import NoticeRow as NoticeRow  # noqa: PLC0414
from bowerbird.storage.rows.jobs.hourly import outcomes_of_application

MAX_ALERTS = 20
"""Of an application."""
MAX_WINDOW_HOURS, MAX_JOBS, MAX_INSTITUTIONS = 72, 10_000, 50
LOOK_MS = 60_000
"""Between two looks at an alert."""
NOTICES_SHOWN = 10
_GIVEN_UP_SHOWN_MS, _GIVEN_UP_AMONG = 7 * DAY_MS, 100
"""For how long the first page shows a notice that was given up, and among how many of the newest it is looked for."""
_MAX_ADDRESS = 200
_CODES_NAMED = 3


class AlertNotValid(ValueError):
    """An alert that cannot be created; its text says what is wrong with it and what to do."""


class AlertSettings(NamedTuple):
    """An alert as an operator asks for it; the fields are those of its row."""

    percent: int
    window_hours: int = 1
    min_jobs: int = 10
    institutions: Sequence[str] = ()
    webhook_id: str = ""
    address: str = ""


class JobCount(NamedTuple):
    """How the jobs of a window ended. `failed` leaves out what its persons mend; `codes` are the others, by institution."""

    ended: int
    failed: int
    codes: dict[tuple[str, str], int]

    @property
    def percent(self) -> int:
        """Rounded down, so that it does not reach a bound which the jobs do not."""
        return self.failed * 100 // self.ended if self.ended else 0


def create_alert(session: Session, wanted: AlertSettings) -> AlertRow:
    """Create an alert of the session's application; it is looked at once a minute from now on. Raises AlertNotValid."""
    _require_valid(session, wanted)
    if len(rows.list_alerts(session.uow, session.application_id)) >= MAX_ALERTS:
        raise AlertNotValid(f"An application has at most {MAX_ALERTS} alerts: delete one first.")
    now_ms = to_milliseconds(session.services.clock.now())
    row = AlertRow(
        id=new_id(), application_id=session.application_id, percent=wanted.percent, window_hours=wanted.window_hours,
        min_jobs=wanted.min_jobs, institutions=list(dict.fromkeys(wanted.institutions)), webhook_id=wanted.webhook_id or None,
        address=wanted.address, begun_at_ms=None, due_at_ms=now_ms, created_at_ms=now_ms,
    )  # fmt: skip
    rows.insert_alert(session.uow, row)
    session.uow.after_commit(session.services.wake)
    return row


def _require_valid(session: Session, wanted: AlertSettings) -> None:
    for value, most, what in (
        (wanted.percent, 100, "The share of failures is a whole number of percent"),
        (wanted.window_hours, MAX_WINDOW_HOURS, "The time is a whole number of hours"),
        (wanted.min_jobs, MAX_JOBS, "The number of jobs is a whole number"),
    ):
        if not 1 <= value <= most:
            raise AlertNotValid(f"{what} from 1 to {most:,}.")
    unknown = [each for each in wanted.institutions if session.services.institutions.find(each) is None]
    if unknown or len(wanted.institutions) > MAX_INSTITUTIONS:
        which = f"There is no institution {unknown[0]!r}" if unknown else f"These are {len(wanted.institutions)} institutions"
        raise AlertNotValid(f"{which}: name at most {MAX_INSTITUTIONS} by their ids, or none for all.")
    if not wanted.webhook_id and not wanted.address:
        raise AlertNotValid("Choose a webhook or enter an e-mail address: an alert without either is never sent.")
    if wanted.webhook_id:
        try:
            find_webhook(session, wanted.webhook_id)
        except Problem:
            raise AlertNotValid("The application has no such webhook: choose one of its own.") from None
    if wanted.address and (len(wanted.address) > _MAX_ADDRESS or not is_email(wanted.address)):
        raise AlertNotValid(f"Mail is sent to one address, such as ops@lender.example, of at most {_MAX_ADDRESS} characters.")


def list_alerts(session: Session) -> list[tuple[AlertRow, list[NoticeRow]]]:
    """The application's alerts, oldest first, each with its newest notices, newest first."""
    found = rows.list_alerts(session.uow, session.application_id)
    return [(row, rows.newest_notices(session.uow, row.application_id, row.id, NOTICES_SHOWN)) for row in found]


def delete_alert(session: Session, alert_id: str) -> bool:
    """Delete an alert with its notices; False where the application has none of this id."""
    row = rows.find_alert(session.uow, session.application_id, alert_id) if is_id(alert_id) else None
    if row is not None:
        rows.delete_alert(session.uow, row)
    return row is not None


def list_going_on(session: Session) -> list[AlertRow]:
    """The alerts that go on now, over all applications, the latest first: MAX_ALERTS at most."""
    return rows.list_going_on(session.uow, MAX_ALERTS)


def list_given_up(session: Session) -> list[NoticeRow]:
    """The notices of the last days that were given up, over all applications, newest first: each the last of its alert and way."""
    since_ms = to_milliseconds(session.services.clock.now()) - _GIVEN_UP_SHOWN_MS
    last: dict[tuple[str, AlertWay], NoticeRow] = {}
    for notice in rows.newest_notices_of_all(session.uow, since_ms, _GIVEN_UP_AMONG):
        last.setdefault((notice.alert_id, notice.way), notice)
    return [notice for notice in last.values() if notice.sent_at_ms is None and notice.due_at_ms is None]


# ── By itself ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def list_due_alerts(session: Session, now_ms: int, most: int) -> list[Due]:
    """What is to be looked at by now, across tenants; a clock that was set back delays no look."""
    return rows.due_alerts(session.uow, now_ms, now_ms + LOOK_MS, most)


def look_at_alert(session: Session, alert_id: str) -> None:
    """Begin or end an alert of the session's application where its jobs say so, and queue the notices. Nothing where it is not due.

    Two processes that look at once do so one after the other, and the second finds that it is not due.
    """
    now_ms = to_milliseconds(session.services.clock.now())
    row = rows.find_alert(session.uow, session.application_id, alert_id, hold=True)
    if row is None or now_ms < row.due_at_ms <= now_ms + LOOK_MS:
        return
    count = count_jobs(session, row, now_ms)
    begins = row.begun_at_ms is None and count.ended >= row.min_jobs and count.failed * 100 >= row.percent * count.ended
    ends = row.begun_at_ms is not None and count.failed * 200 <= row.percent * count.ended
    begun_at_ms = now_ms if begins else None if ends else row.begun_at_ms
    rows.update_alert(session.uow, row, begun_at_ms=begun_at_ms, due_at_ms=now_ms + LOOK_MS)
    if begins or ends:
        kind = AlertKind.BEGUN if begins else AlertKind.ENDED
        _queue_notices(session, row, kind, _text(session, row, kind, count), now_ms)
        record(session, AuditAction(kind.value.replace(".", "_"), application_id=row.application_id, subject=row.id))


def count_jobs(session: Session, row: AlertRow, now_ms: int) -> JobCount:
    """How the jobs of an alert's window ended; the window begins at a full hour."""
    since_hour = (now_ms - row.window_hours * HOUR_MS) // HOUR_MS
    found = outcomes_of_application(session.uow, row.application_id, since_hour, row.institutions)
    counted = {key: count for key, count in found.items() if key[1] and key[1] not in OF_PERSONS}
    failed = sum(counted.values())
    return JobCount(failed + sum(count for (_, code), count in found.items() if not code), failed, counted)


def _queue_notices(session: Session, row: AlertRow, kind: AlertKind, text: str, now_ms: int) -> None:
    ways = [way for way, is_set in ((AlertWay.WEBHOOK, row.webhook_id), (AlertWay.MAIL, row.address)) if is_set]
    for way in ways:
        notice = NoticeRow(
            id=new_id(), application_id=row.application_id, alert_id=row.id, kind=kind, way=way, text=text, attempts=0, due_at_ms=now_ms,
            sent_at_ms=None, problem="", created_at_ms=now_ms,
        )  # fmt: skip
        rows.insert_notice(session.uow, notice)


def _text(session: Session, row: AlertRow, kind: AlertKind, count: JobCount) -> str:
    application = find_application(session)
    where = f"{application.name if application else row.application_id}, {_institutions(session, row.institutions)}"
    share = f"{count.failed:,} of {count.ended:,} jobs ({count.percent} %) failed since {_hour(session, row)}"
    if kind is AlertKind.ENDED and not count.ended:
        return f"The alert on {where}, is over: no job has ended since {_hour(session, row)}. Whether the banks answer again is not known."
    if kind is AlertKind.ENDED:
        return f"The alert on {where}, is over: {share}."
    most = sorted(count.codes.items(), key=lambda item: (-item[1], item[0]))[:_CODES_NAMED]
    named = ", ".join(f"{_institutions(session, (bank,))} {code} × {number:,}" for (bank, code), number in most)
    return f"{where}: {share}. Most often: {named}. Next: see the Institutions page of the dashboard, and the bank's own status page."


def _hour(session: Session, row: AlertRow) -> str:
    now_ms = to_milliseconds(session.services.clock.now())
    since = from_milliseconds((now_ms - row.window_hours * HOUR_MS) // HOUR_MS * HOUR_MS)
    return f"{since:%Y-%m-%d %H:%M} UTC"


def _institutions(session: Session, institutions: Collection[str]) -> str:
    names = [bank.name if (bank := session.services.institutions.find(each)) else each for each in institutions]
    return ", ".join(names) if names else "all institutions"
