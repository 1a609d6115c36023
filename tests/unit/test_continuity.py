"""Statements of one account that join, leave a gap, contradict or overlap."""

from __future__ import annotations

import pytest

from bowerbird.domain.statements.continuity import StatementPeriod, breaks_of

JANUARY, FEBRUARY = StatementPeriod(0, 30, 100, 200), StatementPeriod(31, 58, 200, 300)


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([], []),
        ([JANUARY], []),
        ([FEBRUARY, JANUARY], []),
        ([JANUARY, JANUARY, FEBRUARY], []),
        ([JANUARY, FEBRUARY._replace(opening=None)], []),
        ([JANUARY, FEBRUARY._replace(first_day=35)], ["1970-01-31 to 1970-02-05: 4 days without a statement"]),
        (
            [JANUARY, FEBRUARY._replace(opening=201)],
            ["1970-01-31 to 1970-02-01: one statement closes with 2.00, the next opens with 2.01"],
        ),
        (
            [JANUARY, JANUARY._replace(first_day=10, closing=205)],
            ["1970-01-31 to 1970-01-31: one statement closes with 2.00, another closes with 2.05"],
        ),
        ([JANUARY, StatementPeriod(20, 40, 150, 250)], []),
        (
            [JANUARY._replace(mismatch=-450), FEBRUARY._replace(first_day=35)],
            [
                "1970-01-01 to 1970-01-31: the transactions come to 4.50 less than the balances of the statement say",
                "1970-01-31 to 1970-02-05: 4 days without a statement",
            ],
        ),
    ],
)
def test_breaks(periods: list[StatementPeriod], expected: list[str]) -> None:
    assert [str(each) for each in breaks_of(periods)] == expected
