"""Random words of an application and of a person: every figure opens to exactly its rows, and what a person says is in none.

`make soak` makes 500 changes, in portions of their own seed; `BOWERBIRD_TEST_CHANGES` says how many the short portion makes. The seeds are
fixed, so that a failure can be repeated.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.corrections import delete_correction, record_correction
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.domain.insights.money import read_money
from bowerbird.domain.insights.own_rules import update_own_rules
from bowerbird.domain.insights.report_content import report_content
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.money import MoneyFigures
from bowerbird.insights.money_kinds import MoneyKind
from bowerbird.insights.own_rules import OwnRule
from bowerbird.model.insights.correction import CorrectionKind
from bowerbird.sdk.pack import words_of
from tests.serving import NOON, Serving

CHANGES = int(os.environ.get("BOWERBIRD_TEST_CHANGES", "25"))
PORTIONS = [pytest.param(18, CHANGES), *(pytest.param(seed, 100, marks=pytest.mark.soak) for seed in range(19, 24))]
WORDS = "quokkas pay me back"
"""What the person says: it is in no figure of the lender."""
PERSONAS = (("Gilfoyle", "PiedPiper"), ("gavinBelson", "hooli2016"))
SUMS = {"in": ("income", "other-in"), "out": ("essential", "choice", "debts", "other-out")}


class Household:
    """A person with a bank, and what was decided so far: by the application of single rows and by rules, and by the person."""

    def __init__(self, serving: Serving, login: str, password: str) -> None:
        self.serving, app = serving, serving.application("Lender")
        self.tenant = Tenant(app.id, app.new_user(email="one@example.com"))
        app.settled(app.connect(self.tenant.user_id, login, password))
        self.categories: dict[str, str] = {}
        self.rules: list[OwnRule] = []
        self.corrected: set[str] = set()

    def money(self) -> MoneyFigures:
        found = self.serving.services.read_now(read_money, tenant=self.tenant)
        assert found is not None
        return found.money

    def change(self, chance: random.Random) -> bool:
        """Say something else; whether the application decides it."""
        row, write = chance.choice(self.money().rows), self.serving.services.write_now
        match chance.randrange(4):
            case 0:
                self.categories[row.id] = leaf = chance.choice([*sorted(LEAVES), ""])
                write(set_category, row.id, leaf, tenant=self.tenant)
            case 1:
                self.rules = [*self.rules, rule_of(row, chance)][-6:]
                write(update_own_rules, self.rules, tenant=self.tenant.application_id)
            case 2:
                self.corrected.add(row.id)
                write(record_correction, row.id, chance.choice(list(CorrectionKind)), WORDS, tenant=self.tenant)
                return False
            case _:
                if self.corrected:
                    write(delete_correction, self.corrected.pop(), tenant=self.tenant)
                return False
        return True


def rule_of(row: FigureRow, chance: random.Random) -> OwnRule:
    words = words_of(row.text) or ("x",)
    return OwnRule(
        leaf=chance.choice(sorted(LEAVES)),
        any=chance.choice(words),
        most=f"{abs(row.cents) // 100 + 1}.00" if chance.random() < 0.5 else "",
        direction=chance.choice(("", "credit", "debit")),
        first_day=date(2025, chance.randint(1, 12), 1).isoformat() if chance.random() < 0.3 else "",
    )


def figures_of(money: MoneyFigures) -> dict[str, int]:
    """Every figure that the Money page shows, by its id: as the page works it out."""
    found = {f"all.{kind}": money.total(kind) for kind in (*MoneyKind, "in", "out", "left")}
    for month in money.months:
        found |= {f"{month.month}.{kind}": cents for kind, cents in month.cents.items()}
        found |= {f"{month.month}.in": month.in_cents, f"{month.month}.out": month.out_cents}
    found |= {each.id: each.total_cents for each in (*money.income, *money.commitments)}
    return found | {f"flag.{each.id}": each.cents for each in money.flags}


def require_whole(household: Household, money: MoneyFigures) -> None:
    """Each figure, opened from the database again, is the sum of its rows; each row is in exactly one of the kinds."""
    again, shown = household.money(), figures_of(money)
    opened = {id: again.figure(id) for id in shown}
    for id, cents in shown.items():
        figure = opened[id]
        assert figure is not None, id
        assert figure.cents == cents == sum(map(figure.counted, figure.rows)), id
        assert len({row.id for row in figure.rows}) == len(figure.rows), id
    kinds = [row.id for kind in MoneyKind if (figure := opened[f"all.{kind}"]) for row in figure.rows]
    assert sorted(kinds) == sorted(row.id for row in money.rows)
    for name, parts in SUMS.items():
        assert shown[f"all.{name}"] == sum(shown[f"all.{part}"] for part in parts)
        months = [cents for id, cents in shown.items() if id.endswith(f".{name}") and id[0].isdecimal()]
        assert sum(months) == shown[f"all.{name}"]
    leaves = {row.id: row.leaf for row in money.rows}
    assert {id: leaf for id, leaf in household.categories.items() if leaf and leaves[id] != leaf} == {}


def lenders_figures(money: MoneyFigures) -> tuple[dict[str, int], dict[str, bytes]]:
    """What the lender sees: the figures of the page, and those of a report as the wire has them."""
    report = report_content(money.inputs).figures
    assert not any(WORDS.encode() in figures for figures in report.values())
    return figures_of(money), report


@pytest.fixture
def households(tmp_path: Path) -> Iterator[list[Household]]:
    with Serving(tmp_path, start=NOON) as serving:
        yield [Household(serving, *persona) for persona in PERSONAS]


@pytest.mark.parametrize(("seed", "changes"), PORTIONS)
def test_every_figure_opens_to_exactly_its_rows_after_any_change(households: list[Household], seed: int, changes: int) -> None:
    chance, decided = random.Random(seed), [0, 0]
    before = [lenders_figures(household.money()) for household in households]
    for _ in range(changes):
        number = chance.randrange(len(households))
        by_application = households[number].change(chance)
        decided[by_application] += 1
        money = households[number].money()
        require_whole(households[number], money)
        after = lenders_figures(money)
        if not by_application:
            assert after == before[number], "what a person says is in no figure"
        before[number] = after
    assert min(decided) > changes // 5
