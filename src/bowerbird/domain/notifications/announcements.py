"""Events about users, connections, accounts and transactions, with the wire's objects as their data: links are paths."""

from __future__ import annotations

from collections.abc import Iterable

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.notifications.events import Happened, record_event, record_events
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.event import EventType
from bowerbird.model.json_value import JsonValue
from bowerbird.storage.rows.connections import ConnectionRow
from bowerbird.storage.rows.jobs import JobRow


def announce_user(session: Session, kind: EventType) -> None:
    """Contact details are not stored with the event: a reader gets the current ones."""
    path = f"/users/{session.tenant.user_id}"
    record_event(session, Happened(kind, path, {"type": "user", "id": session.tenant.user_id, "links": {"self": path}}))


def announce_connection(session: Session, kind: EventType, row: ConnectionRow) -> None:
    """`row` is the connection as this unit of work leaves it."""
    user = f"/users/{session.tenant.user_id}"
    path, institution = f"{user}/connections/{row.id}", row.institution_id
    lists = {name: f"{user}/{name}?{_of(institution)}" for name in ("accounts", "transactions")}
    data: dict[str, JsonValue] = {
        "type": "connection",
        "id": row.id,
        "status": row.status.value,
        "createdDate": wire_time(from_milliseconds(row.created_at_ms)),
        "lastUsed": wire_time(from_milliseconds(row.last_used_at_ms or row.created_at_ms)),
        "mfaEnabled": _asks_back(session.services, row),
        "institution": _institution(institution),
        "links": {"self": path, **lists},
    }
    record_event(session, Happened(kind, path, data))


def _institution(institution_id: str) -> dict[str, JsonValue]:
    return {"type": "institution", "id": institution_id, "links": {"self": f"/institutions/{institution_id}"}}


def _of(institution_id: str) -> str:
    return f"filter=institution.id.eq('{institution_id}')"


def _asks_back(services: Services, row: ConnectionRow) -> bool:
    """Whether the institution may ask for a second factor."""
    institution = services.institutions.find(row.institution_id)
    channel = institution.channel(row.method) if institution else None
    return channel is not None and channel.authorization.may_ask_back


def announce_accounts(session: Session, job: JobRow, account_ids: Iterable[str]) -> None:
    """One event for each account that a job has brought up to date."""
    record_events(session.of(Tenant(job.application_id, job.user_id)), [_account(job, each) for each in dict.fromkeys(account_ids)])


def _account(job: JobRow, account_id: str) -> Happened:
    path = f"/users/{job.user_id}/accounts/{account_id}"
    where: dict[str, JsonValue] = {"institution": _institution(job.institution_id), "connection": job.connection_id}
    return Happened(EventType.ACCOUNT_UPDATED, path, {"type": "account", "id": account_id, **where, "links": {"self": path}})


def announce_transactions(session: Session, job: JobRow) -> None:
    """One event for all that a job has brought: a client reads them as pages anyway."""
    path = f"/users/{job.user_id}/transactions?{_of(job.institution_id)}"
    where: dict[str, JsonValue] = {"institution": _institution(job.institution_id), "connection": job.connection_id}
    data = {"type": "transactions", **where, "links": {"self": path}}
    record_event(session.of(Tenant(job.application_id, job.user_id)), Happened(EventType.TRANSACTIONS_UPDATED, path, data))
