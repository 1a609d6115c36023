"""Tables whose columns nothing decides: each waits for its person to say what they mean, and is then read by a job of its own.

The file stays sealed where uploads are, under the job that refused it. It is deleted when its hour is over, with its connection, its data
or its user, and when it was confirmed. What was confirmed is kept for the institution, for an operator to approve: headings, places, forms.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import MAPPING_MS
from bowerbird.domain.statements.statements import create_statement
from bowerbird.domain.statements.uploads import Upload, delete_upload, read_upload
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobState
from bowerbird.model.statement import UnknownKind
from bowerbird.statements.confined.pool import Caller
from bowerbird.statements.tables.mapping import ColumnMapping, ConfirmedBy, MappingDraft, MappingPreview, mapping_of, text_of_mapping
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows import uploads as upload_rows
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.jobs.jobs import JobRow
from bowerbird.storage.rows.statements import UnknownLayoutKey

_WAIT_MS = 3_000
"""How long a page waits for a process that reads the file: it holds a thread of the pages."""


class MappingExpired(Exception):
    """A file does not wait any more: it was deleted after its hour, confirmed, or never waited."""


class WaitingFile(NamedTuple):
    """A table that waits for its person, and until when (milliseconds)."""

    job: JobRow
    until_ms: int


def find_waiting_file(session: Session, job_id: str) -> WaitingFile | None:
    """The user's table that a job refused and that waits for its columns to be mapped; None where it does not."""
    job = job_rows.find_job(session.uow, session.application_id, job_id)
    row = upload_rows.find_upload(session.uow, session.application_id, job_id)
    if job is None or job.state is not JobState.FAILED or row is None or row.mapping != "" or row.user_id != session.user_id:
        return None
    scope, now_ms = read_scope(session), to_milliseconds(session.services.clock.now())
    until_ms = min(row.kept_until or 0, job.updated_at_ms + MAPPING_MS)
    return None if until_ms <= now_ms or scope.ended or not scope.transactions else WaitingFile(job, until_ms)


def get_waiting_file(session: Session, job_id: str) -> WaitingFile:
    """Raises MappingExpired."""
    found = find_waiting_file(session, job_id)
    if found is None:
        raise MappingExpired
    return found


def shows_everything(session: Session, preview: MappingPreview) -> bool:
    """Whether an operator may see a preview: all that it shows is what the person agreed to share."""
    scope = read_scope(session)
    return scope.is_whole and (preview.first_day is None or day_number(preview.first_day) >= scope.earliest_day)


def preview_waiting_file(
    services: Services, tenant: Tenant, job_id: str, draft: MappingDraft | None, confirmed_by: ConfirmedBy
) -> tuple[MappingPreview, bytes]:
    """How a waiting file is read by a draft, or by a guess, and the file.

    Raises MappingExpired, and Refused or NoReader as reading a file does. No database is held while it is read.
    """
    waiting = services.read_now(get_waiting_file, job_id, tenant=tenant)
    file = read_upload(services, tenant, job_id)
    if file is None:
        raise MappingExpired
    institution = services.institutions.find(waiting.job.institution_id)
    origin, caller = institution.origin if institution else "", Caller(tenant.application_id, wait_ms=_WAIT_MS)
    return services.preview_columns(file.content, origin, draft, confirmed_by, caller), file.content


def confirm_columns(session: Session, job_id: str, upload: Upload, *, production: bool) -> str:
    """Create the job that reads a waiting file by what its person confirmed; the job's id. The file that waited is deleted.

    Raises MappingExpired where another confirmation came first, and Problem as `create_statement` does.
    """
    hold_user(session)
    waiting = get_waiting_file(session, job_id)
    delete_upload(session, job_id)
    return create_statement(session, waiting.job.institution_id, upload, production=production)


def mapping_of_job(session: Session, job_id: str) -> ColumnMapping | None:
    """What the columns of a job's file were confirmed to mean; None for every other file."""
    row = upload_rows.find_upload(session.uow, session.application_id, job_id)
    return mapping_of(row.mapping) if row is not None and row.mapping else None


def approved_mappings(session: Session, institution_id: str) -> list[ColumnMapping]:
    """What an operator approved that the columns of an institution's files mean."""
    return [mapping_of(text) for text in rows.approved_mappings(session.uow, session.application_id, institution_id)]


def record_mapping(session: Session, job: JobRow, mapping: ColumnMapping) -> None:
    """Keep what was confirmed for the institution, as a draft that an operator approves or deletes."""
    name = hashlib.sha256(mapping.form.encode()).hexdigest()[:32]
    key = UnknownLayoutKey(job.application_id, job.institution_id, UnknownKind.COLUMNS, name)
    rows.record_unknown_layout(session.uow, key, new_id(), to_milliseconds(session.services.clock.now()), job.id)
    rows.set_mapping(session.uow, key, text_of_mapping(mapping))
