"""Our server and the baseline side by side, on the same people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.baseline_models import URL
from bench.measure import Compared, Effort, Row, compare, microseconds
from bench.people import Town, settle_town
from bench.places import folder
from bench.processes import Server

PEOPLE = 60
"""More first pages than our cache of pages holds, so that asking for one after the other never finds one there."""
ROWS_EACH = 1_000


@dataclass(frozen=True)
class Pair:
    """Both servers, and whom they know."""

    town: Town
    ours: Server
    baseline: Server
    folder: Path

    def users(self) -> list[str]:
        return [f"/users/{person.tenant.user_id}" for person in self.town.people]

    def check_same(self, path: str) -> None:
        """Both must say the same: a quicker answer that says less would be no measure."""
        ours, theirs = (_said(server, path) for server in (self.ours, self.baseline))
        if ours != theirs:
            raise RuntimeError(f"{path}: ours and the baseline differ:\n{json.dumps(ours)[:500]}\n{json.dumps(theirs)[:500]}")

    def compare(self, paths: list[str], effort: Effort) -> Compared:
        self.check_same(paths[0])
        return compare([self.ours.side("ours", paths), self.baseline.side("baseline", paths)], effort)

    def row(self, what: str, paths: list[str], effort: Effort, bar: float | None = None) -> Row:
        """How many times less CPU than the baseline."""
        found = self.compare(paths, effort)
        ours, theirs, ratio = found.seconds["ours"], found.seconds["baseline"], found.ratios["baseline"]
        said = f"≥ {bar:g} × less" if bar else ""
        return Row(what, microseconds(ours), f"{microseconds(theirs)} FastAPI", f"{ratio:.1f} × less", said, ratio >= bar if bar else None)


def _said(server: Server, path: str) -> Any:
    said: dict[str, Any] = json.loads(server.get(path))
    said["links"].pop("next", None)  # opaque: each has its own
    for row in said.get("data", ()):
        row.pop("enrich", None)  # ours is filled in the background, after the page can be read
    return said


@contextmanager
def both(name: str, database_url: str = "", baseline_url: str = "") -> Iterator[Pair]:
    """Fill both databases, start both servers: on SQLite, or each on the PostgreSQL database it is given."""
    from bench.baseline_town import copy_town

    with folder(name) as place:
        town = settle_town(place, PEOPLE, ROWS_EACH, database_url)
        os.environ[URL] = baseline_url
        with Server(town.command, "/healthz", place, town.environment) as ours:
            ours.headers = town.headers
            token = copy_town(town, ours, place)
            with Server(["-m", "bench.baseline_fastapi", str(place), "{port}"], "/healthz", place) as baseline:
                baseline.headers = {"Authorization": f"Bearer {token}"}
                yield Pair(town, ours, baseline, place)
