"""A person says what the columns of their file mean, sees what proves it, and confirms; only then a job reads the file."""

from __future__ import annotations

from functools import partial

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.services import Session
from bowerbird.domain.statements.column_mappings import WaitingFile, confirm_columns, find_waiting_file
from bowerbird.domain.statements.uploads import Upload
from bowerbird.model.clock import from_milliseconds
from bowerbird.statements.tables.mapping import ConfirmedBy, MappingDraft
from bowerbird.web.consent.banks import try_job
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.kernel import column_mapping
from bowerbird.web.kernel.column_mapping import WaitingTable
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found


def _find(request: PageRequest, session: Session) -> tuple[WaitingFile, PageFrame]:
    """The waiting file that this session uploaded. Raises PageRefused; another session's file is none of this one's."""
    if request.path["job_id"] not in request.person.job_ids:
        raise not_found("page")
    waiting = find_waiting_file(session, request.path["job_id"])
    if waiting is None:
        raise column_mapping.expired("/home/institutions")
    return waiting, page_frame(request, session)


def show_columns(request: PageRequest) -> PageResponse:
    waiting, frame = request.read(partial(_find, request))
    return _show(request, waiting, frame, _table(request, waiting, None))


def choose_columns(request: PageRequest) -> PageResponse:
    """Show the file as the form reads it; where that is confirmed and complete, start the job that reads it."""
    waiting, frame = request.read(partial(_find, request))
    draft = column_mapping.draft_in(request.form)
    table = _table(request, waiting, draft)
    if not column_mapping.is_confirmed(request, table, draft):
        return _show(request, waiting, frame, table)
    return column_mapping.confirm(request, request.person.tenant, table, _again(waiting), partial(_start, request, waiting))


def _start(request: PageRequest, waiting: WaitingFile, upload: Upload) -> PageResponse:
    started = try_job(request, request.person, partial(_confirm, request, waiting, upload))
    if started.wrong:
        raise PageRefused(400, "The file cannot be read now", " ".join(started.wrong.values()), ("Choose another file", _again(waiting)))
    return request.go(f"/home/jobs/{started.job_id}" if started.job_id else "/home/consent")


def _confirm(request: PageRequest, waiting: WaitingFile, upload: Upload, session: Session) -> str:
    application = page_frame(request, session).application
    production = takes_statements(application.production, application.products)
    return confirm_columns(session, waiting.job.id, upload, production=production)


def _table(request: PageRequest, waiting: WaitingFile, draft: MappingDraft | None) -> WaitingTable:
    return column_mapping.waiting_table(request, request.person.tenant, waiting.job.id, draft, ConfirmedBy.PERSON, _again(waiting))


def _again(waiting: WaitingFile) -> str:
    return f"/home/institutions/{waiting.job.institution_id}/statement"


def _show(request: PageRequest, waiting: WaitingFile, frame: PageFrame, table: WaitingTable) -> PageResponse:
    return column_mapping.show(
        request, "consent/columns.html", table, here=f"/home/jobs/{waiting.job.id}/columns", bank_id=waiting.job.institution_id,
        again=_again(waiting), until=f"{from_milliseconds(waiting.until_ms):%-H:%M} UTC", **frame._asdict(),
    )  # fmt: skip
