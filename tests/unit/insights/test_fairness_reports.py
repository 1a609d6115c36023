"""Names, suburbs and languages through whole reports: every metric, group, source, summary and money figure stays what it is."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.insights.classify import classify
from bowerbird.insights.context import in_context
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.movements import Movement
from bowerbird.insights.reports.affordability import affordability_figures
from bowerbird.insights.reports.expenses import expense_figures
from bowerbird.insights.reports.income import income_figures
from bowerbird.insights.reports.inputs import FigureInputs
from bowerbird.insights.reports.metric_titles import METRICS
from bowerbird.insights.reports.report import report_figures
from bowerbird.plugins.packs import lexicon
from tests.unit.insights.test_fairness import FIRST, LAST, OWNERS, PEOPLE, SUBURBS, TRADES, WORDS_TOO
from tests.unit.insights.test_reports_checked import account

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"  # not money: what a report is made of
Line: TypeAlias = tuple[str, date, int, str]
NAMES = ("name", "source", "description", "transactions")
"""What of an answer names somebody, or shows the texts themselves."""


def statement(people: tuple[str, str, str], owners: tuple[str, str], suburb: str) -> list[Line]:
    """Half a year of three accounts: a wage, a benefit, rent, a flatmate, friends, loans, betting, a card, savings, and every trade."""
    landlord, friend, flatmate = people
    employer, shop = owners
    rows: list[Line] = []
    for week in range(26):
        day, account = FIRST + timedelta(days=7 * week), "transaction" if week % 3 else "credit-card"
        rows += [
            ("transaction", day, -420_00, f"RENT TO {landlord}"),
            ("transaction", day + timedelta(days=1), -35_00 - week, f"TRANSFER TO {friend}"),
            (account, day + timedelta(days=2), -61_20 - week, f"{shop} {TRADES[week % len(TRADES)]} {suburb}"),
            (account, day + timedelta(days=2), -101_20 - week, f"WOOLWORTHS {1000 + week} {suburb}"),
        ]
        if week % 2 == 0:
            rows += [
                ("transaction", day + timedelta(days=3), 2_110_00, f"{employer} PTY LTD SALARY {week:06}"),
                ("transaction", day + timedelta(days=3), 320_00, f"OSKO DEPOSIT FROM {flatmate} RENT SHARE"),
                ("transaction", day + timedelta(days=4), -44_00, f"AFTERPAY PTY LTD {suburb}"),
            ]
        if week % 4 == 0:
            rows += [
                ("transaction", day + timedelta(days=4), 80_00, f"OSKO PAYMENT FROM {friend}"),
                ("transaction", day + timedelta(days=4), 310_50, "CTRLINK FAMILY 12345678"),
                ("transaction", day + timedelta(days=5), -250_00, "TRANSFER TO SAVER"),
                ("savings", day + timedelta(days=5), 250_00, "TRANSFER FROM EVERYDAY"),
                ("transaction", day + timedelta(days=5), -310_00 - week, "BPAY CREDIT CARD PAYMENT"),
                ("credit-card", day + timedelta(days=6), 310_00 + week, "PAYMENT - THANKYOU"),
                ("transaction", day + timedelta(days=6), -20_00, f"SPORTSBET PTY LTD {suburb}"),
            ]
    return rows


def inputs(rows: list[Line]) -> FigureInputs:
    """The rows as a snapshot has them."""
    movements = [
        Movement(f"{number:03}", kind, kind, day, cents, text, classify(lexicon(), text, cents, kind))
        for number, (kind, day, cents, text) in enumerate(sorted(rows, key=lambda row: row[1]))
    ]
    found = in_context(movements, LAST)
    figure_rows = tuple(
        FigureRow(
            each.movement.id, each.movement.account, each.movement.day, each.movement.cents, each.enrichment.leaf,
            each.enrichment.merchant, each.movement.text, pair=each.pair,
        )
        for each in found
    )  # fmt: skip
    accounts = tuple(account(kind, kind) for kind in ("transaction", "savings", "credit-card"))
    streams = {each.movement.id: each.stream for each in found if each.stream is not None}
    return FigureInputs(ReportPeriod(FIRST, LAST), accounts, figure_rows, streams)


def nameless(value: Json) -> Json:
    """An answer without names and made-up ids; lists in an order of their own, as equal sums stand in that of their names."""
    if isinstance(value, dict):
        kept = {key: nameless(each) for key, each in value.items() if key not in NAMES}
        return {key: each for key, each in kept.items() if key != "id" or each in METRICS or str(each)[:3] in ("EXP", "INC")}
    if isinstance(value, list):
        return sorted((nameless(each) for each in value), key=lambda each: msgspec.json.encode(each, order="sorted"))
    return value


def figures(people: tuple[str, str, str], owners: tuple[str, str], suburb: str) -> Json:
    """The report, the three older summaries, and what the money pages show."""
    snapshot = inputs(statement(people, owners, suburb))
    income, money = income_figures(snapshot), MoneyFigures(snapshot)
    sources = [
        [each.kind, each.total_cents, each.monthly_cents, each.low_cents, each.high_cents, each.every, each.is_ongoing, len(each.gaps)]
        for each in (*money.income, *money.commitments)
    ]
    shown = {
        "report": report_figures(snapshot), "income": income, "expenses": expense_figures(snapshot),
        "affordability": affordability_figures(snapshot, income), "sources": sources,
        "months": [[month.month, *month.cents.values()] for month in money.months],
        "flags": [[flag.id, flag.is_raised, flag.cents] for flag in money.flags],
    }  # fmt: skip
    return nameless(msgspec.to_builtins(shown))


@cache
def plain() -> Json:
    return figures(("JAMES WILSON", "EMILY SMITH", "MARIA ROSSI"), ("HENDERSONS", "MARIGOLDS"), "BONDI NSW")


def test_the_plain_statement_fills_a_report() -> None:
    found = plain()
    assert isinstance(found, dict)
    report, sources = found["report"], found["sources"]
    assert isinstance(report, dict)
    assert isinstance(sources, list)
    assert isinstance(report["groups"], list)
    assert len(report["groups"]) >= 15
    assert len(sources) >= 6


@settings(max_examples=25, deadline=None)
@given(
    people=st.tuples(*[st.sampled_from(PEOPLE + WORDS_TOO)] * 3).filter(lambda names: len(set(names)) == 3),
    owners=st.tuples(*[st.sampled_from(OWNERS)] * 2).filter(lambda names: names[0] != names[1]),
    suburb=st.sampled_from(SUBURBS),
)
def test_names_suburbs_and_languages_move_no_figure_of_any_report(
    people: tuple[str, str, str], owners: tuple[str, str], suburb: str
) -> None:
    assert figures(people, owners, suburb) == plain()


@pytest.mark.parametrize("person", PEOPLE + WORDS_TOO)
def test_each_name_stands_in_each_place(person: str) -> None:
    others = [name for name in ("JAMES WILSON", "EMILY SMITH", "MARIA ROSSI") if name != person]
    for place in range(3):
        people = [*others[:2]]
        people.insert(place, person)
        assert figures((people[0], people[1], people[2]), ("HENDERSONS", "MARIGOLDS"), "BONDI NSW") == plain(), place
