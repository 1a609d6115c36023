"""What an import does when the bank's list changes: ids stay, nothing is doubled, nothing lost."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.model.transaction import BankTransaction
from tests.faults.scripted_bank import ScriptedBank, ids, purchase
from tests.serving import Application, Serving

MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)


class Account:
    """A connected user at the scripted bank."""

    def __init__(self, serving: Serving, bank: ScriptedBank) -> None:
        self.app: Application = serving.application()
        self.bank = bank
        self.user = self.app.new_user()
        self.job: dict[str, object] = {}

    def connect(self, *listing: BankTransaction) -> list[dict[str, object]]:
        self.bank.listing = list(listing)
        self.job = self.app.settled(self.app.connect(self.user, "a", "b", "AU00001"))
        return self.app.transactions(self.user)

    def refresh(self, *listing: BankTransaction) -> list[dict[str, object]]:
        self.bank.listing = list(listing)
        connection = self.app.get(f"/users/{self.user}/connections").json()["data"][0]["id"]
        answer = self.app.post(f"/users/{self.user}/connections/{connection}/refresh")
        assert answer.status_code == 202, answer.text
        self.job = self.app.settled(answer.json()["id"])
        return self.app.transactions(self.user)


@pytest.fixture
def account(serving: Serving, bank: ScriptedBank) -> Account:
    return Account(serving, bank)


def test_two_equal_coffees_stay_two_and_are_found_again(account: Account) -> None:
    coffee = purchase(450, "COFFEE", MONDAY)
    first = account.connect(coffee, coffee)
    again = account.refresh(coffee, coffee, coffee)
    assert len(first) == 2
    assert len(again) == 3
    assert {row["id"] for row in first} < {row["id"] for row in again}


def test_pending_keeps_its_id_when_the_bank_names_it(account: Account) -> None:
    before = ids(account.connect(purchase(900, "LUNCH", None, made=MONDAY, upstream_id="P1")))
    after = account.refresh(purchase(900, "LUNCH 1234", TUESDAY, made=MONDAY, upstream_id="T1", pending_id="P1"))
    assert ids(after) == {"LUNCH 1234": before["LUNCH"]}
    assert after[0]["status"] == "posted"
    assert ids(account.refresh(purchase(900, "LUNCH 1234", TUESDAY, made=MONDAY, upstream_id="T1", pending_id="P1"))) == ids(after)


def test_pending_keeps_its_id_when_only_amount_and_words_agree(account: Account) -> None:
    before = ids(account.connect(purchase(900, "PENDING - LUNCH BAR", None, made=MONDAY), purchase(700, "BUS", None, made=MONDAY)))
    after = ids(account.refresh(purchase(700, "BUS", None, made=MONDAY), purchase(900, "Lunch Bar Sydney", TUESDAY, made=MONDAY)))
    assert after["Lunch Bar Sydney"] == before["PENDING - LUNCH BAR"]
    assert after["BUS"] == before["BUS"]


def test_a_different_purchase_of_the_same_amount_is_not_mistaken_for_the_pending_one(account: Account) -> None:
    before = ids(account.connect(purchase(900, "LUNCH", None, made=MONDAY)))
    after = ids(account.refresh(purchase(900, "LUNCH", None, made=MONDAY), purchase(900, "CINEMA", TUESDAY)))
    assert after["LUNCH"] == before["LUNCH"]
    assert after["CINEMA"] != before["LUNCH"]


def test_one_pending_purchase_becomes_one_of_two_equal_posted_ones(account: Account) -> None:
    before = account.connect(purchase(900, "LUNCH", None, made=MONDAY))
    after = account.refresh(purchase(900, "LUNCH", TUESDAY), purchase(900, "LUNCH", TUESDAY))
    assert len(after) == 2
    assert before[0]["id"] in {row["id"] for row in after}
    assert ids(account.refresh(purchase(900, "LUNCH", TUESDAY), purchase(900, "LUNCH", TUESDAY))) == ids(after)


def test_a_pending_purchase_that_vanishes_is_gone(account: Account) -> None:
    account.connect(purchase(900, "HOTEL HOLD", None, made=MONDAY), purchase(450, "COFFEE", MONDAY))
    assert set(ids(account.refresh(purchase(450, "COFFEE", MONDAY)))) == {"COFFEE"}


def test_a_posted_transaction_the_bank_changes_keeps_its_id(account: Account) -> None:
    before = account.connect(purchase(900, "LUNCH", MONDAY, upstream_id="T1"))
    after = account.refresh(purchase(1000, "LUNCH AND TIP", TUESDAY, upstream_id="T1"))
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert (after[0]["amount"], after[0]["postDate"]) == ("-10.00", "2026-03-17T00:00:00Z")


def test_a_shorter_list_loses_nothing_posted(account: Account) -> None:
    old, new = purchase(100, "OLD", date(2026, 1, 5)), purchase(200, "NEW", TUESDAY)
    account.connect(old)
    assert set(ids(account.refresh(new))) == {"OLD", "NEW"}


def test_within_a_day_the_banks_order_is_kept(account: Account) -> None:
    listed = account.connect(*[purchase(100 + n, f"N{n}", MONDAY) for n in range(30)])
    assert [row["description"] for row in listed] == [f"N{n}" for n in reversed(range(30))]


def test_counts_follow_every_change(account: Account, serving: Serving) -> None:
    account.connect(purchase(900, "HOLD", None, made=MONDAY), purchase(450, "COFFEE", MONDAY))
    account.refresh(purchase(450, "COFFEE", MONDAY), purchase(100, "BUS", TUESDAY))
    page = account.app.get(f"/users/{account.user}/transactions").json()
    assert (page["count"], page["size"]) == (2, 2)
    held = account.app.get(f"/users/{account.user}/accounts").json()["data"][0]
    assert held["transactionIntervals"] == [{"from": "2026-03-16", "to": "2026-03-17"}]
