"""The Australian and New Zealand Standard Industrial Classification 2006: titles of divisions, subdivisions, groups and classes.

Source: Australian Bureau of Statistics (cat. 1292.0), CC BY 4.0.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple

_FIRST_SUBDIVISIONS = {
    "A": 1, "B": 6, "C": 11, "D": 26, "E": 30, "F": 33, "G": 39, "H": 44, "I": 46, "J": 54, "K": 62, "L": 66, "M": 69, "N": 72, "O": 75,
    "P": 80, "Q": 84, "R": 89, "S": 94,
}  # fmt: skip


class Titled(NamedTuple):
    code: str
    title: str


class Branch(NamedTuple):
    """A class with what it is part of."""

    division: Titled
    subdivision: Titled
    group: Titled
    class_: Titled


@cache
def _titles() -> dict[str, str]:
    lines = (resources.files("bowerbird.plugins") / "anzsic2006.csv").read_text("utf-8").splitlines()
    return {row["code"]: row["title"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}


def find_branch(code: str) -> Branch | None:
    """The branch of a class's code of four digits, None for one that is none."""
    titles = _titles()
    if len(code) != 4 or code not in titles:
        return None
    letter = max(letter for letter, first in _FIRST_SUBDIVISIONS.items() if first <= int(code[:2]))
    division, subdivision, group, class_ = (Titled(part, titles[part]) for part in (letter, code[:2], code[:3], code))
    return Branch(division, subdivision, group, class_)
