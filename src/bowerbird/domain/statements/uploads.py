"""Uploaded files on their way in and out: sealed and stored before the row that names them, removed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from types import TracebackType
from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.model.statement import FileKind
from bowerbird.statements.files import kind_of
from bowerbird.storage.database.unit_of_work import StorageUnavailable
from bowerbird.storage.files.disk import require_room
from bowerbird.storage.files.stores import IN_ROW, UploadName
from bowerbird.storage.rows import uploads as rows
from bowerbird.storage.rows.uploads import UploadRow
from bowerbird.storage.rows.users import find_user
from bowerbird.storage.vault.envelope import SealContext

_KEEPING = ThreadPoolExecutor(8, thread_name_prefix="upload")
_KEEPING_SECONDS = 20


class StatementFile(NamedTuple):
    """An uploaded file as it came."""

    kind: FileKind
    content: bytes


class Upload:
    """A stored file. Use as a context manager: the file is removed again unless a row names it in the end."""

    def __init__(self, services: Services, name: UploadName, kind: FileKind, size: int, content: bytes) -> None:
        """`size` in bytes; `content` is what its row holds. `mapping` is what a table's columns were confirmed to mean."""
        self.name, self.kind = name, kind
        self.mapping: str | None = None
        self._services, self._size, self._content = services, size, content
        self._is_named = False

    def insert(self, session: Session) -> None:
        """Write the row that names it."""
        row = UploadRow(
            **self.name._asdict(),
            kind=self.kind,
            size=self._size,
            content=self._content,
            kept_until=None,
            kept_in=self._services.uploads.place,
            mapping=self.mapping,
        )
        rows.insert_upload(session.uow, row)
        session.uow.after_commit(self._named)

    def _named(self) -> None:
        self._is_named = True

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """After a fault it is unknown whether the row was committed: then the file is left to the sweep."""
        if not self._is_named and (error is None or isinstance(error, Problem | Problems)):
            self._services.uploads.remove([self.name])


def seal_context(name: UploadName) -> SealContext:
    return SealContext(name.application_id, name.user_id, "uploads", name.job_id, "content")


def keep_upload(services: Services, tenant: Tenant, content: bytes | None) -> Upload | None:
    """Seal a file for the job that will read it, and store it. None for what is no statement of any kind.

    Nothing of it is in the database yet: hand it to `create_statement`. Raises StorageUnavailable.
    """
    kind = kind_of(content) if content is not None else None
    if content is None or kind is None:
        return None
    name = UploadName(*tenant, new_id())
    sealed = services.read_now(seal_upload, name, content, tenant=tenant.application_id)
    if services.uploads.place == IN_ROW and services.storage.is_sqlite:
        require_room(services.storage.folder, 2 * len(sealed), "an uploaded file")  # it stands in the log, then in the database
    return Upload(services, name, kind, len(content), services.uploads.keep(name, sealed) if sealed else b"")


def seal_upload(session: Session, name: UploadName, content: bytes) -> bytes:
    """Empty for a user who was deleted: creating the job refuses that."""
    gone = find_user(session.uow, name.application_id, name.user_id) is None
    return b"" if gone else session.services.vault.seal(session.uow, content, seal_context(name))


async def keep_upload_aside(services: Services, tenant: Tenant, content: bytes | None) -> Upload | None:
    """`keep_upload` on a thread of its own, since disks and stores take their time."""
    call = copy_context().run
    try:
        async with asyncio.timeout(_KEEPING_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_KEEPING, call, keep_upload, services, tenant, content)
    except TimeoutError as error:
        raise StorageUnavailable(f"the store of uploads has not answered within {_KEEPING_SECONDS} s") from error


def read_upload(services: Services, tenant: Tenant, job_id: str) -> StatementFile | None:
    """A job's file, None when it was deleted. No database is held while a store is asked.

    Raises VaultError for other bytes than were stored, and StorageUnavailable.
    """
    name = UploadName(*tenant, job_id)
    row = services.read_now(_find_row, name, tenant=name.application_id)
    sealed = None if row is None else _sealed(services, row, name)
    if row is None or sealed is None:
        return None
    return StatementFile(row.kind, services.read_now(_open, name, sealed, tenant=name.application_id))


def _find_row(session: Session, name: UploadName) -> UploadRow | None:
    return rows.find_upload(session.uow, name.application_id, name.job_id)


def _open(session: Session, name: UploadName, sealed: bytes) -> bytes:
    return session.services.vault.open(session.uow, sealed, seal_context(name))


def _sealed(services: Services, row: UploadRow, name: UploadName) -> bytes | None:
    if row.kept_in == IN_ROW:
        return row.content
    if row.kept_in != services.uploads.place:
        raise StorageUnavailable(f"an upload lies in another place ({row.kept_in}) than BOWERBIRD_UPLOADS names")
    return services.uploads.fetch(name)


def list_named_uploads(session: Session, names: list[UploadName]) -> set[UploadName]:
    """Those of these files that a row names, across tenants."""
    return rows.named_uploads(session.uow, names)


def delete_upload(session: Session, job_id: str) -> None:
    """Delete the row of a file, and remove the file once that is committed."""
    rows.delete_upload(session.uow, session.tenant.application_id, job_id)
    remove_files(session, [UploadName(*session.tenant, job_id)])


def remove_files(session: Session, names: Iterable[UploadName]) -> None:
    """Remove files whose rows this unit of work deletes, once it is committed."""
    if removed := list(names):
        session.uow.after_commit(partial(session.services.uploads.remove, removed))
