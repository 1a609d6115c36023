"""What SECURITY.md promises, what `bowerbird verify` checks and what the sabotages break are the same, by their ids."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from bowerbird.verify.suite import PROMISES
from tests.faults.sabotages import SABOTAGES

ROOT = Path(__file__).parents[1]
LEAST = 20
WHAT_TO_DO = (
    "A promise without a check that a sabotage has tried is a hope. Name in the first column of the row the check that proves it "
    "(bowerbird.verify.suite), write one with its sabotage (tests/faults/sabotages.py), or leave the row out"
)


def rows() -> list[str]:
    """The table of SECURITY.md, without its head."""
    table = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What is protected")[2].partition("\n## ")[0]
    return [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| check")]


def test_every_row_of_the_table_names_its_checks() -> None:
    assert rows()
    assert [row for row in rows() if not row.startswith("| `")] == [], WHAT_TO_DO


def test_every_promise_has_a_check_and_a_sabotage() -> None:
    promised = {name for row in rows() for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    checked = {promise.id for promise in PROMISES}
    assert promised - checked == set(), WHAT_TO_DO
    assert checked - promised == set(), "SECURITY.md has a row for each check"
    assert checked - {each.check for each in SABOTAGES} == set(), WHAT_TO_DO
    assert {each.check for each in SABOTAGES} - checked == set(), "a sabotage is for a check that there is"
    assert len(SABOTAGES) >= LEAST


def test_one_round_breaks_each_check_once() -> None:
    assert max(Counter((each.check, each.round) for each in SABOTAGES).values()) == 1
