"""Notices of banks that a person has taken access back on their pages: the connection is invalid at once, not with its next refresh."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import access_hash, open_secret
from bowerbird.domain.connections.schedule import schedule_next
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users.users import hold_user
from bowerbird.logs import log
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.plugins.guard import connector_name
from bowerbird.sdk.connector import ConnectorContext, EndedAccess, EndNotice, HearsOfEnds
from bowerbird.sdk.failures import AuthorizationFailed
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import connections as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.connections import ConnectionPlace


class _Heard(NamedTuple):
    """What a connector read in a notice."""

    connector: HearsOfEnds
    ended: EndedAccess


def end_by_notice(services: Services, notice: EndNotice) -> None:
    """Make the connection invalid whose access has ended; nothing happens where none is kept. On a worker thread.

    The connection is found by the hash of its access, and its secret alone is opened. Raises AuthorizationFailed
    where no bank of this server has signed the notice. Other failures, ConnectorBusy and ConnectorTimeout say that this is not known now.
    """
    for heard in _read_notice(services, notice):
        found_by = access_hash(services, heard.connector, heard.ended.id)
        for place in services.read_now(_places, found_by, tenant=EVERY_TENANT):
            services.write_from_thread(_end, place.id, heard, tenant=Tenant(place.application_id, place.user_id))


def _read_notice(services: Services, notice: EndNotice) -> list[_Heard]:
    """What each bank that signed it says: two institutions of this server may be brands of one bank. Raises AuthorizationFailed."""
    hears = {id(each): each for each in services.plugins.connectors.values() if isinstance(each, HearsOfEnds)}
    context = ConnectorContext(services.clock.now(), services.sandbox_seed, 0, pause=services.guard.pause)
    heard, refused = list[_Heard](), list[str]()
    for connector in filter(services.guard.is_ready, hears.values()):
        try:
            with services.guard.place(connector):
                heard.append(_Heard(connector, services.guard.read_notice(connector, notice, context)))
        except AuthorizationFailed as error:
            refused.append(f"{connector_name(connector)}: {error}")
    if not heard:
        log.warning("end_notice_refused", why=", ".join(refused))
        raise AuthorizationFailed("invalid_request")
    return heard


def _places(session: Session, found_by: str) -> list[ConnectionPlace]:
    return rows.places_of_access(session.uow, found_by)


def _end(session: Session, connection_id: str, heard: _Heard) -> None:
    """The same for one connection, looked at while its user is held: access may have been given anew since."""
    hold_user(session)
    row = rows.find_connection(session.uow, *session.tenant, connection_id)
    secret = open_secret(session, row) if row else None
    if row is None or secret is None or not heard.connector.has_ended(secret, heard.ended):
        return
    changes = rows.ConnectionChanges(status=ConnectionStatus.INVALID, secret=None, access_hash=None)
    rows.update_connection(session.uow, session.application_id, row.id, **changes)
    schedule_next(session, row, succeeded=False, needs_person=True)
    users.touch_user(session.uow, *session.tenant)
    if row.status != ConnectionStatus.INVALID:
        announce_connection(session, EventType.CONNECTION_INVALIDATED, msgspec.structs.replace(row, status=ConnectionStatus.INVALID))
    log.info("access_ended_at_bank", institution=row.institution_id, connection=row.id)
