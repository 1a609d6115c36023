"""Card numbers in text: found by their form, their issuer and their check digit, and crossed out but for the last four digits.

A run of digits is taken for a card's number when it has 13 to 19 of them, begins as an issuer's numbers do, in a length that issuer
uses, and its check digit fits. Spaces and hyphens may stand between them, and another sign where it parts them as on a card. Another
number looks like that by chance once in some hundreds; one that is written as a BSB and an account number, as a number of New Zealand,
or inside an IBAN is left alone.
"""

from __future__ import annotations

import re
from typing import Final

from bowerbird.model.account_numbers import find_ibans

_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|6(?:011|4[4-9]\d|5\d\d|2\d\d|0[0-8]\d)\d{12,15}"  # Discover, UnionPay, RuPay
    r"|(?:5[0678]\d\d|6[37]\d\d)\d{9,15}",  # Maestro
    re.ASCII,
)
_RUN: Final = re.compile(r"\d(?:[ \u00a0-]?\d){12,}", re.ASCII)
_SIGN: Final = r"[._/|:*\t\u00b7\u2000-\u200b\u2010-\u2015\u2022\u202f\u2212]"
_PARTED: Final = re.compile(rf"(?<!\d)\d{{4}}({_SIGN})(?:\d{{4}}\1\d{{4}}\1\d{{1,7}}|\d{{6}}\1\d{{4,5}})(?!\d)", re.ASCII)
"""As a card's number is parted, by one sign that is no blank and no hyphen."""
_GROUP: Final = re.compile(r"\d+", re.ASCII)
_ACCOUNT: Final = re.compile(r"\d{3}[ -]\d{3}[ -]?\d{4,10}|\d{6}[ -]\d{4,10}|\d{2}[ -]\d{4}[ -]\d{7}[ -]\d{2,3}", re.ASCII)
"""How Australia writes a BSB and an account's number, and New Zealand bank, branch, account and suffix."""
_ALIKE: Final = bytes.maketrans(b"123456789", b"0" * 9)
_BETWEEN: Final = " -\u00a0._/|:*\t\u00b7\u2000\u200b\u2022\u202f\u2212".encode() + bytes(range(0x80, 0x96))
_LEFT: Final = 4
_DIGITS: Final = b"0" * 13
_LONGEST: Final = 19
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card_number(digits: str) -> bool:
    """Whether digits alone are a plausible card number."""
    return 13 <= len(digits) <= _LONGEST and _ISSUERS.fullmatch(digits) is not None and _check_digit_fits(digits)


def _check_digit_fits(digits: str) -> bool:
    backwards = [int(digit) for digit in reversed(digits)]
    return (sum(backwards[::2]) + sum(_DOUBLED[digit] for digit in backwards[1::2])) % 10 == 0


def masked_card(number: str) -> str | None:
    """A text that is a card number and nothing else, crossed out and without spaces and hyphens. None for any other text."""
    digits = _digits(number) if _PARTED.fullmatch(number) else number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and is_card_number(digits)) or _ACCOUNT.fullmatch(number):
        return None
    return _masked(digits)


def may_hold_card(text: str) -> bool:
    """Whether a line of a text has as many digits in a row as a card number.

    A look at the bytes comes first, at a tenth of the cost: nearly no text has that many, however they are parted.
    """
    return _DIGITS in text.encode("utf-8", "replace").translate(_ALIKE, _BETWEEN) and bool(_RUN.search(text) or _PARTED.search(text))


def mask_card_numbers(text: str) -> str:
    """The text with every card number in it crossed out."""
    if not may_hold_card(text):
        return text
    pieces, copied = [], 0
    for start, end in find_ibans(text):
        pieces += [_cut(text[copied:start]), text[start:end]]
        copied = end
    return "".join([*pieces, _cut(text[copied:])])


def _cut(text: str) -> str:
    return _PARTED.sub(_cut_run, _RUN.sub(_cut_run, text))


def _masked(digits: str) -> str:
    return "x" * (len(digits) - _LEFT) + digits[-_LEFT:]


def _cut_run(run: re.Match[str]) -> str:
    """A run of digits may hold other numbers beside a card's: its groups are tried together, the longest row of them first."""
    text = run[0]
    groups = [match.span() for match in _GROUP.finditer(text)]
    pieces, copied, first = [], 0, 0
    while first < len(groups):
        possible = reversed(range(first, min(first + _LONGEST, len(groups))))
        last = next((last for last in possible if _is_card(text, groups[first][0], groups[last][1])), None)
        if last is None:
            first += 1
            continue
        start, end = groups[first][0], groups[last][1]
        pieces += [text[copied:start], _masked(_digits(text[start:end]))]
        copied, first = end, last + 1
    return "".join([*pieces, text[copied:]])


def _is_card(text: str, start: int, end: int) -> bool:
    """Leading zeros may fill a card number up to the width of a field."""
    part = text[start:end]
    return is_card_number(_digits(part).lstrip("0")) and not _ACCOUNT.fullmatch(part)


def _digits(text: str) -> str:
    return "".join(_GROUP.findall(text))
