"""Hostile workbooks and pages, through a reading process: every outcome is an answer, in time, and the next file is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from bowerbird.plugins.registry import discover
from bowerbird.statements.confined.outcomes import RefusedInside, Unreadable
from bowerbird.statements.confined.pool import Readers
from bowerbird.statements.confined.reader import ReaderLimits
from bowerbird.wiring.services import export_task
from tests.workbook_files import HOSTILE, damaged, plain

SECONDS = 10
FUZZED = 150
EXPORT = export_task(discover(), 1000)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers([EXPORT], 1, ReaderLimits(milliseconds=SECONDS * 1000, cpu_seconds=SECONDS))
    yield readers
    readers.close()


def outcome(readers: Readers, data: bytes) -> str:
    """How reading ended, in a word. Anything but an answer in time fails the test."""
    started, failure = monotonic(), None
    try:
        readers.read(EXPORT, data, institution="AU04301")
    except RefusedInside as refused:
        failure = refused
    assert monotonic() - started < SECONDS + 2
    if failure is None:
        return "read"
    return type(failure).__name__ if isinstance(failure, Unreadable) else "refused"


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_workbook_is_answered_and_the_next_one_read(readers: Readers, make: Callable[[], bytes]) -> None:
    assert outcome(readers, make()) in {"read", "refused", "Crashed", "TooMuchMemory"}
    assert outcome(readers, plain()) == "read"


def test_damaged_workbooks_are_answered(readers: Readers, record_testsuite_property: Callable[[str, object], None]) -> None:
    outcomes = Counter(outcome(readers, damaged(seed)) for seed in range(FUZZED))
    record_testsuite_property("fuzzed workbooks", dict(outcomes))
    assert outcomes["read"] + outcomes["refused"] > FUZZED * 0.9, outcomes
