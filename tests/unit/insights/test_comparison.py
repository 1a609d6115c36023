"""What changed between two moments: every cent of a difference is a row, and what is not covered by both is not compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.comparison import Compared, FigureMoment, RowReason, compare

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
WAGE = FigureRow("wage", "a", date(2026, 2, 1), 90_000, "salary", why="The words say so.")
SHOP = FigureRow("shop", "a", date(2026, 2, 2), -3_120, "groceries")
BOARD = FigureRow("board", "a", date(2026, 2, 3), 20_000, "credit_other", why="Its text says nothing.")


def moment(*rows: FigureRow, first: date = FIRST, last: date = LAST, accounts: str = "a") -> FigureMoment:
    return FigureMoment(first, last, frozenset(accounts), frozenset("c"), rows)


def compared(before: FigureMoment, after: FigureMoment) -> Compared:
    found = compare(before, after)
    assert found is not None
    for each in found.changes:
        assert sum(row.cents for row in each.rows) == each.after_cents - each.before_cents, each.title
    return found


def test_income_and_what_is_left_over_come_first() -> None:
    """They count as the Money page does: regular credits are income, and what was paid to a shared card is no money out."""
    paid = FigureRow("paid", "c", date(2026, 2, 4), 3_120, "card_repayment")
    before, after = moment(WAGE, SHOP, paid, accounts="ac"), moment(WAGE, SHOP, BOARD, paid, accounts="ac")
    found = compare(before, after)
    assert found is not None
    assert [(each.title, each.before_cents, each.after_cents) for each in found.headlines] == [
        ("Income, after tax", 90_000, 90_000),
        ("Other money in", 0, 20_000),
        ("Money out", -3_120, -3_120),
        ("Left over", 86_880, 106_880),
    ]
    regular = compare(before, after, {BOARD.id})
    assert regular is not None
    assert [(each.before_cents, each.after_cents) for each in regular.headlines[:2]] == [(90_000, 110_000), (0, 0)]


def test_the_same_rows_change_nothing() -> None:
    found = compared(moment(WAGE, SHOP), moment(WAGE, SHOP))
    assert (found.changes, found.unchanged, found.reasons) == ((), 2, {})


def test_a_row_that_is_something_else_leaves_one_group_and_joins_another() -> None:
    found = compared(moment(WAGE, BOARD), moment(WAGE, replace(BOARD, leaf="rent_income", why="An operator said so.")))
    assert [(each.before_cents, each.after_cents) for each in found.changes] == [(20_000, 0), (0, 20_000)]
    (row,) = found.changes[1].rows
    assert row.reason.startswith("It was in ")
    assert row.reason.endswith("An operator said so.")
    assert found.reasons == {RowReason.OTHERWISE: 1}


def test_rows_that_came_and_went_are_named() -> None:
    found = compared(moment(WAGE, SHOP), moment(WAGE, replace(SHOP, id="other")))
    (change,) = found.changes
    assert {row.reason for row in change.rows} == {"It was not there before.", "It is not there any more."}
    assert found.reasons == {RowReason.NEW: 1, RowReason.GONE: 1}


def test_only_what_both_cover_is_compared() -> None:
    early = replace(WAGE, id="early", day=date(2026, 1, 5))
    found = compared(moment(early, WAGE), moment(WAGE, first=date(2026, 2, 1), last=date(2026, 4, 1)))
    assert (found.first, found.last, found.changes) == (date(2026, 2, 1), LAST, ())
    assert compare(moment(WAGE), moment(WAGE, accounts="b")) is None
    assert compare(moment(WAGE), moment(first=date(2026, 5, 1), last=date(2026, 5, 2))) is None
