"""The importer keeps its promises at banks that misbehave: nothing lost, doubled or renamed, and refused jobs leave no trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.connectors.sandbox.hostile import SCENARIOS
from bowerbird.domain.services import Services
from bowerbird.model.clock import ManualClock
from tests.faults.hostile_banks import ALIKE, SLOW, Outcome, Weeks, open_hostile_services, table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hostile-banks.md"
REFUSALS = {
    "page-repeats": {"unknown-error"},
    "truncated-json": {"unknown-error"},
    "flapping": {"service-unavailable", "maintenance-error"},
    "four-calls-a-day": {"service-unavailable"},
    SLOW: {"job-timed-out"},
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, ManualClock]]:
    services, clock = open_hostile_services(tmp_path_factory.mktemp("hostile") / "data")
    yield services, clock
    services.close()


def live_through(opened: tuple[Services, ManualClock], scenario: str, seeds: range, refreshes: int) -> Outcome:
    """Without ids, which pending purchase became which corrected one is now and then a guess: in fewer than one of ten refreshes."""
    total = Outcome()
    for seed in seeds:
        total.add(Weeks(*opened, scenario, seed).run(2 if scenario == SLOW else refreshes))
    unknowable = total.changed_ids if scenario == ALIKE and total.changed_ids * 1000 < total.refreshes * 100 else 0
    assert total.broken == (0, 0, unknowable, 0)
    assert set(total.refused) <= REFUSALS.get(scenario, set())
    return total


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_promises_are_kept(opened: tuple[Services, ManualClock], scenario: str) -> None:
    assert live_through(opened, scenario, range(1), 7).movements > 0 or scenario == SLOW


@pytest.mark.soak
def test_promises_are_kept_for_many_seeds(opened: tuple[Services, ManualClock], capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the table of docs/reference/hostile-banks.md."""
    found = [(name, what, live_through(opened, name, range(100, 106), 20)) for name, what in SCENARIOS.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *table(found), ""]))


def test_the_page_lists_every_trouble() -> None:
    rows = [line.split("|")[1:3] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert {name.strip(" `"): what.strip() for name, what in rows} == SCENARIOS
