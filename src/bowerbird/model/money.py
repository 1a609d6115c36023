"""Money as integer cents. No binary fraction ever touches an amount.

On the wire money is a string with two decimals ("-124.69"); inside it is an int of cents. Unknown is None, never 0.
"""

from __future__ import annotations

import re

MAX_CENTS = 10**15
"""Ten trillion dollars: anything above is a misread file, and a 64-bit column holds far more."""

_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{1,2}))?\Z", re.ASCII)


def parse_cents(text: str) -> int:
    """Cents of a decimal text such as "-15", "1,234.5" or "+0.05".

    Raises ValueError for anything else: exponents, three decimals, an empty text, a sum above `MAX_CENTS`.
    """
    match = _AMOUNT.match(text)
    if match is None or (match[2] is None and match[3] is None):
        raise ValueError("not an amount with at most two decimals")
    cents = int((match[2] or "0").replace(",", "")) * 100 + int((match[3] or "0").ljust(2, "0"))
    if cents > MAX_CENTS:
        raise ValueError("amount is too large")
    return -cents if match[1] == "-" else cents


def format_cents(cents: int) -> str:
    """The wire's form: -12469 → "-124.69"."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole}.{part:02d}"


def format_optional_cents(cents: int | None) -> str | None:
    return None if cents is None else format_cents(cents)
