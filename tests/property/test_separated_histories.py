"""An operator separates what sources show, at random and mostly wrongly, and joins it again: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Services
from bowerbird.domain.statements.lineage import SEPARATED, Lineage, get_lineage
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.settings import Settings
from bowerbird.statements.statement import StatementAccount
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
    """What is stored but for balances, which a feed takes away and a file brings back."""
    return sorted((row._replace(balance=None) for row in uploads.stored()), key=lambda row: row.id)


class Operator:
    """Decides at random. `open` are the decisions that are not taken back: the transaction and the source."""

    def __init__(self, uploads: Uploads, random: Random) -> None:
        self.uploads, self.random, self.open = uploads, random, list[tuple[str, str]]()

    def lineage(self, transaction_id: str) -> Lineage:
        return self.uploads.services.read_now(get_lineage, transaction_id, tenant=self.uploads.tenant)

    def separate(self) -> None:
        """Take any source of any transaction apart, and half of the time join it again at once: then all is as before."""
        before = content(self.uploads)
        row = self.random.choice(before)
        lineage = self.lineage(row.id)
        sources = [each for each in lineage.sources[1:] if each.how != SEPARATED and each.source_id]
        if not sources:
            return
        source_id = self.random.choice(sources).source_id or ""
        write, tenant = self.uploads.services.write_now, self.uploads.tenant
        try:
            write(separate_transaction, row.id, source_id, "ana", tenant=tenant)
        except ContradictionError:
            assert content(self.uploads) == before
            return
        self.open.append((row.id, source_id))
        if self.random.random() < 0.5:
            self.join()
            assert content(self.uploads) == before
            assert self.lineage(row.id).sources == lineage.sources

    def join(self) -> bool:
        """Take the last decision back. False where a source has shown both since: then they are two."""
        decision = self.open.pop()
        try:
            self.uploads.services.write_now(join_transaction, *decision, tenant=self.uploads.tenant)
        except ContradictionError as error:
            assert "shows both of them" in error.reason  # noqa: PT017  (what a file or a feed shows twice)
            return False
        return True

    def add(self, statement: list[StatementAccount], kind: str) -> bool | None:
        """Whether a file is accepted: one that proves a decision wrong once that is taken back. None where it cannot be."""
        while True:
            try:
                return is_read(self.uploads, statement, kind)
            except ContradictionError:
                assert self.open, "the file is right"
                if not self.join():
                    return None


def follow(services: Services, seed: int, *, with_feed: bool) -> None:
    random = Random(seed)
    bank, rows = random.choice(BANKS), history(random, random.randint(4, 25))
    uploads, shown_so_far = Uploads(services, bank.institution), set[BankEntry]()
    operator, kinds = Operator(uploads, random), random.sample(KINDS, random.randint(1, 4))
    day = FIRST + timedelta(random.randint(2, 6))
    while rows and day <= rows[-1].day + timedelta(1):
        shown = seen_by(rows, day, random.randint(0, 9))
        since = day - timedelta(random.choice((2, 5, 9, 30)))
        part = [row for row in shown if row.day >= since]
        if with_feed and random.random() < 0.5:
            uploads.refresh(bank.account(shown[-1].balance if shown else 0, day), feed_rows(rows, shown, day, since))
            shown_so_far |= set(part)
        elif part:
            kind, longest = random.choice(kinds), random.choice((200, 200, SHORT))
            accepted = operator.add(bank.statement(kind, part, longest=longest), kind)
            if accepted is None:
                return
            shown_so_far |= set(part) if accepted else set()
        assert not posted(list(shown_so_far)) - stored(uploads), (seed, day, "lost")
        if not operator.open:
            assert stored(uploads) == posted(list(shown_so_far)), (seed, day)
        if random.random() < 0.6 and uploads.stored():
            operator.separate()
        if operator.open and random.random() < 0.4 and not operator.join():
            return
        day += timedelta(random.choice((1, 1, 2, 4)))
    while operator.open:
        if not operator.join():
            return
    assert stored(uploads) == posted(list(shown_so_far)), seed


@pytest.mark.parametrize("with_feed", [False, True], ids=["files", "files-and-feed"])
def test_decisions_that_are_taken_back_leave_nothing(services: Services, with_feed: bool) -> None:
    for seed in range(16):
        follow(services, seed, with_feed=with_feed)
