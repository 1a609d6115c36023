"""Text files whose balances prove them, spoiled line by line: what a careless hand or a damaged file makes of them.

`python -m tests.held_back.text.spoiled SEED MANY` prints, by the way of spoiling, what came of it.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from bowerbird.plugins.registry import discover
from bowerbird.statements.files import kind_of
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from tests.held_back.kind import Kind
from tests.held_back.reading import ANY_BANK
from tests.held_back.text.every import KINDS
from tests.held_back.text.later.every import KINDS as LATER

Lines = list[str]
LAYOUTS = discover().csv_layouts
_FIGURE = re.compile(r"\d+[.,]\d\d(?![\d/.-])")
"""A sum. Numbers without decimals are days, references and accounts too: where a file has no other sums it is not spoiled there."""


class Outcome(StrEnum):
    """What comes of a spoiled file."""

    REFUSED = "refused"
    UNCHANGED = "read as before"
    UNPROVEN = "the same rows, unproven"
    """A balance that is no sum any more: the others are left out with it, and the file counts as unproven."""
    DAYS = "only days differ"
    """No balance says a day; one that stays in order contradicts nothing."""
    FIRST = "only the oldest amount"
    """Nothing precedes it in a file that says no opening balance."""
    MISSING = "a row at an end missing"
    EXCHANGED = "amounts exchanged"
    """Between a first and a last balance alone, rows that have exchanged their amounts, or one with a balance, come to the same."""
    CHANGED = "CHANGED"


Rows = tuple[tuple[str, int, int | None], ...]


class Reading(NamedTuple):
    """Days, amounts and balances of each account in their order. Words are not compared: a changed word contradicts nothing."""

    accounts: tuple[Rows, ...]
    proven: bool


def read(data: bytes) -> Reading | None:
    """The rows of a file, and whether its balances prove them; None where it is refused."""
    try:
        if kind_of(data) is None:
            return None
        accounts = read_statement(data, ANY_BANK, 1000, LAYOUTS)
    except Refused:
        return None
    return Reading(tuple(map(_rows, accounts)), all(account.proved for account in accounts))


def _rows(account: StatementAccount) -> Rows:
    return tuple((str(row.posted), row.amount, row.balance) for row in account.transactions)


def _with_sums(lines: Sequence[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if _FIGURE.search(line)]


def _in_a_figure(dice: random.Random, lines: Lines) -> tuple[int, re.Match[str]]:
    place = dice.choice(_with_sums(lines))
    return place, dice.choice(list(_FIGURE.finditer(lines[place])))


def digit(dice: random.Random, lines: Lines) -> Lines:
    """One digit of one sum is another one."""
    place, figure = _in_a_figure(dice, lines)
    at = dice.choice([at for at in range(*figure.span()) if lines[place][at].isdigit()])
    other = dice.choice("0123456789".replace(lines[place][at], ""))
    return [*lines[:place], lines[place][:at] + other + lines[place][at + 1 :], *lines[place + 1 :]]


def sign_flipped(dice: random.Random, lines: Lines) -> Lines:
    """A sum has the other sign."""
    place, figure = _in_a_figure(dice, lines)
    line, start = lines[place], figure.start()
    while start and line[start - 1] in ".,' 0123456789":
        start -= 1
    start += len(line[start:]) - len(line[start:].lstrip(" ,"))
    flipped = line[: start - 1] + line[start:] if start and line[start - 1] == "-" else f"{line[:start]}-{line[start:]}"
    return [*lines[:place], flipped, *lines[place + 1 :]]


def line_removed(dice: random.Random, lines: Lines) -> Lines:
    """A line with a sum is gone."""
    place = dice.choice(_with_sums(lines))
    return [*lines[:place], *lines[place + 1 :]]


def line_doubled(dice: random.Random, lines: Lines) -> Lines:
    """A line with a sum stands twice."""
    place = dice.choice(_with_sums(lines))
    return [*lines[: place + 1], *lines[place:]]


def lines_swapped(dice: random.Random, lines: Lines) -> Lines:
    """Two lines with sums have changed places."""
    one, other = dice.sample(_with_sums(lines), 2)
    swapped = list(lines)
    swapped[one], swapped[other] = lines[other], lines[one]
    return swapped


def sums_swapped(dice: random.Random, lines: Lines) -> Lines:
    """Two sums of a line have changed places, or a sum of one line is that of another."""
    place, figure = _in_a_figure(dice, lines)
    other = dice.choice([found[0] for at in _with_sums(lines) for found in _FIGURE.finditer(lines[at])])
    return [*lines[:place], lines[place][: figure.start()] + other + lines[place][figure.end() :], *lines[place + 1 :]]


WAYS: dict[str, Callable[[random.Random, Lines], Lines]] = {
    "one digit of a sum": digit,
    "a sign flipped": sign_flipped,
    "a line removed": line_removed,
    "a line doubled": line_doubled,
    "two lines swapped": lines_swapped,
    "a sum of another place": sums_swapped,
}


def outcome(before: Reading, after: Reading | None, way: str) -> Outcome:
    """What became of the rows."""
    if after is None:
        return Outcome.REFUSED
    pairs = list(zip(before.accounts, after.accounts, strict=False))
    if len(before.accounts) != len(after.accounts):
        return Outcome.CHANGED
    if all(Counter(one) == Counter(other) for one, other in pairs):
        return Outcome.UNCHANGED
    came = max((_of_account(one, other) for one, other in pairs), key=list(Outcome).index)
    has_balances = any(balance is not None for rows in before.accounts for _, _, balance in rows)
    return Outcome.EXCHANGED if came is Outcome.CHANGED and way == "two lines swapped" and not has_balances else came


def _of_account(before: Rows, after: Rows) -> Outcome:
    sums, others = ([row[1:] for row in rows] for rows in (before, after))
    if Counter(before) == Counter(after):
        return Outcome.UNCHANGED
    if Counter(after) == Counter((day, amount, None) for day, amount, _ in before):
        return Outcome.UNPROVEN
    if sums == others:
        return Outcome.DAYS
    if others in (sums[1:], sums[:-1]):
        return Outcome.MISSING
    if sums[1:] == others[1:] and sums[0][1] == others[0][1]:
        return Outcome.FIRST
    return Outcome.CHANGED


class Trial(NamedTuple):
    """One spoiled file: its kind's name, the way, the throw, and what came of it."""

    kind: str
    way: str
    throw: int
    came: Outcome


def trials(seed: str, many: int, kinds: Sequence[Kind] = (*KINDS, *LATER)) -> Iterator[Trial]:
    """`many` spoiled files of each way and kind whose file is proven and of text in one byte a letter."""
    for kind in kinds:
        data = kind.make(seed).content
        before = None if b"\0" in data else read(data)
        lines = data.decode("latin-1").splitlines(keepends=True)
        if before is None or not before.proven or len(_with_sums(lines)) < 3:
            continue
        for way, spoil in WAYS.items():
            for throw in range(many):
                worse = spoil(random.Random(f"{kind.name} {way} {seed} {throw}"), lines)
                if worse != lines:
                    yield Trial(kind.name, way, throw, outcome(before, read("".join(worse).encode("latin-1")), way))


def main() -> None:
    """Print what is read though it was spoiled, and the counts."""
    counts: Counter[tuple[str, Outcome]] = Counter()
    for name, way, throw, came in trials(sys.argv[1], int(sys.argv[2])):
        counts[way, came] += 1
        if came is Outcome.CHANGED:
            sys.stdout.write(f"{came:14} {name:32} {way} {throw}\n")
    for way in WAYS:
        sys.stdout.write(f"{way:26} " + " ".join(f"{one}: {counts[way, one]:5}" for one in Outcome) + "\n")
    sys.stdout.write(f"{sum(counts.values())} spoiled files\n")


if __name__ == "__main__":
    main()
