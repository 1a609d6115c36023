"""The languages of the customer's pages: catalogues of gettext, and the language that the page being made is in.

English stands in the templates. A page is in one language: one that is not in `PAGES` is English throughout. Babel is loaded for the
first page in another language, so that a server whose visitors read English does without it.
"""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch"}
"""By its tag, each under its own name."""
PAGES: Final = frozenset(
    f"consent/{name}.html"
    for name in (
        "bank", "consent", "done", "error", "extend", "institution_list", "institutions", "job", "job_part", "link", "login", "manage",
        "renew", "test_bank", "uploads_part",
    )
)  # fmt: skip
"""Templates whose every text is in the catalogues."""
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)
_MAX_HEADER = 200


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make a page in a language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current_language() -> str:
    """The language of the page that is being made."""
    return _language.get()


def accepted_language(header: str) -> str:
    """The language of ours that an Accept-Language header wants most; English where it wants none."""
    wanted: list[tuple[int, int, str]] = []
    for place, part in enumerate(header[:_MAX_HEADER].split(",")):
        tag, _, weight = part.strip().partition(";")
        language = tag.strip().partition("-")[0].casefold()
        if language in LANGUAGES:
            wanted.append((-_thousandths(weight), place, language))
    best = min(wanted, default=(0, 0, ENGLISH))
    return best[2] if best[0] < 0 else ENGLISH


def _thousandths(weight: str) -> int:
    """The weight `q=0.8` as 800; 1000 where none is given, 0 for one that cannot be read."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1000
    whole, _, part = value.strip().partition(".")
    digits = whole + part[:3].ljust(3, "0")
    return min(int(digits), 1000) if name.strip() == "q" and digits.isascii() and digits.isdigit() and len(digits) == 4 else 0


@cache
def catalogue_of(language: str) -> catalogues.NullTranslations:
    """The texts of a language; English is what stands in the templates."""
    if language == ENGLISH:
        return catalogues.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (not in a server of English pages)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    with (resources.files("bowerbird.web") / "languages" / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


def gettext(text: str) -> str:
    """A text in the page's language."""
    return catalogue_of(_language.get()).gettext(text) if text else ""


def say(text: str, **values: object) -> str:
    """A text in the page's language, with its values."""
    return gettext(text) % values if values else gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """A text that depends on a count, in the page's language."""
    return catalogue_of(_language.get()).ngettext(singular, plural, count)


def written_day(value: date) -> str:
    """A day as the page's language writes it; empty in English, whose form is the pages' own."""
    if _language.get() == ENGLISH:
        return ""
    from babel.dates import format_date  # noqa: PLC0415

    return format_date(value, "d. MMM y" if _language.get() == "de" else "medium", _language.get())


def written_moment(value: datetime) -> str:
    """A time in UTC as the page's language writes it; empty in English."""
    return f"{written_day(value)}, {value:%H:%M} UTC" if _language.get() != ENGLISH else ""


def written_number(digits: str) -> str:
    """Digits that are grouped as in English (1,234.50) as the page's language groups them."""
    if _language.get() == ENGLISH:
        return digits
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415

    marks = {",": get_group_symbol(_language.get()), ".": get_decimal_symbol(_language.get())}
    return "".join(marks.get(each, each) for each in digits)
