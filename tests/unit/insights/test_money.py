"""Figures of the money pages on random rows: each is exactly its rows, kinds part them, and what is left out has a reason."""

from __future__ import annotations

import pytest

from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.money_kinds import MONEY_IN, MONEY_OUT, MoneyKind
from tests.unit.insights.test_reports_checked import DEBTS, INCOME, NEEDS, OTHER, WANTS, counted, group, inputs

SECTION = {
    MoneyKind.ESSENTIAL: NEEDS,
    MoneyKind.CHOICE: WANTS,
    MoneyKind.DEBTS: DEBTS,
    MoneyKind.OTHER_OUT: OTHER,
}


@pytest.mark.parametrize("seed", range(200))
def test_every_figure_is_exactly_its_rows(seed: int) -> None:
    found = inputs(seed)
    money = MoneyFigures(found)
    for kind, groups in SECTION.items():
        figure = money.figure(f"all.{kind}")
        assert figure is not None
        assert {row.id for row in figure.rows} == {row.id for row in found.rows if group(row) in groups}
        assert figure.cents == money.total(kind) == sum(counted(row) for row in found.rows if group(row) in groups)
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


@pytest.mark.parametrize(
    "id", ["", "all", "all.", "all.x", "2026-13.income", "1999-01.income", "group.X", "flag.x", "income.x", "payee.", "x.y.z"]
)
def test_an_unknown_figure_is_none(id: str) -> None:
    assert MoneyFigures(inputs(1)).figure(id) is None
