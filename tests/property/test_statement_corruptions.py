"""A spoiled statement is refused, or does no harm: nothing is accepted with a changed transaction.

What can be accepted is a document whose transactions are all as they were: a summary line that stands twice, or one that was removed
and whose sums stand elsewhere too. `python -m tests.statement_factory.report` prints the table.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.statement_factory.catalogue import PRINTERS
from tests.statement_factory.corrupter import CORRUPTIONS
from tests.statement_factory.report import CHANGED, REFUSED, Trial, trials


def judged(many: int, first_seed: int) -> list[Trial]:
    found = list(trials(many, first_seed=first_seed))
    assert not [trial for trial in found if trial.outcome == CHANGED]
    return found


@pytest.mark.slow
def test_no_spoiled_statement_is_accepted_with_a_changed_transaction() -> None:
    found = judged(3, first_seed=40)
    assert len(found) > 200
    refused = Counter(trial.kind for trial in found if trial.outcome == REFUSED)
    assert set(refused) == set(CORRUPTIONS)


@pytest.mark.soak
@pytest.mark.parametrize("first_seed", [0, 1_000])
def test_thousands_of_spoiled_statements(first_seed: int) -> None:
    found = judged(30, first_seed)
    assert len(found) > 1_600
    assert {trial.layout for trial in found} == set(PRINTERS)
    changed_figures = [trial for trial in found if trial.kind in {"one digit of a figure", "two rows swapped"}]
    assert {trial.outcome for trial in changed_figures} == {REFUSED}
