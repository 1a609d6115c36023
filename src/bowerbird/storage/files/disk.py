"""Room on a disk: what makes a large file asks for it first, so that a full disk never stops the database beside it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bowerbird.storage.database.unit_of_work import StorageUnavailable

RESERVED_BYTES = 64 * 1024 * 1024
"""Stay free on the disk of every file that is made here: four times what the database needs to be ready."""


class DiskFull(StorageUnavailable):
    """There is no room for a file. Nothing of it was written; the text says how much is missing, where, and what to do."""


def require_room(folder: Path | None, size_bytes: int, what: str) -> None:
    """Require that a file of a size has room in a folder; None for where the system has its temporary ones.

    Raises DiskFull, and StorageUnavailable where the folder is away.
    """
    place = folder or Path(tempfile.gettempdir())
    try:
        free_bytes = shutil.disk_usage(place).free
    except OSError as error:
        raise StorageUnavailable(f"{place} cannot be used for {what}: {error.strerror}") from error
    if free_bytes - size_bytes < RESERVED_BYTES:
        raise DiskFull(
            f"no room for {what}: it needs {_megabytes(size_bytes)} in {place}, where {_megabytes(free_bytes)} are free and "
            f"{_megabytes(RESERVED_BYTES)} stay free for the database. Free some space, then try again"
        )


def size_of_database(file: Path) -> int:
    """The bytes of an embedded database, with what its log has not put into it yet."""
    return sum(each.stat().st_size for each in (file, file.with_name(f"{file.name}-wal")) if each.exists())


def _megabytes(size_bytes: int) -> str:
    return f"{-(-size_bytes // 1_000_000):,} MB"
