"""Statements a person uploads: taken in at once, read by a job."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.domain.connections.connections import insert_connection, new_connection, reachable
from bowerbird.domain.consents.gate import require_consent
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.jobs import JobWithSteps
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.uploads import Upload
from bowerbird.domain.users.users import hold_user
from bowerbird.model.connection import Method
from bowerbird.model.institution import Institution
from bowerbird.model.job import JobKind
from bowerbird.model.problem import Problem, ProblemSource
from bowerbird.model.statement import FileKind
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import statements as statement_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.statements import UploadedFileRow as UploadedFileRow  # noqa: PLC0414  (for those who list uploads)


def list_uploaded_files(session: Session, most: int) -> list[UploadedFileRow]:
    """A user's uploads, newest first, at most `most`."""
    return statement_rows.statement_jobs_of_user(session.uow, *session.tenant, most)


def find_statement_job(session: Session, job_id: str) -> JobWithSteps | None:
    """The user's job of this id, if it is one that reads a statement."""
    if not statement_rows.is_statement_job(session.uow, *session.tenant, job_id):
        return None
    return jobs.get_job(session, job_id)


def files_of(services: Services, bank: Institution) -> frozenset[FileKind]:
    """The kinds of statement of a bank that can be read, none of a test bank: PDF by a layout or, where that is on, without one.

    CSV stands for every other kind, which is read by what it shows itself.
    """
    if bank.sandbox:
        return frozenset()
    reads_pdf = services.pdf.prepared.get("without_layout") or services.plugins.has_statement_layout(bank.origin)
    kinds = {FileKind.PDF: Method.PDF if reads_pdf else None, FileKind.CSV: Method.CSV}
    return frozenset(kind for kind, method in kinds.items() if method and bank.channel(method))


_BLAME = ProblemSource(parameter="institutionId", pointer="statement/institutionId")


def create_statement(session: Session, institution_id: str | None, upload: Upload | None, *, production: bool) -> str:
    """Create the job that reads a stored upload; the job's id. A user's statements of one institution share a connection.

    `upload` is None for a file that is no statement of any kind.
    """
    if institution_id is None:
        raise Problem(codes.INSTITUTION_ID_NOT_PROVIDED, **_BLAME)
    if upload is None:
        raise Problem(codes.STATEMENT_NOT_VALID, parameter="statement", pointer="statement/statement")
    method = Method.PDF if upload.kind is FileKind.PDF else Method.CSV  # the wire knows no OFX: to it, every statement of text is a CSV
    institution = session.services.institutions.find(institution_id)
    if institution is not None and institution.sandbox:
        raise Problem(codes.INSTITUTION_NOT_SUPPORTED, **_BLAME, institution=institution_id)
    institution, _ = reachable(session.services, institution_id, method, production=production, blame=_BLAME)
    hold_user(session)
    require_consent(session)
    connection = connection_rows.connection_of_method(session.uow, *session.tenant, institution.id, method)
    if connection is None:
        row = new_connection(session.services, session.tenant, institution, method)
        insert_connection(session, row)
        connection_id = row.id
    else:
        connection_id = connection.id
    users.touch_user(session.uow, *session.tenant)
    waits_for = job_rows.last_in_line(session.uow, *session.tenant, connection_id=connection_id)
    job_id = jobs.create_job(session, connection_id, institution.id, JobKind.STATEMENT, waits_for=waits_for, job_id=upload.name.job_id)
    upload.insert(session)
    return job_id
