"""What kind of account a document is about, by the words of its first page: a guess that names the account and moves no money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bowerbird.model.account import AccountClass
from bowerbird.model.card_numbers import is_card_number
from bowerbird.statements.arithmetic.printed_days import days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.arithmetic.vocabulary import folded
from bowerbird.statements.pdf.lines import Line, compact

_CROSSED_OUT = re.compile(r"(?=\d*X)[\dX]{13,19}")
"""A card's number as statements print it, all but some of its digits crossed out."""

_KINDS = (
    (AccountClass.CREDIT_CARD, re.compile(r"credit ?card|mastercard|visa|platinum|low rate|low fee|awards", re.I)),
    (AccountClass.MORTGAGE, re.compile(r"home ?loan|mortgage", re.I)),
    (AccountClass.LOAN, re.compile(r"\bloan\b", re.I)),
    (AccountClass.SAVINGS, re.compile(r"sav(?:er|ings)|maximiser", re.I)),
    (
        AccountClass.TRANSACTION,
        re.compile(r"everyday|transaction account|access|cheque|classic|choice|banking\b|management", re.I),
    ),
)
_DAY_HEADING = re.compile(r"^(?:date|data|datum|fecha|dato|dag|tag|day|buchung|buchungstag)$")
_WITH_DECIMALS = (Decimals.POINT, Decimals.COMMA)
NAMELESS = "Account"
"""The name of an account whose document says none."""

_TAIL = re.compile(r"\s*(?:account )?statement\Z", re.I)
_LONGEST = 40


class Guess(NamedTuple):
    """A product's name as printed, and its kind; unknown where no word tells."""

    name: str
    account_class: AccountClass


def guessed_product(lines: list[Line], number: str, headings: frozenset[str]) -> Guess:
    """The first text of a page that sounds like a product. `headings` are compact texts that are something else."""
    is_card = is_of_card(number)
    for line in _head(lines):
        if any(heading in line.compact for heading in headings):
            break
        for words in line.texts():
            name = _TAIL.sub("", " ".join([word.text for word in words]))
            kind = _kind(name)
            if kind and (kind is AccountClass.CREDIT_CARD or not is_card) and compact(name) not in headings:
                return Guess(name, kind)
    if is_card:
        return Guess("Credit card", AccountClass.CREDIT_CARD)
    title = " ".join([word.text for word in lines[0].texts()[0]])
    name = _TAIL.sub("", title)
    return Guess(name if name and name != title and len(name) <= _LONGEST else NAMELESS, AccountClass.UNKNOWN)


def _head(lines: list[Line]) -> Iterator[Line]:
    """The lines above the headings of the rows, and above the first row: words of both are those of no product."""
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        if _is_heading(line) or (below is not None and len(line.texts()) > 2 and _is_heading(below)) or _is_row(line):
            break
        yield line


def _is_heading(line: Line) -> bool:
    """Whether a line names columns, one of them that of the days."""
    texts = line.texts()
    if len(texts) < 3 or any(letter.isdigit() for letter in line.compact):
        return False
    return any(_DAY_HEADING.search(folded(word.text)) for words in texts for word in words)


def _is_row(line: Line) -> bool:
    """Whether a line begins with a day and has a sum."""
    return any(day.begin == 0 for day in days_in(line.text)) and any(sums_in(line.text, form) for form in _WITH_DECIMALS)


def is_of_card(number: str) -> bool:
    """Whether a number is a card's, whole or crossed out. A long one that is none, such as an IBAN, is an account's."""
    return is_card_number(number) or _CROSSED_OUT.fullmatch(number) is not None


def printed_product(lines: list[Line]) -> str:
    """The first text of a page that sounds like a product; empty where none does."""
    texts = (" ".join([word.text for word in words]) for line in lines for words in line.texts())
    return next((name for text in texts if _kind(name := _TAIL.sub("", text))), "")


def sounds_like_product(name: str) -> bool:
    """Whether a text is a product's name rather than anybody's: it has a word that banks call products by, and no digit."""
    return _kind(name) is not None


def _kind(name: str) -> AccountClass | None:
    if len(name) > _LONGEST or name.endswith((":", ".")) or any(letter.isdigit() for letter in name):
        return None
    return next((kind for kind, pattern in _KINDS if pattern.search(name)), None)
