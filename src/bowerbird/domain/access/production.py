"""Production access of an application: given for good once it brings real data, taken back only before that."""

from __future__ import annotations

from bowerbird.domain.access.applications import require_real_time
from bowerbird.domain.access.real_data import record_if_real
from bowerbird.domain.sandbox.controls import load
from bowerbird.domain.services import Session
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as rows
from bowerbird.storage.rows.consents import delete_sessions
from bowerbird.storage.rows.real_data import lock_real_data, real_data_since
from bowerbird.storage.rows.statistics import count_users


class RealDataHeld(Exception):
    """The database holds real data: production access is not taken back."""


def give_production(session: Session) -> None:
    """Raises ClockTurned. Users that the application has already are real from now on; nobody stays signed in as one of them."""
    rows.change_application(session.uow, session.application_id, production=True)
    require_real_time(session)
    delete_sessions(session.uow, session.application_id)
    if count_users(session.uow, session.application_id):
        record_if_real(session)
    _reload(session)


def take_production(session: Session) -> None:
    """Raises RealDataHeld."""
    rows.change_application(session.uow, session.application_id, production=False)
    lock_real_data(session.uow)
    if real_data_since(session.uow) is not None:
        raise RealDataHeld
    _reload(session)


def _reload(session: Session) -> None:
    session.uow.after_commit(lambda: session.services.storage.read_now(lambda fresh: load(session.services, fresh), tenant=EVERY_TENANT))
