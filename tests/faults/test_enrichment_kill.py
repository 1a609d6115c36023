"""kill -9 while transactions are enriched: no chunk is half written, what is done stays done, and the rest follows.

`make test` runs a short, seeded share; `make soak` fifty kills on each database.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench.people import Town, settle_town
from bowerbird.background.enricher import enrich_some
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.services import Services
from bowerbird.plugins.packs import rules_version
from bowerbird.settings import PREFIX, Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.faults.enrichment_rows import let_all_wait, states_of_rows
from tests.postgres import settings_of
from tests.serving import START_SECONDS

ROOT = Path(__file__).parents[2]
PEOPLE, ROWS_EACH = 3, 700

KILLS = [pytest.param(2), pytest.param(50, marks=pytest.mark.soak)]


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Town:
    """Not served, but a database of either kind."""
    return settle_town(tmp_path, PEOPLE, ROWS_EACH, str(settings_of(request).get("database_url", "")), products="all")


@pytest.fixture
def services(serving: Town) -> Iterator[Services]:
    shared = {name.removeprefix(PREFIX).lower(): value for name, value in serving.environment.items()}
    opened = open_services(replace(Settings(data=serving.folder), **shared))  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.mark.both_engines
@pytest.mark.parametrize("kills", KILLS)
def test_a_killed_process_leaves_nothing_half_done(services: Services, serving: Town, kills: int, tell: Callable[[object], None]) -> None:
    chance, done = random.Random(kills), 0
    read = partial(services.read_now, states_of_rows, tenant=EVERY_TENANT)
    services.write_now(let_all_wait, tenant=EVERY_TENANT)
    for _ in range(kills):
        command = [sys.executable, "-m", "tests.faults.enrich_worker", str(serving.folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, **serving.environment}) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begins\n", f"within {START_SECONDS} s"
            time.sleep(chance.uniform(0, 0.15))  # the moment of the kill is the experiment, not a wait for something
            process.kill()
        enriched = sum(read())
        assert enriched >= done, "what was enriched stays so"
        done = enriched
        if services.read_now(count_enriched, tenant=EVERY_TENANT) == (PEOPLE, PEOPLE):
            services.write_now(let_all_wait, tenant=EVERY_TENANT)
            done = 0
    while enrich_some(services) is not None:
        pass
    assert read() == [True] * (PEOPLE * ROWS_EACH)
    assert services.read_now(count_enriched, tenant=EVERY_TENANT) == (PEOPLE, PEOPLE)
    tell(f"{kills} kills, rules {rules_version()}")
