"""The text of one cell of a bank's own export → its value. Every function raises ValueError with a sentence for the person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bowerbird.model.card_numbers import masked_card
from bowerbird.sdk.native_layout import DateForm
from bowerbird.statements.csv.values import as_cents, as_day, plain_cents

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_FORMS = {
    DateForm.SLASHED: re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})\Z", re.ASCII),
    DateForm.DIGITS: re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)\Z", re.ASCII),
    DateForm.SHORT_YEAR: re.compile(r"(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3}) (?P<y>\d\d)\Z", re.ASCII),
    DateForm.HYPHENED: re.compile(r"(?P<d>\d{1,2})-(?P<m>[A-Za-z]{3})-(?P<y>\d\d)\Z", re.ASCII),
    DateForm.LONG_YEAR: re.compile(r"(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3}) (?P<y>\d{4})\Z", re.ASCII),
}
_BSB = re.compile(r"(\d{3})[ -]?(\d{3})\Z", re.ASCII)
_BSB_AND_NUMBER = re.compile(r"(\d{3})-(\d{3})[ -]?(\d{4,10})\Z|(\d{3})(\d{3}) (\d{4,10})\Z", re.ASCII)
LONGEST_NUMBER = 34


class AccountNumber(NamedTuple):
    """A number as an account carries it: with its BSB in front where that is known, a whole card number crossed out."""

    number: str
    bsb: str | None = None
    masked: str | None = None


def day_reader(forms: Iterable[DateForm]) -> Callable[[str], date]:
    """A function from text to day that knows some forms and remembers days it has met."""
    known = tuple(forms)

    @lru_cache(maxsize=4096)
    def read(text: str) -> date:
        day = next((day for form in known if (day := _day(text, form)) is not None), None)
        if day is None:
            raise ValueError(f"Expected a day written as {' or '.join(known)}.")
        if day.year < 1900:
            raise ValueError("The year is before 1900.")
        return day

    return read


def _day(text: str, form: DateForm) -> date | None:
    try:
        if form is DateForm.MOMENT:
            return as_day(text) if "T" in text else None
        match = _FORMS[form].match(text)
        if match is None:
            return None
        month = _MONTHS.get(match["m"].lower()) or int(match["m"])
        return date(int(match["y"]) + (2000 if len(match["y"]) == 2 else 0), month, int(match["d"]))
    except ValueError:
        return None


def as_money(text: str) -> int:
    """Cents of a decimal text with or without a sign."""
    cents = plain_cents(text)
    return as_cents(text) if cents is None else cents


def account_number(bsb: str, number: str) -> AccountNumber:
    """What a BSB (empty where the file has none or prints it in front of the number) and a number say together."""
    if not bsb:
        if match := _BSB_AND_NUMBER.match(number):
            branch, state, account = match.group(1, 2, 3) if match[1] else match.group(4, 5, 6)
            return AccountNumber(branch + state + account, branch + state)
        compact = "".join(number.split())
        if not 0 < len(compact) <= LONGEST_NUMBER:
            raise ValueError(f"Expected an account number of at most {LONGEST_NUMBER} characters.")
        masked = masked_card(compact)
        return AccountNumber(masked or compact, None, masked)
    match = _BSB.match(bsb)
    compact = number.replace(" ", "").replace("-", "")
    if match is None or not (compact.isascii() and compact.isalnum() and len(compact) <= LONGEST_NUMBER - 6):
        raise ValueError("Expected a BSB of six digits and an account number.")
    return AccountNumber(match[1] + match[2] + compact, match[1] + match[2])
