"""Whose names a statement prints, where they live and in which language a shop is called moves no figure."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.insights.classify import classify
from bowerbird.insights.context import in_context
from bowerbird.insights.groups import group_of
from bowerbird.insights.movements import Movement
from bowerbird.plugins.packs import lexicon

PEOPLE = (
    "JAMES WILSON", "EMILY SMITH", "NGUYEN THI LAN", "TRAN VAN MINH", "MOHAMMED AL HASSAN", "FATIMA KHAN", "WEI CHEN", "LI NA ZHANG",
    "PRIYA PATEL", "HARPREET SINGH", "GIORGOS PAPADOPOULOS", "MARIA ROSSI", "AROHA TE KANAWA", "TALIA YUNUPINGU", "JUAN DELA CRUZ",
    "KIM JI WOO", "OLUWASEUN ADEYEMI", "ALOFA TUILAGI", "SVETLANA PETROVA", "ISLA MCDONALD", "VAN DER BERG",
)  # fmt: skip
WORDS_TOO = ("KIT ART MATE", "ROO BANKS", "GRACE PARTY", "HEART CHURCH", "SKY GLASS")
"""Names that are words of rules and of trades: alone they are no evidence of a person, beside a phrase they change nothing."""

OWNERS = (
    "HENDERSONS", "NGUYEN BROTHERS", "AL NOOR", "SHUN FAT", "LA TRATTORIA DI GINA", "PHO HIEN", "SRI BALAJI", "OLYMPIA", "MAORI KAI",
    "EL RINCON", "ANATOLIA", "KIMCHI", "BEIRUT", "BALKAN", "SAKURA", "BORSCHT", "MARIGOLDS",
)  # fmt: skip
SUBURBS = (
    "CABRAMATTA NSW",
    "TOORAK VIC",
    "LAKEMBA NSW",
    "BONDI NSW",
    "SUNNYBANK QLD",
    "INALA QLD",
    "COTTESLOE WA",
    "ELIZABETH SA",
    "PALMERSTON NT",
)
TRADES = ("RESTAURANT", "PHARMACY", "BAKERY", "HAIRDRESSER", "MEDICAL CENTRE", "SUPERMARKET", "PLUMBING", "DENTAL", "CAR WASH", "BUTCHER")
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)

Statement = list[tuple[date, int, str]]


def statement(person: str, owner: str, suburb: str) -> Statement:
    """Half a year: a wage, rent, transfers between friends, a bill, and every trade."""
    rows: Statement = []
    for week in range(26):
        day = FIRST + timedelta(days=7 * week)
        rows.append((day, -420_00, f"RENT TO {person}"))
        rows.append((day + timedelta(days=1), -35_00, f"TRANSFER TO {person}"))
        rows.append((day + timedelta(days=2), -61_20 - week, f"{owner} {TRADES[week % len(TRADES)]} {suburb}"))
        if week % 2 == 0:
            rows.append((day + timedelta(days=3), 2_110_00, f"{owner} PTY LTD SALARY {person}"))
        if week % 4 == 0:
            rows.append((day + timedelta(days=4), 80_00, f"OSKO PAYMENT FROM {person}"))
    return rows


def figures(rows: Statement) -> tuple[Counter[str], list[tuple[str, str, int]]]:
    """Cents by group, and the streams of income without their payers."""
    movements = [
        Movement(str(number), "everyday", "transaction", day, cents, text, classify(lexicon(), text, cents))
        for number, (day, cents, text) in enumerate(rows)
    ]
    sums: Counter[str] = Counter()
    streams = {}
    for row in in_context(movements, LAST):
        sums[group_of(row.enrichment.leaf, row.movement.cents)] += row.movement.cents
        if row.stream is not None:
            streams[row.stream.rows] = (row.stream.category, row.stream.period, row.stream.monthly_cents)
    return sums, sorted(streams.values())


PLAIN = figures(statement("JAMES WILSON", "HENDERSONS", "BONDI NSW"))


def test_the_plain_statement_is_understood() -> None:
    sums, streams = PLAIN
    assert (sums["EXP-030"], sums["INC-009"], sums["EXP-013"]) == (-26 * 420_00, 13 * 2_110_00, -26 * 35_00)
    assert [stream[:2] for stream in streams] == [("salary", "P2W")]
    assert sums["EXP-039"] == 0


@settings(max_examples=60, deadline=None)
@given(person=st.sampled_from(PEOPLE + WORDS_TOO), owner=st.sampled_from(OWNERS), suburb=st.sampled_from(SUBURBS))
def test_names_suburbs_and_languages_move_no_figure(person: str, owner: str, suburb: str) -> None:
    assert figures(statement(person, owner, suburb)) == PLAIN


@pytest.mark.parametrize("person", PEOPLE)
def test_no_person_is_a_lender_a_bookmaker_or_a_shop(person: str) -> None:
    for text, cents in ((f"TRANSFER TO {person}", -50_00), (f"{person}", -50_00), (f"PAYMENT TO {person}", -50_00), (f"{person}", 50_00)):
        found = classify(lexicon(), text, cents)
        assert found.leaf in ("transfer_out", "unknown", "credit_other", "transfer_in"), (text, found)
