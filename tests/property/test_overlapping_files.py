"""Files of one account in random order, whole and cut, by balances, by ids and by words: nothing is lost, nothing is stored twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate, permutations
from random import Random

import pytest

from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Services
from bowerbird.model.transaction import BankTransaction
from bowerbird.settings import Settings
from bowerbird.statements.statement import StatementAccount
from bowerbird.wiring.services import open_services
from tests.overlapping_files import FIRST_DAY, Movement, Uploads, csv_file, movements, ofx_file, pdf_statement, read
from tests.postgres import Postgres

Maker = Callable[[Sequence[Movement]], list[StatementAccount]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data=tmp_path_factory.mktemp("files"))
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    opened = open_services(settings)
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def as_csv(rows: Sequence[Movement]) -> list[StatementAccount]:
    return read(csv_file(rows))


def as_ofx(rows: Sequence[Movement]) -> list[StatementAccount]:
    return read(ofx_file(rows))


def as_ofx_without_ids(rows: Sequence[Movement]) -> list[StatementAccount]:
    return read(ofx_file(rows, ids=False))


def as_ofx_of_other_ids(rows: Sequence[Movement]) -> list[StatementAccount]:
    return read(ofx_file(rows, suffix=f"{rows[0].fitid}{rows[-1].fitid}"))


def as_ofx_cut_short(rows: Sequence[Movement]) -> list[StatementAccount]:
    return read(ofx_file(rows, longest=14))


BALANCED: tuple[Maker, ...] = (as_csv, pdf_statement)
MAKERS: tuple[Maker, ...] = (*BALANCED, as_ofx, as_ofx_cut_short, as_ofx_without_ids)
OF_RENEWED_IDS: tuple[Maker, ...] = (*BALANCED, as_ofx_without_ids, as_ofx_of_other_ids)


def counted(rows: Sequence[Movement]) -> Counter[tuple[date, int]]:
    return Counter((row.day, row.amount) for row in rows)


def stored(uploads: Uploads) -> Counter[tuple[date, int]]:
    return Counter((row.day, row.amount) for row in uploads.stored())


def span(random: Random, history: list[Movement], *, from_midday: bool) -> range:
    """A stretch of a history that a file covers. It ends anywhere in a day; it begins with a day, as exports do, or anywhere."""
    first, last = sorted(random.choices(range(len(history)), k=2))
    while not from_midday and first and history[first - 1].day == history[first].day:
        first -= 1
    return range(first, last + 1)


def meets_on_one_amount(history: list[Movement], places: range, earlier: list[range]) -> bool:
    """Whether a file ends where another begins, on a day of which both list one amount: other ids may then be of another transaction."""
    for one, other in [(places, each) for each in earlier] + [(each, places) for each in earlier]:
        day = history[one[-1]].day
        if day == history[other[0]].day and len({history[nth].amount for nth in {*one} & {*other} if history[nth].day == day}) < 2:
            return True
    return False


@pytest.mark.parametrize("kinds", [MAKERS, BALANCED, OF_RENEWED_IDS], ids=["any-kind", "balances-and-days-cut-anywhere", "renewed-ids"])
@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 3000), marks=pytest.mark.soak)], ids=["some", "many"])
def test_overlapping_files_lose_and_double_nothing(services: Services, kinds: tuple[Maker, ...], seeds: range) -> None:
    """After every file the stored rows are those that any file has shown so far: so every proven interval sums."""
    for seed in seeds:
        random = Random(f"{seed} {len(kinds)}")
        history, uploads, covered = movements(random, random.randint(2, 12)), Uploads(services), set[int]()
        earlier: list[range] = []
        for nth in range(random.randint(2, 7) if history else 0):
            places = span(random, history, from_midday=kinds is BALANCED)
            if kinds is OF_RENEWED_IDS and meets_on_one_amount(history, places, earlier):
                continue
            earlier.append(places)
            maker = random.choice(kinds)
            uploads.add(maker([history[place] for place in places]))
            covered |= set(places)
            assert stored(uploads) == counted([history[place] for place in covered]), (seed, nth, maker.__name__)


HISTORY = movements(Random(5), 9)


@pytest.mark.parametrize(
    "makers", list(permutations([*MAKERS, as_ofx_of_other_ids], 2)), ids=lambda pair: " then ".join(each.__name__ for each in pair)
)
def test_two_kinds_of_file_of_the_same_days(services: Services, makers: tuple[Maker, Maker]) -> None:
    uploads = Uploads(services)
    for maker in (*makers, *makers):
        uploads.add(maker(HISTORY))
        assert stored(uploads) == counted(HISTORY)
    texts = {row.text for row in HISTORY}
    assert as_ofx_cut_short in makers or {row.text for row in uploads.stored()} == texts


def test_what_a_second_file_adds_stays_with_the_row(services: Services) -> None:
    """The text cut short goes on, the balance is added; the id stays."""
    uploads = Uploads(services)
    uploads.add(as_ofx_cut_short(HISTORY))
    before = {row.id for row in uploads.stored()}
    uploads.add(pdf_statement(HISTORY))
    after = uploads.stored()
    assert {row.id for row in after} == before
    assert sorted((row.day, row.text, row.balance) for row in after) == sorted((row.day, row.text, row.balance) for row in HISTORY)
    uploads.add(as_ofx_cut_short(HISTORY))
    assert uploads.stored() == after


COFFEES = [Movement(FIRST_DAY, -450, "COFFEE", 10_000 - 450 * nth, f"N51{nth:08}K") for nth in range(1, 3)]
LATER = Movement(FIRST_DAY + timedelta(1), -100, "BUS", 9000, "N5100000009K")


@pytest.mark.parametrize("partial", MAKERS, ids=lambda maker: maker.__name__)
@pytest.mark.parametrize("whole", MAKERS, ids=lambda maker: maker.__name__)
def test_a_second_equal_payment_that_only_one_file_has(services: Services, partial: Maker, whole: Maker) -> None:
    for files in permutations([partial(COFFEES[:1]), whole([*COFFEES, LATER])]):
        uploads = Uploads(services)
        for file in files:
            uploads.add(file)
        assert stored(uploads) == counted([*COFFEES, LATER])


@pytest.mark.parametrize("day_of_first", [0, 1], ids=["one-day", "two-days"])
@pytest.mark.parametrize("equal", [1, 2])
def test_equal_payments_of_one_day_in_successive_files_with_ids(services: Services, day_of_first: int, equal: int) -> None:
    """The second file lists only what the first had not: its coffee has an id of its own and is another one."""
    first = [Movement(FIRST_DAY - timedelta(1), -900, "BUS", 0, "N5000000000K")][:day_of_first] + COFFEES[:1]
    further = [COFFEES[0]._replace(fitid=f"N52{nth:08}K") for nth in range(equal)]
    for files in permutations([as_ofx(first), as_ofx([*further, LATER])]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted([*first, *further, LATER])


def reworded(rows: Sequence[Movement]) -> list[Movement]:
    return [row._replace(text=f"VISA {nth} {row.text[::-1]}") for nth, row in enumerate(rows)]


@pytest.mark.parametrize("makers", list(permutations([as_csv, as_ofx, as_ofx_without_ids, as_ofx_of_other_ids], 2)))
def test_other_words_at_the_edges_of_files_of_the_same_days(services: Services, makers: tuple[Maker, Maker]) -> None:
    """Both list their first and last day from its start."""
    uploads = Uploads(services)
    for each in (makers[0](HISTORY), makers[1](reworded(HISTORY)), makers[0](HISTORY)):
        uploads.add(each)
        assert stored(uploads) == counted(HISTORY)


def test_files_that_meet_on_a_day_of_several_amounts_in_other_words(services: Services) -> None:
    days = sorted({row.day for row in HISTORY})
    day = next(day for day in days[1:-1] if len({row.amount for row in HISTORY if row.day == day}) > 1)
    until, since = ([row for row in HISTORY if row.day <= day], [row for row in HISTORY if row.day >= day])
    for files in permutations([as_csv(until), as_ofx(reworded(since))]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted(HISTORY)


@pytest.mark.parametrize("maker", [as_csv, pdf_statement, as_ofx_without_ids])
def test_a_kind_of_file_that_dates_everything_a_day_later(services: Services, maker: Maker) -> None:
    balances = accumulate((-100 - nth for nth in range(12)), initial=100_000)
    rows = [
        Movement(FIRST_DAY + timedelta(nth // 2), -100 - nth, f"SHOP {nth}", balance - 100 - nth)
        for nth, balance in zip(range(12), balances, strict=False)
    ]
    later = [row._replace(day=row.day + timedelta(1), fitid=f"N54{nth:08}K") for nth, row in enumerate(rows)]
    for files in permutations([maker(rows), as_ofx(later)]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert sorted(row.amount for row in uploads.stored()) == sorted(row.amount for row in rows)


@pytest.mark.parametrize("maker", BALANCED, ids=lambda maker: maker.__name__)
def test_a_file_that_goes_on_after_an_equal_payment(services: Services, maker: Maker) -> None:
    """Both files have one coffee of that day; the balances say that it is not the same one."""
    for files in permutations([maker(COFFEES[:1]), maker([COFFEES[1], LATER])]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted([*COFFEES, LATER])


@pytest.mark.parametrize("days", [0, 1], ids=["edge", "inside"])
def test_an_order_of_its_own_within_a_day(services: Services, days: int) -> None:
    """A PDF and a CSV put the rows of a day in different orders: every balance but the last differs."""
    before, after = FIRST_DAY - timedelta(days), FIRST_DAY + timedelta(days)
    edges = [Movement(before, -300, "TRAM", 10_000), Movement(after, -200, "FERRY", 8450)] if days else []
    amounts = [(-450, "COFFEE"), (-700, "LUNCH"), (-200, "BUS")]

    def listed(order: Sequence[tuple[int, str]]) -> list[Movement]:
        balances = accumulate((amount for amount, _ in order), initial=10_000)
        rows = [Movement(FIRST_DAY, *each, balance) for each, balance in zip(order, list(balances)[1:], strict=True)]
        return sorted([*edges, *rows], key=lambda row: row.day)

    for files in permutations([as_csv(listed(amounts)), pdf_statement(listed(amounts[1:] + amounts[:1]))]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted(listed(amounts))


def test_other_words_for_one_transaction_within_the_days_of_a_file(services: Services) -> None:
    other = [row._replace(text=f"VISA {nth}") if HISTORY[0].day < row.day < HISTORY[-1].day else row for nth, row in enumerate(HISTORY)]
    for files in permutations([as_csv(HISTORY), as_ofx(other)]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted(HISTORY)


def test_other_words_on_a_day_that_may_be_cut_are_another_transaction(services: Services) -> None:
    uploads = Uploads(services)
    uploads.add(as_ofx([COFFEES[0]]))
    uploads.add(as_ofx([COFFEES[0]._replace(text="BAKERY", fitid="N5200000001K"), LATER]))
    assert len(uploads.stored()) == 3


def test_days_that_differ_between_two_kinds_of_file(services: Services) -> None:
    """The PDF proves that its days have no room for the row of the OFX file, which dates it a day later."""
    moved = [row._replace(day=row.day + timedelta(1)) if row is HISTORY[len(HISTORY) // 2] else row for row in HISTORY]
    for files in permutations([pdf_statement(HISTORY), as_ofx(sorted(moved, key=lambda row: row.day))]):
        uploads = Uploads(services)
        for each in (*files, *files):
            uploads.add(each)
        assert stored(uploads) == counted(HISTORY)


@pytest.mark.parametrize("proven_first", [True, False])
def test_what_a_proven_statement_contradicts_is_refused(services: Services, proven_first: bool) -> None:
    further = Movement(HISTORY[len(HISTORY) // 2].day, -7777, "NEVER HAPPENED", 0, "N5300000001K")
    files = [pdf_statement(HISTORY), as_ofx(sorted([*HISTORY, further], key=lambda row: row.day))]
    uploads = Uploads(services)
    uploads.add(files[0 if proven_first else 1])
    before = uploads.stored()
    with pytest.raises(ContradictionError, match=r"transaction of -77\.77"):
        uploads.add(files[1 if proven_first else 0])
    assert uploads.stored() == before


def test_a_file_leaves_what_a_feed_shows_to_the_feed(services: Services) -> None:
    """Rows keep the feed's identity: its next refresh finds them by their ids, pending ones included."""
    uploads = Uploads(services)
    (account,) = (each.account for each in pdf_statement(HISTORY))
    shown = [BankTransaction(row.amount, row.text.title(), row.day, None, None, f"feed-{row.fitid}") for row in HISTORY]
    shown.append(BankTransaction(-999, "Held", None, HISTORY[-1].day, None, "feed-pending"))
    uploads.refresh(account, shown)
    before = {(row.id, row.day, row.amount) for row in uploads.stored()}
    for maker in MAKERS:
        uploads.add(maker(HISTORY))
        assert {(row.id, row.day, row.amount) for row in uploads.stored()} == before
        uploads.refresh(account, shown)
        assert {(row.id, row.day, row.amount) for row in uploads.stored()} == before


MIDDLE = HISTORY[len(HISTORY) // 2]


def test_a_feed_that_shows_more_than_a_statement_proves_is_a_break(services: Services) -> None:
    uploads = Uploads(services)
    uploads.add(pdf_statement(HISTORY))
    assert uploads.breaks() == []
    (account,) = (each.account for each in pdf_statement(HISTORY))
    uploads.refresh(account, [BankTransaction(-7777, "Elsewhere", MIDDLE.day, None, None, "feed-further")])
    period = f"{HISTORY[0].day} to {HISTORY[-1].day}"
    assert uploads.breaks() == [f"{period}: the transactions come to 77.77 less than the balances of the statement say"]
    uploads.add(as_ofx(HISTORY[-1:]))


def test_a_file_after_which_a_proven_statement_no_longer_sums_is_refused(services: Services) -> None:
    """A row is lost in between: nothing of a file that touches these days is stored any more."""
    uploads = Uploads(services)
    uploads.add(pdf_statement(HISTORY))
    lost = next(row for row in uploads.stored() if row.day == MIDDLE.day and row.amount)
    uploads.delete(lost)
    before = uploads.stored()
    with pytest.raises(ContradictionError, match="than the balances of the statement say"):
        uploads.add(as_ofx([HISTORY[-1], LATER._replace(day=HISTORY[-1].day + timedelta(1))]))
    assert uploads.stored() == before
