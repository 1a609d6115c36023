"""What the heading of a column means: words that banks and bookkeeping programs print, in the languages of `words.toml`.

They are priors: where a column says something else than its heading, the form is given up, and balances decide before words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.values import CURRENCIES

_UNIT = re.compile(
    r"\s*(?:\((?:in )?[^)]{0,12}\)|(?<= )(?:in )?(?P<code>[a-z]{3})|(?<= )(?:in )?(?:a?\$|€|£|euros?)|(?<=\S)\((?:円|yen)\))\s*\Z"
)
_VALUE, _IGNORED = "value", "ignored"
"""The tables of words that are no kind of their own: days of value, and columns that say nothing of a transaction's words or money."""


def _folded(text: str) -> str:
    """Small letters without accents; full-width signs as plain ones."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("Ł", "l").replace("ø", "o"))
    return "".join(char for char in folded if not unicodedata.combining(char)).casefold()


def _pattern(words: dict[str, str]) -> re.Pattern[str]:
    joined = _folded("|".join(re.sub(r"\s*\n\s*", "", each) for each in words.values()))
    return re.compile(rf"(?:{joined})\Z")


def _patterns() -> dict[str, re.Pattern[str]]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return {says: _pattern(words) for says, words in tomllib.load(file).items()}


_PATTERNS = _patterns()
_CODE = re.compile(r"\b([A-Z]{3})\b")
_UNITS = {r"円": "JPY", r"\beuros?\b|€": "EUR"}


class Heading(NamedTuple):
    """What a heading may say, the likeliest first. `is_value_day`: its days are those of interest, which count where there are no others.

    `is_known` is False for a heading that says nothing this reader knows: its words may belong to what happened.
    """

    kinds: tuple[Kind, ...]
    is_value_day: bool
    is_known: bool


@lru_cache(maxsize=4096)
def heading_of(heading: str) -> Heading:
    """What a column with this heading may say."""
    text = bare_heading(heading)
    forms = (text, re.sub("([aou])e", r"\1", text))
    found = [says for says, pattern in _PATTERNS.items() if any(map(pattern.match, forms))]
    kinds = dict.fromkeys(Kind.POSTED if says == _VALUE else Kind(says) for says in found if says != _IGNORED)
    return Heading(tuple(kinds), found[:1] == [_VALUE], bool(found))


def meaning_of(heading: str) -> Kind | None:
    """What a column with this heading says, None for one that says nothing this reader knows."""
    return next(iter(heading_of(heading).kinds), None)


def bare_heading(heading: str) -> str:
    """A heading without its unit, in small letters, with a space between words: of one that has a meaning only words of this module."""
    words = _folded(heading).strip().replace("_", " ")
    unit = _UNIT.search(words)
    bare = words if unit is None or (unit["code"] and unit["code"].upper() not in CURRENCIES) else words[: unit.start()]
    return re.sub(r" ?\d+\Z", "", re.sub(r"[\s\-.*:#]+", " ", bare).strip())


def currency_of(header: Sequence[str]) -> str:
    """The currency that the headings of sums name; empty where they name none, or several."""
    named = [heading for heading in header if meaning_of(heading)]
    codes = {code for heading in named for code in _CODE.findall(heading) if code in CURRENCIES}
    codes |= {code for heading in named for sign, code in _UNITS.items() if re.search(sign, heading, re.IGNORECASE)}
    return codes.pop() if len(codes) == 1 else ""


def is_of_a_card(header: Sequence[str]) -> bool:
    """Whether headings tell that the file is of a card: then a sum without a word for its direction may be owed or paid."""
    words = re.compile(r"card ?(?:member|holder)|cardholder|card ?(?:number|no)\b|kreditkarten|minimum payment", re.IGNORECASE)
    return any(map(words.search, header))


def is_of_an_account(header: Sequence[str]) -> bool:
    """Whether headings are of a bank account, whose sums are those of its holder: numbers of accounts, days of value, a balance."""
    headings = list(map(heading_of, header))
    has_bank = any(re.search(r"\b(?:iban|blz|bic)\b", bare_heading(cell)) for cell in header)
    return has_bank or any(each.is_value_day or {Kind.NUMBER, Kind.BALANCE} & set(each.kinds) for each in headings)


def meanings_of(cells: Sequence[str]) -> list[Kind | None]:
    """What each heading of a row means."""
    return [meaning_of(cell) for cell in cells]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names at least a day and a sum, and holds nothing that is a figure."""
    found = set(meanings_of(cells))
    days, sums = {Kind.POSTED, Kind.MADE}, {Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT}
    return bool(found & days and found & sums) and not any(re.fullmatch(r"[\d.,/: +$-]*\d[\d.,/: +$-]*", cell.strip()) for cell in cells)
