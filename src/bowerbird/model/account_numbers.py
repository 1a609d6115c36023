"""Whether two account numbers are one account's: banks write a number with or without its branch (BSB), with zeros in front, with blanks
or hyphens, or crossed out but for its last digits. And IBANs (ISO 13616) in a text, by their form, their country's length and their check
digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

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


_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.ASCII)
_IBAN_LENGTHS: Final = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""How many letters and digits a country's numbers have."""


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text the IBANs stand whose check digits hold: the places of their first letter and behind their last."""
    return ((start, end) for start, end in find_iban_forms(text) if is_iban(text[start:end]))


def find_iban_forms(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text stands what has the form of an IBAN and its country's length, whether its check digits hold or not."""
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2], 0)
        places = [place for place, letter in enumerate(match[0]) if letter != " "]
        if 0 < length <= len(places):
            end = match.start() + places[length - 1] + 1
            if not text[end : end + 1].isalnum():
                yield match.start(), end


def has_wrong_check_digits(number: str) -> bool:
    """Whether a text is an IBAN by its form and its country's length, and its check digits do not hold."""
    return next(find_iban_forms(number), None) == (0, len(number)) and not is_iban(number)


def is_iban(number: str) -> bool:
    """Whether a text is an IBAN and nothing else, with blanks or without."""
    compact = number.replace(" ", "")
    if _IBAN.fullmatch(number) is None or _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1
