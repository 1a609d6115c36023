"""Feeds for apps that never correct an amount: however a bank changes what was pending, what such an app was sent adds up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.feeds import feeds
from bowerbird.domain.feeds.account_set import FeedSpan
from bowerbird.domain.feeds.adjusted import LONGEST_HOLD_DAYS, read_adjusted_set
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number
from bowerbird.model.ids import new_id
from bowerbird.model.reading import PendingRows
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.feeds import feeds as rows_of_feeds
from bowerbird.storage.rows.feeds.feeds import FeedAmountRow, amounts_of_feed, insert_amount
from bowerbird.storage.rows.transactions import KnownTransaction, TransactionValues
from tests.api.test_simplefin import account_set, claim, rows_of
from tests.serving import NOON, Application, Serving

STEPS = 40
SPAN = FeedSpan(pending=True)


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application(production=False)


@pytest.fixture
def tenant(app: Application) -> Tenant:
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    return Tenant(app.id, user)


def insert_pending(session: Session, account: AccountRow, cents: int) -> None:
    row_id = new_id()
    document = documents.render(BankTransaction(cents, "CARD PURCHASE", None), row_id, "AUD", TransactionClass.PAYMENT)
    values = TransactionValues(PENDING_DAY, cents, row_id, row_id.encode(), TransactionClass.PAYMENT, "", document)
    rows.insert_transactions(session.uow, account, [values])


def change(session: Session, account: AccountRow, row: KnownTransaction, cents: int, *, post: bool) -> None:
    """Another amount, and posted today where it says so."""
    today = session.services.clock.now().date()
    document = documents.render(BankTransaction(cents, "CARD PURCHASE", today if post else None), row.id, "AUD", TransactionClass.PAYMENT)
    day = day_number(today) if post else PENDING_DAY
    rows.update_transaction(session.uow, account, row, {"amount": cents, "document": document, "post_day": day})


def a_day_at_the_bank(session: Session, dice: Random) -> None:
    """Purchases; pending ones change, post as they are or with a tip, or are gone."""
    for account in account_rows.accounts_of_user(session.uow, *session.tenant)[:2]:
        for row in list(rows.known_transactions(session.uow, account, PENDING_DAY).values()):
            match dice.randrange(6):
                case 0:
                    change(session, account, row, row.amount - dice.randrange(1, 500), post=False)
                case 1:
                    change(session, account, row, row.amount, post=True)
                case 2:
                    change(session, account, row, row.amount * 112 // 100, post=True)
                case 3:
                    rows.delete_transaction(session.uow, account, row)
        for _ in range(dice.randrange(3)):
            insert_pending(session, account, -dice.randrange(100, 9_000))


def sum_of_bank(session: Session) -> int:
    own = account_rows.accounts_of_user(session.uow, *session.tenant)
    return sum(row.amount for account in own for row in rows.known_transactions(session.uow, account, 0).values())


class UncorrectingApp:
    """Keeps each row as it was sent first, as budgeting apps do."""

    def __init__(self) -> None:
        self.cents_by_id: dict[str, int] = {}
        self.corrected = 0

    def take(self, sent: dict[str, int]) -> None:
        for row_id, cents in sent.items():
            self.corrected += self.cents_by_id.setdefault(row_id, cents) != cents


def read(session: Session, feed_id: str, span: FeedSpan = SPAN) -> dict[str, int]:
    feed = next(row for row in feeds.list_feeds(session) if row.id == feed_id)
    found = [row for account in read_adjusted_set(session, feed, span).accounts for row in account.transactions]
    assert len({row.id for row in found}) == len(found)
    return {row.id: row.cents for row in found}


@pytest.mark.both_engines
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_an_app_was_sent_adds_up_on_every_day(serving: Serving, tenant: Tenant, seed: int) -> None:
    services, dice, app = serving.services, Random(seed), UncorrectingApp()
    key = services.write_now(feeds.create_feed, "Actual", PendingRows.ADJUSTED, tenant=tenant)
    for _ in range(STEPS):
        services.write_now(a_day_at_the_bank, dice, tenant=tenant)
        sent = services.write_now(read, key.feed_id, tenant=tenant)
        app.take(sent)
        assert sum(app.cents_by_id.values()) == services.read_now(sum_of_bank, tenant=tenant)
        assert services.write_now(read, key.feed_id, tenant=tenant) == sent, "a second read says something else"
    assert app.corrected == 0
    assert sum(":adjusted" in row_id for row_id in app.cents_by_id) > 5
    late = UncorrectingApp()
    late.take(services.write_now(read, key.feed_id, tenant=tenant))
    assert sum(late.cents_by_id.values()) == services.read_now(sum_of_bank, tenant=tenant), "an app that comes later"


@pytest.mark.both_engines
def test_what_was_sent_long_ago_is_not_looked_at_again(serving: Serving, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3,000 amounts of past years an answer of a month reads none, and one of all time those that it shows."""
    services, today = serving.services, day_number(NOON.date())
    key = services.write_now(feeds.create_feed, "Actual", PendingRows.ADJUSTED, tenant=tenant)
    before = services.write_now(read, key.feed_id, tenant=tenant)

    def age(session: Session) -> None:
        account = account_rows.accounts_of_user(session.uow, *tenant)[0]
        for nth in range(3_000):
            day = today - LONGEST_HOLD_DAYS - 1 - nth // 4
            insert_amount(session.uow, FeedAmountRow(*tenant, key.feed_id, account.id, new_id(), 0, 0, day))

    services.write_now(age, tenant=tenant)
    looked = list[int]()

    def counted(*given: Any) -> Any:
        found = amounts_of_feed(*given)
        looked.append(len(found))
        return found

    monkeypatch.setattr(rows_of_feeds, "amounts_of_feed", counted)
    month = replace(SPAN, start_s=int(NOON.timestamp()) - 30 * 86_400)
    services.write_now(partial(read, span=month), key.feed_id, tenant=tenant)
    after = services.write_now(read, key.feed_id, tenant=tenant)
    assert {row_id: cents for row_id, cents in after.items() if row_id in before} == before
    assert looked[0] < 50
    assert looked[1] >= 3_000


def test_over_http_and_gone_with_the_feed(serving: Serving, app: Application, tenant: Tenant) -> None:
    services = serving.services
    key = services.write_now(feeds.create_feed, "Actual", PendingRows.ADJUSTED, tenant=tenant)
    access = claim(f"{app.http.base_url}/simplefin/claim/{key.code}")
    before = rows_of(account_set(access, "?pending=1"))
    pending_id = next(row_id for row_id, row in before.items() if row.get("pending"))

    def post_with_a_tip(session: Session) -> int:
        for account in account_rows.accounts_of_user(session.uow, *tenant):
            for row in rows.known_transactions(session.uow, account, PENDING_DAY).values():
                if row.id == pending_id:
                    change(session, account, row, row.amount - 150, post=True)
                    return row.amount
        raise AssertionError

    services.write_now(post_with_a_tip, tenant=tenant)
    after = rows_of(account_set(access, "?pending=1"))
    assert after[pending_id]["amount"] == before[pending_id]["amount"]
    assert (after[pending_id]["posted"] > 0, after[f"{pending_id}:adjusted"]["amount"]) == (True, "-1.50")
    assert after[f"{pending_id}:adjusted"]["posted"] == round(NOON.timestamp())
    assert services.read_now(lambda session: amounts_of_feed(session.uow, key.feed_id, 0, ()), tenant=tenant)
    assert services.write_now(feeds.delete_feed, key.feed_id, tenant=tenant)
    assert not services.read_now(lambda session: amounts_of_feed(session.uow, key.feed_id, 0, ()), tenant=tenant)
