"""Real data: what it is, and what a server whose database holds some refuses for good.

Real data is data of a production application, of a live connector, or of a live institution's statement outside the sandbox's test
statements. `record_if_real` is called by what stores a person or a connection, on which all else hangs, in the same unit of work;
every function that relies on all data being made up asks `is_sandbox`; `require_sandbox` is what changes to the sandbox begin with.
"""

from __future__ import annotations

from collections.abc import Container
from functools import partial

from bowerbird import codes
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.institution import Institution
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows.applications import any_production, lock_access
from bowerbird.storage.rows.sandbox import is_sandbox as is_sandbox  # noqa: PLC0414  (found here with the rest of the decision)
from bowerbird.storage.rows.sandbox import lock_real_data, real_data_since, record_real_data

TEST_STATEMENTS = "rehearsal"
"""Stands among the products of a sandbox application that may upload statements of live institutions: made-up files of no real person."""

ANOTHER_SANDBOX = "bowerbird serve --sandbox-controls --data sandbox --port 8001"
"""The command that starts a second sandbox with a data folder of its own."""

_NEXT = f"Start a second sandbox with a data folder of its own: {ANOTHER_SANDBOX}."


def takes_statements(production: bool, products: Container[str]) -> bool:
    """Whether an application's people may upload statements of live institutions: real ones, or the sandbox's test statements."""
    return production or TEST_STATEMENTS in products


def _is_real(production: bool, products: Container[str], institution: Institution | None, method: Method | None) -> bool:
    """Whether a user (no institution) or a connection of an application is real data."""
    if production or institution is None or institution.sandbox:
        return production
    return method in (Method.WEB, Method.OPEN_BANKING) or not takes_statements(production, products)


def record_if_real(session: Session, institution: Institution | None = None, method: Method | None = None) -> None:
    """Record that the database holds real data, where what this unit of work stores for an application is real.

    The application's access cannot change before the unit of work ends.
    """
    if real_data_since(session.uow) is not None:
        return
    access = lock_access(session.uow, session.application_id)
    if access is None:
        return
    if not _is_real(*access, institution, method):
        return
    record_real_data(session.uow, to_milliseconds(session.services.lease_clock.now()))
    session.uow.after_commit(partial(session.services.hooks.real_data_stored, session.services))


def why_closed(uow: UnitOfWork) -> str:
    """Why the sandbox's controls are closed, as sentences with what to do; empty where they are open."""
    since = real_data_since(uow)
    if since is not None:
        day = f" since {from_milliseconds(since):%d %B %Y}".replace(" 0", " ")
        return f"This database has held real data{day}, so its sandbox controls are closed for good. {_NEXT}"
    if any_production(uow):
        return f"An application of this server has production access, so the sandbox controls are closed. {_NEXT}"
    return ""


def closed_problem(reason: str) -> Problem:
    return Problem(codes.CONTROLS_CLOSED, reason=reason)


def require_sandbox(session: Session) -> None:
    """Raises Problem where the controls are closed; else they stay open until this unit of work ends, and real data waits for it."""
    lock_real_data(session.uow)
    if reason := why_closed(session.uow):
        raise closed_problem(reason)
