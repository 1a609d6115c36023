"""Days as any bank writes them: numbers in three orders, names of months in the larger European languages."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from functools import lru_cache


class DayOrder(StrEnum):
    """What stands first in a day of three numbers. A year of four digits in front leaves no choice, and a month's name none either."""

    DAY_FIRST = "dd/mm/yyyy"
    MONTH_FIRST = "mm/dd/yyyy"


_MONTHS = (
    "jan januar january janvier janv enero ene gennaio gen januari styczen sty janeiro",
    "feb februar february fevrier fevr febrero febbraio februari luty lut fevereiro fev",
    "mar marz maerz mrz march mars marzo maart mrt marzec marco",
    "apr april avril avr abril abr aprile kwiecien kwi",
    "may mai mayo maggio mag mei maj maio",
    "jun juni june juin junio giugno giu czerwiec cze junho",
    "jul juli july juillet juil julio luglio lug lipiec lip julho",
    "aug august aout agosto ago augustus augusti sierpien sie",
    "sep sept september septembre septiembre settembre set wrzesien wrz setembro",
    "oct okt oktober october octobre octubre ottobre ott pazdziernik paz outubro out",
    "nov november novembre noviembre listopad lis novembro",
    "dec dez dezember december decembre diciembre dic dicembre grudzien gru dezembro",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_TIME = r"(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?(?: ?[AP]\.?M\.?)?(?: ?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}:?\d{2}))?)?"
_NUMBERS = re.compile(rf"(\d{{1,4}})([/.-]|\. | )(\d{{1,2}})(?:\2|[/.-])(\d{{1,4}})\.?{_TIME}\Z", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?\Z", re.ASCII)
_OF_AN_ERA = re.compile(r"([SHR])(\d{1,2})[./-](\d{1,2})[./-](\d{1,2})\Z", re.IGNORECASE | re.ASCII)
_ERAS = {"S": 1925, "H": 1988, "R": 2018}
"""The year before the first of the Japanese eras Shōwa, Heisei and Reiwa."""
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|\.)?[ /-]*(?:de )?([a-z]{{3,}})\.?[ ,/-]*(?:de )?'?(\d{{4}}|\d{{2}}){_TIME}\Z", re.IGNORECASE
)
_NAME_FIRST = re.compile(rf"([a-z]{{3,}})\.?[ -]*(\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(\d{{4}}){_TIME}\Z", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*[,.]? +(?=\d|[a-z]{3})", re.IGNORECASE)


@lru_cache(maxsize=65536)
def day_of(text: str, order: DayOrder) -> date | None:
    """The day that a text prints when its numbers stand in this order; None for a text that then is no day."""
    text = _WEEKDAY.sub("", " ".join(text.split()), count=1)
    if match := _NUMBERS.match(text):
        return _numbered(match[1], match[3], match[4], order)
    if match := _DIGITS.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _OF_AN_ERA.match(text):
        return _day(_ERAS[match[1].upper()] + int(match[2]), int(match[3]), int(match[4]))
    folded = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    if match := _NAMED.match(folded):
        day, name, year = match[1], match[2], match[3]
    elif match := _NAME_FIRST.match(folded):
        name, day, year = match[1], match[2], match[3]
    else:
        return None
    month = _MONTH_OF.get(name.casefold())
    return _day(_year(year), month, int(day)) if month else None


def _numbered(first: str, second: str, third: str, order: DayOrder) -> date | None:
    if len(first) == 4:
        return _day(int(first), int(second), int(third)) if len(third) <= 2 else None
    if len(first) == 3 or len(third) not in (2, 4):
        return None
    day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
    return _day(_year(third), int(month), int(day))


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found.year >= 1900 else None
