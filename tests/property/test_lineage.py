"""Which files and feeds show a transaction, and what becomes of it when an operator says that one of them shows another one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import permutations
from random import Random

import msgspec
import pytest
from sqlalchemy import select

from bowerbird.domain.insights.enrichment import set_category
from bowerbird.domain.ledger.accounts import list_accounts
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.lineage import Lineage, get_lineage
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.model.event import EventType
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import BankTransaction
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import events
from bowerbird.storage.rows.insights import corrections, enrichments
from bowerbird.wiring.services import open_services
from tests.bank_files import BANKS, FIRST, KINDS, SHORT, BankEntry, MadeUpBank, history
from tests.overlapping_files import Stored, Uploads
from tests.postgres import Postgres

BENDIGO = next(bank for bank in BANKS if bank.name == "bendigo")
"""Its files of text print no balances."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data=tmp_path_factory.mktemp("lineage"))
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        settings = replace(settings, **server.database().settings)
    opened = open_services(settings)
    yield opened
    opened.storage.close()
    opened.guard.pool.shutdown()


def lineage_of(uploads: Uploads, transaction_id: str) -> Lineage:
    return uploads.services.read_now(get_lineage, transaction_id, tenant=uploads.tenant)


def separate(uploads: Uploads, transaction_id: str, place: int) -> str:
    """Take apart what the source at a place shows."""
    source_id = lineage_of(uploads, transaction_id).sources[place].source_id
    assert source_id is not None
    return uploads.services.write_now(separate_transaction, transaction_id, source_id, "ana", tenant=uploads.tenant)


def join(uploads: Uploads, transaction_id: str, source_id: str) -> str:
    return uploads.services.write_now(join_transaction, transaction_id, source_id, tenant=uploads.tenant)


def state(uploads: Uploads) -> tuple[list[Stored], list[Lineage]]:
    rows = sorted(uploads.stored(), key=lambda row: row.id)
    return rows, [lineage_of(uploads, row.id) for row in rows]


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.name)
def test_every_file_that_shows_a_transaction_is_its_source_with_its_own_values(services: Services, bank: MadeUpBank) -> None:
    rows = history(Random(bank.name), 6)
    for order in Random(7).sample(list(permutations(KINDS, 3)), 8):
        uploads = Uploads(services, bank.institution)
        files = [bank.statement(kind, rows, longest=SHORT if nth == 1 else 200)[0] for nth, kind in enumerate(order)]
        for file in files:
            uploads.add([file])
        wanted = [sorted((row.amount, row.description, row.balance or 0) for row in file.transactions) for file in files]
        lineages = state(uploads)[1]
        for nth, values in enumerate(wanted):
            shown = [lineage.sources[nth].transaction for lineage in lineages]
            assert sorted((row.amount, row.description, row.balance or 0) for row in shown) == values, (order, nth)
        assert {len(lineage.sources) for lineage in lineages} == {3}
        assert all(not lineage.sources[0].how and all(" " in each.how for each in lineage.sources[1:]) for lineage in lineages)


def test_a_feed_is_a_source_of_what_a_file_brought(services: Services) -> None:
    row, uploads = entry("LYREBIRD GROCER"), Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("ofx", [row]))
    uploads.refresh(BENDIGO.account(0, row.day), [BankTransaction(row.amount, "Lyrebird Grocer Bendigo", row.day, None, None, "feed-1")])
    (stored,) = uploads.stored()
    first, feed = lineage_of(uploads, stored.id).sources
    assert (first.transaction.description, first.how) == ("LYREBIRD GROCER", "")
    assert (feed.transaction.description, feed.how) == ("Lyrebird Grocer Bendigo", "day-amount-and-beginning 0.90")


def test_half_a_character_from_a_feed_fails_nothing(services: Services) -> None:
    row, uploads = entry("LYREBIRD GROCER"), Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("ofx", [row]))
    uploads.refresh(BENDIGO.account(0, row.day), [BankTransaction(row.amount, "Lyrebird Grocer \ud83d", row.day, None, None, "feed-1")])
    (stored,) = uploads.stored()
    assert [source.transaction.description for source in lineage_of(uploads, stored.id).sources] == ["LYREBIRD GROCER", "Lyrebird Grocer ?"]


def entry(text: str, amount: int = -450, day: int = 0, fitid: str = "F0001A") -> BankEntry:
    return BankEntry(FIRST + timedelta(day), FIRST + timedelta(day), amount, text, 100_000, fitid)


AROUND = [entry("MULLA MULLA FUEL", -6210, 0, "F0"), entry("TRANSPORT NSW TAP", -330, 2, "F2")]
ORDERS = list(permutations(("ofx", "csv", "plain-csv"), 3))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_wrong_match_is_taken_apart_for_good(services: Services, order: tuple[str, ...]) -> None:
    """On the last day of every file, which may be cut, two coffees look like one."""
    rows = [*AROUND, entry("WARATAH COFFEE CART", -450, 2, "F3")]
    uploads = Uploads(services, BENDIGO.institution)
    files = [BENDIGO.statement(kind, rows, longest=SHORT if nth else 200) for nth, kind in enumerate(order)]
    for file in files:
        uploads.add(file)
    coffee = next(row for row in uploads.stored() if row.amount == -450)
    separated_id = separate(uploads, coffee.id, 1)
    after, lineages = state(uploads)
    assert [row.amount for row in after].count(-450) == 2
    assert coffee.id in {row.id for row in after}
    by_id = {lineage.transaction.id: lineage for lineage in lineages}
    assert [len(by_id[each].sources) for each in (coffee.id, separated_id)] == [2, 1]
    separation = by_id[separated_id].separation
    assert separation
    assert separation[:2] == (coffee.id, separated_id)
    assert (by_id[coffee.id].separations, separation.operator) == ([separation], "ana")
    assert uploads.services.read_now(account_count, tenant=uploads.tenant) == 4
    for file in (*files, *files[::-1]):
        uploads.add(file)
        assert sorted((row.id, row.amount) for row in uploads.stored()) == sorted((row.id, row.amount) for row in after)
    uploads.add(BENDIGO.statement("ofx-without-ids", [*rows, rows[-1]]))
    assert len(uploads.stored()) == 4


def account_count(session: Session) -> int:
    return sum(account.transaction_count for account in list_accounts(session, None))


def test_what_a_wrong_match_had_changed_is_as_before(services: Services) -> None:
    uploads = Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE")]))
    (before,) = uploads.stored()
    uploads.add(BENDIGO.statement("ofx", [entry("WARATAH COFFEE CART SYDNEY")]))
    (completed,) = uploads.stored()
    assert completed.text == "WARATAH COFFEE CART SYDNEY"
    separate(uploads, before.id, 1)
    assert {row.text for row in uploads.stored()} == {"WARATAH COFFEE", "WARATAH COFFEE CART SYDNEY"}
    assert before in uploads.stored()


@pytest.mark.parametrize("order", list(permutations(range(1, 4))), ids=str)
def test_sources_are_taken_away_in_any_order(services: Services, order: tuple[int, ...]) -> None:
    """Each completes what the one before it says; what remains of the transaction is what the rest of them say, in the end the first."""
    texts = ["WARATAH", "WARATAH COFFEE", "WARATAH COFFEE CART", "WARATAH COFFEE CART SYDNEY"]
    uploads = Uploads(services, BENDIGO.institution)
    for nth, text in enumerate(texts):
        uploads.add(BENDIGO.statement("ofx" if nth % 2 else "csv", [entry(text, fitid="F000A")]))
    (row,) = uploads.stored()
    left, ids = set(range(4)), {nth: lineage_of(uploads, row.id).sources[nth].source_id for nth in range(4)}
    for nth in order:
        source_id = ids[nth]
        assert source_id
        services.write_now(separate_transaction, row.id, source_id, "ana", tenant=uploads.tenant)
        left.remove(nth)
        sources = lineage_of(uploads, row.id).sources
        assert [source.transaction.description for source in sources] == [texts[each] for each in sorted(left)]
        assert next(each.text for each in uploads.stored() if each.id == row.id) == texts[max(left)]
    assert sorted(each.text for each in uploads.stored()) == texts


@pytest.mark.parametrize("first", ["file", "feed"])
def test_a_feed_and_a_file_taken_apart_stay_apart(services: Services, first: str) -> None:
    row, uploads = entry("WARATAH COFFEE CART"), Uploads(services, BENDIGO.institution)
    listing = [BankTransaction(row.amount, "Waratah Coffee Cart", row.day, None, None, "feed-1")]

    def upload() -> None:
        uploads.add(BENDIGO.statement("ofx", [row]))

    def refresh() -> None:
        uploads.refresh(BENDIGO.account(0, row.day), listing)

    for step in (upload, refresh) if first == "file" else (refresh, upload):
        step()
    (stored,) = uploads.stored()
    sources = lineage_of(uploads, stored.id).sources
    assert len(sources) == 2
    separate(uploads, stored.id, 1)
    for step in (refresh, upload, refresh):
        step()
        assert sorted(row.text for row in uploads.stored()) == ["WARATAH COFFEE CART", "Waratah Coffee Cart"]


def test_a_match_that_a_statement_proves_stays(services: Services) -> None:
    rows = history(Random(3), 9)
    uploads = Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("pdf", rows))
    uploads.add(BENDIGO.statement("csv", rows))
    before, event_count = state(uploads), len(events_of(uploads))
    inside = [row for row in before[0] if rows[0].day < row.day < rows[-1].day and row.amount]
    for row in inside[:3]:
        with pytest.raises(ContradictionError, match="adds up without a second one"):
            separate(uploads, row.id, 1)
    assert state(uploads) == before
    assert len(events_of(uploads)) == event_count


def test_one_event_says_that_transactions_changed(services: Services) -> None:
    uploads = Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE CART")]))
    uploads.add(BENDIGO.statement("ofx", [entry("WARATAH COFFEE CART")]))
    (row,) = uploads.stored()
    before = len(events_of(uploads))
    separate(uploads, row.id, 1)
    assert events_of(uploads)[before:] == [EventType.TRANSACTIONS_UPDATED]


def events_of(uploads: Uploads) -> list[EventType]:
    def read(session: Session) -> list[EventType]:
        chosen = select(events.c.type).where(events.c.user_id == uploads.tenant.user_id)
        return [row[0] for row in session.uow.rows(chosen.order_by(events.c.position))]

    return uploads.services.read_now(read, tenant=uploads.tenant)


def test_the_first_source_and_those_of_others_are_not_taken_apart(services: Services) -> None:
    uploads, other = Uploads(services, BENDIGO.institution), Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE CART")]))
    uploads.add(BENDIGO.statement("ofx", [entry("WARATAH COFFEE CART")]))
    (row,) = uploads.stored()
    first, second = lineage_of(uploads, row.id).sources
    assert first.source_id
    assert second.source_id
    with pytest.raises(Problem):
        services.write_now(separate_transaction, row.id, first.source_id, "ana", tenant=uploads.tenant)
    with pytest.raises(Problem):
        services.write_now(separate_transaction, row.id, second.source_id, "ana", tenant=other.tenant)
    with pytest.raises(Problem):
        lineage_of(other, row.id)


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("order", list(permutations(KINDS, 3))[::5], ids="-".join)
def test_what_is_joined_again_is_as_it_was(services: Services, order: tuple[str, ...], place: int) -> None:
    """The same transaction from the same sources, found as before; the same files again add nothing."""
    rows = [*AROUND, entry("WARATAH COFFEE CART", -450, 2, "F3")]
    uploads = Uploads(services, BENDIGO.institution)
    files = [BENDIGO.statement(kind, rows, longest=SHORT if nth == 0 else 200) for nth, kind in enumerate(order)]
    for file in files:
        uploads.add(file)
    before, coffee = state(uploads), next(row for row in uploads.stored() if row.amount == -450)
    source_id = lineage_of(uploads, coffee.id).sources[place].source_id
    assert source_id
    separate(uploads, coffee.id, place)
    assert len(uploads.stored()) == 4
    for _ in range(2):
        assert join(uploads, coffee.id, source_id) == coffee.id
        assert state(uploads) == before
    for file in files:
        uploads.add(file)
        assert state(uploads)[0] == before[0]
    assert uploads.services.read_now(account_count, tenant=uploads.tenant) == 3


@pytest.mark.parametrize("joined", list(permutations(range(1, 4))), ids=str)
def test_sources_are_joined_in_any_order(services: Services, joined: tuple[int, ...]) -> None:
    texts = ["WARATAH", "WARATAH COFFEE", "WARATAH COFFEE CART", "WARATAH COFFEE CART SYDNEY"]
    uploads = Uploads(services, BENDIGO.institution)
    for nth, text in enumerate(texts):
        uploads.add(BENDIGO.statement("ofx" if nth % 2 else "csv", [entry(text, fitid="F000A")]))
    before, (row,) = state(uploads), uploads.stored()
    ids = [source.source_id or "" for source in lineage_of(uploads, row.id).sources]
    for nth in (2, 1, 3):
        services.write_now(separate_transaction, row.id, ids[nth], "ana", tenant=uploads.tenant)
    for nth in joined:
        join(uploads, row.id, ids[nth])
    assert state(uploads) == before


def test_what_was_separated_keeps_its_later_sources_when_it_is_joined(services: Services) -> None:
    uploads, texts = Uploads(services, BENDIGO.institution), ("WARATAH COFFEE", "WARATAH COFFEE CART")
    uploads.add(BENDIGO.statement("csv", [entry(texts[0])]))
    uploads.add(BENDIGO.statement("ofx", [entry(texts[1])]))
    (row,) = uploads.stored()
    first, second = (source.source_id or "" for source in lineage_of(uploads, row.id).sources)
    separated_id = separate(uploads, row.id, 1)
    uploads.add(BENDIGO.statement("ofx", [entry(texts[1])]))
    assert [len(lineage_of(uploads, each).sources) for each in (row.id, separated_id)] == [1, 2]
    third = lineage_of(uploads, separated_id).sources[1].source_id
    assert join(uploads, row.id, second) == row.id
    lineage = lineage_of(uploads, row.id)
    assert [source.source_id for source in lineage.sources] == [first, second, third]
    assert lineage.transaction.description == texts[1]
    assert [lineage.separation, lineage.separations] == [None, []]


def test_two_clicks_decide_once(services: Services) -> None:
    """From several threads at once, on either engine: what was decided stays so, and says the same id."""
    uploads = Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE CART")]))
    uploads.add(BENDIGO.statement("ofx", [entry("WARATAH COFFEE CART")]))
    (row,) = uploads.stored()
    source_id = lineage_of(uploads, row.id).sources[1].source_id or ""
    before, event_count = state(uploads), len(events_of(uploads))
    write = partial(services.write_from_thread, tenant=uploads.tenant)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            clicks = [pool.submit(write, separate_transaction, row.id, source_id, "ana") for _ in range(4)]
            assert len({click.result() for click in clicks}) == 1
            assert len(uploads.stored()) == 2
            back = [pool.submit(write, join_transaction, row.id, source_id) for _ in range(4)]
            assert {click.result() for click in back} == {row.id}
            assert state(uploads) == before
    assert len(events_of(uploads)) == event_count + 6


def twice(uploads: Uploads) -> tuple[str, str, str]:
    """One coffee that two files show, taken apart: the transaction, the other one, and the source that was separated."""
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE CART")]))
    uploads.add(BENDIGO.statement("ofx-without-ids", [entry("WARATAH COFFEE CART")]))
    (row,) = uploads.stored()
    source_id = lineage_of(uploads, row.id).sources[1].source_id or ""
    return row.id, separate(uploads, row.id, 1), source_id


@pytest.mark.parametrize("shown_by", ["file", "feed"])
def test_what_one_source_shows_twice_stays_two(services: Services, shown_by: str) -> None:
    """Each keeps its id, whether the decision stands or not."""
    uploads, row = Uploads(services, BENDIGO.institution), entry("WARATAH COFFEE CART")
    kept_id, separated_id, source_id = twice(uploads)
    if shown_by == "file":
        uploads.add(BENDIGO.statement("csv", [row, row]))
    else:
        listing = [BankTransaction(row.amount, "Waratah Coffee Cart", row.day, None, None, f"feed-{nth}") for nth in range(2)]
        uploads.refresh(BENDIGO.account(0, row.day), listing)
    assert {each.id for each in uploads.stored()} == {kept_id, separated_id}
    assert lineage_of(uploads, separated_id).separations == []
    assert [each.separated_id for each in lineage_of(uploads, kept_id).separations] == [separated_id]
    for seen_from in (separated_id, kept_id):
        assert join(uploads, seen_from, source_id) == kept_id
        assert {each.id for each in uploads.stored()} == {kept_id, separated_id}
        assert [source.source_id == source_id for source in lineage_of(uploads, kept_id).sources].count(True) == 1
        assert [len(lineage_of(uploads, each).sources) for each in (kept_id, separated_id)] == [3, 1]
    first = lineage_of(uploads, separated_id).sources[0]
    assert (first.how, first.file is not None) == ("", shown_by == "file")


def test_a_proven_statement_overrules_a_decision_and_says_so(services: Services) -> None:
    """The statement is read, what was separated goes, and the decision stays on record until it is taken back."""
    rows = [entry("MULLA MULLA FUEL", -6210, 0, "F0"), entry("WARATAH COFFEE CART", -450, 1, "F1"), entry("PIGFACE BAKERY", -990, 2, "F2")]
    for nth, row in enumerate(rows):
        rows[nth] = row._replace(balance=100_000 + sum(each.amount for each in rows[: nth + 1]))
    uploads, untouched = Uploads(services, BENDIGO.institution), Uploads(services, BENDIGO.institution)
    for kind in ("csv", "ofx"):
        uploads.add(BENDIGO.statement(kind, rows[:2]))
        untouched.add(BENDIGO.statement(kind, rows[:2]))
    coffee = next(row for row in uploads.stored() if row.amount == -450)
    source_id = lineage_of(uploads, coffee.id).sources[1].source_id or ""
    separated_id, event_count = separate(uploads, coffee.id, 1), len(events_of(uploads))
    assert len(uploads.stored()) == 3
    for _ in range(2):
        uploads.add(BENDIGO.statement("pdf", rows))
        assert [row.amount for row in uploads.stored()].count(-450) == 1
        (decision,) = lineage_of(uploads, coffee.id).separations
        assert (decision.separated_id, decision.operator) == (separated_id, "ana")
        assert "lists all of 2025-03-02 and adds up without a second one" in decision.overruled_by
    with pytest.raises(ContradictionError, match="adds up without a second one"):
        separate(uploads, coffee.id, 1)
    assert join(uploads, coffee.id, source_id) == coffee.id
    assert lineage_of(uploads, coffee.id).separations == []
    for _ in range(2):
        untouched.add(BENDIGO.statement("pdf", rows))
    assert [row[:-1] for row in uploads.stored()] == [row[:-1] for row in untouched.stored()]
    assert len(events_of(uploads)) == event_count


def test_a_decision_outlives_the_transaction_that_it_is_about(services: Services) -> None:
    """A feed shows the coffee posted under the id that it had pending: the files' transaction goes, and the decision is of the feed's."""
    uploads, row = Uploads(services, BENDIGO.institution), entry("WARATAH COFFEE CART", day=1)
    listing = [BankTransaction(row.amount, "Waratah Coffee Cart", None, row.day, None, "feed-1")]
    uploads.refresh(BENDIGO.account(0, row.day), listing)
    for kind in ("csv", "ofx-without-ids"):
        uploads.add(BENDIGO.statement(kind, [row]))
    pending, posted = sorted(uploads.stored(), key=lambda row: row.day, reverse=True)
    source_id = lineage_of(uploads, posted.id).sources[1].source_id or ""
    separated_id = separate(uploads, posted.id, 1)
    uploads.refresh(BENDIGO.account(0, row.day), [msgspec.structs.replace(listing[0], posted=row.day)])
    assert {each.id for each in uploads.stored()} == {pending.id, separated_id}
    assert [each.kept_id for each in lineage_of(uploads, pending.id).separations] == [pending.id]
    assert join(uploads, separated_id, source_id) == pending.id
    assert [each.id for each in uploads.stored()] == [pending.id]


def test_what_a_feed_corrects_is_corrected_where_the_feed_was_separated(services: Services) -> None:
    uploads, row = Uploads(services, BENDIGO.institution), entry("WARATAH COFFEE CART")
    uploads.add(BENDIGO.statement("ofx", [row]))
    listing = [BankTransaction(row.amount, "Waratah Coffee Cart", row.day, None, None, "feed-1")]
    uploads.refresh(BENDIGO.account(0, row.day), listing)
    (stored,) = uploads.stored()
    source_id = lineage_of(uploads, stored.id).sources[1].source_id or ""
    separated_id = separate(uploads, stored.id, 1)
    listing[0] = msgspec.structs.replace(listing[0], description="Waratah Coffee Cart Sydney")
    for _ in range(2):
        uploads.refresh(BENDIGO.account(0, row.day), listing)
        assert {each.id: each.text for each in uploads.stored()} == {
            stored.id: "WARATAH COFFEE CART", separated_id: "Waratah Coffee Cart Sydney",
        }  # fmt: skip
    join(uploads, stored.id, source_id)
    assert [(each.id, each.text) for each in uploads.stored()] == [(stored.id, "Waratah Coffee Cart Sydney")]


def test_what_is_said_of_a_separated_transaction_stays(services: Services) -> None:
    """By the application and by the person, through imports; once it is joined, the category is the other one's."""
    uploads, row = Uploads(services, BENDIGO.institution), entry("WARATAH COFFEE CART")
    kept_id, separated_id, source_id = twice(uploads)

    def say(session: Session) -> None:
        set_category(session, separated_id, "groceries")
        corrections.put_correction(
            session.uow, corrections.CorrectionRow(uploads.tenant.user_id, separated_id, uploads.tenant.application_id, b"sealed", 1)
        )

    def spoken(session: Session) -> tuple[dict[str, str], list[str]]:
        said = corrections.list_corrections(session.uow, *session.tenant)
        return dict(enrichments.overrides_of(session.uow, list_accounts(session, None)[0].user_ref)), [row.transaction_id for row in said]

    services.write_now(say, tenant=uploads.tenant)
    for kind in ("csv", "ofx"):
        uploads.add(BENDIGO.statement(kind, [row]))
        assert services.read_now(spoken, tenant=uploads.tenant) == ({separated_id: "groceries"}, [separated_id])
    join(uploads, kept_id, source_id)
    assert services.read_now(spoken, tenant=uploads.tenant) == ({kept_id: "groceries"}, [])


def test_what_is_not_separated_is_not_joined(services: Services) -> None:
    uploads, other = Uploads(services, BENDIGO.institution), Uploads(services, BENDIGO.institution)
    uploads.add(BENDIGO.statement("csv", [entry("WARATAH COFFEE CART"), entry("PIGFACE BAKERY", -990)]))
    uploads.add(BENDIGO.statement("ofx", [entry("WARATAH COFFEE CART")]))
    coffee, bakery = sorted(uploads.stored(), key=lambda row: -row.amount)
    source_id = lineage_of(uploads, coffee.id).sources[1].source_id or ""
    before = state(uploads)
    separate(uploads, coffee.id, 1)
    for transaction_id, source in ((bakery.id, source_id), (coffee.id, coffee.id), (bakery.id, coffee.id)):
        with pytest.raises(Problem):
            join(uploads, transaction_id, source)
    with pytest.raises(Problem):
        join(other, coffee.id, source_id)
    join(uploads, coffee.id, source_id)
    assert state(uploads) == before


def test_a_file_without_a_number_is_of_the_account_whatever_was_separated(services: Services) -> None:
    rows = [entry(text, -amount, day, f"F{day}") for day, (text, amount) in enumerate([("MULLA MULLA FUEL", 6210), ("PIGFACE BAKERY", 990),
            ("WARATAH COFFEE CART", 450), ("LYREBIRD GROCER", 7105), ("TRANSPORT NSW TAP", 330)])]  # fmt: skip
    uploads = Uploads(services, BENDIGO.institution)
    for kind in ("ofx", "csv"):
        uploads.add(BENDIGO.statement(kind, rows))
    coffee = next(row for row in uploads.stored() if row.amount == -450)
    source_id = lineage_of(uploads, coffee.id).sources[1].source_id or ""
    separate(uploads, coffee.id, 1)
    uploads.add(BENDIGO.statement("plain-csv", rows))
    assert (len(uploads.account_numbers()), len(uploads.stored())) == (1, 6)
    join(uploads, coffee.id, source_id)
    assert sorted(row.amount for row in uploads.stored()) == sorted(row.amount for row in rows)
