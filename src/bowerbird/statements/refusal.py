"""A statement that is not accepted, and how its contents may be quoted in the answer."""

from __future__ import annotations

import re

from stdnum import luhn

from bowerbird.codes import Entry

SHOWN = 60
"""Characters of a value that a detail quotes."""

_DIGIT_RUN = re.compile(r"\d(?:[ -]?\d){12,18}", re.ASCII)


class Refused(Exception):
    """A statement refused with an entry of the catalogue; `values` fill the placeholders of its title and detail.

    Raises KeyError when `values` lack a placeholder or hold a surplus one.
    """

    def __init__(self, entry: Entry, **values: object) -> None:
        self.entry = entry
        self.values: dict[str, object] = values
        self.title, self.detail = entry.answer(values)
        super().__init__(f"{self.title} {self.detail}")


def shown(value: str) -> str:
    """A value as a detail may quote it: at most 60 characters, none unprintable, no whole card number."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value.strip()[: SHOWN * 2])
    text = _DIGIT_RUN.sub(lambda match: masked_card(match[0]) or match[0], text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def masked_card(number: str) -> str | None:
    """A plausible full card number (13 to 19 digits, first one 2 to 6, Luhn) with all but its last four digits crossed out.

    Spaces and hyphens between the digits are left out. None for any other text. Account numbers behind an Australian BSB of the
    four large banks begin with 0 and are never taken for a card's.
    """
    digits = number.replace(" ", "").replace("-", "")
    if not (13 <= len(digits) <= 19 and digits.isascii() and digits.isdigit() and digits[0] in "23456" and luhn.is_valid(digits)):
        return None
    return "x" * (len(digits) - 4) + digits[-4:]
