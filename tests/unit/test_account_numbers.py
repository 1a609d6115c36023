"""Account numbers written in different ways."""

from __future__ import annotations

import pytest

from bowerbird.model.account_numbers import NumberMatch, compare_numbers, written_number

EQUAL, WITHOUT_BRANCH, OPEN, DIFFERENT = NumberMatch.EQUAL, NumberMatch.WITHOUT_BRANCH, NumberMatch.OPEN, NumberMatch.DIFFERENT
Written = tuple[str, str | None]
WHOLE: Written = ("06200012345678", "062000")


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        (WHOLE, ("062-000 12345678", "062-000"), EQUAL),
        (WHOLE, ("06200012345678", None), EQUAL),
        (WHOLE, ("062 000 1234-5678", None), EQUAL),
        (WHOLE, ("0620000012345678", "062000"), EQUAL),
        (WHOLE, ("06300012345678", "063000"), DIFFERENT),
        (WHOLE, ("06300012345678", None), DIFFERENT),
        (WHOLE, ("12345678", None), WITHOUT_BRANCH),
        (WHOLE, ("0012345678", None), WITHOUT_BRANCH),
        (WHOLE, ("12345679", None), DIFFERENT),
        (WHOLE, ("xxxx5678", None), OPEN),
        (WHOLE, ("xxxx5679", None), DIFFERENT),
        (("06200012345678", None), ("12345678", None), WITHOUT_BRANCH),
        (("12345678", None), ("0012345678", None), EQUAL),
        (("12345678", None), ("345678", None), DIFFERENT),
        (("xxxxxxxxxxxx1234", None), ("****1234", None), OPEN),
        (("xxxxxxxxxxxx1234", None), ("xxxxxxxxxxxx1234", None), EQUAL),
        (("S1", None), ("S10", None), DIFFERENT),
        (("S 1", None), ("s1", None), EQUAL),
    ],
)
def test_two_numbers(one: Written, other: Written, match: NumberMatch) -> None:
    assert compare_numbers(written_number(*one), written_number(*other)) is match
    assert compare_numbers(written_number(*other), written_number(*one)) is match
