"""Everything is enriched again while pages are served, by a server that is killed: the pages hardly notice, and every row is done."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.people import Town, enrich_all, settle_town
from bench.processes import Server
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.services import Services
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import enrichment_states
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.insights.enrichments import EnrichmentState
from bowerbird.wiring.services import open_services
from tests.faults.enrichment_rows import let_all_wait, states_of_rows

MAX_TIMES = 1.1
WARM_PAGES, QUIET_PAGES, AT_ONCE = 60, 400, 20
_LIMITS = 100
"""Of so many kinds a page is asked for in turn: none is held from the time before."""
SIZES = [
    pytest.param(20, 1_000, 10, id="fiftieth"),
    pytest.param(20, 5_000, 50, id="tenth"),
    pytest.param(60, 5_000, 50, id="third"),
    pytest.param(200, 5_000, 50, id="million"),
]


@dataclass
class Served:
    """Pages with what they cost: CPU of the thread that answers, and of all threads, what is enriched beside them included."""

    pages: int = 0
    cpu_s: float = 0  # not money: seconds
    all_cpu_s: float = 0  # not money: seconds
    waited_s: float = 0  # not money: seconds

    def serve(self, server: Server, paths: Iterator[str], pages: int) -> None:
        cpu_s, all_cpu_s, began_s = server.loop_cpu, server.cpu, time.perf_counter()
        for _ in range(pages):
            server.get(next(paths))
        self.pages += pages
        self.cpu_s += server.loop_cpu - cpu_s
        self.all_cpu_s += server.cpu - all_cpu_s
        self.waited_s += time.perf_counter() - began_s

    def over(self, other: Served) -> tuple[float, ...]:
        """How many times as much a page costs as the other ones: CPU of its thread, of all threads, time."""
        mine, theirs = ((each.cpu_s, each.all_cpu_s, each.waited_s) for each in (self, other))
        return tuple(my / self.pages * other.pages / their for my, their in zip(mine, theirs, strict=True))


@dataclass
class Beside:
    """Pages beside enriching and without it, of the same users in turn."""

    town: Town
    services: Services
    kills: int
    chance: random.Random
    quiet: Served = field(default_factory=Served)
    busy: Served = field(default_factory=Served)
    killed: int = 0

    def __post_init__(self) -> None:
        users = [f"/users/{person.tenant.user_id}/transactions" for person in self.town.people]
        self.paths = cycle(f"{user}?limit={500 - nth}" for nth in range(_LIMITS) for user in users)

    @property
    def done(self) -> int:
        return self.services.read_now(count_enriched, tenant=EVERY_TENANT)[1]

    def start(self) -> Server:
        server = Server(self.town.command, "/healthz", self.town.folder)
        server.headers = self.town.headers
        return server

    def serve_quietly(self) -> None:
        with self.start() as server:
            Served().serve(server, self.paths, WARM_PAGES)
            self.quiet.serve(server, self.paths, QUIET_PAGES)

    def serve_busily(self) -> None:
        """Until all is enriched, or the server is killed. What loading the rules costs a process that has just begun is not counted."""
        with self.start() as server:
            before = self.positions
            while self.positions == before:
                Served().serve(server, self.paths, AT_ONCE)
            left = self.chance.randrange(1, 10) if self.killed < self.kills else None
            while self.done < len(self.town.people) and left != 0:
                self.busy.serve(server, self.paths, AT_ONCE)
                left = None if left is None else left - 1
            if left is not None:
                server.kill()
                self.killed += 1

    @property
    def positions(self) -> list[EnrichmentState]:
        """How far each user's rows are enriched."""
        chosen = select(*EnrichmentState.columns(enrichment_states)).order_by(enrichment_states.c.user_ref)
        return self.services.storage.read_now(lambda uow: uow.all(EnrichmentState, chosen), tenant=EVERY_TENANT)


@pytest.mark.soak
@pytest.mark.parametrize(("people", "rows_each", "kills"), SIZES)
def test_pages_are_served_while_everything_is_enriched_again(
    people: int, rows_each: int, kills: int, tmp_path: Path, tell: Callable[[object], None]
) -> None:
    town = settle_town(tmp_path, people, rows_each, products="all")
    enrich_all(town)
    with closing(open_services(Settings(data=tmp_path))) as services:
        beside = Beside(town, services, kills, random.Random(people))
        beside.serve_quietly()
        services.write_now(let_all_wait, tenant=EVERY_TENANT)
        read, done = partial(services.read_now, states_of_rows, tenant=EVERY_TENANT), 0
        while done < people:
            beside.serve_busily()
            assert beside.done >= done, "what was enriched stays so"
            done = beside.done
        assert read() == [True] * (people * rows_each)
        beside.serve_quietly()
    cpu, all_cpu, waited = beside.busy.over(beside.quiet)
    what = f"{people * rows_each:,} rows, {beside.killed} kills, {beside.busy.pages:,} pages beside"
    tell(f"{what}: {cpu:.2f} × the CPU of a page's thread, {all_cpu:.2f} × with the enricher's, {waited:.2f} × the time")
    assert cpu <= MAX_TIMES
