"""International account numbers (ISO 13616): found in a text by their form, their country's length and their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_FORM: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.ASCII)
_LENGTHS: Final = {
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
    for match in _FORM.finditer(text):
        length = _LENGTHS.get(match[0][:2], 0)
        places = [place for place, letter in enumerate(match[0]) if letter != " "]
        if 0 < length <= len(places):
            end = match.start() + places[length - 1] + 1
            if is_iban(text[match.start() : end]) and not text[end : end + 1].isalnum():
                yield match.start(), end


def is_iban(number: str) -> bool:
    """Whether a text is an IBAN and nothing else, with blanks or without."""
    compact = number.replace(" ", "")
    if _FORM.fullmatch(number) is None or _LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1
