"""From the start of the process to its first answer, and the memory it holds then and after a thousand pages."""

from __future__ import annotations

import statistics

from bench.measure import Effort, Row
from bench.people import settle_town
from bench.places import folder, installed_python
from bench.processes import Server

MAX_SECONDS, MAX_BYTES, MAX_BYTES_USED = 1.0, 90_000_000, 100_000_000
PAGES = 1_000


def run(effort: Effort) -> list[Row]:
    """Bars: 1.0 s, 90 MB, and 100 MB once used. These two are the bench's only numbers that another machine would change."""
    python = installed_python()
    seconds, fresh, used = [], [], []
    with folder("start") as place:
        town = settle_town(place, 60, 1_000)
        paths = [f"/users/{person.tenant.user_id}/transactions" for person in town.people]
        for turn in range(1 + effort.rounds):
            with Server(town.command, "/healthz", place, python=python) as server:
                if turn == 0:
                    continue  # compiles the modules
                server.headers = town.headers
                seconds.append(server.started_in)
                fresh.append(server.resident_bytes)
                if turn == 1:
                    server.side("pages", paths).run(PAGES)
                    used.append(server.resident_bytes)
    start, first, after = statistics.median(seconds), statistics.median(fresh), statistics.median(used)
    return [
        Row("start to first answer", f"{start:.2f} s", "", "", f"≤ {MAX_SECONDS} s", start <= MAX_SECONDS),
        Row("memory after the start", _megabytes(first), "", "", f"≤ {_megabytes(MAX_BYTES)}", first <= MAX_BYTES),
        Row(f"memory after {PAGES:,} pages", _megabytes(after), "", "", f"≤ {_megabytes(MAX_BYTES_USED)}", after <= MAX_BYTES_USED),
    ]


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.0f} MB"
