"""Instructions that the server executes for one request, counted by callgrind: the same on every machine with the same programs.

A figure counts everything from the bytes of the request to those of the answer, the kernel apart. Needs valgrind.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from bench.counted import CASES, FEW, MANY, write_town
from bench.measure import Effort, Row
from bench.places import folder
from bench.processes import BYTECODE

MAX_GROWTH = 1.05
"""More than the kept figure needs a reason in the changelog."""
_RESULTS = Path(__file__).parent / "results.json"
_COLLECTED = re.compile(r"Collected : (\d+)")


def run(_effort: Effort) -> list[Row]:
    """Bar: 5 % above what is kept."""
    with folder("instructions") as place:
        counted = _counts(place)
    before, made_by = _kept(), f"Python {platform.python_version()}, {_version()}"
    return [_row(name, counted[name], before.get(f"{name}, instructions"), made_by) for name in CASES]


def _row(name: str, counted: float, before: float | None, made_by: str) -> Row:
    ratio, met = (f"{counted / before:.2f} × the kept", counted <= before * MAX_GROWTH) if before else ("", None)
    return Row(f"{name}, instructions", f"{counted / 1e6:.3f} M", made_by, ratio, f"≤ {MAX_GROWTH} ×", met)


def _kept() -> dict[str, float]:
    rows = json.loads(_RESULTS.read_text()).get("instructions", []) if _RESULTS.exists() else []
    return {row["what"]: float(row["ours"].removesuffix(" M")) * 1e6 for row in rows}


def _version() -> str:
    return subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _counts(place: Path) -> dict[str, float]:
    """Instructions of one request of each case."""
    logs = place / "logs"
    logs.mkdir()
    write_town(place)
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        f"--log-file={logs}/%p",
        sys.executable,
        "-m",
        "bench.counted",
    ]
    environment = {**os.environ, **BYTECODE, "PYTHONHASHSEED": "0"}
    done = subprocess.run([*command, str(place)], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    totals: dict[str, dict[int, int]] = {}
    for line in done.stdout.splitlines():
        process, times, name = line.split("\t")
        found = _COLLECTED.search((logs / process).read_text())
        assert found is not None, name
        totals.setdefault(name, {})[int(times)] = int(found[1])
    return {name: (each[MANY] - each[FEW]) / (MANY - FEW) for name, each in totals.items()}
