"""Access at banks beyond a login: the secret that a connector keeps, and its end at the bank once the connection is gone.

The end is a row of its own, tried again for a week while the bank is away. Its secret is sealed under the application's key, because the
user may be deleted before the bank answers; it is deleted with the last try.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.retries import MAX_FAILURES, retry_ms
from bowerbird.domain.services import Services, Session
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.model.ids import new_id
from bowerbird.plugins.guard import ConnectorBusy, ConnectorTimeout, connector_name, upstream_of
from bowerbird.sdk.connector import Connector, ConnectorContext, EndsAccess, HearsOfEnds
from bowerbird.sdk.failures import AuthorizationNeeded, Failure, Gone, InvalidCredentials, RateLimited, Unavailable
from bowerbird.storage.rows import connections, users
from bowerbird.storage.rows.banks import endings as rows
from bowerbird.storage.rows.banks.endings import EndingRow as EndingRow  # noqa: PLC0414  (what these verbs return)
from bowerbird.storage.rows.connections import ConnectionRow
from bowerbird.storage.vault.envelope import SealContext

NOTICE_DAYS = 30
"""For which a person reads that only they can end an access at a bank."""
_BUSY_MS = 60_000
"""Until a connector is asked again all of whose threads have customers."""


class AccessEnd(NamedTuple):
    """How access at a bank ends: by this server, or where the person ends it, in a few words; empty where nothing is known of it."""

    by_server: bool
    where: str


def store_secret(session: Session, connection_id: str, institution_id: str, secret: str) -> bytes:
    """Keep what a connector remembers of a connection, in place of what it remembered before; how it is stored."""
    sealed = session.services.vault.seal(session.uow, secret.encode(), _place(*session.tenant, connection_id))
    connector: object = _connector_of(session.services, institution_id)
    access_id = connector.access_id(secret) if isinstance(connector, HearsOfEnds) else ""
    found_by = access_hash(session.services, connector, access_id) if isinstance(connector, HearsOfEnds) and access_id else None
    connections.update_connection(session.uow, session.application_id, connection_id, secret=sealed, access_hash=found_by)
    return sealed


def access_hash(services: Services, connector: HearsOfEnds, access_id: str) -> str:
    """What the connection of an access is found by: the bank's own id of it stands in the sealed secret only. Two banks may give one id."""
    return services.vault.fingerprint("access at a bank", connector_name(connector), access_id)


def secret_of(session: Session, connection_id: str) -> str | None:
    """What a connector remembers of a connection; None without anything."""
    row = connections.find_connection(session.uow, *session.tenant, connection_id)
    return None if row is None else open_secret(session, row)


def open_secret(session: Session, row: ConnectionRow) -> str | None:
    """What a connector remembered of a connection when this row was read; None without anything."""
    if row.secret is None:
        return None
    return session.services.vault.open(session.uow, row.secret, _place(row.application_id, row.user_id, row.id)).decode()


def _place(application_id: str, user_id: str, connection_id: str) -> SealContext:
    return SealContext(application_id, user_id, "connections", connection_id, "secret")


def access_end(services: Services, institution_id: str) -> AccessEnd | None:
    """How access at an institution ends; None where nothing of it is left at the bank once the stored login is deleted."""
    connector = _connector_of(services, institution_id)
    upstream, by_server = upstream_of(connector) if connector else None, isinstance(connector, EndsAccess)
    return AccessEnd(by_server, upstream.ends_at) if upstream is not None and (by_server or upstream.ends_at) else None


def _connector_of(services: Services, institution_id: str) -> Connector | None:
    institution = services.institutions.find(institution_id)
    return services.plugins.connector_for(institution.origin) if institution else None


def end_access(session: Session, row: ConnectionRow) -> None:
    """Have the access of a connection that goes away ended at its bank; where only the person can, they read so for some weeks."""
    end, secret = access_end(session.services, row.institution_id), open_secret(session, row)
    if end is None or row.login is None:
        return
    if end.by_server:
        if secret is not None:
            end_secret(session, row.institution_id, secret)
    elif secret is not None or row.last_used_at_ms is not None:
        for notice in list_endings(session):
            if notice.secret is None and notice.institution_id == row.institution_id:
                rows.delete_ending(session.uow, notice)  # one notice of a bank, the newest
        _insert(session, row.institution_id, None, NOTICE_DAYS * DAY_MS)


def end_secret(session: Session, institution_id: str, secret: str) -> None:
    """Have the access that a secret stands for ended at its bank, where a connector can."""
    if isinstance(_connector_of(session.services, institution_id), EndsAccess):
        _insert(session, institution_id, secret, 0)
        session.uow.after_commit(session.services.wake)


def end_unkept(session: Session, connection_id: str, institution_id: str, secret: str) -> None:
    """The same for a secret that came when its connection was gone already: nothing else knows of that access."""
    if connections.find_connection(session.uow, *session.tenant, connection_id) is None:
        end_secret(session, institution_id, secret)


def _insert(session: Session, institution_id: str, secret: str | None, after_ms: int) -> None:
    ending_id, now_ms, sealed = new_id(), to_milliseconds(session.services.clock.now()), None
    if secret is not None:
        sealed = session.services.vault.seal(session.uow, secret.encode(), _seal_context(session.application_id, ending_id))
    user_id = session.user_id if users.find_sealed_user(session.uow, *session.tenant) else ""
    rows.insert_ending(
        session.uow, EndingRow(ending_id, session.application_id, user_id, institution_id, sealed, 0, now_ms + after_ms, now_ms)
    )


def _seal_context(application_id: str, ending_id: str) -> SealContext:
    return SealContext(application_id, "", "access_endings", ending_id, "secret")


def list_endings(session: Session) -> list[EndingRow]:
    """A user's accesses that have yet to end, oldest first: those with a secret are ended by this server."""
    return rows.endings_of_user(session.uow, *session.tenant)


def end_access_of_user(session: Session) -> None:
    """The same for all connections of a user who is being deleted; what is left to do names them no more."""
    for row in connections.connections_of_user(session.uow, *session.tenant):
        end_access(session, row)
    rows.detach_endings(session.uow, *session.tenant)


def list_due_endings(session: Session, now_ms: int, most: int) -> list[EndingRow]:
    """What is due by now, across tenants, the longest due first."""
    return rows.due_endings(session.uow, now_ms, most)


def try_ending(services: Services, due: EndingRow) -> None:
    """End one access at its bank, unless another process does. On a worker thread.

    A process that dies here leaves the next try as it stands; a bank that has ended the access before says so, which is as good.
    """
    tenant = Tenant(due.application_id, due.user_id)
    if not services.write_from_thread(_claim, due, tenant=tenant):
        return
    secret = services.read_now(_secret_of_ending, due, tenant=tenant)  # one that does not open is put off, and others are ended
    why, failed = "", None
    try:
        _ask_bank(services, due, secret)
    except (AuthorizationNeeded, InvalidCredentials, Gone):
        why = "it had ended before"
    except (Failure, ConnectorTimeout, ConnectorBusy) as error:
        failed = error
    services.write_from_thread(_settle, due, failed, why, tenant=tenant)


def _claim(session: Session, due: EndingRow) -> bool:
    """Put off the next try of an access that is to end now; False where there is nothing to ask the bank."""
    now_ms = to_milliseconds(session.services.clock.now())
    if due.secret is None:
        rows.delete_ending(session.uow, due)
        return False
    if due.attempts >= MAX_FAILURES:
        _give_up(session, due, now_ms)
        return False
    return rows.claim_ending(session.uow, due, now_ms + retry_ms(due.attempts + 1))


def _secret_of_ending(session: Session, row: EndingRow) -> str:
    return session.services.vault.open(session.uow, row.secret or b"", _seal_context(row.application_id, row.id)).decode()


def _ask_bank(services: Services, row: EndingRow, secret: str) -> None:
    """Raises a Failure, ConnectorTimeout and ConnectorBusy."""
    connector = _connector_of(services, row.institution_id)
    if connector is None or not services.guard.is_ready(connector):
        raise Unavailable("no connector that can end it is set up")
    with services.guard.place(connector):
        context = ConnectorContext(services.clock.now(), services.sandbox_seed, 0, pause=services.guard.pause)
        services.guard.end_access(connector, secret, context)


def _settle(session: Session, row: EndingRow, failed: Exception | None, why: str) -> None:
    now_ms, attempts = to_milliseconds(session.services.clock.now()), row.attempts + 1
    if failed is None:
        log.info("access_ended", institution=row.institution_id, attempts=attempts, why=why)
        rows.delete_ending(session.uow, row)
    elif isinstance(failed, ConnectorBusy):
        rows.put_off_ending(session.uow, row, row.attempts, now_ms + _BUSY_MS)
    elif attempts >= MAX_FAILURES:
        _give_up(session, row, now_ms)
    else:
        wait_ms = failed.seconds * 1000 if isinstance(failed, RateLimited) else 0
        rows.put_off_ending(session.uow, row, attempts, now_ms + max(wait_ms, retry_ms(attempts)))
        log.warning("access_not_ended_yet", institution=row.institution_id, attempts=attempts, why=type(failed).__name__)


def _give_up(session: Session, row: EndingRow, now_ms: int) -> None:
    """Delete the secret; the person reads for some weeks that they have to end the access themselves."""
    log.error("access_not_ended", institution=row.institution_id, attempts=MAX_FAILURES, hint="the person has to end it at the bank")
    if row.user_id:
        rows.leave_to_person(session.uow, row, now_ms + NOTICE_DAYS * DAY_MS)
    else:
        rows.delete_ending(session.uow, row)
