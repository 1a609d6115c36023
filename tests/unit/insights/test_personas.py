"""The personas of the sandbox, whose income follows from their flows: all of it is found and nothing else, for any seed and day."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from bowerbird.connectors.sandbox.days import month_of
from bowerbird.connectors.sandbox.history import WINDOW, ledgers
from bowerbird.connectors.sandbox.personas import PERSONAS
from bowerbird.insights.classify import Kind, anzsic_of, classify
from bowerbird.insights.context import in_context
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.insights.movements import Movement
from bowerbird.insights.streams import income_streams, payer_of
from bowerbird.plugins.packs import lexicon

SEEDS = (1, 2, 3, 4, 5)
DAYS = (date(2026, 3, 18), date(2026, 7, 31), date(2027, 1, 2))
BANK = "AU00000"
MIN_PAYMENTS = 4
"""What came so often in the days that the bank shows is a stream; of less nothing is asked."""

RENT, SUPER, TAX, ADVERTISING = "672", "633", "751", "694"
COARSE = {RENT, SUPER, TAX, ADVERTISING}
"""ANZSIC groups of the bank's own that a leaf does not tell apart: an agent from a landlord, a fund from its clearing house."""


@cache
def rows_of(login: str, seed: int, today: date) -> tuple[tuple[Movement, ...], dict[str, str]]:
    """What the bank shows of a persona on a day, and the ANZSIC group that it gives with a row."""
    classes = {account.key: account.account_class for account in PERSONAS[login].accounts}
    rows, groups = [], {}
    for key, ledger in ledgers(seed, BANK, login, month_of(today)).items():
        for number, posting in enumerate(ledger.postings):
            if not today - WINDOW <= posting.posted <= today:
                continue
            found = classify(lexicon(), posting.text, posting.amount, classes[key])
            rows.append(Movement(f"{key}/{number}", key, classes[key], posting.posted, posting.amount, posting.text, found))
            groups[rows[-1].id] = posting.subclass[0] if posting.subclass else ""
    return tuple(sorted(rows, key=lambda row: (row.day, row.id))), groups


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize("login", [login for login, persona in PERSONAS.items() if persona.no_transactions is None])
def test_all_income_is_found_and_nothing_else(login: str, today: date) -> None:
    for seed in SEEDS:
        rows, _ = rows_of(login, seed, today)
        streams = income_streams(rows, today)
        accounts = {row.id: row.account for row in rows}
        found = {(accounts[stream.rows[0]], stream.payer): (stream.category, stream.period) for stream in streams}
        assert len(found) == len(streams), f"seed {seed}: a source in two streams: {streams}"
        wanted = {}
        for truth in PERSONAS[login].truth:
            paid = [row for row in rows if row.text == truth.text and row.account == truth.account and row.cents > 0]
            source = truth.account, payer_of(truth.text)
            if len(paid) >= MIN_PAYMENTS or source in found:
                wanted[source] = (truth.kind, truth.period)
        assert found == wanted, f"seed {seed}"


@pytest.mark.parametrize("login", PERSONAS)
def test_income_is_what_the_flows_say_is_income(login: str) -> None:
    """No own movement, winning or refund is income; what is a credit of a flow that earns is."""
    earning = {truth.text for truth in PERSONAS[login].truth}
    for seed in SEEDS:
        rows, _ = rows_of(login, seed, DAYS[0])
        for row in in_context(rows, DAYS[0]):
            is_income = LEAVES[row.enrichment.leaf].nature is Nature.INCOME and row.enrichment.leaf not in ("transfer_in", "credit_other")
            assert is_income == (row.movement.text in earning and row.movement.cents > 0), row


@pytest.mark.parametrize("login", PERSONAS)
def test_purchases_are_what_the_bank_says_they_are(login: str) -> None:
    rows, groups = rows_of(login, 1, DAYS[0])
    for row in rows:
        if row.cents < 0 and groups[row.id] and groups[row.id] not in COARSE:
            assert anzsic_of(lexicon(), row.enrichment)[:3] == groups[row.id], row


def test_nothing_that_a_persona_pays_is_a_guess() -> None:
    """Every shop of the sandbox has a pack."""
    found = (row for login in PERSONAS for row in in_context(rows_of(login, 1, DAYS[0])[0], DAYS[0]))
    assert {row.movement.text for row in found if row.enrichment.evidence.kind is Kind.NOTHING} == set()
