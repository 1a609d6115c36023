"""The labelled lines beside this file."""

from __future__ import annotations

import csv
from pathlib import Path

from bowerbird.insights.evaluation import LabelledLine, read_labelled

FOLDER = Path(__file__).parent
DEV, TRAPS, HELD = (FOLDER / f"descriptors-{name}.csv" for name in ("dev", "traps", "held"))
"""Lines that the rules were written with, names inside other names, and lines written and labelled before the engine saw them."""


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def lines_of(file: Path) -> list[LabelledLine]:
    return read_labelled(file.read_text("utf-8"))
