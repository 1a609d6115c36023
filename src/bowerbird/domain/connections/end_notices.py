"""Notices of banks that a person has taken access back on their pages: the connection is invalid at once, not with its next refresh."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import secret_of
from bowerbird.domain.connections.schedule import schedule_next
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users.users import hold_user
from bowerbird.logs import log
from bowerbird.model.connection import ConnectionStatus
from bowerbird.model.event import EventType
from bowerbird.sdk.connector import ConnectorContext, EndNotice, HearsOfEnds
from bowerbird.sdk.failures import AuthorizationFailed
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import connections as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.connections import ConnectionPlace


class _Heard(NamedTuple):
    """What a connector read in a notice, in its own words."""

    connector: HearsOfEnds
    ended: str


def end_by_notice(services: Services, notice: EndNotice) -> None:
    """Make the connection invalid whose access has ended; nothing happens where none is kept. On a worker thread.

    Raises AuthorizationFailed where no bank of this server has signed it. Other failures, ConnectorBusy and ConnectorTimeout say that
    this is not known now.
    """
    heard = _read_notice(services, notice)
    served = [each.id for each in services.institutions if each.origin in heard.connector.institutions]
    for place in services.read_now(_places, served, tenant=EVERY_TENANT):
        tenant = Tenant(place.application_id, place.user_id)
        if services.read_now(_has_ended, place.id, heard, tenant=tenant):
            services.write_from_thread(_end, place.id, heard, tenant=tenant)


def _read_notice(services: Services, notice: EndNotice) -> _Heard:
    hears = {id(each): each for each in services.plugins.connectors.values() if isinstance(each, HearsOfEnds)}
    context = ConnectorContext(services.clock.now(), services.sandbox_seed, 0, pause=services.guard.pause)
    for connector in hears.values():
        if not services.guard.is_ready(connector):
            continue
        try:
            with services.guard.place(connector):
                return _Heard(connector, services.guard.read_notice(connector, notice, context))
        except AuthorizationFailed as error:
            log.warning("end_notice_refused", why=str(error))
    raise AuthorizationFailed("invalid_request")


def _places(session: Session, institution_ids: list[str]) -> list[ConnectionPlace]:
    return rows.places_at(session.uow, institution_ids)


def _has_ended(session: Session, connection_id: str, heard: _Heard) -> bool:
    secret = secret_of(session, connection_id)
    return secret is not None and heard.connector.has_ended(secret, heard.ended)


def _end(session: Session, connection_id: str, heard: _Heard) -> None:
    """The same for one connection, looked at again while its user is held: access may have been given anew since."""
    hold_user(session)
    row = rows.find_connection(session.uow, *session.tenant, connection_id)
    if row is None or not _has_ended(session, connection_id, heard):
        return
    changes = rows.ConnectionChanges(status=ConnectionStatus.INVALID, secret=None)
    rows.update_connection(session.uow, session.application_id, row.id, **changes)
    schedule_next(session, row, succeeded=False, needs_person=True)
    users.touch_user(session.uow, *session.tenant)
    if row.status != ConnectionStatus.INVALID:
        announce_connection(session, EventType.CONNECTION_INVALIDATED, msgspec.structs.replace(row, status=ConnectionStatus.INVALID))
    log.info("access_ended_at_bank", institution=row.institution_id, connection=row.id)
