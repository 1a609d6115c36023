"""Prints made before the reader had seen their kinds, one of which was repaired since: none is read wrong, and no share falls."""

import random
from collections import Counter
from pathlib import Path

import pytest

from bowerbird.statements.pdf.words import read_words
from tests.held_back.judge import Verdict
from tests.held_back.prints.every import KINDS, SIZES, write
from tests.held_back.prints.model import Maker, PrintKind
from tests.held_back.prints.spoiled import WAYS, Outcome, read, trials
from tests.held_back.reading import Scored, reader, scored

RIGHT = 210
"""Of 222 prints of 37 kinds: 98 before any repair. The other 12 print no opening balance, which proves their first row."""
FEW = (
    "au-no-running-balance-new-year",
    "au-figure-on-last-line",
    "au-figures-on-next-line",
    "uk-behind-letter",
    "jp-yen-in-english",
    "za-four-money-columns",
    "us-sections",
    "uk-two-accounts",
    "fr-debit-credit",
    "in-lakh-groups",
    "za-cr-behind",
)
"""Kinds that `make test` reads: the second to the sixth were right when they were first scored."""
MISSING = 12
"""Of thousands of spoiled prints, so many are read without their last row: no closing balance is printed, another row of its day is."""
SPOILED = ("us-sections", "us-two-accounts", "fr-debit-credit", "in-lakh-groups", "za-cr-behind")
"""Kinds whose spoiled prints `make test` reads."""


def answers(folder: Path, seeds: tuple[str, ...], sizes: tuple[int, ...], kinds: tuple[PrintKind, ...]) -> list[tuple[PrintKind, Scored]]:
    made = write(folder, seeds, sizes, kinds)
    files = ((path.name, path.read_bytes(), drawn.expected, "") for path, (_, drawn) in made.items())
    with reader() as context:
        return list(zip((kind for kind, _ in made.values()), scored(context, files), strict=True))


def test_kinds_are_many_and_of_three_makers() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) == 37
    assert {kind.maker for kind in KINDS} == set(Maker)


def test_a_few_prints_are_read(tmp_path: Path) -> None:
    found = answers(tmp_path, ("1",), SIZES[:1], tuple(kind for kind in KINDS if kind.name in FEW))
    assert {one.name: one.stated for _, one in found if one.verdict is not Verdict.RIGHT} == {}


def spoiled(folder: Path, seeds: tuple[str, ...], kinds: tuple[PrintKind, ...], many: int) -> Counter[Outcome]:
    made = write(folder, seeds, SIZES[:1], kinds)
    found = list(trials(((path.name, path.read_bytes()) for path in made), many))
    assert [one for one in found if one[-1] is Outcome.CHANGED] == []
    return Counter(came for *_, came in found)


def test_a_spoiled_print_is_never_read_with_a_changed_row(tmp_path: Path) -> None:
    counts = spoiled(tmp_path, ("1",), tuple(kind for kind in KINDS if kind.name in SPOILED), 3)
    assert counts[Outcome.MISSING] == 0
    assert counts[Outcome.REFUSED] > 50


def test_a_balance_among_the_words_of_its_row_refuses(tmp_path: Path) -> None:
    """Two rows of one day, the balance of the first moved under the words: the rest looks like balances once a day."""
    (path,) = write(tmp_path, ("3",), SIZES[:1], tuple(kind for kind in KINDS if kind.name == "us-signed-register"))
    pages, way = read_words(path.read_bytes()), "a figure in another column"
    assert read(pages)
    worse = WAYS[way](random.Random(f"{path.name} {way} 1"), pages)
    assert worse
    assert read(worse) is None


@pytest.mark.soak
def test_thousands_of_spoiled_prints(tmp_path: Path) -> None:
    counts = spoiled(tmp_path, ("1", "2"), KINDS, 15)
    assert sum(counts.values()) > 4_000
    assert counts[Outcome.MISSING] <= MISSING


@pytest.mark.soak
def test_prints(tmp_path: Path) -> None:
    found = answers(tmp_path, ("1", "2", "3"), SIZES, KINDS)
    counts = Counter(one.verdict for _, one in found)
    assert {kind.name for kind, one in found if one.verdict is Verdict.WRONG} == set()
    assert counts[Verdict.RIGHT] >= RIGHT, counts
