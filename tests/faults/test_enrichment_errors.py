"""What goes wrong with the enrichment of one person stops no one else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bench.people import Town, settle_town
from bowerbird.background.enricher import CHUNK_ROWS, enrich_some
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.services import Services, Session
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import accounts, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services

PEOPLE = 3


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return settle_town(tmp_path, PEOPLE, 20, products="all")


@pytest.fixture
def services(town: Town) -> Iterator[Services]:
    opened = open_services(Settings(data=town.folder))
    yield opened
    opened.close()


def break_rows(session: Session, account_id: str) -> None:
    """As if the documents of a person had been written by a program with a fault."""
    of_account = accounts.c.id == account_id
    broken = update(transactions).where(transactions.c.account_ref == accounts.c.ref, of_account)
    session.uow.execute(broken.values(document=b"no document"))


def enrich_whom_it_can(services: Services) -> set[int]:
    failed: set[int] = set()
    while enrich_some(services, failed=failed) is not None:
        pass
    return failed


def test_a_person_whose_rows_cannot_be_read_stops_no_one_else(services: Services, town: Town) -> None:
    services.write_now(break_rows, town.people[0].account_ids[0], tenant=EVERY_TENANT)
    assert len(enrich_whom_it_can(services)) == 1
    assert services.read_now(count_enriched, tenant=EVERY_TENANT) == (PEOPLE, PEOPLE - 1)
    assert len(enrich_whom_it_can(services)) == 1, "the next look tries them again"


def test_an_error_in_what_waits_for_the_last_row_stops_no_one(services: Services) -> None:
    asked: list[Tenant] = []

    def fail(tenant: Tenant) -> None:
        asked.append(tenant)
        raise RuntimeError("the figures cannot be made")

    services.enriched = fail
    assert enrich_whom_it_can(services) == set()
    assert services.read_now(count_enriched, tenant=EVERY_TENANT) == (PEOPLE, PEOPLE)
    assert len(asked) == PEOPLE


@pytest.mark.parametrize("rows", [CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1])
def test_who_has_as_many_rows_as_a_piece_is_announced_once(tmp_path: Path, rows: int) -> None:
    person = settle_town(tmp_path, 1, rows, products="all").people[0]
    services = open_services(Settings(data=tmp_path))
    asked: list[Tenant] = []
    services.enriched = asked.append
    assert enrich_whom_it_can(services) == set()
    services.close()
    assert asked == [person.tenant]
