"""An operator separates what sources show, at random and mostly wrongly, and joins it again: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest

from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.lineage import SEPARATED, Lineage, get_lineage
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.settings import Settings
from bowerbird.storage.rows.transaction_sources import separated_sources
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, KINDS, SHORT, BankEntry, history
from tests.overlapping_files import Stored, Uploads
from tests.postgres import Postgres
from tests.property.test_kinds_of_files import feed_rows, is_read, posted, seen_by, stored


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data=tmp_path_factory.mktemp("separated"))
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    opened = open_services(settings)
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def content(uploads: Uploads) -> list[Stored]:
    return sorted(uploads.stored(), key=lambda row: row.id)


class Operator:
    """Decides at random, mostly wrongly."""

    def __init__(self, uploads: Uploads, random: Random) -> None:
        self.uploads, self.random = uploads, random

    def lineage(self, transaction_id: str) -> Lineage:
        return self.uploads.services.read_now(get_lineage, transaction_id, tenant=self.uploads.tenant)

    def decisions(self) -> list[tuple[str, str]]:
        """What is not taken back: a transaction and the source that was separated from it."""

        def read(session: Session) -> list[tuple[str, str]]:
            decided = [row for row in separated_sources(session.uow, *session.tenant) if row.separated_by is not None]
            return [(row.separated_from or row.transaction_id, row.source_id) for row in decided]

        return self.uploads.services.read_now(read, tenant=self.uploads.tenant)

    def separate(self) -> None:
        """Take any source of any transaction apart, and half of the time join it again at once: then all is as before."""
        before, decided = content(self.uploads), self.decisions()
        row = self.random.choice(before)
        lineage = self.lineage(row.id)
        sources = [each for each in lineage.sources if each.how not in ("", SEPARATED) and each.source_id]
        if not sources:
            return
        source_id = self.random.choice(sources).source_id or ""
        try:
            self.uploads.services.write_now(separate_transaction, row.id, source_id, "ana", tenant=self.uploads.tenant)
        except ContradictionError:
            assert content(self.uploads) == before
            return
        if self.random.random() < 0.5 and not decided:
            self.uploads.services.write_now(join_transaction, row.id, source_id, tenant=self.uploads.tenant)
            assert content(self.uploads) == before
            assert self.lineage(row.id).sources == lineage.sources

    def join(self, decision: tuple[str, str]) -> None:
        self.uploads.services.write_now(join_transaction, *decision, tenant=self.uploads.tenant)


def follow(services: Services, seed: int, *, with_feed: bool) -> None:
    """Beside it the same files and refreshes without any decision: once all are taken back, both ledgers are the same."""
    random = Random(seed)
    bank, rows = random.choice(BANKS), history(random, random.randint(4, 25))
    uploads, untouched, shown_so_far = Uploads(services, bank.institution), Uploads(services, bank.institution), set[BankEntry]()
    operator, kinds = Operator(uploads, random), random.sample(KINDS, random.randint(1, 4))
    day = FIRST + timedelta(random.randint(2, 6))
    while rows and day <= rows[-1].day + timedelta(1):
        shown = seen_by(rows, day, random.randint(0, 9))
        since = day - timedelta(random.choice((2, 5, 9, 30)))
        part = [row for row in shown if row.day >= since]
        if with_feed and random.random() < 0.5:
            for each in (uploads, untouched):
                each.refresh(bank.account(shown[-1].balance if shown else 0, day), feed_rows(rows, shown, day, since))
            shown_so_far |= set(part)
        elif part:
            kind, longest = random.choice(kinds), random.choice((200, 200, SHORT))
            statement = bank.statement(kind, part, longest=longest)
            accepted = [is_read(each, statement, kind) for each in (uploads, untouched)]
            assert accepted[0] == accepted[1], (seed, day)
            shown_so_far |= set(part) if accepted[0] else set()
        decisions = operator.decisions()
        assert not posted(list(shown_so_far)) - stored(uploads), (seed, day, "lost")
        assert stored(uploads).total() - posted(list(shown_so_far)).total() <= len(decisions), (seed, day, "doubled")
        assert not [each for each in uploads.breaks() if "come to" in each], (seed, day)
        if random.random() < 0.6 and uploads.stored():
            operator.separate()
        if decisions and random.random() < 0.4:
            operator.join(random.choice(operator.decisions() or decisions))
        day += timedelta(random.choice((1, 1, 2, 4)))
    while decisions := operator.decisions():
        operator.join(random.choice(decisions))
    assert stored(uploads) == posted(list(shown_so_far)), seed
    assert said(uploads) == said(untouched), seed
    assert uploads.breaks() == untouched.breaks(), seed


def said(uploads: Uploads) -> list[tuple[object, ...]]:
    """What is stored, but for ids."""
    return sorted((row[:-1] for row in uploads.stored()), key=str)


@pytest.mark.parametrize("with_feed", [False, True], ids=["files", "files-and-feed"])
@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 608), marks=pytest.mark.soak)], ids=["some", "many"])
def test_decisions_lose_and_double_nothing_and_leave_nothing_when_taken_back(services: Services, seeds: range, with_feed: bool) -> None:
    for seed in seeds:
        follow(services, seed, with_feed=with_feed)


COFFEE = BankEntry(FIRST + timedelta(2), FIRST + timedelta(2), -450, "WARATAH COFFEE CART", 0, "F1")
MET = list(product(BANKS, product(KINDS, repeat=3), (2, 3)))
"""A bank, the kinds of three files, and the day on which the last row of the third is."""


@pytest.mark.parametrize("share", [12, pytest.param(len(MET), marks=pytest.mark.soak)], ids=["some", "all"])
def test_a_right_decision_stays_right(services: Services, share: int) -> None:
    """Two coffees in two files that meet look like one. A third file shows both, then all come again: two, under the same ids."""
    for bank, kinds, last_day in Random(3).sample(MET, share):
        rows = [
            COFFEE._replace(day=FIRST, made=FIRST, amount=-6210, text="MULLA MULLA FUEL", fitid="F0"), COFFEE, COFFEE._replace(fitid="F2"),
            COFFEE._replace(day=FIRST + timedelta(last_day), amount=-990, text="PIGFACE BAKERY", fitid="F3"),
        ]  # fmt: skip
        rows = [row._replace(balance=100_000 + sum(each.amount for each in rows[: nth + 1])) for nth, row in enumerate(rows)]
        first, second, third = (bank.statement(kind, part) for kind, part in zip(kinds, (rows[:2], rows[2:], rows), strict=True))
        uploads = Uploads(services, bank.institution)
        if not (is_read(uploads, first, kinds[0]) and is_read(uploads, second, kinds[1])):
            continue
        if len(ids := coffees(uploads)) == 1:
            (one_id,) = ids
            source = services.read_now(get_lineage, one_id, tenant=uploads.tenant).sources[1]
            services.write_now(separate_transaction, one_id, source.source_id or "", "ana", tenant=uploads.tenant)
        ids = coffees(uploads)
        for statement in (third, first, second, third):
            uploads.add(statement)
            assert coffees(uploads) == ids, (bank.name, kinds, last_day)
            assert len(ids) == 2


def coffees(uploads: Uploads) -> set[str]:
    return {row.id for row in uploads.stored() if row.amount == COFFEE.amount}
