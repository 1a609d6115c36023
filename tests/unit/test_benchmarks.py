"""The page of benchmarks shows what was measured."""

from __future__ import annotations

import re

from bench.__main__ import BENCHES, PAGE, page_with_tables


def test_the_page_shows_the_kept_results() -> None:
    assert PAGE.read_text() == page_with_tables(), (
        "docs/benchmarks.md is older than bench/results.json: run `python -m bench` on what you measured"
    )


def test_every_bench_has_its_table() -> None:
    shown = " ".join(re.findall(r"<!-- bench: ([a-z ]+) -->", PAGE.read_text()))
    assert sorted(shown.split()) == sorted(BENCHES)
