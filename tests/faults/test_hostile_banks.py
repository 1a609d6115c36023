"""The importer keeps its promises at banks that misbehave: nothing lost, doubled or renamed, and refused jobs leave no trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.connectors.sandbox.hostile import TROUBLES
from bowerbird.domain.world import World
from bowerbird.model.clock import ManualClock
from tests.faults.hostile_banks import ALIKE, SLOW, Outcome, Weeks, open_hostile_world, table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hostile-banks.md"
REFUSALS = {
    "page-repeats": {"unknown-error"},
    "truncated-json": {"unknown-error"},
    "flapping": {"service-unavailable", "maintenance-error"},
    "four-calls-a-day": {"service-unavailable"},
    SLOW: {"job-timed-out"},
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, ManualClock]]:
    world, clock = open_hostile_world(tmp_path_factory.mktemp("hostile") / "data")
    yield world, clock
    world.close()


def live_through(opened: tuple[World, ManualClock], trouble: str, seeds: range, refreshes: int) -> Outcome:
    """Without ids, which pending purchase became which corrected one is now and then a guess: in fewer than one of ten refreshes."""
    total = Outcome()
    for seed in seeds:
        total.add(Weeks(*opened, trouble, seed).run(2 if trouble == SLOW else refreshes))
    unknowable = total.changed_ids if trouble == ALIKE and total.changed_ids * 1000 < total.refreshes * 100 else 0
    assert total.broken == (0, 0, unknowable, 0)
    assert set(total.refused) <= REFUSALS.get(trouble, set())
    return total


@pytest.mark.parametrize("trouble", TROUBLES)
def test_promises_are_kept(opened: tuple[World, ManualClock], trouble: str) -> None:
    assert live_through(opened, trouble, range(1), 7).movements > 0 or trouble == SLOW


@pytest.mark.soak
def test_promises_are_kept_for_many_seeds(opened: tuple[World, ManualClock], capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the table of docs/reference/hostile-banks.md."""
    found = [(name, what, live_through(opened, name, range(100, 106), 20)) for name, what in TROUBLES.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *table(found), ""]))


def test_the_page_lists_every_trouble() -> None:
    rows = [line.split("|")[1:3] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert {name.strip(" `"): what.strip() for name, what in rows} == TROUBLES
