"""Alerts on failure rates, and their notices: rows with a moment at which they are looked at or sent."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update

from bowerbird.model.event import AlertKind, AlertWay
from bowerbird.storage.database.tables import alert_notices, alerts
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

_NOT_NONE = alert_notices.c.due_at_ms.is_not(None)


class AlertRow(StoredRow, frozen=True):
    """An alert. It begins where `percent` of the jobs of `window_hours` failed, of `min_jobs` or more, at any of its `institutions`.

    No institutions: at all of them. `webhook_id` None and an empty `address` stand for no way of that kind. `begun_at_ms` None: it does
    not go on.
    """

    id: str
    application_id: str
    percent: int
    window_hours: int
    min_jobs: int
    institutions: list[str]
    webhook_id: str | None
    address: str
    begun_at_ms: int | None
    due_at_ms: int
    created_at_ms: int


class NoticeRow(StoredRow, frozen=True):
    """A notice of an alert's beginning or end. `due_at_ms` None: no attempt follows; `problem` is why the last one failed."""

    id: str
    application_id: str
    alert_id: str
    kind: AlertKind
    way: AlertWay
    text: str
    attempts: int
    due_at_ms: int | None
    sent_at_ms: int | None
    problem: str
    created_at_ms: int


class Due(NamedTuple):
    """An alert or a notice that is due."""

    application_id: str
    id: str


_a, _n = alerts.c, alert_notices.c
_FIRST_ALERT = Prepared(select(func.min(_a.due_at_ms)))
_FIRST_NOTICE = Prepared(select(func.min(_n.due_at_ms)).where(_NOT_NONE))
_DUE_ALERTS = Prepared(
    select(_a.application_id, _a.id)
    .where(or_(_a.due_at_ms <= bindparam("now_ms"), _a.due_at_ms > bindparam("latest_ms")))
    .order_by(_a.due_at_ms)
    .limit(bindparam("most"))
)
_DUE_NOTICES = Prepared(
    select(_n.application_id, _n.id).where(_NOT_NONE, _n.due_at_ms <= bindparam("now_ms")).order_by(_n.due_at_ms).limit(bindparam("most"))
)


def first_due(uow: UnitOfWork) -> int | None:
    """The earliest moment, in milliseconds, at which an alert is looked at or a notice is sent, across tenants."""
    found = (uow.fetch(statement, {})[0][0] for statement in (_FIRST_ALERT, _FIRST_NOTICE))
    return min((moment for moment in found if moment is not None), default=None)


def due_alerts(uow: UnitOfWork, now_ms: int, latest_ms: int, most: int) -> list[Due]:
    """The longest due first, across tenants; also those due after `latest_ms`, as none is unless the clock was set back."""
    return [Due(*row) for row in uow.fetch(_DUE_ALERTS, {"now_ms": now_ms, "latest_ms": latest_ms, "most": most})]


def due_notices(uow: UnitOfWork, now_ms: int, most: int) -> list[Due]:
    """The longest due first, across tenants."""
    return [Due(*row) for row in uow.fetch(_DUE_NOTICES, {"now_ms": now_ms, "most": most})]


def insert_alert(uow: UnitOfWork, row: AlertRow) -> None:
    uow.insert(alerts, row.values())


def list_alerts(uow: UnitOfWork, application_id: str) -> list[AlertRow]:
    """Oldest first."""
    own = select(*AlertRow.columns(alerts)).where(_a.application_id == application_id)
    return uow.all(AlertRow, own.order_by(_a.created_at_ms, _a.id))


def find_alert(uow: UnitOfWork, application_id: str, alert_id: str, *, hold: bool = False) -> AlertRow | None:
    """`hold` locks the row until this unit of work ends."""
    own = select(*AlertRow.columns(alerts)).where(_a.application_id == application_id, _a.id == alert_id)
    return uow.one(AlertRow, own.with_for_update() if hold else own)


def update_alert(uow: UnitOfWork, row: AlertRow, *, begun_at_ms: int | None, due_at_ms: int) -> None:
    uow.update(alerts, {"application_id": row.application_id, "id": row.id}, {"begun_at_ms": begun_at_ms, "due_at_ms": due_at_ms})


def delete_alert(uow: UnitOfWork, row: AlertRow) -> None:
    """Delete an alert with its notices: nothing more of it is sent."""
    uow.execute(delete(alert_notices).where(_n.application_id == row.application_id, _n.alert_id == row.id))
    uow.execute(delete(alerts).where(_a.application_id == row.application_id, _a.id == row.id))


def insert_notice(uow: UnitOfWork, row: NoticeRow) -> None:
    uow.insert(alert_notices, row.values())


def find_notice(uow: UnitOfWork, application_id: str, notice_id: str, *, hold: bool = False) -> NoticeRow | None:
    """`hold` locks the row until this unit of work ends."""
    own = select(*NoticeRow.columns(alert_notices)).where(_n.application_id == application_id, _n.id == notice_id)
    return uow.one(NoticeRow, own.with_for_update() if hold else own)


def newest_notices(uow: UnitOfWork, application_id: str, alert_id: str, most: int) -> list[NoticeRow]:
    """Newest first."""
    own = select(*NoticeRow.columns(alert_notices)).where(_n.application_id == application_id, _n.alert_id == alert_id)
    return uow.all(NoticeRow, own.order_by(_n.created_at_ms.desc(), _n.id).limit(most))


def newest_notices_of_all(uow: UnitOfWork, since_ms: int, most: int) -> list[NoticeRow]:
    """The notices of all applications since a moment, newest first."""
    newest = select(*NoticeRow.columns(alert_notices)).where(_n.created_at_ms >= since_ms)
    return uow.all(NoticeRow, newest.order_by(_n.created_at_ms.desc(), _n.id).limit(most))


def claim_notice(uow: UnitOfWork, row: NoticeRow, due_at_ms: int | None) -> None:
    """Count an attempt that begins now, and when the next one is due; None: none follows."""
    uow.update(alert_notices, {"application_id": row.application_id, "id": row.id}, {"attempts": row.attempts + 1, "due_at_ms": due_at_ms})


def settle_notice(uow: UnitOfWork, row: NoticeRow, *, sent_at_ms: int | None, problem: str, due_at_ms: int | None) -> None:
    """Write what an attempt led to, and when the next one is due; None: none follows."""
    values = {"sent_at_ms": sent_at_ms, "problem": problem, "due_at_ms": due_at_ms}
    uow.update(alert_notices, {"application_id": row.application_id, "id": row.id}, values)


def earlier_due_at_ms(uow: UnitOfWork, row: NoticeRow) -> int | None:
    """When an earlier notice of the same alert is tried again by the same way; None where none is to be sent any more."""
    earlier = select(func.max(_n.due_at_ms)).where(*_same_way(row), _n.created_at_ms < row.created_at_ms)
    found = uow.row(earlier)
    return found[0] if found else None


def put_off_notice(uow: UnitOfWork, row: NoticeRow, due_at_ms: int) -> None:
    uow.update(alert_notices, {"application_id": row.application_id, "id": row.id}, {"due_at_ms": due_at_ms})


def hasten_later_notices(uow: UnitOfWork, row: NoticeRow, due_at_ms: int) -> None:
    """Have sent by then what waited for a notice."""
    later = update(alert_notices).where(*_same_way(row), _n.created_at_ms > row.created_at_ms, _n.due_at_ms > due_at_ms, _n.attempts == 0)
    uow.execute(later.values(due_at_ms=due_at_ms))


def _same_way(row: NoticeRow) -> tuple[ColumnElement[bool], ...]:
    return _n.application_id == row.application_id, _n.alert_id == row.alert_id, _n.way == row.way


def delete_old_notices(uow: UnitOfWork, before_ms: int) -> int:
    """Delete the notices from before a moment, of every application; how many."""
    return uow.execute(delete(alert_notices).where(_n.created_at_ms < before_ms)).rowcount


def list_going_on(uow: UnitOfWork, most: int) -> list[AlertRow]:
    """The alerts that go on, over all applications, the latest first."""
    going_on = select(*AlertRow.columns(alerts)).where(_a.begun_at_ms.is_not(None))
    return uow.all(AlertRow, going_on.order_by(_a.begun_at_ms.desc(), _a.id).limit(most))
