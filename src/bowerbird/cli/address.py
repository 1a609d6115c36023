"""Where the server of an embedded database listens: it records its address in the data folder, for commands beside it.

The server holds a lock on the record as long as it lives. The kernel drops the lock with the process, so the record of a server that
was killed is known to be stale.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bowerbird.named_files import only_a_file, open_text

if TYPE_CHECKING:
    from pathlib import Path

    from bowerbird.settings import Settings


def _record(settings: Settings) -> Path:
    return settings.data / "server.address"


@contextmanager
def recorded(settings: Settings, url: str) -> Iterator[None]:
    """Record the address of this server, until the end. A second server on the same folder leaves the record of the first."""
    if settings.database_url:
        yield
        return
    descriptor = only_a_file(str(_record(settings)), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        file.truncate(0)
        file.write(f"{url}\n")
        file.flush()
        yield
        file.truncate(0)


def find_address(settings: Settings) -> str | None:
    """The address of the server that runs on this data folder; None where none runs, or the database is shared."""
    if settings.database_url:
        return None
    try:
        with open_text(_record(settings)) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or None
    except FileNotFoundError:
        pass
    return None
