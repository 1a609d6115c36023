"""What is printed around the tables: balances and totals, the currency, the account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bowerbird.model.account_numbers import find_iban_forms, find_ibans
from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.chains import signed
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedSum, Points, marked_lines
from bowerbird.statements.arithmetic.printed_sums import CODES, Decimals
from bowerbird.statements.arithmetic.vocabulary import (
    ACCOUNT,
    ACCRUED,
    BALANCE,
    CHARGED,
    CLOSING,
    COUNTRIES,
    CREDIT,
    CURRENCY_NAMES,
    DEBIT,
    LONE_NUMBERS,
    NETWORKS,
    OPENING,
    OTHER_CURRENCIES,
    OVERDRAWN,
    PAID,
    TOTAL,
    folded,
)
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.rows import Row

_NEAR = 60.0  # not money: points between a heading and the figure below it
_TOTAL = re.compile(TOTAL)
_BALANCES = {FigureKind.OPENING, FigureKind.CLOSING}


class LabelledSum(NamedTuple):
    """A sum outside the tables. `kind` is what its label says, None where it says nothing of the account, or no more than that the sum is
    a balance: `is_balance`. `side` is the direction that a label names without saying that it is a total. `unmarked` is what it counts
    where it has no mark of its own."""

    line: MarkedLine
    placed: PlacedSum
    kind: FigureKind | None
    is_balance: bool = False
    unmarked: int = 1
    side: FigureKind | None = None

    @property
    def cents(self) -> int:
        return signed(self.placed.sum, self.unmarked)


def labelled_sums(lines: Sequence[MarkedLine]) -> list[LabelledSum]:
    """Every sum outside the tables with what the words before it say, or those above it where none stand before it."""
    found: list[LabelledSum] = []
    for place, line in enumerate(lines):
        begin = 0
        for placed in line.sums:
            label = line.text[begin : placed.sum.begin]
            begin = placed.sum.end
            kind = kind_of(label)
            if kind is None and not any(letter.isalpha() for letter in label):
                above = next((other for other in reversed(lines[max(place - 2, 0) : place]) if other.page == line.page), None)
                label = _above(above, placed) if above and not above.sums else ""
                kind = kind_of(label)
            text = folded(label)
            is_balance = kind in _BALANCES or (kind is None and BALANCE.search(text) is not None)
            found.append(LabelledSum(line, placed, kind, is_balance, -1 if is_balance and OVERDRAWN.search(text) else 1, side_of(text)))
    return found


def side_of(text: str) -> FigureKind | None:
    """The direction that a folded text names; None where it names none or both."""
    is_debit, is_credit = bool(DEBIT.search(text)), bool(CREDIT.search(text))
    return None if is_debit is is_credit else FigureKind.DEBITS if is_debit else FigureKind.CREDITS


def kind_of(label: str) -> FigureKind | None:
    """What a label says of the figure behind it."""
    text = folded(label)
    if re.search(OPENING, text):
        return FigureKind.OPENING
    if re.search(CLOSING, text):
        return FigureKind.CLOSING
    if ACCRUED.search(text):
        return None
    if CHARGED.search(text):
        return FigureKind.DEBITS
    if PAID.search(text):
        return FigureKind.CREDITS
    return side_of(text) if _TOTAL.search(text) else None


def _above(line: MarkedLine, placed: PlacedSum) -> str:
    """The text of a line that stands over a sum."""
    best, distance = "", _NEAR
    place = 0
    for text in line.text.split("\t"):
        begin, place = place, place + len(text) + 1
        if not text.strip():
            continue
        left, right = line.left(begin), line.right(begin + len(text))
        apart: Points = 0 if left <= placed.right and right >= placed.left else min(abs(placed.left - right), abs(left - placed.right))
        if apart < distance:
            best, distance = text, apart
    return best


_SIGNS = {
    "£": "GBP", "€": "EUR", "₹": "INR", "rs": "INR", "rs.": "INR", "r": "ZAR", "fr.": "CHF", "円": "JPY", "a$": "AUD", "au$": "AUD",
    "nz$": "NZD", "us$": "USD", "c$": "CAD", "ca$": "CAD", "s$": "SGD", "hk$": "HKD", "r$": "BRL", "zł": "PLN",
}  # fmt: skip
_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(CODES)})(?![A-Za-z])")
_REAIS = re.compile(r"(?<![A-Za-z])R\$")
_IN_EUROS = re.compile(
    r"^(?:(?:debits?|débits?|credits?|crédits?|addebiti|accrediti|importo|importe|montant|bedrag|betrag|saldo|solde|amount|balance)[ ]"
    r"[(]?(?:(?:in|en)[ ])?euros?[)]?|(?:[^ ]+[ ]){1,8}(?:in|en)[ ]euros?)$"
)
_EURO_LANDS = "DE FR ES IT NL BE AT FI IE PT GR LU EE LV LT SK SI MT CY HR".split()
_IBAN_CURRENCIES = {"GB": "GBP", "CH": "CHF", "SE": "SEK", "NO": "NOK", "DK": "DKK", "PL": "PLN", "CZ": "CZK", "HU": "HUF"}


def currencies_of(sums: Iterable[PlacedSum], lines: Sequence[MarkedLine], home: str | None, rows: Iterable[str] = ()) -> set[str]:
    """The currencies that a document can be in, by the strongest evidence there is: the signs of its figures, a code outside its rows, its
    IBAN, its country, the words of its `rows`. `home` is what the institution's accounts are in where no sign says more."""
    signs = {placed.sum.currency.casefold() for placed in sums if placed.sum.currency}
    texts = [line.text for line in lines]
    codes = Counter(code for text in texts for code in _CODE.findall(text))
    best = max(codes.values(), default=0)
    evidence = (
        {_SIGNS.get(sign, sign.upper() if sign.upper() in CODES else "") for sign in signs} - {""},
        {code for code, count in codes.items() if count == best},
        set() if "$" in signs else {code for code, pattern in CURRENCY_NAMES if any(pattern.search(text.casefold()) for text in texts)},
        {"BRL"} if any(_REAIS.search(text) for text in texts) else set(),
        ({"CNY"} if any("元" in text for text in texts) else {"JPY"}) if "¥" in signs else set(),
        set() if "$" in signs else {_SIGNS[sign] for text in texts for sign in _SIGNS if not sign.isascii() and sign in text},
        _of_account(texts, "$" in signs) | (set() if "$" in signs else _of_headings(texts)),
        {home} if home else set(),
        _of_country(texts),
    )
    return next((found for found in evidence if found), None) or _of_lone_number(texts) or _of_networks(rows, texts)


def currencies_around(pages: Sequence[Sequence[Line]], rows: Sequence[Row], home: str | None) -> set[str]:
    """The same for a document whose rows are known: what is written out in a row may be a price abroad, a sign on its last sum is not."""
    inside = {(line.page, line.row) for row in rows for line in row.lines}
    lines = marked_lines([list(page) for page in pages], Decimals.POINT)
    outside = [line for line in lines if (line.page, line.line.row) not in inside]
    sums = [
        line.sums[-1] for line in lines if line.sums and (line.page, line.line.row) in inside and not line.sums[-1].sum.currency.isalpha()
    ]
    return currencies_of([*sums, *(found for line in outside for found in line.sums)], outside, home)


def _of_account(texts: Sequence[str], in_dollars: bool) -> set[str]:
    """The currency of the country whose form the account's number has."""
    squeezed = " ".join(texts).casefold()
    if number := iban_in(texts) or labelled_iban(texts):
        return {"EUR"} if number[:2] in _EURO_LANDS else {_IBAN_CURRENCIES.get(number[:2], "EUR")}
    if re.search(r"\bifsc\b", squeezed):
        return {"INR"}
    if re.search(r"残高|口座", squeezed):
        return {"JPY"}
    return {"GBP"} if re.search(r"sort ?code", squeezed) and not in_dollars else set()


def _of_headings(texts: Sequence[str]) -> set[str]:
    """Euros as a word that ends a heading, or the text of an account."""
    return {"EUR"} if any(_IN_EUROS.search(cell.strip()) for text in texts for cell in text.casefold().split("\t")) else set()


def _of_lone_number(texts: Sequence[str]) -> set[str]:
    """The currency of a country by what only its banks print, where no other currency is named around the rows."""
    spaced = " ".join(texts).casefold()
    found = {code for code, pattern in LONE_NUMBERS if pattern.search(spaced)}
    rest = spaced
    for _, pattern in LONE_NUMBERS:
        rest = pattern.sub("", rest)
    return found if len(found) == 1 and not OTHER_CURRENCIES.search(rest) else set()


def _of_networks(rows: Iterable[str], texts: Sequence[str]) -> set[str]:
    """The currency of the country whose network moved money of a row, where no currency is named around the rows."""
    spaced = " ".join(rows).casefold()
    found = {code for code, pattern in NETWORKS if pattern.search(spaced)}
    return found if len(found) == 1 and not OTHER_CURRENCIES.search(" ".join(texts).casefold()) else set()


def _of_country(texts: Sequence[str]) -> set[str]:
    spaced = " ".join(texts).casefold()
    squeezed = "".join(spaced.split())
    return {next((code for code, pattern in COUNTRIES if pattern.search(spaced) or pattern.search(squeezed)), "")} - {""}


def iban_in(texts: Iterable[str]) -> str | None:
    """The first IBAN whose check digits hold."""
    for text in texts:
        for start, end in find_ibans(text):
            return text[start:end].replace(" ", "")
    return None


def labelled_iban(texts: Iterable[str]) -> str | None:
    """The first text behind the label of an account, or behind "IBAN", that has the form of one: as any other number behind a label it is
    the account's, though its check digits do not hold."""
    for text in texts:
        for start, end in find_iban_forms(text):
            if _IBAN_LABEL.search(folded(text[:start])):
                return text[start:end].replace(" ", "")
    return None


_IBAN_LABEL = re.compile(rf"(?:iban|{ACCOUNT.pattern})[:.#()]*$")
