"""The file of a statement after it was read: deleted at once, or kept for operators for as many days as the setting says.

A kept file stays where uploads are, sealed under its user's key. It goes with its time, its connection, its data or its user,
whichever ends first.
"""

from __future__ import annotations

import structlog

from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.uploads import delete_upload
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import kept_files as rows
from bowerbird.storage.rows.uploads import find_upload

_DAY = 86_400_000

log = structlog.get_logger()


def kept_kind(session: Session, job_id: str) -> str:
    """The kind of a file that is kept to be shown, to be read by `uploads.read_upload`; empty for one that is gone or still to be read."""
    found = find_upload(session.uow, session.tenant.application_id, job_id)
    return str(found.kind) if found is not None and found.kept_until is not None and found.user_id == session.tenant.user_id else ""


def let_go(session: Session, job_id: str) -> None:
    """A job is done with its file: it is deleted, or kept until its time is over. The sandbox's own time is for no real person's file."""
    days = session.services.limits.statement_files_kept_days
    if days == 0 or (session.services.limits.files_kept_in_sandbox_only and not is_sandbox(session.uow)):
        delete_upload(session, job_id)
    else:
        rows.keep_file(session.uow, session.tenant.application_id, job_id, to_milliseconds(session.services.clock.now()) + days * _DAY)


def kept_until(session: Session) -> dict[str, int]:
    """Job → when its file goes, of those that are kept."""
    return rows.kept_of_user(session.uow, *session.tenant)


def forget_files(session: Session, *, connection_id: str = "", institution_id: str = "") -> None:
    """Delete the kept files of a connection or of an institution."""
    for job_id in rows.kept_at(session.uow, *session.tenant, connection_id=connection_id, institution_id=institution_id):
        delete_upload(session, job_id)


def forget_over(services: Services, most: int) -> int:
    """Delete kept files whose time is over: how many went. On a worker thread."""
    now = to_milliseconds(services.clock.now())
    over = services.read_now(lambda session: rows.files_over(session.uow, now, most), tenant=EVERY_TENANT)
    for row in over:
        services.write_from_thread(
            lambda session, found=row: delete_upload(session.of(Tenant(found.application_id, found.user_id)), found.job_id),  # type: ignore[misc]
            tenant=row.application_id,
        )
    if over:
        log.info("statement_files_deleted", files=len(over))
    return len(over)
