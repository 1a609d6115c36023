"""Days as banks around the world print them: numbers in three orders, names of months in ten languages, 年月日."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class NumberOrder(StrEnum):
    """What the numbers of a day mean, from left to right."""

    DAY_FIRST = "day/month"
    MONTH_FIRST = "month/day"
    YEAR_FIRST = "year/month/day"


_MONTHS = (
    "january januar janvier janv enero ene gennaio gen janeiro januari jan styczen stycznia sty jaenner",
    "february februar fevrier fevr fev febrero feb febbraio fevereiro februari luty lutego lut",
    "march maerz marz mars marzo marco maart mrt mar marzec marca mrz",
    "april avril avr abril abr aprile apr kwiecien kwietnia kwi",
    "may mai mayo maggio mag maio mei maj maja",
    "june juni juin junio giugno giu junho jun czerwiec czerwca cze",
    "july juli juillet juil julio luglio lug julho jul lipiec lipca lip",
    "august aout agosto ago augustus augusti aug sierpien sierpnia sie",
    "september septembre sept septiembre settembre set setembro sep wrzesien wrzesnia wrz",
    "october oktober octobre octubre ottobre ott outubro out oct okt pazdziernik pazdziernika paz",
    "november novembre noviembre novembro nov listopad listopada lis",
    "december dezember decembre diciembre dicembre dezembro dec dez dic grudzien grudnia gru",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMES = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_PLAIN = str.maketrans(
    "áàâãäåéèêëíìîïóòôõöúùûüçñńźżśćłąęÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑ", "aaaaaaeeeeiiiiooooouuuucnnzzsclaeAAAAAAEEEEIIIIOOOOOUUUUCN"
)
_DAY = re.compile(
    rf"""(?<![\w/.,:'-])(?:
    (?P<y1>(?:19|20)\d\d)(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})
    |(?:(?P<y2>\d{{4}})年|令和(?P<era>\d{{1,2}})年)?[ ]?(?P<m2>\d{{1,2}})月[ ]?(?P<d2>\d{{1,2}})日
    |(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|[.º°])?[ ./-]?[ ]?(?:de[ ])?(?P<n3>{_NAMES})\.?
     (?:(?:,|[ ]de|[ ./'-])?[ ]?(?P<y3>(?:19|20)\d\d|\d\d))?
    |(?P<n4>{_NAMES})\.?[ -]?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:,?[ ](?P<y4>(?:19|20)\d\d)|/(?P<y5>\d\d))?
    |(?P<a>\d{{1,2}})(?P<s5>[-/.])(?P<b>\d{{1,2}})(?:(?P=s5)(?P<c>(?:19|20)\d\d|\d\d)|\.)?
    |(?:r|令和[ ]?)(?P<era7>\d{{1,2}})(?P<s7>[-/.])(?P<m7>\d{{1,2}})(?P=s7)(?P<d7>\d{{1,2}})
    |(?P<y6>20\d\d)(?P<m6>[01]\d)(?P<d6>[0-3]\d)
    )(?:(?<=日)|(?![\w/]|[.,:'-]\d|[ ]?%))""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_ERA = 2018
"""The year before the first of Reiwa."""


class PrintedDay(NamedTuple):
    """A day on a line: `begin` and `end` are places of its text. `numbers` as printed where they are open to an order, else year, month
    and day."""

    begin: int
    end: int
    numbers: tuple[int | None, int, int] | tuple[int, int, int | None]
    is_open: bool
    separator: str = ""

    @property
    def has_year(self) -> bool:
        return None not in self.numbers

    def orders(self) -> tuple[NumberOrder, ...]:
        """The orders in which its numbers can be meant."""
        if not self.is_open:
            return (NumberOrder.DAY_FIRST,)
        is_short = self.numbers[2] is not None and self.numbers[2] < 100
        if self.separator == ".":
            return (NumberOrder.DAY_FIRST,)
        return (*(NumberOrder.DAY_FIRST, NumberOrder.MONTH_FIRST), *([NumberOrder.YEAR_FIRST] if is_short else []))

    def day(self, order: NumberOrder, year: int | None = None) -> date | None:
        """The date in an order; `year` is that of a day printed without one. None for a date that does not exist."""
        first, second, third = self.numbers
        if not self.is_open:
            return _date(year if first is None else first, second, third)
        if third is None:
            month, day = (second, first) if order is NumberOrder.DAY_FIRST else (first, second)
            return _date(year, month, day)
        if order is NumberOrder.YEAR_FIRST:
            return _date(first, second, third)
        month, day = (second, first) if order is NumberOrder.DAY_FIRST else (first, second)
        return _date(third, month, day)


@lru_cache(maxsize=8192)
def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or not month or not day:
        return None
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def days_in(text: str, *, is_of_era: bool = False) -> list[PrintedDay]:
    """The days on a line, from left to right. `is_of_era`: three short numbers are a year of Reiwa, a month and a day."""
    if len(text.casefold()) != len(text):
        return []
    found = [_printed(match) for match in _DAY.finditer(text.casefold().translate(_PLAIN))]
    return [_of_era(day) for day in found] if is_of_era else found


def _of_era(day: PrintedDay) -> PrintedDay:
    year, month, last = day.numbers
    if not day.is_open or year is None or last is None or last > 31:
        return day
    return PrintedDay(day.begin, day.end, (_ERA + year, month, last), False)


def _printed(match: re.Match[str]) -> PrintedDay:
    part = match.groupdict()
    begin, end = match.span()
    if part["a"]:
        numbers = int(part["a"]), int(part["b"]), int(part["c"]) if part["c"] else None
        return PrintedDay(begin, end, numbers, True, part["s5"])
    year = next((part[name] for name in ("y1", "y2", "y3", "y4", "y5", "y6") if part[name]), None)
    if era := part["era"] or part["era7"]:
        year = str(_ERA + int(era))
    name = part["n3"] or part["n4"]
    month = _MONTH_OF[name.casefold()] if name else int(next(part[key] for key in ("m1", "m2", "m6", "m7") if part[key]))
    day = int(next(part[key] for key in ("d1", "d2", "d3", "d4", "d6", "d7") if part[key]))
    full = int(year) + (2000 if int(year) < 100 else 0) if year else None
    return PrintedDay(begin, end, (full, month, day), False)
