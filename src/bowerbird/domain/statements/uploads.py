"""Uploaded files on their way in and out: sealed and in their place before the row that names them, removed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from itertools import islice
from types import TracebackType

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.statements.files import kind_of
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, AnyRow, StorageUnavailable
from bowerbird.storage.files.stores import IN_ROW, UploadName
from bowerbird.storage.rows import uploads as rows
from bowerbird.storage.rows.users import find_user
from bowerbird.storage.vault.envelope import SealContext

ORPHAN_AGE = timedelta(hours=1)
"""A file without a row is left alone for so long: its row may be about to be committed, which takes seconds."""

_SWEPT_AT_ONCE, _SWEPT_MOST = 500, 5000
_KEEPING = ThreadPoolExecutor(8, thread_name_prefix="upload")
_KEEPING_SECONDS = 20


class Upload:
    """A file that is in its place. Use as a context manager: it goes again unless a row names it in the end."""

    def __init__(self, services: Services, name: UploadName, kind: str, size: int, content: bytes) -> None:
        """`content` is what its row holds."""
        self.name, self.kind = name, kind
        self._services, self._size, self._content = services, size, content
        self._is_named = False

    def insert(self, session: Session) -> None:
        """Write the row that names it."""
        row = {**self.name._asdict(), "kind": self.kind, "size": self._size, "content": self._content}
        rows.insert_upload(session.uow, {**row, "kept_in": self._services.uploads.place})
        session.uow.after_commit(self._named)

    def _named(self) -> None:
        self._is_named = True

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """After a fault nobody knows whether the row was committed: then it is left to the sweep."""
        if not self._is_named and (error is None or isinstance(error, Problem | Problems)):
            self._services.uploads.forget([self.name])


def place_of(name: UploadName) -> SealContext:
    return SealContext(name.application_id, name.user_id, "uploads", name.job_id, "content")


def keep_upload(services: Services, tenant: Tenant, content: bytes | None) -> Upload | None:
    """Seal a file for the job that will read it, and put it in its place. None for what is no statement of any kind.

    Nothing of it is in the database yet: give it to `create_statement`. Raises StorageUnavailable.
    """
    kind = kind_of(content) if content is not None else None
    if content is None or kind is None:
        return None
    name = UploadName(*tenant, new_id())
    sealed = services.read_now(seal_upload, name, content, tenant=tenant.application_id)
    return Upload(services, name, kind, len(content), services.uploads.keep(name, sealed) if sealed else b"")


def seal_upload(session: Session, name: UploadName, content: bytes) -> bytes:
    """Nothing for a user who is gone: whoever makes the job will say so."""
    gone = find_user(session.uow, name.application_id, name.user_id) is None
    return b"" if gone else session.services.vault.seal(session.uow, content, place_of(name))


async def keep_upload_aside(services: Services, tenant: Tenant, content: bytes | None) -> Upload | None:
    """`keep_upload` on a thread of its own, since disks and stores take their time."""
    call = copy_context().run
    try:
        async with asyncio.timeout(_KEEPING_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_KEEPING, call, keep_upload, services, tenant, content)
    except TimeoutError as error:
        raise StorageUnavailable(f"the store of uploads has not answered within {_KEEPING_SECONDS} s") from error


def read_upload(services: Services, tenant: Tenant, job_id: str) -> tuple[str, bytes] | None:
    """(kind, content) of a job's file, None when it is gone. No database is held while a store is asked.

    Raises VaultError for other bytes than were kept, and StorageUnavailable.
    """
    name = UploadName(*tenant, job_id)
    row = services.read_now(lambda session: rows.find_upload(session.uow, name.application_id, name.job_id), tenant=name.application_id)
    sealed = None if row is None else _sealed(services, row, name)
    if row is None or sealed is None:
        return None
    return row.kind, services.read_now(lambda session: services.vault.open(session.uow, sealed, place_of(name)), tenant=name.application_id)


def _sealed(services: Services, row: AnyRow, name: UploadName) -> bytes | None:
    if row.kept_in == IN_ROW:
        return bytes(row.content)
    if row.kept_in != services.uploads.place:
        raise StorageUnavailable(f"an upload lies in another place ({row.kept_in}) than BOWERBIRD_UPLOADS names")
    return services.uploads.fetch(name)


def delete_upload(session: Session, job_id: str) -> None:
    """Remove the row of a file, and the file once that is committed."""
    rows.delete_upload(session.uow, session.tenant.application_id, job_id)
    forget_uploads(session, [UploadName(*session.tenant, job_id)])


def forget_uploads(session: Session, names: Iterable[UploadName]) -> None:
    """Remove files whose rows this unit of work removes, once it is committed."""
    found = list(names)
    if found:
        session.uow.after_commit(lambda: session.services.uploads.forget(found))


def sweep_uploads(services: Services, now: datetime) -> int:
    """Remove files that no row names and that are older than ORPHAN_AGE, a bounded number; how many. Raises StorageUnavailable."""
    before = int((now - ORPHAN_AGE).timestamp())
    removed, found = 0, services.uploads.kept_before(before)
    while removed < _SWEPT_MOST and (names := list(islice(found, _SWEPT_AT_ONCE))):
        named = services.read_now(lambda session, names=names: rows.named_uploads(session.uow, names), tenant=EVERY_TENANT)  # type: ignore[misc]
        orphans = [name for name in names if name not in named]
        services.uploads.forget(orphans)
        removed += len(orphans)
    return removed
