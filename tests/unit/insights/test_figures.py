"""Figures: every row in one group, sums that open down to rows, and the accounting identity."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.insights import groups
from bowerbird.insights.figures import FigureRow, Partition, Proof, accounting_identity, median_month, month_sums, per_month, percent
from bowerbird.insights.groups import GROUPS, group_of, in_section
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.metrics import OUTGOINGS, ReportPeriod, counts, flags, monthly, shares

FIRST = date(2026, 1, 1)
PERIOD = ReportPeriod(FIRST, FIRST + timedelta(days=89))


def row(number: int, cents: int, leaf: str, account: str = "a", day: int = 0, merchant: str = "", pair: str = "") -> FigureRow:
    return FigureRow(str(number), account, FIRST + timedelta(days=day), cents, leaf, merchant, pair=pair)


@st.composite
def reports(draw: st.DrawFn) -> list[FigureRow]:
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(-9_000_00, 9_000_00).filter(bool), st.sampled_from(sorted(LEAVES)), st.sampled_from("ab"), st.integers(0, 89)
            ),
            max_size=60,
        )
    )
    return [row(number, cents, leaf, account, day) for number, (cents, leaf, account, day) in enumerate(drawn)]


def test_every_leaf_has_a_group_with_a_title_and_every_group_a_section() -> None:
    assert len(GROUPS) == 69
    for leaf in LEAVES.values():
        assert leaf.group in GROUPS or leaf.group == groups.OWN, leaf
    assert all(group.sections and group.title for group in GROUPS.values())
    assert GROUPS["EXP-014"].sections == (groups.DISCRETIONARY, groups.HIGH_RISK)
    assert in_section(groups.INCOME) == {group for group in GROUPS if group.startswith("INC-")}


@pytest.mark.parametrize(
    ("leaf", "cents", "group"),
    [
        ("interest", 50_01, "INC-004"),
        ("interest", 50_00, "INC-007"),
        ("salary", 100_01, "INC-009"),
        ("salary", 100_00, "INC-007"),
        ("credit_other", 300_01, "INC-006"),
        ("credit_other", 300_00, "INC-007"),
        ("transfer_in", 300_01, "INC-006"),
        ("groceries", -1, "EXP-016"),
        ("own_transfer", 1, "OWN"),
    ],
)
def test_published_thresholds(leaf: str, cents: int, group: str) -> None:
    assert group_of(leaf, cents) == group


@given(reports())
def test_groups_partition_the_rows(rows: list[FigureRow]) -> None:
    partition = Partition(rows)
    everything = partition.total("all", [*GROUPS, groups.OWN])
    assert sorted(everything.rows) == sorted(found.id for found in rows)
    assert everything.cents == sum(found.counted_cents for found in rows)
    assert sum(partition.total(group, [group]).cents for group in [*GROUPS, groups.OWN]) == everything.cents


@given(reports(), st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
def test_the_identity_holds_for_what_moved(rows: list[FigureRow], opening_a: int, opening_b: int) -> None:
    moved = {account: sum(found.cents for found in rows if found.account == account) for account in "ab"}
    openings = {"a": opening_a, "b": opening_b}
    balances: dict[str, tuple[int | None, int | None]] = {account: (at, at + moved[account]) for account, at in openings.items()}
    identity = accounting_identity(Partition(rows), balances)
    assert identity.holds
    assert identity.in_cents + identity.out_cents + identity.own_cents == moved["a"] + moved["b"]
    if rows:
        dropped = accounting_identity(Partition(rows[1:]), balances)
        assert not dropped.holds, "a row that is missing is noticed"
        assert dropped.unproven == (rows[0].account,)
        assert {proof.off_cents for proof in dropped.accounts} - {0} == {rows[0].cents}


def test_a_balance_that_is_not_known_proves_nothing_and_is_named() -> None:
    identity = accounting_identity(Partition([row(1, 5, "salary")]), {"a": (None, 5), "b": (0, 0)})
    assert [(account.proof, account.off_cents) for account in identity.accounts] == [(Proof.UNKNOWN, None), (Proof.PROVEN, 0)]
    assert (identity.holds, identity.unproven) == (False, ("a",))


def test_what_cannot_be_a_report() -> None:
    with pytest.raises(ValueError, match="twice"):
        Partition([row(1, 5, "salary"), row(1, 6, "salary")])
    with pytest.raises(ValueError, match="does not have"):
        accounting_identity(Partition([row(1, 5, "salary", "c")]), {"a": (0, 0)})


def test_months() -> None:
    rows = [row(1, 300_00, "salary", day=0), row(2, 100_00, "salary", day=40)]
    assert month_sums(rows, FIRST, date(2026, 3, 31)) == [300_00, 100_00, 0]
    assert median_month(rows, FIRST, date(2026, 3, 31)) == 100_00
    assert (per_month(300_00, 90), per_month(1, 90), per_month(5, 0)) == (100_00, 0, 0)
    assert (percent(1, 3), percent(-1, 3), percent(1, 0)) == (33, 33, 0)


def test_metrics_of_a_small_report() -> None:
    rows = [
        row(1, 3_000_00, "salary"),
        row(2, 90_00, "tax_refund", day=3),
        row(3, -300_00, "groceries"),
        row(4, -150_00, "dining"),
        row(5, -60_00, "sacc", merchant="Nimble"),
        row(6, -30_00, "sacc", merchant="Cigno"),
        row(7, -90_00, "gambling"),
        row(8, -15_00, "dishonour"),
        row(9, -500_00, "own_transfer", pair="10"),
        row(10, 500_00, "own_transfer", "b", pair="9"),
        row(11, -900_00, "mortgage_transfer", merchant="Athena"),
    ]
    partition = Partition(rows)
    month = monthly(partition, PERIOD)
    assert (month["ME002"], month["ME012"], month["ME014"], month["ME008"]) == (1_000_00, 100_00, 80_00, 330_00)
    assert (month["ME033"], month["ME040"], month["ME041"]) == (1_000_00, 1_030_00, 515_00)
    assert (month["ME036"], month["ME021"]) == (0, 105_00)
    assert month["ME034"] - month["ME039"] == month["ME008"]
    assert shares(partition) == {"ME013": 19, "ME015": 16, "ME018": 0, "ME020": 3}
    assert counts(partition, {}) == {"ME009": 3, "ME017": 2, "ME019": 1}
    found = flags(partition, mortgage_shared=False)
    assert {id for id, is_set in found.items() if is_set} == {"ME027", "ME029", "ME030", "ME047"}
    assert not flags(partition, mortgage_shared=True)["ME047"]


@given(reports(), st.randoms(use_true_random=False))
def test_figures_do_not_depend_on_the_order_of_rows(rows: list[FigureRow], random: st.DataObject) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert monthly(Partition(rows), PERIOD) == monthly(Partition(mixed), PERIOD)
    assert shares(Partition(rows)) == shares(Partition(mixed))


def test_outgoings_and_income_share_no_group() -> None:
    assert not OUTGOINGS & in_section(groups.INCOME)
    assert OUTGOINGS | in_section(groups.INCOME) == set(GROUPS)
