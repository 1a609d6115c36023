"""Figures of the money pages on random rows: each is exactly its rows, kinds part them, and what is left out has a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bowerbird.insights.figures import FigureRow, per_month
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.money_kinds import MONEY_IN, MONEY_OUT, MoneyKind
from bowerbird.insights.reports.inputs import FigureInputs
from tests.unit.insights.test_reports_checked import DEBTS, FIRST, INCOME, NEEDS, OTHER, WANTS, account, counted, group, inputs

SECTION = {
    MoneyKind.ESSENTIAL: NEEDS,
    MoneyKind.CHOICE: WANTS,
    MoneyKind.DEBTS: DEBTS,
    MoneyKind.OTHER_OUT: OTHER,
}


def pays_a_shared_card(row: FigureRow) -> bool:
    return group(row) == "EXP-061" and (row.cents > 0 or row.account == "credit-card")


@pytest.mark.parametrize("seed", range(200))
def test_every_figure_is_exactly_its_rows(seed: int) -> None:
    found = inputs(seed)
    money = MoneyFigures(found)
    for kind, groups in SECTION.items():
        figure = money.figure(f"all.{kind}")
        rows = [row for row in found.rows if group(row) in groups and not pays_a_shared_card(row)]
        assert figure is not None
        assert {row.id for row in figure.rows} == {row.id for row in rows}
        assert figure.cents == money.total(kind) == sum(map(counted, rows))
    income = [figure for kind in MONEY_IN if (figure := money.figure(f"all.{kind}"))]
    assert sorted(row.id for figure in income for row in figure.rows) == sorted(row.id for row in found.rows if group(row) in INCOME)
    for month in money.months:
        for name, cents in [*month.cents.items(), ("in", month.in_cents), ("out", month.out_cents)]:
            figure = money.figure(f"{month.month}.{name}")
            assert figure is not None
            assert figure.cents == cents
            assert all(f"{row.day:%Y-%m}" == month.month for row in figure.rows)
            assert not {row.id for row in figure.rows} & {each.row.id for each in figure.left_out}
            assert all(each.reason for each in figure.left_out)
    for source in [*money.income, *money.commitments]:
        figure = money.figure(source.id)
        assert figure is not None
        assert (figure.rows, figure.cents) == (source.rows, source.total_cents)
    for flag in money.flags:
        figure = money.figure(f"flag.{flag.id}")
        assert figure is not None
        assert (figure.rows, figure.cents) == (flag.rows, flag.cents)


@pytest.mark.parametrize("seed", range(50))
def test_every_row_is_of_one_kind(seed: int) -> None:
    money = MoneyFigures(inputs(seed))
    figures = [figure for kind in MoneyKind if (figure := money.figure(f"all.{kind}"))]
    assert sorted(row.id for figure in figures for row in figure.rows) == sorted(row.id for row in money.rows)
    assert money.total("left") == money.total("in") + money.total("out") == sum(money.total(kind) for kind in (*MONEY_IN, *MONEY_OUT))
    assert money.a_month("left") == sum(money.a_month(kind) for kind in (*MONEY_IN, *MONEY_OUT)), "what a reader adds up is what is shown"


def money_of(*rows: tuple[str, str, int, str, int, str]) -> MoneyFigures:
    """Figures of 90 days: (id, account, day, leaf, cents, other side) a row; days count from the first."""
    found = [
        FigureRow(id, account_id, FIRST + timedelta(days=day), cents, leaf, text=leaf, pair=pair)
        for id, account_id, day, leaf, cents, pair in rows
    ]
    accounts = tuple(account(kind, kind) for kind in ("transaction", "credit-card"))
    return MoneyFigures(FigureInputs(ReportPeriod(FIRST, FIRST + timedelta(days=89)), accounts, tuple(found)))


def test_what_is_bought_with_a_shared_card_is_counted_and_what_is_paid_to_it_is_not() -> None:
    money = money_of(
        ("1", "transaction", 1, "salary", 5_000_00, ""),
        ("2", "credit-card", 2, "groceries", -800_00, ""),
        ("3", "transaction", 30, "own_transfer", -800_00, "4"),
        ("4", "credit-card", 30, "card_repayment", 800_00, "3"),
    )
    assert (money.total("out"), money.total("left"), money.total("own")) == (-800_00, 4_200_00, 0)
    assert money.card_payments_cents == 800_00
    figure = money.figure("all.left")
    assert figure is not None
    assert {each.row.id: each.reason for each in figure.left_out} == {
        "3": "It moves between own accounts.",
        "4": "It pays a shared card: what was bought with the card is counted.",
    }
    assert [(each.kind, each.total_cents) for each in money.commitments] == [("Credit Card Repayments", -800_00)]
    assert money.repaid_a_month == per_month(-800_00, 90)


def test_a_payment_to_a_card_that_is_not_shared_is_money_out() -> None:
    money = money_of(("1", "transaction", 1, "card_transfer", -800_00, ""))
    assert (money.total("debts"), money.card_payments_cents) == (-800_00, 0)


@pytest.mark.parametrize("cents", [-450_00, 450_00])
def test_an_own_account_that_is_not_shared_is_neither_spending_nor_income(cents: int) -> None:
    money = money_of(("1", "transaction", 1, "unshared_own_account", cents, ""))
    assert (money.total("in"), money.total("out"), money.total("own")) == (0, 0, cents)
    (left_out,) = money.figure("all.left").left_out  # type: ignore[union-attr]
    assert left_out.reason == "It moves to or from an own account that is not shared."


def test_who_pays_once_has_no_month() -> None:
    (source,) = money_of(("1", "transaction", 3, "tax_refund", 900_00, "")).income
    assert (source.monthly_cents, source.how_often, source.total_cents) == (None, "Once", 900_00)


def test_a_change_of_salary_is_the_payment_at_which_it_changed() -> None:
    """Not every payment before and after."""
    paid = [day for day in range(1, 80, 7) if day not in {57, 64}]
    money = money_of(*((str(day), "transaction", day, "salary", 1_000_00, "") for day in paid))
    flag = next(each for each in money.flags if each.id == "salary")
    assert [row.id for row in flag.rows] == ["71"]
    assert flag.meaning == "In the last two months: SALARY came again after a pause on 10 Sep 2025."
    begun = money_of(*((str(day), "transaction", day, "salary", 1_000_00, "") for day in range(40, 90, 7)))
    flag = next(each for each in begun.flags if each.id == "salary")
    assert [row.id for row in flag.rows] == ["40"]
    whole = money_of(*((str(day), "transaction", day, "salary", 1_000_00, "") for day in range(1, 90, 7)))
    assert not next(each for each in whole.flags if each.id == "salary").is_raised


@pytest.mark.parametrize(
    "id", ["", "all", "all.", "all.x", "2026-13.income", "1999-01.income", "group.X", "flag.x", "income.x", "payee.", "x.y.z"]
)
def test_an_unknown_figure_is_none(id: str) -> None:
    assert MoneyFigures(inputs(1)).figure(id) is None
