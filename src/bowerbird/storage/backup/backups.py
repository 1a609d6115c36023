"""Backups of an embedded database: one file with a moment of the whole database, taken while it serves, and the way back from it.

The file is an ordinary zip archive of the database and a manifest. Its last 64 bytes, which zip calls its comment, are the SHA-256 of
everything before them, so that no changed byte goes unnoticed. A deliberate change can replace that too: secrets
are safe because they are sealed, and the master key is not in the backup.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import msgspec

from bowerbird.named_files import only_a_file
from bowerbird.storage.backup.copies import copy_database
from bowerbird.storage.database.migrate import newest_revision
from bowerbird.storage.files.disk import DiskFull, require_room
from bowerbird.storage.files.stores import UploadStore

FORMAT = 1
_DATABASE, _MANIFEST = "bowerbird.db", "manifest.json"
_DIGEST_CHARACTERS, _PIECE, _ROWS_AT_ONCE = 64, 1 << 20, 2000
_MANIFEST_LIMIT = 1 << 20

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


class BackupError(Exception):
    """A backup cannot be taken or restored: it says why, and what to do."""


class TableSummary(msgspec.Struct):
    """`sha256`: the sum of the hashes of all rows, in any order, as hexadecimal digits."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, rename="camel"):
    """`size` in bytes and `sha256` are the database's; `master_keys` are the ids of those its secrets are sealed under."""

    format: int
    version: str
    revision: str
    taken_at: str
    size: int
    sha256: str
    master_keys: list[str]
    tables: dict[str, TableSummary]


def take_backup(
    source: Path, target: Path, version: str, taken_at: str, progress: Progress, uploads: UploadStore | None = None
) -> Manifest:
    """Write a backup of the database `source`. `target` appears whole or not at all. Raises BackupError.

    `version` and `taken_at` are this program's and the time now, for the manifest. What lies in `uploads` goes into it.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, since a backup replaces none")
    with _part_of(target) as part:
        copy = part.with_name(f"{part.name}.db")
        try:
            _sweep(copy)
            copy_database(source, copy, uploads, lambda left, pages: progress("copying", pages - left, pages))
            _require_whole(copy, source)
            manifest = _describe(copy, version, taken_at, progress)
            require_room(target.parent, manifest.size, "the backup")
            _pack(part, copy, manifest)
        except DiskFull as error:
            raise BackupError(str(error)) from error
        finally:
            _sweep(copy)
        target.hardlink_to(part)  # unlike a rename it takes the place of nothing
        _sync_folder(target)
    return manifest


def restore_backup(source: Path, target: Path, progress: Progress) -> Manifest:
    """Put the database of a backup at `target`, where it appears whole and proven or not at all. Raises BackupError."""
    part = target.with_name(f"{target.name}.part")
    try:
        with open(source, "rb", opener=only_a_file) as file:
            manifest = _unpack(file, source, part, progress)
        for name, summary in table_summaries(part, progress).items():
            if manifest.tables.get(name) != summary:
                raise BackupError(f"{source}: table {name} is not what it was when the backup was taken. Use another backup")
        part.replace(target)
        _sync_folder(target)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} holds a damaged database ({error}). Use another backup") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def table_summaries(file: Path, progress: Progress) -> dict[str, TableSummary]:
    """Every table's number of rows and hash, in one moment of the database."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)) as database:
        database.execute("BEGIN")
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  (our own tables)
        found, done, every = {}, 0, sum(counts.values())
        for name in names:
            total = 0
            cursor = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                total += sum(int.from_bytes(hashlib.sha256(repr(row).encode()).digest()) for row in rows)
                done += len(rows)
                progress("hashing rows", done, every)
            found[name] = TableSummary(counts[name], f"{total % (1 << 256):064x}")
    return found


def _require_whole(copy: Path, source: Path) -> None:
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as database:
            (result,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        result = str(error)
    if result != "ok":
        raise BackupError(
            f"{source} is damaged ({result}), so no backup was written: a restore would refuse it. Keep your earlier backups, and restore "
            "the newest of them into another folder"
        )


def _describe(copy: Path, version: str, taken_at: str, progress: Progress) -> Manifest:
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        keys = [name for (name,) in database.execute("SELECT DISTINCT master FROM vault_keys ORDER BY master")]
    tables = table_summaries(copy, progress)
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(FORMAT, version, revision, taken_at, copy.stat().st_size, digest, keys, tables)


def _pack(part: Path, copy: Path, manifest: Manifest) -> None:
    with part.open("r+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(copy, _DATABASE)
            archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            archive.comment = b"0" * _DIGEST_CHARACTERS  # its length is hashed with the rest
        digest = _digest_of(file)
        file.seek(-_DIGEST_CHARACTERS, os.SEEK_END)
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


def _digest_of(file: IO[bytes]) -> bytes:
    """The hash of all but the last characters, as those say it."""
    left, found = file.seek(0, os.SEEK_END) - _DIGEST_CHARACTERS, hashlib.sha256()
    file.seek(0)
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        found.update(piece)
        left -= len(piece)
    return found.hexdigest().encode()


def _checked_manifest(file: IO[bytes], source: Path) -> Manifest:
    digest = _digest_of(file)
    if file.read() != digest:
        raise BackupError(f"{source} is not a whole backup: it was cut short, damaged or altered. Use another one")
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_MANIFEST) as described:
            manifest = msgspec.json.decode(described.read(_MANIFEST_LIMIT), type=Manifest)
    except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
        raise BackupError(f"{source} is no backup of Bowerbird") from error
    if manifest.format > FORMAT or manifest.revision > newest_revision():
        raise BackupError(f"{source} was taken by a newer bowerbird ({manifest.version}): restore it with that one")
    return manifest


def _unpack(file: IO[bytes], source: Path, part: Path, progress: Progress) -> Manifest:
    manifest = _checked_manifest(file, source)
    try:
        require_room(part.parent, manifest.size, "the database")
    except DiskFull as error:
        raise BackupError(str(error)) from error
    digest, written = hashlib.sha256(), 0
    with zipfile.ZipFile(file) as archive, archive.open(_DATABASE) as packed, _new_file(part) as unpacked:
        while written <= manifest.size and (piece := packed.read(_PIECE)):
            unpacked.write(piece)
            digest.update(piece)
            written += len(piece)
            progress("unpacking", written, manifest.size)
        unpacked.flush()
        os.fsync(unpacked.fileno())
    if (written, digest.hexdigest()) != (manifest.size, manifest.sha256):
        raise BackupError(f"{source} holds another database than its manifest says: it was altered. Use another backup")
    with closing(sqlite3.connect(part, isolation_level=None)) as database:
        (result,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise BackupError(f"{source} holds a damaged database ({result}). Use another backup")
    return manifest


def _new_file(path: Path) -> IO[bytes]:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """The file a backup is put together in, of the same name every time: what a killed one left, the next one uses up."""
    part = target.with_name(f"{target.name}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600), "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup is being written to {target}: wait for it, or name another file") from None
        try:
            lock.truncate()
            part.chmod(0o600)
            yield part
        finally:
            part.unlink(missing_ok=True)


def _sweep(copy: Path) -> None:
    """Remove a copy of the database and what a killed backup began to copy."""
    for left in copy.parent.glob(f"{glob.escape(copy.name)}*"):
        left.unlink(missing_ok=True)


def _sync_folder(file: Path) -> None:
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
