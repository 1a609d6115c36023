"""Everything is enriched again while pages are served: the pages hardly notice, and every row is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import mean

import pytest
from sqlalchemy import update

from bench.people import enrich_all, settle_town
from bench.processes import Server
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.services import Session
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import enrichment_states, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.serving import until

MAX_TIMES = 1.1
QUIET_PAGES = 200
SIZES = [pytest.param(20, 5_000, id="tenth"), pytest.param(200, 5_000, id="million")]


def let_all_wait(session: Session) -> None:
    """As if every row had been enriched by other rules, which said nothing."""
    session.uow.execute(update(enrichment_states).values(rules="000000000000", next_day=None, next_id=None))
    session.uow.execute(update(transactions).values(enrichment_ref=None, clean=None))


@pytest.mark.soak
@pytest.mark.parametrize(("people", "rows_each"), SIZES)
def test_pages_are_served_while_everything_is_enriched_again(
    people: int, rows_each: int, tmp_path: Path, tell: Callable[[object], None]
) -> None:
    town = settle_town(tmp_path, people, rows_each, products="all")
    enrich_all(town)
    services = open_services(Settings(data=tmp_path))
    counted = partial(services.read_now, count_enriched, tenant=EVERY_TENANT)
    paths = cycle(f"/users/{person.tenant.user_id}/transactions" for person in town.people)
    with Server(town.command, "/healthz", tmp_path) as server:
        server.headers = town.headers

        def page_s() -> float:
            began = time.perf_counter()
            server.get(next(paths))
            return time.perf_counter() - began

        for _ in range(QUIET_PAGES):
            page_s()
        quiet = [page_s() for _ in range(QUIET_PAGES)]
        services.write_now(let_all_wait, tenant=EVERY_TENANT)
        until(lambda: counted()[1] > 0 or None, "the next look of the server", seconds=60)
        beside = []
        while counted() != (people, people):
            beside += [page_s() for _ in range(10)]
        quiet += [page_s() for _ in range(QUIET_PAGES)]
    services.close()
    times = mean(beside) / mean(quiet)
    tell(f"{people * rows_each:,} rows: {times:.2f} × of {len(beside)} pages")
    assert times <= MAX_TIMES
