"""One account of three banks in every kind of file and from a feed, whole and in parts: what happened once is stored once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from random import Random

import pytest
from msgspec.structs import replace as replace_struct

from bowerbird import codes
from bowerbird.domain.services import Services
from bowerbird.model.transaction import BankTransaction
from bowerbird.settings import Settings
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, KINDS, SHORT, BankEntry, MadeUpBank, history
from tests.overlapping_files import Uploads
from tests.postgres import Postgres

PAIRS, TRIPLES = list(permutations(KINDS, 2)), list(permutations(KINDS, 3))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data=tmp_path_factory.mktemp("kinds"))
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    opened = open_services(settings)
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def posted(rows: Sequence[BankEntry]) -> Counter[tuple[date, int]]:
    return Counter((row.day, row.amount) for row in rows)


def stored(uploads: Uploads) -> Counter[tuple[date, int]]:
    return Counter((row.day, row.amount) for row in uploads.stored() if row.day != date.max)


@pytest.mark.parametrize("cut", [None, 0, 1], ids=["whole", "first-cut", "second-cut"])
@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.name)
@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 9), marks=pytest.mark.soak)], ids=["some", "all"])
def test_the_same_days_in_every_kind_and_order(services: Services, bank: MadeUpBank, cut: int | None, seeds: range) -> None:
    """`cut` is the place of the file whose texts are cut short. Every pair, and a share of the triples; in the soak all of them."""
    for seed in seeds:
        random = Random(f"{seed} {cut} {bank.name}")
        rows = history(random, 9)
        for order in [*PAIRS, *(TRIPLES if seed else random.sample(TRIPLES, 4))]:
            uploads = Uploads(services, bank.institution)
            for nth, kind in enumerate(order):
                uploads.add(bank.statement(kind, rows, longest=SHORT if nth == cut else 200))
                assert stored(uploads) == posted(rows), (seed, order, nth)
            assert len(uploads.account_numbers()) == 1, (seed, order)
            assert uploads.breaks() == [], (seed, order)


def seen_by(rows: Sequence[BankEntry], day: date, hour: int) -> list[BankEntry]:
    """What is posted at a moment: all of the days before, and of the day itself the first so many."""
    today = [row for row in rows if row.day == day]
    return [row for row in rows if row.day < day] + today[:hour]


def feed_rows(rows: Sequence[BankEntry], shown: Sequence[BankEntry], day: date, since: date) -> list[BankTransaction]:
    """What the bank's feed shows: posted ones since a day, and what was bought and is not posted yet."""
    listing = [
        BankTransaction(row.amount, row.text.title(), row.day, row.made, None, f"feed-{row.fitid}") for row in shown if row.day >= since
    ]
    pending = [row for row in rows if row not in shown and row.made <= day]
    return listing + [BankTransaction(row.amount, row.text.title(), None, row.made, None, f"feed-{row.fitid}") for row in pending]


def is_read(uploads: Uploads, statement: list[StatementAccount], kind: str) -> bool:
    """Whether a file is accepted. One without a number may be refused where nothing shows of which account it is."""
    try:
        uploads.add(statement)
    except Refused as refused:
        if kind != "plain-csv" or refused.entry is not codes.CSV_MISSING_FIELD:
            raise
        return False
    return True


def follow(services: Services, seed: int, *, with_feed: bool) -> None:
    """A history as it goes on: each day files of some of the days until now, refreshes of the feed, or nothing."""
    random = Random(seed)
    bank, rows = random.choice(BANKS), history(random, random.randint(4, 25))
    uploads, shown_so_far = Uploads(services, bank.institution), set[BankEntry]()
    kinds = random.sample(KINDS, random.randint(1, 4))
    day = FIRST + timedelta(random.randint(2, 6))
    while rows and day <= rows[-1].day + timedelta(1):
        shown = seen_by(rows, day, random.randint(0, 9))
        since = day - timedelta(random.choice((2, 5, 9, 30)))
        part = [row for row in shown if row.day >= since]
        if with_feed and random.random() < 0.5:
            uploads.refresh(bank.account(shown[-1].balance if shown else 0, day), feed_rows(rows, shown, day, since))
            shown_so_far |= set(part)
        elif part:
            until = random.choice((part[-1].day, *(row.day for row in part)))
            part = [row for row in part if row.day <= until]
            kind, longest = random.choice(kinds), random.choice((200, 200, SHORT))
            if is_read(uploads, bank.statement(kind, part, longest=longest), kind):
                shown_so_far |= set(part)
        assert stored(uploads) == posted(list(shown_so_far)), (seed, day)
        assert not [each for each in uploads.breaks() if "come to" in each], (seed, day)
        day += timedelta(random.choice((1, 1, 2, 4)))


@pytest.mark.parametrize("with_feed", [False, True], ids=["files", "files-and-feed"])
@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 1000), marks=pytest.mark.soak)], ids=["some", "many"])
def test_a_history_loses_and_doubles_nothing(services: Services, seeds: range, with_feed: bool) -> None:
    for seed in seeds:
        follow(services, seed, with_feed=with_feed)


def one(text: str, amount: int) -> BankEntry:
    return BankEntry(FIRST, FIRST, amount, text, 100_000, "20250301000001A")


@pytest.mark.parametrize(("text", "accounts"), [("ACCOUNT FEE", 2), ("PIGFACE BAKERY MELBOURNE", 1)])
def test_a_single_transaction_shows_an_account_unless_it_is_a_fee(services: Services, text: str, accounts: int) -> None:
    """Two accounts pay one fee on one day; a purchase is paid from one."""
    bank = next(bank for bank in BANKS if bank.name == "bendigo")
    for order in permutations(("csv", "plain-csv")):
        uploads = Uploads(services, bank.institution)
        for kind in order:
            uploads.add(bank.statement(kind, [one(text, -500)]))
        assert len(uploads.account_numbers()) == accounts


@pytest.mark.parametrize("is_pending_first", [False, True], ids=["posted", "pending-first"])
def test_a_feed_without_balances_keeps_those_of_files(services: Services, is_pending_first: bool) -> None:
    """Until the bank corrects the amount: then the balance is another one."""
    bank = next(bank for bank in BANKS if bank.name != "bendigo")
    row, account = one("PIGFACE BAKERY MELBOURNE", -500), bank.account(100_000, FIRST)
    uploads, shown = Uploads(services, bank.institution), BankTransaction(-500, "Pigface Bakery Melbourne", FIRST, FIRST, None, "feed-1")
    if is_pending_first:
        uploads.refresh(account, [replace_struct(shown, posted=None)])
    uploads.add(bank.statement("csv", [row]))
    for _ in range(2):
        uploads.refresh(account, [shown])
        assert [(each.text, each.balance) for each in uploads.stored()] == [("Pigface Bakery Melbourne", 100_000)]
    uploads.refresh(account, [replace_struct(shown, balance=99_000)])
    assert [each.balance for each in uploads.stored()] == [99_000]
    uploads.refresh(account, [replace_struct(shown, amount=-550)])
    assert [(each.amount, each.balance) for each in uploads.stored()] == [(-550, None)]
