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
from sqlalchemy import select, update

from bench.people import Town, settle_town
from bowerbird.background.enricher import enrich_some
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.insights.meaning import wire_parts
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Services, Session
from bowerbird.model.account import AccountClass
from bowerbird.plugins.packs import rules_version
from bowerbird.settings import PREFIX, Settings
from bowerbird.storage.database.tables import accounts, enrichment_states, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.insights.enrichments import ref_of
from bowerbird.wiring.services import open_services
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


def let_all_wait(session: Session) -> None:
    """As if every row had been enriched by other rules, which said nothing."""
    session.uow.execute(update(enrichment_states).values(rules="000000000000", next_day=None, next_id=None))
    session.uow.execute(update(transactions).values(enrichment_ref=0, clean=b"old"))


def states_of_rows(session: Session) -> list[bool]:
    """For every row, oldest first of each user: whether it is enriched as its text says; fails for anything but that or nothing."""
    classes: dict[int, AccountClass] = dict(session.uow.rows(select(accounts.c.ref, accounts.c.account_class)))
    found = []
    columns = transactions.c
    chosen = select(columns.account_ref, columns.amount, columns.document, columns.enrichment_ref, columns.clean)
    for ref, amount, document, enrichment, clean in session.uow.rows(chosen.order_by(columns.user_ref, columns.post_day, columns.id)):
        shared, own = wire_parts(documents.fields_of(document).description, amount > 0, classes[ref])
        assert (enrichment, clean) in ((0, b"old"), (ref_of(documents.shared_part(document, shared)), own))
        found.append((enrichment, clean) != (0, b"old"))
    return found


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
