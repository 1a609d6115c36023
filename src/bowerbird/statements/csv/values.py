"""The text of one cell → its value. Every function raises ValueError with a sentence for the person whose file it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bowerbird.model.account import AccountClass
from bowerbird.model.card_numbers import masked_card
from bowerbird.model.money import parse_cents
from bowerbird.sdk.native_layout import DateForm
from bowerbird.statements.sums import sum_of

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR
    ZMW ZWG
    """.split()
)


_DAY = re.compile(r"(\d{4})([/-])(\d{2})\2(\d{2})\Z", re.ASCII)
_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_PARTS = {f"{tenths}": tenths * 10 for tenths in range(10)} | {f"{cents:02d}": cents for cents in range(100)}
_PLAIN_COLUMN = re.compile(r"(?:-?[0-9]{1,13}\.[0-9]{2}\n)++")
_FURTHEST_EAST = timedelta(hours=14)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_PRINTED_FORMS = {
    DateForm.SLASHED: re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})\Z", re.ASCII),
    DateForm.DIGITS: re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)\Z", re.ASCII),
    DateForm.SHORT_YEAR: re.compile(r"(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3}) (?P<y>\d\d)\Z", re.ASCII),
    DateForm.HYPHENED: re.compile(r"(?P<d>\d{1,2})-(?P<m>[A-Za-z]{3})-(?P<y>\d\d)\Z", re.ASCII),
    DateForm.LONG_YEAR: re.compile(r"(?P<d>\d{1,2}) (?P<m>[A-Za-z]{3}) (?P<y>\d{4})\Z", re.ASCII),
}
_BSB = re.compile(r"(\d{3})[ -]?(\d{3})\Z", re.ASCII)
_SORT_CODE = re.compile(r"'?(\d\d)-(\d\d)-(\d\d)\Z", re.ASCII)
_BSB_AND_NUMBER = re.compile(r"(\d{3})-(\d{3})[ -]?(\d{4,10})\Z|(\d{3})(\d{3}) (\d{4,10})\Z", re.ASCII)
LONGEST_NUMBER, LONGEST_TEXT = 34, 4000
"""Characters of an account number, and of any other text."""
_DATE_FORMS = "Expected yyyy/mm/dd, yyyy-mm-dd or RFC 3339."


def as_day(text: str) -> date:
    """The day a text prints. Of an RFC 3339 moment, the day as printed, at any offset."""
    match = _DAY.match(text)
    try:
        day = date(int(match[1]), int(match[3]), int(match[4])) if match else _printed_moment(text).date()
    except ValueError:
        raise ValueError(_DATE_FORMS) from None
    if day.year < 1900:
        raise ValueError("The year is before 1900.")
    return day


def as_moment(text: str) -> datetime:
    """The moment a text prints, with its own offset; midnight UTC where it prints only a day."""
    day = as_day(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if _DAY.match(text) else _printed_moment(text)


def last_day(moment: datetime) -> date:
    """The last day that had begun at a moment: the printed one, or for UTC, which hides where the bank is, anywhere on earth."""
    if moment.utcoffset() or moment.year == date.max.year:
        return moment.date()
    return (moment + _FURTHEST_EAST).date()


def as_cents(text: str) -> int:
    """Cents of a decimal text; no exponents, at most two decimals."""
    try:
        return parse_cents(text)
    except ValueError:
        raise ValueError("Expected an amount such as -1234.56.") from None


def plain_cents(text: str) -> int | None:
    """What `as_cents` says of the commonest spellings ("1234.56", "-0.5", "15"), at a third of its cost; None for every other text."""
    digits = text.replace(".", "", 1)
    if text[-3:-2] == "." and 2 < len(digits) < 16 and digits.isascii():
        if digits.isdigit():
            return int(digits)
        if digits[0] == "-" and digits[1:].isdigit() and len(digits) > 3:
            return int(digits)
    whole, point, part = text.partition(".")
    cents = _PARTS.get(part) if point else 0
    if cents is None or len(whole) > 13 or not whole.isascii():
        return None
    if whole.isdigit():
        return int(whole) * 100 + cents
    if whole[:1] == "-" and whole[1:].isdigit():
        return int(whole) * 100 - cents
    return None


def plain_column(cells: Sequence[str]) -> list[int] | None:
    """`as_cents` of cells that are all spelt as "1234.56" or "-1234.56"; None where any is not."""
    text = "\n".join(cells) + "\n"
    cents = list(map(int, text.replace(".", "").split())) if _PLAIN_COLUMN.fullmatch(text) else []
    return cents if len(cents) == len(cells) else None


def as_currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError("Expected an ISO 4217 code such as AUD.")
    return text


def as_account_class(text: str) -> AccountClass:
    try:
        return AccountClass(text.lower())
    except ValueError:
        raise ValueError(f"Expected one of {', '.join(AccountClass)}.") from None


def as_sign(text: str) -> int:
    """-1 for debit, 1 for credit."""
    try:
        return {"debit": -1, "credit": 1}[text.lower()]
    except KeyError:
        raise ValueError("Expected debit or credit.") from None


def as_text(text: str) -> str:
    """The text on one line: tabs and line breaks, with the space around them, become single spaces."""
    return " ".join(text.split()) if "\n" in text or "\r" in text or "\t" in text else text


def _printed_moment(text: str) -> datetime:
    if not _RFC_3339.match(text):
        raise ValueError(_DATE_FORMS)
    return datetime.fromisoformat(text.upper())


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
        day = next((day for form in known if (day := _printed_day(text, form)) is not None), None)
        if day is None:
            raise ValueError(f"Expected a day written as {' or '.join(known)}.")
        if day.year < 1900:
            raise ValueError("The year is before 1900.")
        return day

    return read


def _printed_day(text: str, form: DateForm) -> date | None:
    try:
        if form is DateForm.MOMENT:
            return as_day(text) if "T" in text else None
        match = _PRINTED_FORMS[form].match(text)
        if match is None:
            return None
        month = _MONTHS.get(match["m"].lower()) or int(match["m"])
        return date(int(match["y"]) + (2000 if len(match["y"]) == 2 else 0), month, int(match["d"]))
    except ValueError:
        return None


def as_money(text: str) -> int:
    """Cents of a sum with a point before its decimals, in any spelling that has one meaning."""
    cents = plain_cents(text)
    return sum_of(text) if cents is None else cents


def as_direction(text: str) -> int:
    """-1 for debit, 1 for credit, in words or letters."""
    word = text.casefold().rstrip(".")
    if word in ("debit", "dr", "d", "db", "dbit", "withdrawal", "out", "debet", "af", "soll", "s", "dare", "ut", "uit", "χ"):
        return -1
    if word in ("credit", "cr", "c", "crdt", "deposit", "in", "kredit", "bij", "haben", "h", "k", "avere", "inn", "π"):
        return 1
    raise ValueError("Expected debit or credit.")


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
    if code := _SORT_CODE.match(bsb):
        return account_number("", "".join(code.groups()) + number)
    match = _BSB.match(bsb)
    compact = number.replace(" ", "").replace("-", "")
    if match is None or not (compact.isascii() and compact.isalnum() and len(compact) <= LONGEST_NUMBER - 6):
        raise ValueError("Expected a BSB of six digits and an account number.")
    return AccountNumber(match[1] + match[2] + compact, match[1] + match[2])
