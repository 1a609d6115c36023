"""Two files that meet within a day: equal rows are kept apart by the order of their balances, or the account says that nothing can."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from bowerbird.domain.ledger.edge_days import DayRow, Piece, align, orders
from bowerbird.domain.services import Services
from bowerbird.settings import Settings
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.cost import cpu_s
from tests.overlapping_files import FIRST_DAY, Movement, Uploads, csv_file, pdf_statement, read
from tests.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data=tmp_path_factory.mktemp("edges"))
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    opened = open_services(settings)
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def rows_of(day_amounts: Sequence[tuple[int, int]]) -> list[Movement]:
    """Days and amounts as rows whose balances follow one another; all of one text."""
    balance, rows = 100_000, list[Movement]()
    for offset, amount in day_amounts:
        balance += amount
        rows.append(Movement(FIRST_DAY + timedelta(offset), amount, "SHOE SHOP", balance))
    return rows


def stored(uploads: Uploads) -> Counter[tuple[date, int]]:
    return Counter((row.day, row.amount) for row in uploads.stored())


SHOES = rows_of([(0, -900), (1, -500), (1, 500), (1, -500), (2, -100)])
"""A purchase, its refund, and the purchase again: the first and the last are equal in day, text, amount and balance."""


@pytest.mark.parametrize("kind", ["csv", "pdf"])
@pytest.mark.parametrize("cut", range(1, 5))
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1), (1, 0, 0, 1, 1)], ids=str)
def test_a_purchase_its_refund_and_the_purchase_again_stay_three(services: Services, kind: str, cut: int, order: tuple[int, ...]) -> None:
    uploads, parts = Uploads(services), (SHOES[:cut], SHOES[cut:])
    for place in order:
        uploads.add(pdf_statement(parts[place]) if kind == "pdf" else read(csv_file(parts[place])))
    assert stored(uploads) == Counter((row.day, row.amount) for row in SHOES)
    assert uploads.breaks() == []


def follow(services: Services, seed: int, cuts: int = 1) -> bool:
    """Whether the account says that it cannot tell. Each part ends where the next one begins, or up to three rows behind."""
    random = Random(seed)
    rows = rows_of([(day, random.choice((-500, 500, -500, 200))) for day in range(3) for _ in range(random.randint(1, 5))])
    ends = [*sorted(random.randint(1, len(rows)) for _ in range(cuts)), len(rows)]
    begins = [0, *(random.randint(max(0, end - 3), end) for end in ends[:-1])]
    files = [part for begin, end in zip(begins, ends, strict=True) if (part := rows[begin:end])]
    random.shuffle(files)
    uploads = Uploads(services)
    for part in [*files, *random.choices(files, k=random.randint(0, 2))]:
        uploads.add(pdf_statement(part) if random.random() < 0.3 else read(csv_file(part)))
    wanted, found = Counter((row.day, row.amount) for row in rows), stored(uploads)
    undecided = sum(int(number) for text in uploads.breaks() for number in re.findall(r"and (\d+) transactions? (?:is|are) equal", text))
    missing = wanted - found
    assert not found - wanted, seed
    assert missing.total() <= undecided, (seed, missing, uploads.breaks())
    if cuts == 1 and all(len({row.day for row in part}) > 1 for part in files):
        assert sum(amount * count for (_, amount), count in missing.items()) == 0, seed
    return undecided > 0


@pytest.mark.parametrize("cuts", [1, 2], ids=["two-parts", "three-parts"])
@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.soak)], ids=["some", "many"])
def test_files_that_meet_within_a_day_lose_nothing_without_saying_so(services: Services, seeds: range, cuts: int) -> None:
    named = sum(follow(services, seed, cuts) for seed in seeds)
    assert 0 < named < len(seeds) / 2


def parts_of_a_day(services: Services, rows: Sequence[Movement], parts: Sequence[tuple[int, int]]) -> tuple[int, bool]:
    """How many rows are not stored, and whether the account says that files meet on a day that nothing tells."""
    uploads = Uploads(services)
    for begin, end in parts:
        uploads.add(read(csv_file(rows[begin:end])))
    wanted, found = Counter((row.day, row.amount) for row in rows), stored(uploads)
    assert not found - wanted, (rows, parts)
    return (wanted - found).total(), any("two files meet" in text for text in uploads.breaks())


def test_a_long_day_in_three_or_four_parts_loses_nothing_without_saying_so(services: Services) -> None:
    named = 0
    for seed in range(60):
        random = Random(seed)
        sizes = [1, random.randint(3, 8), 1]
        rows = rows_of([(day, random.choice((-500, 500, -500, 500, 200))) for day, size in enumerate(sizes) for _ in range(size)])
        ends = [*sorted(random.sample(range(1, len(rows)), random.choice((2, 2, 3)))), len(rows)]
        parts = list(zip([0, *ends[:-1]], ends, strict=True))
        random.shuffle(parts)
        missing, is_named = parts_of_a_day(services, rows, parts)
        assert is_named or not missing, (seed, missing)
        named += is_named
    assert named < 30


@pytest.mark.parametrize(
    ("amounts", "parts"),
    [((500, 200, 500, -500, 500), [(0, 2), (4, 7), (2, 4)]), ((-500, -500, 500, -500, -500), [(0, 3), (5, 7), (3, 5)])],
    ids=["rows-in-either-order", "the-middle-last"],
)
def test_the_middle_of_a_day_is_put_between_its_other_parts(
    services: Services, amounts: Sequence[int], parts: list[tuple[int, int]]
) -> None:
    rows = rows_of([(0, 500), *((1, amount) for amount in amounts), (2, -500)])
    missing, is_named = parts_of_a_day(services, rows, parts)
    assert is_named or not missing


def test_what_only_a_later_file_can_tell_is_said_until_it_comes(services: Services) -> None:
    rows = rows_of([(0, -900), (1, -500), (1, 500), (1, -500), (1, 500), (2, -100)])
    uploads = Uploads(services)
    for part in (rows[:3], rows[3:]):
        uploads.add(read(csv_file(part)))
    assert [each for each in uploads.breaks() if "2 transactions are equal in both" in each]
    assert len(uploads.stored()) == 4
    uploads.add(read(csv_file(rows)))
    assert uploads.breaks() == []
    assert stored(uploads) == Counter((row.day, row.amount) for row in rows)


def coffee(fitid: str, day: int = 0) -> BankEntry:
    return BankEntry(FIRST + timedelta(day), FIRST + timedelta(day), -450, "WARATAH COFFEE CART", 100_000, fitid)


@pytest.mark.parametrize(("kind", "count"), [("csv", 1), ("ofx-without-ids", 1), ("ofx", 2)])
def test_without_balances_the_account_says_what_nothing_tells(services: Services, kind: str, count: int) -> None:
    """One coffee under two ids, or two coffees; one coffee twice, or two: both histories give the same two files."""
    bank = next(bank for bank in BANKS if bank.name == "bendigo")
    before, after = coffee("F000A", -1)._replace(amount=-900), coffee("F000D", 1)._replace(amount=-100)
    uploads = Uploads(services, bank.institution)
    uploads.add(bank.statement(kind, [before, coffee("F000B")]))
    uploads.add(bank.statement(kind, [coffee("F000C"), after]))
    assert len(uploads.stored()) == 2 + count
    assert [each for each in uploads.breaks() if "1 transaction is equal in both" in each]
    for file in ([before, coffee("F000B")], [coffee("F000C"), after]):
        uploads.add(bank.statement(kind, file))
    assert len(uploads.stored()) == 2 + count


def seconds_of_equal_rows(services: Services, count: int) -> float:  # not money: seconds
    """CPU of reading a day of equal rows again under ids of its own."""
    bank = next(bank for bank in BANKS if bank.name == "bendigo")
    uploads = Uploads(services, bank.institution)
    uploads.add(bank.statement("ofx", [coffee(f"F{nth}A") for nth in range(count)]))
    again = bank.statement("ofx", [coffee(f"F{nth}B") for nth in range(count)])
    return cpu_s(lambda: uploads.add(again))


def test_a_day_of_equal_rows_costs_no_square(services: Services) -> None:
    """Both lists of a day are compared once, not once for each pair of their rows."""
    few, many = seconds_of_equal_rows(services, 300), seconds_of_equal_rows(services, 1_200)
    assert many < 9 * few


def piece(*rows: tuple[int, int], start: bool = False, end: bool = False) -> Piece:
    return Piece([DayRow(*row) for row in rows], [0] * len(rows), start, end)


def test_rows_that_follow_no_order_are_left_to_other_rules() -> None:
    assert align(piece((-5, 95), (-5, 80)), piece((-5, 95))) is None
    assert align(piece((-5, 95)), piece((-7, 60))) is None


ROUND = rows_of([(0, 0), (0, -1200), (0, 1200), (1, -450)])
"""The first day comes to 0.00: by their balances any of its rows may be the first."""
LATER_FIRST = rows_of([(0, 1200), (0, -1200), (1, -1200)])
TWO_ROUNDS = rows_of([(0, -500), (0, 500), (0, -700), (0, 700), (1, -450)])


@pytest.mark.parametrize("kind", ["csv", "pdf"])
@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        (ROUND, ["2:3", "0:3", "1:3"]),
        (ROUND, ["2:3", "1:3", "0:2", "0:3"]),
        (LATER_FIRST, ["1:2", "0:1", "1:3"]),
        (TWO_ROUNDS, ["2:4", "0:2", "0:4", "2:5"]),
    ],
    ids=["its-end-first", "its-end-then-more-of-it", "the-later-part-first", "two-rounds-the-later-first"],
)
def test_parts_of_a_day_in_any_order_of_files(services: Services, kind: str, rows: list[Movement], parts: list[str]) -> None:
    """Stored rows are not in the order of the day: the order in which most of a file's rows are stored is taken."""
    uploads, seen = Uploads(services), set[Movement]()
    for each in parts:
        part = rows[slice(*map(int, each.split(":")))]
        uploads.add(pdf_statement(part) if kind == "pdf" else read(csv_file(part)))
        seen |= set(part)
        assert stored(uploads) == Counter((row.day, row.amount) for row in seen), each


def listed(*rows: tuple[int, int], imports: Sequence[int] | None = None) -> list[list[int]]:
    return list(orders([DayRow(*row) for row in rows], imports or [0] * len(rows)))


def test_stored_rows_are_put_in_every_order_that_their_balances_allow() -> None:
    assert listed((5, 100), (-5, 95), (-5, 95)) == [[2, 0, 1]]
    assert listed((-5, 95), (3, 7)) == []
    assert listed((-5, 95), (5, 100)) == [[0, 1]]
    assert listed((-5, 95), (5, 100), imports=[0, 1]) == [[0, 1], [1, 0]]
    assert listed((-5, 95), (-5, 95), (5, 100), imports=[0, 1, 1]) == [[1, 2, 0]]


def test_many_rows_that_may_lie_in_any_order_cost_a_bounded_time() -> None:
    """Nothing but rounds: each order is as good as any other."""
    rows = [DayRow(amount, 100 + max(amount, 0)) for nth in range(1, 100) for amount in (nth, -nth)]
    undecided, ordered = Piece(rows, [0] * len(rows), False, True), Piece(rows, [*range(len(rows))], False, False)

    def compare() -> None:
        assert len(list(orders(rows, range(len(rows))))) > 0
        assert align(undecided, Piece(rows, [*range(len(rows))], True, False)) is not None
        assert align(ordered, ordered) is not None

    assert cpu_s(compare) < 5
