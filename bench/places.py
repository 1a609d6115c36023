"""Where the benches keep what they build: `BENCH_DATA`, by default bench/.data, which git ignores. The largest set takes 11 GB."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATA = Path(os.environ.get("BENCH_DATA") or Path(__file__).parent / ".data").absolute()


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    path = DATA / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def installed_python() -> str:
    """The Python of an environment as users get it, without what developers install beside: some libraries load whatever they find."""
    place = DATA / "installed"
    command = [str(Path(sys.executable).with_name("uv")), "sync", "--quiet", "--frozen", "--no-dev", "--compile-bytecode"]
    subprocess.run(command, env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(place)}, check=True)
    return str(place / "bin" / "python")
