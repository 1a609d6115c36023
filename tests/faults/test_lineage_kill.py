"""A wrong match is taken apart, and joined again, by a process that is killed before, between and behind its statements: all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bowerbird.domain.statements.lineage import get_lineage
from bowerbird.settings import Settings
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.faults.fleet import MASTER_KEY
from tests.faults.test_kill_points import CrashWorker
from tests.overlapping_files import Stored, Uploads
from tests.postgres import Postgres

COFFEE = BankEntry(FIRST, FIRST, -450, "WARATAH COFFEE CART", 100_000, "F0001A")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    settings = Settings(data=tmp_path / "data", master_key=MASTER_KEY)
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    return settings


def look(uploads: Uploads) -> list[tuple[Stored, int]]:
    """What is stored, each transaction with the number of its sources."""
    rows = sorted(uploads.stored(), key=lambda row: row.id)
    return [(row, len(uploads.services.read_now(get_lineage, row.id, tenant=uploads.tenant).sources)) for row in rows]


def test_a_kill_leaves_nothing_half(settings: Settings) -> None:
    bank = next(bank for bank in BANKS if bank.name == "bendigo")
    services = open_services(settings)
    with closing(services), closing(CrashWorker(settings)) as worker:
        uploads = Uploads(services, bank.institution)
        uploads.add(bank.statement("csv", [COFFEE]))
        uploads.add(bank.statement("ofx", [COFFEE._replace(text="WARATAH COFFEE CART SYDNEY")]))
        ((row, count),) = before = look(uploads)
        assert count == 2
        source_id = services.read_now(get_lineage, row.id, tenant=uploads.tenant).sources[1].source_id
        assert source_id
        die_everywhere(uploads, partial(worker.separate, uploads.tenant, row.id, source_id))
        after = look(uploads)
        assert [sources for _, sources in after] == [1, 1]
        assert {each.text for each, _ in after} == {"WARATAH COFFEE CART", "WARATAH COFFEE CART SYDNEY"}
        die_everywhere(uploads, partial(worker.join, uploads.tenant, row.id, source_id))
        assert look(uploads) == before


def die_everywhere(uploads: Uploads, decide: Callable[..., tuple[list[str], bool]]) -> None:
    """Let a decision be killed before it begins, then after each of its statements, until it is whole."""
    before, torn_after = look(uploads), 0
    while True:
        _, killed = decide(die_at=1, torn_after=torn_after)
        assert killed
        assert look(uploads) == before, torn_after
        if decide(die_at=2, torn_after=torn_after) != (["begin", "torn", "written"], True):
            break
        assert look(uploads) == before
        torn_after += 1
    assert torn_after > 2
