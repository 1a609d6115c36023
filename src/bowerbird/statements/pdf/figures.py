"""Sums as statements print them: `$1,234.56 CR`, `-$12.30`, `$-6,050.74`, `500.00-`, `27 82`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bowerbird.model.money import MAX_CENTS

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,13})"
_FIGURE = re.compile(rf"[.…]*([-+−–]?)\$?([-−–]?)({_DIGITS})\.(\d\d)([-−–]?)(CR|DR|OD)?\Z", re.IGNORECASE | re.ASCII)
_FOLLOWS = re.compile(
    rf"[\s:=.…]*([-+−–]?)\s*\$?\s*([-−–]?)\s*({_DIGITS})\.(\d\d)([-−–]?)(?:\s*(CR|DR|OD)(?![A-Za-z]))?(?![\d.,])",
    re.IGNORECASE | re.ASCII,
)
SUFFIXES = frozenset({"CR", "DR", "OD"})


class Figure(NamedTuple):
    """A printed sum: its size in cents, whether a minus stands before or behind it, and CR, DR, OD or nothing."""

    cents: int
    minus: bool
    suffix: str

    def held(self, owed: bool) -> int:
        """As a balance: negative when it is owed. `owed` says what a figure without CR or DR means."""
        if self.suffix:
            return self.cents if self.suffix == "CR" else -self.cents
        return -self.cents if self.minus is not owed else self.cents


@lru_cache(maxsize=16384)
def figure(text: str) -> Figure | None:
    """The sum that a word is, None for any other word."""
    match = _FIGURE.match(text)
    return _figure(match) if match else None


def figure_after(text: str) -> Figure | None:
    """The sum at the beginning of a text, behind nothing but colons, dots and spaces."""
    match = _FOLLOWS.match(text)
    return _figure(match) if match else None


def _figure(match: re.Match[str]) -> Figure | None:
    before, between, whole, part, behind, suffix = match.groups()
    cents = int(whole.replace(",", "")) * 100 + int(part)
    if cents > MAX_CENTS or sum(bool(sign) and sign != "+" for sign in (before, between, behind)) > 1:
        return None
    return Figure(cents, bool((before and before != "+") or between or behind), (suffix or "").upper())
