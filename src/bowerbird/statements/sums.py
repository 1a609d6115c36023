"""Sums as banks and spreadsheets write them, in two number systems: 1,234.56 and 1.234,56.

A sum may carry one sign, in front or behind (+ - − –, parentheses, CR and DR), a currency's sign or code, thousands apart by a comma or a
point of the other system, an apostrophe or a space, and up to four decimals of which the third and fourth are zero.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from bowerbird.model.money import MAX_CENTS


class NumberSystem(StrEnum):
    """What stands before the decimals."""

    POINT = "."
    COMMA = ","


_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t"), " ")
_MINUS = dict.fromkeys(map(ord, "\u2212\u2013\u2012\ufe63\uff0d"), "-")
_PLAIN = str.maketrans(_SPACES | _MINUS | {ord("\u2019"): "'"})
_CURRENCY = r"(?:(?:A|AU|NZ|US|C|S|HK)?\$|[€£¥₹]|Rs\.?|R|CHF|Fr\.?|kr\.?|(?:AUD|NZD|USD|EUR|GBP|CAD|SGD|HKD|JPY|INR|ZAR|SEK|NOK|DKK|PLN)\b)"
_SUM = re.compile(
    rf"(?P<open>\()?\s*(?P<before>[-+])?\s*(?:{_CURRENCY})?\s*(?P<between>[-+])?\s*"
    r"(?P<digits>\d[\d.,' ]*|[.,]\d{1,4})"
    rf"\s*(?:{_CURRENCY})?\s*(?P<behind>[-+])?\s*(?P<close>\))?\s*(?P<letters>CR|DR|C|D|OD)?\Z",
    re.IGNORECASE | re.ASCII,
)
_GROUPED = {
    NumberSystem.POINT: re.compile(r"(\d+|\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:[ ']\d{3})+)?(?:\.(\d{1,4}))?\Z"),
    NumberSystem.COMMA: re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ ']\d{3})+)?(?:,(\d{1,4}))?\Z"),
}
EXPECTED = "Expected an amount such as -1234.56."


@lru_cache(maxsize=65536)
def sum_of(text: str, system: NumberSystem = NumberSystem.POINT) -> int:
    """Cents of a printed sum; owed (DR) or in parentheses is negative. Raises ValueError for what is none, or has part of a cent."""
    match = _SUM.match(text.translate(_PLAIN).strip())
    if match is None or (match["open"] is None) is not (match["close"] is None):
        raise ValueError(EXPECTED)
    number = _GROUPED[system].match(match["digits"].strip())
    if number is None or (number[1] is None and number[2] is None):
        raise ValueError(EXPECTED)
    decimals = (number[2] or "").ljust(2, "0")
    if decimals[2:].strip("0"):
        raise ValueError("It has part of a cent.")
    cents = int(re.sub(r"\D", "", number[1] or "0")) * 100 + int(decimals[:2])
    signs = [sign for sign in (match["before"], match["between"], match["behind"]) if sign]
    if match["open"]:
        signs.append("-")
    if letters := (match["letters"] or "").upper():
        signs.append("+" if letters[0] == "C" else "-")
    if len(signs) > 1 or cents > MAX_CENTS:
        raise ValueError("It has more than one sign." if len(signs) > 1 else "The amount is too large.")
    return -cents if signs == ["-"] else cents
