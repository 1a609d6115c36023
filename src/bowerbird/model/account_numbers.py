"""Whether two account numbers are one account's: banks write a number with or without its branch (BSB), with zeros in front, with blanks
or hyphens, or crossed out but for its last digits."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

_SEPARATORS = re.compile(r"[\s-]+")
_CROSSED_OUT = re.compile(r"[x*#•.]+(\d*)\Z", re.ASCII)
_BSB_DIGITS = 6


class NumberMatch(IntEnum):
    """How far two numbers say that they are one account's."""

    DIFFERENT = 0
    OPEN = 1
    """One of them is crossed out or missing, and what is left of it fits."""
    WITHOUT_BRANCH = 2
    """The same number; one of them does not say of which branch."""
    EQUAL = 3


class WrittenNumber(NamedTuple):
    """A number without separators. `branch` is its BSB, empty where it is not known; `digits` is all of a number that is crossed out."""

    branch: str
    digits: str

    @property
    def tail(self) -> str | None:
        """The digits left of a number that is crossed out; None for a whole number."""
        match = _CROSSED_OUT.match(self.digits)
        return match[1] if match else None

    @property
    def completeness(self) -> int:
        """The more, the more it says: 0 crossed out, 1 without a branch, 2 with one."""
        return 0 if self.tail is not None else 2 if self.branch or len(self.digits) > _BSB_DIGITS * 2 else 1


def ending_of(number: str) -> str:
    """The last four letters and digits, by which people know a number; empty of a text without digits, which is none."""
    written = "".join(filter(str.isalnum, number))
    return written[-4:] if any(map(str.isdigit, written)) else ""


def written_number(number: str, branch: str | None = None) -> WrittenNumber:
    """A number as a source writes it, and its BSB where the source tells it apart."""
    compact, bsb = _SEPARATORS.sub("", number).casefold(), _SEPARATORS.sub("", branch or "")
    return WrittenNumber(bsb, compact.removeprefix(bsb))


def compare_numbers(one: WrittenNumber, other: WrittenNumber) -> NumberMatch:
    """How far two numbers of one institution say that they are one account's."""
    if one.branch + one.digits == other.branch + other.digits:
        return NumberMatch.EQUAL
    tails = one.tail, other.tail
    if tails != (None, None):
        ends = (one.digits if tails[0] is None else tails[0]), (other.digits if tails[1] is None else tails[1])
        return NumberMatch.OPEN if ends[0].endswith(ends[1]) or ends[1].endswith(ends[0]) else NumberMatch.DIFFERENT
    if one.branch and other.branch:
        same = one.branch == other.branch and _same_digits(one.digits, other.digits)
        return NumberMatch.EQUAL if same else NumberMatch.DIFFERENT
    if _same_digits(one.digits, other.digits):
        return NumberMatch.WITHOUT_BRANCH if one.branch or other.branch else NumberMatch.EQUAL
    return _with_branch_in_front(one, other)


def _with_branch_in_front(one: WrittenNumber, other: WrittenNumber) -> NumberMatch:
    """One of them may have its branch in front, as part of the number."""
    short, long = sorted((one, other), key=lambda each: len(each.digits))
    branch, rest = long.digits[:_BSB_DIGITS], long.digits[_BSB_DIGITS:]
    if long.branch or len(rest) < _BSB_DIGITS or not _same_digits(short.digits, rest):
        return NumberMatch.DIFFERENT
    if short.branch:
        return NumberMatch.EQUAL if short.branch == branch else NumberMatch.DIFFERENT
    return NumberMatch.WITHOUT_BRANCH


def _same_digits(one: str, other: str) -> bool:
    """Whether two numbers are equal but for zeros in front."""
    return one.isdigit() and other.isdigit() and one.lstrip("0") == other.lstrip("0")
