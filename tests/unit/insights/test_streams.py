"""Streams of income of made-up people whose payments are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.insights.classify import Kind, classify
from bowerbird.insights.context import in_context
from bowerbird.insights.groups import group_of
from bowerbird.insights.movements import Movement
from bowerbird.insights.pairing import REVERSED_DAYS, own_movements
from bowerbird.insights.periods import PER_MONTH, bank_day_after, bank_day_before, best_fit, is_bank_day, nearest
from bowerbird.insights.streams import Stream, income_streams
from bowerbird.plugins.packs import lexicon

FIRST, LAST = date(2025, 10, 1), date(2026, 10, 31)
CLASSES = {"everyday": "transaction", "saver": "savings", "card": "credit-card", "loan": "mortgage", "deposit": "term-deposit"}
STEPS = {"P1W": 7, "P2W": 14, "P4W": 28}
MONTHS = {"P1M": 1, "P3M": 3}


def due_days(period: str, start: int) -> Iterator[date]:
    """`start`: days after the first for weeks, the day of the month for months."""
    if period in STEPS:
        day = FIRST + timedelta(days=start)
        while day <= LAST:
            yield day
            day += timedelta(days=STEPS[period])
        return
    for number in range(FIRST.year * 12 + FIRST.month - 1, LAST.year * 12 + LAST.month):
        year, month = divmod(number, 12)
        end = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        month_days = (15, 31) if period == "P15D" else (start,)
        if period != "P3M" or number % 3 == 0:
            yield from (date(year, month + 1, min(day, end)) for day in month_days)


def row(day: date, cents: int, text: str, account: str = "everyday") -> Movement:
    klass = CLASSES[account]
    return Movement(f"{account}-{day}-{cents}-{text}", account, klass, day, cents, text, classify(lexicon(), text, cents, klass))


def paid(period: str, start: int = 12, cents: int = 2_000_00, text: str = "KITE ELECTRICAL SALARY") -> list[Movement]:
    return [row(bank_day_before(day), cents, text) for day in due_days(period, start)]


def only(rows: list[Movement]) -> Stream:
    found = income_streams(sorted(rows, key=lambda movement: movement.day), LAST)
    assert len(found) == 1, found
    return found[0]


@settings(max_examples=60, deadline=None)
@given(period=st.sampled_from([*STEPS, "P1M", "P15D", "P3M"]), start=st.integers(1, 28), late=st.booleans(), drop=st.integers(0, 40))
def test_a_period_is_found_whatever_the_bank_days(period: str, start: int, late: bool, drop: int) -> None:
    move = bank_day_after if late else bank_day_before
    rows = [row(move(day), 1_234_56, "KITE ELECTRICAL SALARY") for day in due_days(period, start)]
    if 0 < drop < len(rows) - 1 and len(rows) > 8:
        del rows[drop]
    stream = only(rows)
    assert (stream.period, len(stream.rows), stream.category) == (period, len(rows), "salary")
    assert stream.monthly_cents == round(1_234_56 * PER_MONTH[period])
    assert stream.low_cents <= stream.monthly_cents <= stream.high_cents


def test_a_raise_counts_from_its_day() -> None:
    rows = [
        row(movement.day, 2_120_00 if movement.day.month in range(5, 10) else movement.cents, movement.text) for movement in paid("P2W")
    ]
    assert only([movement for movement in rows if movement.day < date(2026, 10, 1)]).monthly_cents == round(2_120_00 * PER_MONTH["P2W"])


def test_a_stream_that_ended_is_not_ongoing() -> None:
    rows = [movement for movement in paid("P1M") if movement.day < date(2026, 8, 1)]
    assert not only(rows).ongoing
    assert only(paid("P1M")).ongoing


def test_a_gap_does_not_end_a_stream() -> None:
    rows = [movement for movement in paid("P2W") if not date(2026, 2, 1) < movement.day < date(2026, 5, 1)]
    assert len(only(rows).rows) == len(rows)


def test_two_jobs_at_one_payer_are_two_streams() -> None:
    found = income_streams(sorted(paid("P2W", 5) + paid("P2W", 10, 900_00), key=lambda movement: movement.day), LAST)
    assert sorted((stream.period, stream.monthly_cents) for stream in found) == [
        ("P2W", round(900_00 * PER_MONTH["P2W"])),
        ("P2W", round(2_000_00 * PER_MONTH["P2W"])),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "OSKO DEPOSIT FROM C EXAMPLE RENT SHARE",
        "VISA REFUND KMART",
        "SPORTSBET WITHDRAWAL",
        "LOAN FUNDS",
        "KITE EXPENSE REIMB",
        "MEDICARE BENEFIT",
    ],
)
def test_what_is_no_income(text: str) -> None:
    assert income_streams([row(day, 300_00, text) for day in due_days("P2W", 3)], LAST) == []


def test_a_company_that_pays_a_wage_without_saying_so() -> None:
    stream = only([row(bank_day_before(day), 2_000_00, f"IRONBARK PTY LTD {day.day:06}") for day in due_days("P2W", 3)])
    assert (stream.category, stream.by_pattern) == ("salary", True)
    assert income_streams([row(day, 2_000_00, "A EXAMPLE") for day in (FIRST, date(2026, 1, 3), date(2026, 1, 9))], LAST) == []


@pytest.mark.parametrize("earner", ["deposit", "saver"])
@pytest.mark.parametrize("paying", ["INTEREST PAID OUT", "INTEREST TRANSFER TO EVERYDAY", "WITHDRAWAL INTEREST", "TRANSFER TO XX1234"])
@pytest.mark.parametrize("receiving", ["TERM DEPOSIT INTEREST PAID", "INTEREST FROM 062000 4411", "DIRECT CREDIT"])
def test_interest_that_an_account_pays_on_is_earned_once(earner: str, paying: str, receiving: str) -> None:
    """However it is worded: the account that is credited earns it, the one that receives it does not."""
    day = date(2026, 1, 12)
    rows = [row(day, 880_00, "CREDIT INTEREST", earner), row(day, -880_00, paying, earner), row(day + timedelta(days=1), 880_00, receiving)]
    seen = in_context(rows, LAST)
    assert [group_of(each.enrichment.leaf, each.movement.cents) for each in seen] == ["INC-004", "OWN", "OWN"]
    alone = in_context(rows[2:], LAST)
    assert group_of(alone[0].enrichment.leaf, 880_00).startswith("INC-"), "where the other account is not shared, it is income"


def test_interest_of_two_accounts_is_earned_twice() -> None:
    day = date(2026, 1, 31)
    rows = [row(day, 60_00, "CREDIT INTEREST", "deposit"), row(day, 60_00, "CREDIT INTEREST", "saver"), row(day, -60_00, "ALDI", "saver")]
    assert [each.enrichment.leaf for each in in_context(rows, LAST)] == ["interest", "interest", "groceries"]


def test_own_movements_are_paired_once_and_are_no_income() -> None:
    days = list(due_days("P1M", 9))
    out = [row(day, -500_00, "TRANSFER TO SAVER") for day in days]
    into = [row(day + timedelta(days=1), 500_00, "PAYMENT RECEIVED 12345", "saver") for day in days]
    pairs = own_movements([*out, *into])
    assert pairs == {**{a.id: b.id for a, b in zip(out, into, strict=True)}, **{b.id: a.id for a, b in zip(out, into, strict=True)}}
    assert income_streams([*out, *into], LAST) == []


def test_a_wage_is_no_own_movement_though_the_same_sum_leaves() -> None:
    pay = paid("P1M")
    out = [row(movement.day, -2_000_00, "TRANSFER TO SAVER", "saver") for movement in pay]
    assert own_movements([*pay, *out]) == {}


def test_what_a_loan_account_receives_is_no_income() -> None:
    assert income_streams([row(day, 900_00, "PAYROLL", "loan") for day in due_days("P2W", 3)], LAST) == []


def test_bank_days() -> None:
    good_friday = date(2026, 4, 3)
    assert not is_bank_day(good_friday)
    assert bank_day_before(good_friday) == date(2026, 4, 2)
    assert bank_day_after(good_friday) == date(2026, 4, 7)
    assert [bank_day_after(date(2027, 12, day)) for day in (24, 25, 28)] == [date(2027, 12, 24), *[date(2027, 12, 29)] * 2]
    assert [bank_day_after(date(2022, 12, day)) for day in (23, 25, 28)] == [date(2022, 12, 23), *[date(2022, 12, 28)] * 2]
    assert is_bank_day(date(2026, 4, 27)), "Anzac Day on a weekend is kept on a Monday by some states only"


STATES = {
    "ACT": "2026-03-09 2026-04-27 2026-06-01 2026-06-08 2026-08-03 2026-10-05",
    "NSW": "2026-04-27 2026-06-08 2026-08-03 2026-10-05",
    "NT": "2026-05-04 2026-06-08 2026-08-03",
    "QLD": "2026-05-04 2026-08-12 2026-10-05",
    "SA": "2026-03-09 2026-06-08 2026-10-05",
    "TAS": "2026-03-09 2026-06-08",
    "VIC": "2026-03-09 2026-06-08 2026-09-25 2026-11-03",
    "WA": "2026-03-02 2026-04-27 2026-06-01 2026-09-28",
}
"""Holidays of 2026 that a state has and the whole country has not, as the states' governments publish them."""


def is_open_where(closed: set[date], day: date) -> bool:
    return is_bank_day(day) and day not in closed


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize(("period", "start"), [("P1W", 5), ("P2W", 5), ("P2W", 12), ("P1M", 1), ("P1M", 9)])
def test_a_payer_keeps_the_holidays_of_any_state(state: str, step: int, period: str, start: int) -> None:
    """A pay day that is a holiday where the payer is moves to the day before or after: it is no payment that failed to come."""
    closed = set(map(date.fromisoformat, STATES[state].split()))
    is_open = partial(is_open_where, closed)
    days = [nearest(day, timedelta(days=step), is_open) for day in due_days(period, start)]
    stream = only([row(day, 2_000_00, "KITE ELECTRICAL SALARY") for day in days])
    assert (stream.period, len(stream.rows), stream.stability) == (period, len(days), Fraction(1))


def test_one_day_keeps_no_period() -> None:
    assert best_fit((FIRST,), (0,)) is None
    assert best_fit((), ()) is None


def test_the_command_answers_every_person_in_order_and_ignores_a_truth(tmp_path: Path) -> None:
    rows = [{"id": m.id, "account": "everyday", "day": m.day.isoformat(), "amount": m.cents, "description": m.text} for m in paid("P2W")]
    people = [
        {"person": 7, "accounts": CLASSES, "last": LAST.isoformat(), "transactions": rows, "truth": {"streams": "none"}},
        {"person": 8, "accounts": CLASSES, "last": LAST.isoformat(), "transactions": []},
    ]
    file = tmp_path / "people.jsonl"
    file.write_text("\n".join(map(json.dumps, people)))
    result = CliRunner().invoke(cli.app, ["insights", "streams", str(file), "--json"], catch_exceptions=False)
    first, second = map(json.loads, result.output.splitlines())
    assert (second, first["person"]) == ({"person": 8, "streams": []}, 7)
    (stream,) = first["streams"]
    assert stream.keys() == {"transactions", "period", "ongoing", "monthlyCents", "lowCents", "highCents", "category"}
    assert stream["transactions"] == [movement["id"] for movement in rows]
    assert "salary" in CliRunner().invoke(cli.app, ["insights", "streams", str(file)]).output


def test_a_wage_that_is_taken_back_is_no_income() -> None:
    rows = sorted(
        [*paid("P1W"), row(date(2026, 1, 9), -2_000_00, "REVERSAL KITE ELECTRICAL SALARY"), row(date(2026, 1, 9), 75_00, "MIRA FIELD")],
        key=lambda movement: movement.day,
    )
    found = in_context(rows, LAST)
    taken = [each for each in found if each.pair]
    assert [(each.movement.cents, each.enrichment.leaf) for each in taken] == [(2_000_00, "refund"), (-2_000_00, "refund")]
    assert (taken[1].movement.day - taken[0].movement.day).days <= REVERSED_DAYS
    assert not any(each.stream for each in taken)


def test_a_payer_no_word_makes_known_is_an_employer_by_regularity() -> None:
    found = in_context(sorted(paid("P2W", text="KITE ELECTRICAL"), key=lambda movement: movement.day), LAST)
    assert {(each.enrichment.leaf, each.enrichment.evidence.kind) for each in found} == {("salary", Kind.PATTERN)}
    few = in_context(paid("P2W", text="KITE ELECTRICAL")[:4], LAST)
    assert {each.enrichment.leaf for each in few} == {"credit_other"}


@pytest.mark.parametrize(("account", "received"), [("saver", "own_transfer"), ("card", "card_repayment"), ("loan", "mortgage_repayment")])
def test_own_movements_count_where_they_arrive(account: str, received: str) -> None:
    rows = [row(date(2026, 2, 3), -500_00, "TRANSFER TO XX1234"), row(date(2026, 2, 4), 500_00, "TRANSFER RECEIVED", account)]
    assert [each.enrichment.leaf for each in in_context(rows, LAST)] == ["own_transfer", received]


def test_a_redraw_leaves_the_loan_and_is_no_income() -> None:
    rows = [row(date(2026, 2, 3), -500_00, "REDRAW", "loan"), row(date(2026, 2, 3), 500_00, "TRANSFER FROM LOAN")]
    assert [each.enrichment.leaf for each in in_context(rows, LAST)] == ["redraw", "own_transfer"]
