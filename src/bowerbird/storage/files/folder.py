"""Uploaded files in a local folder, one file each."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bowerbird.logs import log
from bowerbird.named_files import only_a_file, read_bytes
from bowerbird.storage.database.unit_of_work import StorageUnavailable
from bowerbird.storage.files.disk import require_room
from bowerbird.storage.files.stores import UploadName, read_name

_PART, _LOCK = ".part", ".lock"


class InFolder:
    """Files appear whole or not at all, and are durable before `keep` returns."""

    place = "folder"

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        """`create`: make the folder where it is missing. Raises OSError."""
        self.folder = folder
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / _LOCK).touch(mode=0o600)

    def _file(self, name: UploadName) -> Path:
        return self.folder / str(name)

    def keep(self, name: UploadName, sealed: bytes) -> bytes:
        file = self._file(name)
        part = file.with_name(f"{file.name}{_PART}")
        require_room(self.folder, len(sealed), "an uploaded file")
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as written:
                written.write(sealed)
                written.flush()
                os.fsync(written.fileno())
            part.rename(file)
            _sync(self.folder)
        except OSError as error:
            raise StorageUnavailable(f"the folder of uploads takes no file: {error.strerror}") from error
        return b""

    def fetch(self, name: UploadName) -> bytes | None:
        try:
            return read_bytes(self._file(name))
        except FileNotFoundError:
            if (self.folder / _LOCK).exists():
                return None
            raise StorageUnavailable("the folder of uploads is not there") from None
        except OSError as error:
            raise StorageUnavailable(f"the folder of uploads gives no file: {error.strerror}") from error

    def remove(self, names: Iterable[UploadName]) -> None:
        try:
            with self._locked(fcntl.LOCK_SH | fcntl.LOCK_NB):
                for name in names:
                    self._file(name).unlink(missing_ok=True)
        except BlockingIOError:
            return  # a copy is being made
        except OSError as error:
            log.warning("uploads_not_removed", error=error.strerror)

    def kept_before(self, moment: int) -> Iterator[UploadName]:
        """What was never finished is no file, and is removed on the way."""
        try:
            with os.scandir(self.folder) as found:
                entries = [entry for entry in found if entry.stat(follow_symlinks=False).st_mtime < moment]
        except FileNotFoundError:
            return  # one was just removed, by another process: the next look sees the rest
        except OSError as error:
            raise StorageUnavailable(f"the folder of uploads is not read: {error.strerror}") from error
        for entry in entries:
            if entry.name.endswith(_PART) and read_name(entry.name.removesuffix(_PART)):
                Path(entry.path).unlink(missing_ok=True)
            elif name := read_name(entry.name):
                yield name

    @contextmanager
    def hold(self) -> Iterator[None]:
        with self._locked(fcntl.LOCK_EX):
            yield

    def close(self) -> None:
        """Nothing to close."""

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Removing files shares the lock, copying holds it alone; it ends with its process."""
        with os.fdopen(only_a_file(str(self.folder / _LOCK), os.O_RDONLY)) as lock:
            fcntl.flock(lock, how)
            yield


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
