"""The drill of a restore, timed: a backup of a full embedded database, and the way back from it, checked row by row."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.measure import Effort, Row
from bench.people import settle_town
from bench.places import folder
from bench.rows import PEOPLE, ROWS_EACH, fill

SIZES = (10**5, 10**6, 10**7)
"""The largest takes 30 GB for the database, its backup and the copy."""
_LIMIT_S = 3600


def run(effort: Effort) -> list[Row]:
    """For information, on the clock: the commands an operator types."""
    rows = []
    for size in SIZES[:2] if effort.quick else SIZES:
        with folder(f"restore-{size}") as place:
            settle_town(place / "data", PEOPLE, ROWS_EACH)
            fill(place / "data" / "bowerbird.db", size - PEOPLE * ROWS_EACH)
            backup, restore = drill(place)
        what = f"drill with 10^{len(str(size)) - 1} transactions"
        rows.append(Row(what, f"{restore:,.1f} s to restore", f"{backup:,.1f} s to back up", f"{size / restore:,.0f} rows/s"))
    return rows


def drill(place: Path) -> tuple[float, float]:
    """Seconds on the clock of a backup and of a restore into a new folder, each a process of its own."""
    file = place / "town.backup"
    took = _seconds("backup", str(file), "--data", str(place / "data"))
    return took, _seconds("restore", str(file), "--data", str(place / "restored"))


def _seconds(*arguments: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "bowerbird", *arguments], check=True, capture_output=True, timeout=_LIMIT_S)
    return time.monotonic() - began
