"""The page of benchmarks shows what was measured, and what costs more than before has a reason."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.__main__ import BENCHES, PAGE, RESULTS, page_with_tables
from bench.measure import Row

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def test_the_page_shows_the_kept_results() -> None:
    assert PAGE.read_text() == page_with_tables(), (
        "docs/benchmarks.md is older than bench/results.json: run `python -m bench` on what you measured"
    )


def test_every_bench_has_its_table() -> None:
    shown = " ".join(re.findall(r"<!-- bench: ([a-z ]+) -->", PAGE.read_text()))
    assert sorted(shown.split()) == sorted(BENCHES)


def test_more_instructions_have_a_reason_in_the_changelog() -> None:
    """A figure that grew by more than `MAX_GROWTH` when it was kept is named, in quotation marks, by a line that says why."""
    kept = json.loads(RESULTS.read_text())["instructions"]
    unreleased = CHANGELOG.read_text().split("\n## [")[1]
    assert not unexplained(kept, unreleased), "say in CHANGELOG.md why each of these costs more"


def test_growth_without_a_reason_is_noticed() -> None:
    grown = asdict(Row("GET job, instructions", "1.000 M", "", "1.06 × the kept", "≤ 1.05 ×", met=False))
    assert unexplained([grown], "- Jobs are faster.") == ["GET job"]
    assert not unexplained([grown], '- "GET job" costs 6 % more: it reads the consent.')
    assert not unexplained([grown | {"met": True}, grown | {"met": None}], "")


def unexplained(kept: list[dict[str, Any]], unreleased: str) -> list[str]:
    grown = [row["what"].removesuffix(", instructions") for row in kept if row["met"] is False]
    return [name for name in grown if f'"{name}"' not in unreleased]
