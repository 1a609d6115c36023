"""Events about users, connections, accounts and transactions, with the wire's objects as their data: links are paths."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bowerbird.domain.notifications.events import Happened, record_event, record_events
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.event import EventType
from bowerbird.model.json_value import JsonValue
from bowerbird.storage.rows.accounts import AccountRow, accounts_of_user
from bowerbird.storage.rows.connections import ConnectionRow
from bowerbird.storage.rows.jobs.jobs import JobRow


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


def announce_accounts(session: Session, job: JobRow, before: Sequence[AccountRow]) -> None:
    """One event for each account that the job has brought or of which it changed more than the figures, which change every day.

    `before` are the user's accounts before the job wrote any.
    """
    known = {row.id: _described(row) for row in before}
    changed = [row for row in accounts_of_user(session.uow, *session.tenant) if known.get(row.id) != _described(row)]
    record_events(session, [_account(job, row) for row in changed])


def _described(row: AccountRow) -> AccountRow:
    """What an account is, without its balances and what follows from its transactions."""
    return replace(row, balance=None, available=None, last_updated=0, intervals=[], transaction_count=0)


def _account(job: JobRow, row: AccountRow) -> Happened:
    """Name, holder, number and balances are personal: a reader finds them where `dataRef` leads."""
    path = f"/users/{job.user_id}/accounts/{row.id}"
    data: dict[str, JsonValue] = {
        "type": "account",
        "id": row.id,
        "class": {"type": row.account_class.value, "product": row.product},
        "currency": row.currency,
        "status": "unavailable" if row.unavailable else "available",
        "lastUpdated": wire_time(from_milliseconds(row.last_updated)),
        **_source(job.user_id, job.connection_id, job.institution_id),
        "links": {"self": path},
    }
    return Happened(EventType.ACCOUNT_UPDATED, path, data)


def announce_transactions(session: Session, connection_id: str, institution_id: str, count: int) -> None:
    """One event for all transactions that were added, changed or removed at once, if any: a client reads them as pages anyway."""
    if count == 0:
        return
    path = f"/users/{session.tenant.user_id}/transactions?filter=connection.id.eq('{connection_id}')"
    data = {
        "type": "transactions",
        "count": count,
        **_source(session.tenant.user_id, connection_id, institution_id),
        "links": {"self": path},
    }
    record_event(session, Happened(EventType.TRANSACTIONS_UPDATED, path, data))


def _source(user_id: str, connection_id: str, institution_id: str) -> dict[str, JsonValue]:
    path = f"/users/{user_id}/connections/{connection_id}"
    connection: dict[str, JsonValue] = {"type": "connection", "id": connection_id, "links": {"self": path}}
    return {"institution": _institution(institution_id), "connection": connection}
