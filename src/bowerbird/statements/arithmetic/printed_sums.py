"""Sums as banks around the world print them, by what stands before their decimals: a point, a comma, or no decimals at all."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from bowerbird.model.money import MAX_CENTS


class Decimals(StrEnum):
    """What stands before the decimals of a sum."""

    POINT = "."
    COMMA = ","
    NONE = ""


class Mark(StrEnum):
    """The sign that a sum is printed with."""

    NONE = ""
    MINUS = "-"
    PLUS = "+"
    CREDIT = "CR"
    DEBIT = "DR"


_PLAIN = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\ufe63": "-", "\uff0d": "-", "\u2019": "'", "\uffe5": "¥", "，": ","})
CODES = "AUD NZD USD EUR GBP CAD SGD HKD JPY CNY INR ZAR CHF SEK NOK DKK PLN CZK HUF MYR THB IDR PHP KRW AED BRL MXN TRY ILS".split()
CURRENCY_SIGN = rf"(?:(?:AU|A|NZ|US|CA|C|S|HK|R)?\$|[€£¥₹]|Rs\.?|R(?=[ ]?-?\d)|Fr\.|kr\.?|zł|円|元|(?:{'|'.join(CODES)})(?![A-Za-z]))"
_BODIES = {
    Decimals.POINT: r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:[' ]\d{3})+|\d+)?\.\d\d",
    Decimals.COMMA: r"(?:\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[' ]\d{3})+|\d+),\d\d",
    Decimals.NONE: r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:[.' ]\d{3})+|\d{1,9})",
}
_LETTERS = {"CR": Mark.CREDIT, "C": Mark.CREDIT, "H": Mark.CREDIT, "DR": Mark.DEBIT, "D": Mark.DEBIT, "OD": Mark.DEBIT, "S": Mark.DEBIT}
_FOLD = str.maketrans({"▲": "-", "△": "-"})


class PrintedSum(NamedTuple):
    """A sum on a line: `begin` and `end` are places of its text, `digits` where its digits end."""

    begin: int
    end: int
    digits: int
    cents: int
    mark: Mark
    currency: str


@cache
def _pattern(decimals: Decimals) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\s(])(?:[*＊]{{1,4}})?(?P<open>\()?(?P<before>[-+])?[ ]?(?P<sign>{CURRENCY_SIGN})?[ ]?(?P<between>[-+])?[ ]?"
        rf"(?P<digits>{_BODIES[decimals]})(?!\d|[.,':/]\d|-\d|[ ]?%)"
        rf"[ ]?(?P<close>\))?(?:[ ]?(?P<behind>[-+])(?![\w$]))?(?:[ ]?(?P<code>{CURRENCY_SIGN})(?![\w$]))?"
        r"(?:[ \t]?(?:(?P<letters>CR|DR|OD|[CDHS])|\((?P<inside>CR|DR)\))(?![\w.&/'-]))?(?!\w)",
        re.IGNORECASE if decimals is not Decimals.COMMA else 0,
    )


def sums_in(text: str, decimals: Decimals) -> list[PrintedSum]:
    """The sums on a line, from left to right."""
    matches = _pattern(decimals).finditer(text.translate(_PLAIN).translate(_FOLD))
    found = [found for match in matches if (found := _printed(match, decimals))]
    return [each for each in found if not _is_word(text, each)] if decimals is Decimals.NONE else found


_BEFORE = re.compile(r"(?:^|\t)(af|bij|debit|credit|db|cr|dr|soll|haben)[ ]?\t+$", re.IGNORECASE)
_BEHIND = re.compile(r"\t+(af|bij|debit|credit|db|soll|haben)[ ]?(?=\t|$)", re.IGNORECASE)
_WORDS = {"AF": "D", "BIJ": "C", "DEBIT": "D", "CREDIT": "C", "DB": "D", "SOLL": "D", "HABEN": "C"}


def with_code(text: str, found: PrintedSum) -> PrintedSum:
    """A sum with the sign that a code in a cell of its own beside it says, where it has none itself."""
    if found.mark is not Mark.NONE or not (code := _BEFORE.search(text[: found.begin]) or _BEHIND.match(text[found.end :])):
        return found
    name = code[1].upper()
    return found._replace(mark=_LETTERS[_WORDS.get(name, name)])


def _is_word(text: str, found: PrintedSum) -> bool:
    """Whether a number without decimals is part of the words that it follows: it has no group, sign or currency of its own."""
    before = text[max(found.begin - 2, 0) : found.begin]
    return text[found.begin : found.end].isdigit() and len(before) == 2 and before[1] == " " and before[0].isalnum()


def _printed(match: re.Match[str], decimals: Decimals) -> PrintedSum | None:
    digits = re.sub(r"\D", "", match["digits"])
    cents = int(digits) * (100 if decimals is Decimals.NONE else 1)
    is_bracketed = match["open"] is not None
    if cents > MAX_CENTS or is_bracketed is not (match["close"] is not None):
        return None
    signs = [Mark(sign) for sign in (match["before"], match["between"], match["behind"]) if sign]
    signs += [Mark.MINUS] if is_bracketed else []
    letters = match["letters"] or match["inside"]
    signs += [_LETTERS[letters.upper()]] if letters else []
    if len(signs) > 1:
        return None
    return PrintedSum(
        match.start(), match.end(), match.end("digits"), cents, signs[0] if signs else Mark.NONE, match["sign"] or match["code"] or ""
    )
