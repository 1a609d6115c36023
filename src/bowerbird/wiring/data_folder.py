"""The folder of an embedded database: its owner's alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bowerbird.named_files import require_file

_OTHERS = 0o077


def create_private(folder: Path, database: Path) -> None:
    """Make the folder and an empty database file that are missing; others than their owner may not look into either."""
    require_file(database)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(database, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def open_to_others(folder: Path, files: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """What others than its owner may read or write: the path and its mode in octal digits."""
    for path in (folder, *files):
        if path.exists() and (mode := path.stat().st_mode & 0o777) & _OTHERS:
            yield path, f"{mode:o}"
