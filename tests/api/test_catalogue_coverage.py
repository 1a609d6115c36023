"""A real server answers every entry of the catalogue over HTTP, when the scenario of that entry runs against it."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from bowerbird import codes
from bowerbird.sandbox.scenarios import SCENARIOS
from bowerbird.sandbox.scenarios.runner import NotAsExpected, ScenarioRunner
from tests.api.pdf_files import refusals
from tests.api.response_checks import watch
from tests.serving import PATIENCE_SECONDS, Process

ENDS_THE_SANDBOX = codes.CONTROLS_CLOSED
"""What leads to it ends the sandbox that a recipe runs in: `tests/web/test_real_data.py` goes there."""
HERE_NOW = [key for key, entry in codes.CATALOGUE.items() if not entry.arrives_with and entry is not ENDS_THE_SANDBOX]


@pytest.fixture(scope="module")
def scenario_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScenarioRunner]:
    """A fresh server as `make run` starts it, of which nothing is known but its address."""
    process = Process(tmp_path_factory.mktemp("coverage") / "data", BOWERBIRD_SANDBOX_CONTROLS="yes")
    process.start()
    with httpx2.Client(base_url=process.url, timeout=PATIENCE_SECONDS) as http:
        http.event_hooks = {"response": [watch]}
        yield ScenarioRunner(http, http.post("/_bowerbird/applications", json={}).json()["apiKey"])
    assert process.stop() == 0


@pytest.fixture(scope="module")
def scenarios(scenario_runner: ScenarioRunner) -> dict[str, dict[str, Any]]:
    """The catalogue as the server tells it, by the keys of its entries."""
    answer = scenario_runner.http.get("/_bowerbird/codes").json()
    assert answer["count"] == len(codes.CATALOGUE)
    return {entry["id"]: entry for entry in answer["data"]}


@pytest.mark.parametrize("key", SCENARIOS)
def test_its_scenario_provokes_it(scenario_runner: ScenarioRunner, scenarios: dict[str, dict[str, Any]], key: str) -> None:
    exchanges = [exchange for exchange in scenario_runner.run(scenarios[key]["recipe"]) if exchange.expected]
    assert len(exchanges) == 1
    entry = codes.CATALOGUE[key]
    expect = exchanges[0].request["expect"]
    assert (expect["code"], expect["title"]) == (entry.code, entry.title)
    found: Any = exchanges[0].answer
    for part in expect["at"].split("/")[1:]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    assert entry.says(found["title"], found["detail"])
    assert exchanges[0].status == (200 if expect["at"].startswith("/steps") else entry.http)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)])
def test_again_and_in_any_order(scenario_runner: ScenarioRunner, scenarios: dict[str, dict[str, Any]], seed: int) -> None:
    order = list(SCENARIOS) * (1 if seed == 1 else 2)
    random.Random(seed).shuffle(order)
    failed = {}
    for key in order:
        try:
            for _ in scenario_runner.run(scenarios[key]["recipe"]):
                pass
        except NotAsExpected as error:
            failed[key] = error
    assert not failed
    assert scenario_runner.http.get("/_bowerbird/faults").json()["data"] == []


def test_no_entry_is_forgotten() -> None:
    """An entry that is added to the catalogue needs a recipe in bowerbird/recipes, or `arrives_with`."""
    assert sorted(set(HERE_NOW) - set(SCENARIOS)) == []
    assert sorted(set(SCENARIOS) - set(codes.CATALOGUE)) == []


def test_the_files_of_the_scenarios_hold_no_real_person() -> None:
    """They were printed by the factory that prints the statements of these tests."""
    printed = {content for _, content, _, _ in refusals()}
    for entry in (codes.STATEMENT_NOT_SUPPORTED, codes.STATEMENT_NEW_PRODUCT, codes.STATEMENT_PARSING_ERROR):
        upload = next(step for step in SCENARIOS[entry.key] if "multipart" in step)
        assert base64.b64decode(upload["multipart"][1]["base64"]) in printed
