"""A consent that covers less deletes what files and feeds showed of it, and nothing else: lineage and decisions of the rest stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.lineage import Lineage, get_lineage
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.model.clock import ManualClock
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import transaction_sources
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.overlapping_files import Uploads

BENDIGO = next(bank for bank in BANKS if bank.name == "bendigo")
TODAY = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(Settings(data=tmp_path), ManualClock(TODAY))
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def entry(text: str, amount: int, day: int) -> BankEntry:
    made = FIRST + timedelta(day)
    return BankEntry(made, made, amount, text, 100_000, f"F{day:05}A")


def agree(uploads: Uploads, *scopes: str, days_back: int) -> None:
    asked = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    policy = Policy(title="t", description="d", scopes=asked, retrieval_days=days_back, days=365, retains_data=False)

    def write(session: Session) -> None:
        set_policy(session.in_application(uploads.tenant.application_id), policy)
        consents.give_consent(session.of(uploads.tenant), scopes)

    uploads.services.write_now(write, tenant=uploads.tenant.application_id)


def lineages(uploads: Uploads) -> dict[str, Lineage]:
    read = uploads.services.read_now
    return {row.id: read(get_lineage, row.id, tenant=uploads.tenant) for row in uploads.stored()}


def source_rows(uploads: Uploads) -> list[tuple[str, bytes, bytes]]:
    chosen = select(transaction_sources.c.transaction_id, transaction_sources.c.shown, transaction_sources.c.document_before)
    return [tuple(row) for row in uploads.services.read_now(lambda session: session.uow.rows(chosen), tenant=uploads.tenant)]


def decided(services: Services) -> tuple[Uploads, str, str]:
    """Two transactions that two files show, both taken apart; the later one, and the source."""
    uploads = Uploads(services, BENDIGO.institution)
    agree(uploads, *SCOPES, days_back=700)
    number = BENDIGO.account(0, FIRST).number
    rows = [entry("WARATAH COFFEE CART", -450, 0), entry(f"TRANSFER TO {number}", -990, 20)]
    for kind in ("csv", "ofx-without-ids"):
        uploads.add(BENDIGO.statement(kind, rows))
    source_id = next(iter(lineages(uploads).values())).sources[1].source_id or ""
    later_id = next(row.id for row in uploads.stored() if row.amount == -990)
    for row in uploads.stored():
        services.write_now(separate_transaction, row.id, source_id, "ana", tenant=uploads.tenant)
    return uploads, later_id, source_id


def test_fewer_days_leave_the_sources_and_decisions_of_the_others(services: Services) -> None:
    uploads, later_id, source_id = decided(services)
    before = lineages(uploads)
    agree(uploads, *SCOPES, days_back=20)
    after = lineages(uploads)
    assert {row.amount for row in uploads.stored()} == {-990}
    assert {each: lineage.sources for each, lineage in after.items()} == {each: before[each].sources for each in after}
    assert {lineage.separation for lineage in after.values()} == {before[each].separation for each in after}
    assert {row[0] for row in source_rows(uploads)} <= after.keys()
    services.write_now(join_transaction, later_id, source_id, tenant=uploads.tenant)
    assert [row.id for row in uploads.stored()] == [later_id]


def test_without_details_no_source_shows_the_number(services: Services) -> None:
    uploads, later_id, source_id = decided(services)
    number = BENDIGO.account(0, FIRST).number
    assert number in repr(source_rows(uploads))
    agree(uploads, ACCOUNT_BASIC, TRANSACTION_DETAIL, days_back=700)
    assert number not in repr(source_rows(uploads))
    assert len(uploads.stored()) == 4
    services.write_now(join_transaction, later_id, source_id, tenant=uploads.tenant)
    (row,) = (row for row in uploads.stored() if row.amount == -990)
    assert row.text == f"TRANSFER TO xxxx{number[-4:]}"


def test_without_transactions_nothing_is_left(services: Services) -> None:
    uploads, _, _ = decided(services)
    agree(uploads, ACCOUNT_BASIC, days_back=700)
    assert uploads.stored() == []
    assert source_rows(uploads) == []
