"""Saving, restoring, forking and resetting a sandbox, against the size of its data; the baseline is a plain copy of the file."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bench.measure import Effort, Row
from bench.people import settle_town
from bench.places import folder
from bowerbird.api.http.request import ApiContext
from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.services import Services
from bowerbird.sandbox import snapshots
from bowerbird.sandbox.forks import Forks
from bowerbird.settings import Settings
from bowerbird.wiring.services import open_services

_SIZES = (1_000, 100_000, 1_000_000)
_TURNS, _PEOPLE = 3, 10


def run(effort: Effort) -> list[Row]:
    """For information: copies of a file depend on the disk more than on the program."""
    return [row for size in (_SIZES[:2] if effort.quick else _SIZES) for row in _of_size(size)]


def _of_size(size: int) -> list[Row]:
    with folder(f"snapshots-{size}") as place:
        settle_town(place, _PEOPLE, size // _PEOPLE, production=False)
        services = open_services(Settings(data=place, sandbox_controls=True), alone=True)
        try:
            return _measured(services, place, size)
        finally:
            services.close()


def _measured(services: Services, place: Path, size: int) -> list[Row]:
    file = snapshots.embedded(services)
    what = f"{size:,} transactions, {file.stat().st_size / 1e6:,.1f} MB"
    base = _seconds(lambda: shutil.copyfile(file, place / "copy"))
    done = {
        "save": _seconds(lambda: snapshots.save_snapshot(services, "bench")),
        "fork": _seconds(lambda: asyncio.run(_fork(services))),
        "restore": _seconds(lambda: snapshots.restore_snapshot(services, "bench")),
        "reset": _seconds(lambda: snapshots.reset(services), request_queue=1),
    }
    return [Row(f"{name}, {what}", _shown(took), f"{_shown(base)} file copy", f"{took / base:.1f} ×") for name, took in done.items()]


async def _fork(services: Services) -> None:
    """Copied, opened, asked once, removed."""
    forks = Forks(services, "http://127.0.0.1", _context, most=9, idle_seconds=900)
    fork_id, _ = await forks.create(snapshots.file_of(services, "bench"))
    await forks.delete(fork_id)


def _context(forked: Services, url: str) -> ApiContext:

    async def free(_address: str) -> int:
        return 0

    return ApiContext(services=forked, tokens=TokenReader(forked), public_url=url, token_limit=free)


def _seconds(work: Callable[[], object], request_queue: int = _TURNS) -> float:
    taken = []
    for _ in range(request_queue):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"
