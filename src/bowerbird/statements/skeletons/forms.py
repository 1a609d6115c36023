"""What a text is, in words of this module alone: nothing that a file says comes out of here but what stands in its vocabulary.

A figure keeps its marks and loses its size: 12.00 and 99.50 are both 9.99, 1,234.50 is 9,999.99. Of digits their number is shown, of words
how many there are.
"""

from __future__ import annotations

import re

from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import bare_heading, meaning_of

LABELS = tuple(
    " ".join(label.split())
    for label in """
        account number|account name|account|account type|bsb|bsb number|branch|brought forward|card number|carried forward|closing balance|
        credit limit|current balance|customer number|interest|interest rate|minimum payment|new balance|opening balance|page|
        payment due date|period|previous balance|statement|statement begins|statement date|statement ends|statement number|
        statement of account|statement period|statement starts|sub total|total|total credits|total debits|total deposits|total money in|
        total money out|total payments|total withdrawals|transaction details|transactions|your statement""".split("|")
)
"""Labels that are shown as they stand; every other text is counted."""
_MONTHS = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?\Z", re.IGNORECASE)
_FIGURE = re.compile(r"(?P<before>[^\d]{0,6}?)(?P<number>\d[\d.,' ]*)(?P<behind>[^\d]{0,6})\Z")
_NO_MARK = re.compile(r"[^-+()$\u20ac\u00a3\u00a5%\u2212\u2013]")
_LETTERS = re.compile(r"(?:CR|DR|OD|AUD|NZD|USD|EUR|GBP)\Z", re.IGNORECASE)
_NUMBER = re.compile(r"(?=.{0,9}\d)[\d ./-]{1,60}\Z", re.ASCII)
_MAX_DIGITS = 30


def label_of(text: str) -> str:
    """The label that a text is or begins with, in the words of `LABELS`; empty for any other text."""
    words = " ".join(re.sub(r"[^a-z ]", " ", text.casefold()).split())
    return next((label for label in sorted(LABELS, key=len, reverse=True) if words == label), "")


def heading_of(text: str) -> str:
    """A heading of a column in the words that headings have; empty for any other text."""
    return bare_heading(text) if meaning_of(text) is not None else ""


def form_of(text: str) -> str:
    """What a text of a row is: a day, a figure, digits, a month, or words."""
    text = text.strip()
    if not text:
        return "blank"
    if any(map(str.isdigit, text)) and any(day_of(text, order) is not None for order in DayOrder):
        return _day_form(text)
    if _MONTHS.match(text):
        return "Month"
    if not text.isdecimal() and any(_is_sum(text, system) for system in NumberSystem):
        return _figure_form(text)
    if _NUMBER.match(text):
        return re.sub(r"\d+", _digits, text)
    if _LETTERS.match(text):
        return text.upper()
    return f"words({len(text.split())})" if any(map(str.isalpha, text)) else "marks"


def _digits(match: re.Match[str]) -> str:
    return f"digits({min(len(match[0]), _MAX_DIGITS)})"


def _is_sum(text: str, system: NumberSystem) -> bool:
    try:
        sum_of(text, system)
    except ValueError:
        return False
    return True


def _day_form(text: str) -> str:
    """9 for a digit, Month for letters, and the marks between them."""
    return re.sub(r"[^\W\d_]+", "Month", re.sub(r"\d", "9", text))[:40]


def _figure_form(text: str) -> str:
    match = _FIGURE.match(text)
    if match is None:
        return "figure"
    number = match["number"].strip()
    decimals = re.search(r"[.,]\d{1,2}\Z", number)
    mark = decimals[0][0] if decimals else ""
    whole = number[: decimals.start()] if decimals else number
    group = re.search(r"[., ']", whole)
    return "".join((_signs(match["before"]), f"9{group[0]}999" if group else "9", f"{mark}99" if mark else "", _signs(match["behind"])))


def _signs(text: str) -> str:
    letters = text.strip().upper()
    return letters if _LETTERS.match(letters) else _NO_MARK.sub("", text)
