"""Where uploaded files lie from their arrival until they are read: in their row, in a folder, or in an S3-compatible store.

Every store gets sealed bytes, bound to the row that names them: it can lose them, and can do nothing else with them.
A file is in its place before its row is committed and leaves it after its row is gone, so that a crash between the two leaves a file
that no row names, and never a row without its file. Such files are found by the sweep (`domain.statements.uploads`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Protocol

IN_ROW = "database"

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"({_ID})\.({_ID})\.({_ID})\Z", re.ASCII)


class UploadName(NamedTuple):
    """Whose file it is, and which job reads it."""

    application_id: str
    user_id: str
    job_id: str

    def __str__(self) -> str:
        return ".".join(self)


def read_name(text: str) -> UploadName | None:
    """None for what is no file of ours: it is left alone."""
    match = _NAME.match(text)
    return UploadName(*match.groups()) if match else None


class UploadStore(Protocol):
    """One such place. `place` is its word in the rows. All of these raise StorageUnavailable when the place does not answer."""

    place: str

    def keep(self, name: UploadName, sealed: bytes) -> bytes:
        """Put a file where it survives a crash; what its row holds."""

    def fetch(self, name: UploadName) -> bytes | None:
        """A file, None when there is none."""

    def remove(self, names: Iterable[UploadName]) -> None:
        """Remove files whose rows are gone, soon and without waiting for it; what fails is left to the sweep."""

    def kept_before(self, moment: int) -> Iterator[UploadName]:
        """Files that were put there before a moment, in seconds since 1970."""

    def hold(self) -> AbstractContextManager[None]:
        """Within, no file is removed, so that a copy of the database and of the files its rows name is of one moment."""

    def close(self) -> None:
        """Close connections and threads."""


class InRow:
    """The file is part of its row: written with it, gone with it, in the database's own backups."""

    place = IN_ROW

    def keep(self, name: UploadName, sealed: bytes) -> bytes:
        return sealed

    def fetch(self, name: UploadName) -> bytes | None:
        return None

    def remove(self, names: Iterable[UploadName]) -> None:
        """Its row took it along."""

    def kept_before(self, moment: int) -> Iterator[UploadName]:
        return iter(())

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """Nothing to close."""
