"""The file of a statement after it was read: deleted at once, or kept for operators for as many days as the setting says.

A kept file stays where uploads are, sealed under its user's key. It is deleted when its time is over, or with its connection, its
data or its user, if one of those is deleted earlier.
"""

from __future__ import annotations

from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.services import Session
from bowerbird.domain.statements.uploads import delete_upload
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.model.statement import FileKind
from bowerbird.storage.files.stores import UploadName
from bowerbird.storage.rows import uploads as rows

MAPPING_MS = 60 * 60 * 1000
"""How long a table waits for its person to say what its columns mean."""

MAX_WAITING = 3
"""Tables of a user that wait at once: an earlier one is deleted."""


def find_kept_kind(session: Session, job_id: str) -> FileKind | None:
    """The kind of a kept file, which `uploads.read_upload` reads; None for one that was deleted or is still to be read."""
    row = rows.find_upload(session.uow, session.tenant.application_id, job_id) if read_scope(session).transactions else None
    if row is None or row.kept_until is None or row.user_id != session.tenant.user_id:
        return None
    return row.kind if row.mapping is None or _days_kept(session) else None


def keep_or_delete_file(session: Session, job_id: str, first_day: int | None = None, *, is_mappable: bool = False) -> None:
    """Delete the file of a job that has read it, or keep it for the configured days. The sandbox's clock keeps no real person's file.

    A file that shows what its person did not agree to share is deleted. `first_day` is the first that it speaks of, where it was read.
    A table whose columns a person can say the meaning of waits for them, for `MAPPING_MS`, also where files are not kept.
    """
    scope, now_ms = read_scope(session), to_milliseconds(session.services.clock.now())
    kept_ms = _days_kept(session, first_day) * DAY_MS
    waits = is_mappable and scope.transactions and not scope.ended
    if kept_ms or waits:
        until_ms = now_ms + max(kept_ms, MAPPING_MS if waits else 0)
        rows.keep_file(session.uow, session.tenant.application_id, job_id, until_ms, awaits_mapping=waits)
        if waits and not kept_ms:
            _delete_earlier_tables(session, job_id)
    else:
        delete_upload(session, job_id)


def _delete_earlier_tables(session: Session, job_id: str) -> None:
    """Delete what waits beyond `MAX_WAITING`, the oldest first, and never this job's."""
    others = [each for each in rows.waiting_of_user(session.uow, *session.tenant) if each != job_id]
    for earlier in others[MAX_WAITING - 1 :]:
        delete_upload(session, earlier)


def _days_kept(session: Session, first_day: int | None = None) -> int:
    """For how many days operators may see a file of this user; 0 for not at all."""
    scope = read_scope(session)
    shows_more = not scope.is_whole or (first_day is not None and first_day < scope.earliest_day)
    limits = session.services.limits
    is_real = limits.files_kept_in_sandbox_only and not is_sandbox(session.uow)
    return 0 if shows_more or is_real else limits.statement_files_kept_days


def kept_until(session: Session) -> dict[str, int]:
    """Job → when its file is deleted (milliseconds), of those that are kept for operators."""
    return rows.kept_of_user(session.uow, *session.tenant, with_waiting=_days_kept(session) > 0)


def delete_kept_files(session: Session, *, connection_id: str = "", institution_id: str = "") -> None:
    """Delete the kept files of a connection or of an institution."""
    for job_id in rows.kept_at(session.uow, *session.tenant, connection_id=connection_id, institution_id=institution_id):
        delete_upload(session, job_id)


def list_expired_files(session: Session, now_ms: int, most: int) -> list[UploadName]:
    """Kept files whose time is over, across tenants."""
    return rows.expired_files(session.uow, now_ms, most)
