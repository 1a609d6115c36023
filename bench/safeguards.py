"""What stands before every request costs: the same server without its request queue and limiter, and without its faults."""

from __future__ import annotations

from dataclasses import replace

from bench.measure import Effort, Row, compare, microseconds
from bench.people import settle_town
from bench.places import folder
from bench.processes import Server

MAX_ADMISSION, MAX_FAULTS = 1.02, 1.01


def run(effort: Effort) -> list[Row]:
    """Bars: admission costs at most 2 % of a cached page, faults of which none is set at most 1 %."""
    return [
        _row("admission", "queue and limiter", MAX_ADMISSION, effort, []),
        _row("faults", "faults, none set", MAX_FAULTS, effort, ["--sandbox-controls"]),
    ]


def _row(part: str, title: str, most: float, effort: Effort, options: list[str]) -> Row:
    """The costs are small, so the rounds are many: neighbours are compared, and the median of those ratios is shown."""
    with folder(f"safeguards-{part}") as place:
        town = settle_town(place, 1, 1_000, production=not options)
        path = f"/users/{town.people[0].tenant.user_id}/transactions"
        start, *rest = town.command[1:]
        assert start == "bowerbird"
        with (
            Server(["-m", "bowerbird", *rest, *options], "/healthz", place) as whole,
            Server(["-m", "bench.without", part, *rest, *options], "/healthz", place) as without,
        ):
            whole.headers = without.headers = town.headers
            sides = [without.side("without", [path]), whole.side("with", [path])]
            found = compare(sides, replace(effort, rounds=effort.rounds * 5))
    ratio = found.ratios["with"]
    ours, base = (microseconds(found.seconds[name]) for name in ("with", "without"))
    return Row(f"cached page behind {title}", ours, f"{base} without", f"{ratio:.3f} ×", f"≤ {most:.2f} ×", ratio <= most)
