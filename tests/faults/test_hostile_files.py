"""Hostile files and random damage, through a reading process: every outcome is an answer, in time, and the next file is read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from bowerbird import codes
from bowerbird.statements.alteration.examination import examiner
from bowerbird.statements.confined.outcomes import Crashed, RefusedInside, Unreadable
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.confined.reader import ReaderLimits
from bowerbird.statements.tasks import EXAMINE
from tests.faults import hostile_files
from tests.forgery import forgeries
from tests.forgery.originals import ORIGINALS

WHOLE = Task("whole", "tests.faults.whole_file:reader", tuple[int, int])
SECONDS = 10
FUZZED, SOAKED = 150, 2_000


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers([WHOLE, EXAMINE], 2, ReaderLimits(milliseconds=SECONDS * 1000, cpu_seconds=SECONDS))
    readers.warm()
    yield readers
    readers.close()


def outcome(readers: Readers, data: bytes) -> str:
    """How reading ended, in a word. Anything but an answer in time fails the test."""
    started, failure = monotonic(), None
    try:
        readers.read(WHOLE, data)
    except RefusedInside as refused:
        failure = refused
    assert monotonic() - started < SECONDS + 2
    if failure is None:
        return "read"
    assert failure.entry is (codes.STATEMENT_PARSING_ERROR if isinstance(failure, Crashed) else codes.STATEMENT_INVALID)
    assert failure.reason
    return type(failure).__name__ if isinstance(failure, Unreadable) else "refused"


@pytest.mark.parametrize("make", hostile_files.REFUSED, ids=lambda make: make.__name__)
def test_what_cannot_be_a_statement_is_refused(readers: Readers, make: Callable[[], bytes]) -> None:
    assert outcome(readers, make()) == "refused"


@pytest.mark.parametrize("make", hostile_files.ANSWERED, ids=lambda make: make.__name__)
def test_a_hostile_file_is_answered_and_the_next_one_read(readers: Readers, make: Callable[[], bytes]) -> None:
    assert outcome(readers, make()) in {"read", "refused", "Crashed", "TooMuchMemory", "ReaderTimeout"}
    assert outcome(readers, ORIGINALS["plain"]()) == "read"


def test_a_long_statement_is_read(readers: Readers) -> None:
    _, characters = readers.read(WHOLE, hostile_files.many_pages())
    assert characters > 400_000


@pytest.mark.parametrize("change", [forgeries.untouched, forgeries.patch_and_text, forgeries.redacted_and_retyped, forgeries.annotated])
@pytest.mark.parametrize("original", ORIGINALS)
def test_confined_readers_give_the_same_outcome(readers: Readers, change: Callable[[bytes], bytes], original: str) -> None:
    data = change(ORIGINALS[original]())
    assert readers.read(EXAMINE, data) == examiner()(data)


# ── Random damage ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def damaged(dice: random.Random) -> bytes:
    """A statement, as printed or as changed, with bytes replaced, removed, doubled, moved or cut."""
    change = dice.choice([forgeries.untouched, forgeries.compressed_objects, forgeries.linearised, forgeries.annotated])
    data = bytearray(change(ORIGINALS[dice.choice(sorted(ORIGINALS))]()))
    for _ in range(dice.choice((1, 2, 4, 16, 64, 256))):
        place, length = dice.randrange(len(data)), dice.choice((1, 1, 1, 2, 8, 64))
        match dice.randrange(6):
            case 0:
                data[place : place + length] = dice.randbytes(length)
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length]
            case 3:
                data[place] ^= 1 << dice.randrange(8)
            case 4:
                data[place:place] = dice.choice(SPICE)
            case _:
                start = dice.randrange(len(data))
                data[place : place + length] = data[start : start + length]
        if len(data) < 64:
            break
    return bytes(data if dice.random() > 0.1 else data[: dice.randrange(1, len(data))])


SPICE = (
    b"-1", b"99999999999", b"2147483648", b"0", b"<<", b">>", b"[", b"]", b"endobj", b"stream\n", b"endstream", b"1 0 R", b"3 0 R",
    b"/Length 9", b"/Kids", b"/Parent 3 0 R", b"BT", b"q", b"/FlateDecode", b"null", b"(", b"\\", b"\x00", b"1e38", b"nan",
)  # fmt: skip


def fuzz(readers: Readers, first: int, count: int) -> Counter[str]:
    return Counter(outcome(readers, damaged(random.Random(seed))) for seed in range(first, first + count))


def test_damaged_files_are_answered(readers: Readers, record_testsuite_property: Callable[[str, object], None]) -> None:
    outcomes = fuzz(readers, 0, FUZZED)
    record_testsuite_property("fuzzed", dict(outcomes))
    assert outcomes["read"] > FUZZED / 4, outcomes


@pytest.mark.soak
def test_damaged_files_are_answered_at_length(readers: Readers, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = fuzz(readers, 1_000, SOAKED)
    with capsys.disabled():
        print(f"\n{SOAKED} damaged files: {dict(outcomes)}")  # noqa: T201 - the number this test is run for
    assert outcomes["read"] > SOAKED / 4, outcomes
