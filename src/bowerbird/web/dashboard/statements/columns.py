"""An operator says what the columns of a user's file mean, sees what proves it, and confirms; only then a job reads the file."""

from __future__ import annotations

from functools import partial

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import WaitingFile, confirm_columns, find_waiting_file, shows_everything
from bowerbird.domain.statements.uploads import Upload
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.statements.tables.mapping import ConfirmedBy, MappingDraft
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel import column_mapping
from bowerbird.web.kernel.column_mapping import WaitingTable
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse


def _find(request: PageRequest, session: Session) -> tuple[WaitingFile, Person]:
    """Raises PageRefused."""
    person, waiting = users.find(request, session), find_waiting_file(session, request.path["job_id"])
    if waiting is None:
        raise column_mapping.expired(f"{users.address(users.tenant_of(request))}/statements")
    return waiting, person


def show_columns(request: PageRequest) -> PageResponse:
    waiting, person = request.read(partial(_find, request))
    return _show(request, waiting, person, _table(request, None))


def choose_columns(request: PageRequest) -> PageResponse:
    """Show the file as the form reads it; where that is confirmed and complete, start the job that reads it."""
    waiting, person = request.read(partial(_find, request))
    draft = column_mapping.draft_in(request.form)
    table = _table(request, draft)
    if not column_mapping.is_confirmed(request, table, draft):
        return _show(request, waiting, person, table)
    tenant = users.tenant_of(request)
    return column_mapping.confirm(request, tenant, table, f"{users.address(tenant)}/statements", partial(_start, request))


def _start(request: PageRequest, upload: Upload) -> PageResponse:
    application = applications.find(request)
    production = takes_statements(application.production, application.products)
    try:
        job_id = request.write(partial(confirm_columns, job_id=request.path["job_id"], upload=upload, production=production))
    except Problem as problem:
        raise PageRefused(400, "The file cannot be read now", problem.detail) from problem
    return request.go(f"{applications.address(application.id)}/jobs/{job_id}")


def _table(request: PageRequest, draft: MappingDraft | None) -> WaitingTable:
    """Raises PageRefused, also for a file that shows what its person did not agree to share."""
    tenant = users.tenant_of(request)
    again = f"{users.address(tenant)}/statements"
    table = column_mapping.waiting_table(request, tenant, request.path["job_id"], draft, ConfirmedBy.OPERATOR, again)
    if not request.read(shows_everything, table.preview):
        raise PageRefused(
            403,
            "This file shows more than is shared",
            "Only the person can say what its columns mean, on their consent page.",
            ("Statements", again),
        )
    return table


def _show(request: PageRequest, waiting: WaitingFile, person: Person, table: WaitingTable) -> PageResponse:
    user_path = users.address(users.tenant_of(request))
    return column_mapping.show(
        request, "dashboard/columns.html", table, application=applications.find(request), person=person, user_path=user_path,
        own_path=f"{user_path}/statements/{waiting.job.id}/columns", until=f"{from_milliseconds(waiting.until_ms):%-H:%M} UTC",
    )  # fmt: skip
