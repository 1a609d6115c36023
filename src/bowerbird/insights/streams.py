"""Recurring income: who pays, how often, whether it goes on, and how much it is in a month, with a band instead of false precision.

Credits of deposit accounts are grouped by payer, own movements and what is no income aside; what of a group keeps a period is a stream.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from statistics import median, stdev

from bowerbird.insights.classify import DECLARED, Kind
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.insights.movements import DEPOSITS, Movement
from bowerbird.insights.pairing import own_movements, reversals
from bowerbird.insights.periods import PER_MONTH, Fit, best_fit, longest_days
from bowerbird.sdk.pack import words_of

CATEGORIES = {
    "salary": "salary", "credit_other": "salary", "refund": "salary", "gig": "gig", "interest": "interest", "dividend": "dividend",
    "rent_income": "rent", "child_support": "child support",
}  # fmt: skip
"""Leaf → category of a stream; the payments of agencies are benefits. An unknown payer who pays a wage's period pays a wage."""

MIN_UNKNOWN, MIN_UNKNOWN_DAYS, MIN_UNKNOWN_SCORE = 5, 75, Fraction(17, 20)
"""What a payer must show whose text does not say that it is income: the published rule asks for five credits and regular intervals."""

MIN_AGAIN = 4
"""A payer's second stream beside the first needs so many payments: the rest of one is no stream."""

MIN_SCORE = Fraction(3, 5)
ODD_BELOW, ODD_ABOVE = Fraction(2, 5), Fraction(9, 5)
LEVELS_APART = Fraction(6, 5)


@dataclass(frozen=True, slots=True)
class Stream:
    """Payments of one payer that keep a period. `monthly_cents` is what it is in an average month at its end, between `low_cents` and
    `high_cents`; `stability` is the share of expected payments that came; `by_pattern`: no word says that it is income.
    """

    payer: str
    rows: tuple[str, ...]
    period: str
    first: date
    last: date
    ongoing: bool
    monthly_cents: int
    low_cents: int
    high_cents: int
    category: str
    stability: Fraction
    by_pattern: bool


def income_streams(rows: Sequence[Movement], until: date, aside: Collection[str] | None = None) -> list[Stream]:
    """The streams of income of one person. `until` is the last day that the rows cover; `aside` are the rows that are no income, beside
    others: own movements and reversals, which are looked for where they are not given.
    """
    aside = own_movements(rows).keys() | reversals(rows).keys() if aside is None else aside
    payers: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for row in rows:
        if row.cents > 0 and row.id not in aside and row.account_class in DEPOSITS and _may_be_income(row):
            payers[row.account, payer_of(row.text)].append(row)
    found = [stream for (_, payer), paid in payers.items() for stream in _streams_of(payer, sorted(paid, key=_day), until)]
    return sorted(found, key=lambda stream: (stream.first, stream.payer))


def payer_of(text: str) -> str:
    """Who pays: the words of a text, without numbers, dates and references."""
    return " ".join(word for word in words_of(text) if word.isalpha())


def _day(row: Movement) -> tuple[date, str]:
    return row.day, row.id


def _may_be_income(row: Movement) -> bool:
    leaf, kind = row.enrichment.leaf, row.enrichment.evidence.kind
    if kind in DECLARED:
        return LEAVES[leaf].nature is Nature.INCOME
    if leaf in ("transfer_in", "own_transfer", "tax_refund", "insurance_credit", "medicare", "crisis"):
        return False
    if leaf == "refund":
        return kind is Kind.NAME_CREDIT
    if leaf == "credit_other":
        return kind is Kind.NOTHING
    if leaf == "rent_income" and row.enrichment.channel == "transfer":
        return False  # a flatmate's share of a rent is a cost shared
    return LEAVES[leaf].nature is Nature.INCOME


def _is_known(row: Movement) -> bool:
    return row.enrichment.leaf not in ("credit_other", "refund")


def _streams_of(payer: str, rows: list[Movement], until: date) -> Iterable[Stream]:
    """The streams of one payer: as a rule one; two where the sums have two levels that keep a period each."""
    for level in _levels(rows):
        rest = level
        while fit := _accepted(rest):
            if rest is not level and len(fit.met) < MIN_AGAIN:
                break
            yield _stream(payer, rest, fit, until)
            met = set(fit.met)
            rest = [row for place, row in enumerate(rest) if place not in met]


def _accepted(rows: list[Movement]) -> Fit | None:
    if len(rows) < 2:
        return None
    usual = int(median(row.cents for row in rows))
    even = _usual(rows)
    fit = best_fit(tuple(row.day for row in even), tuple(abs(row.cents - usual) * 8 // max(1, usual) for row in even))
    if fit is None or fit.score < MIN_SCORE or len(fit.met) < 2:
        return None
    if not any(map(_is_known, rows)) and not _is_regular(even, fit):
        return None
    places = [rows.index(even[place]) for place in fit.met]
    return replace(fit, met=tuple(places))


def _is_regular(rows: list[Movement], fit: Fit) -> bool:
    """Whether a payer whose text does not say that it is income pays regularly enough; a company may do so for a shorter time."""
    spanned = (rows[-1].day - rows[0].day).days
    if len(fit.met) >= MIN_UNKNOWN and spanned >= MIN_UNKNOWN_DAYS and fit.score >= MIN_UNKNOWN_SCORE:
        return True
    company = not _COMPANY.isdisjoint(words_of(rows[0].text))
    return company and fit.score == 1 and ((len(fit.met) >= 3 and spanned >= 40) or (len(fit.met) >= MIN_UNKNOWN and spanned >= 25))


_COMPANY = frozenset({"pty", "ltd", "limited", "inc"})


def _usual(rows: list[Movement]) -> list[Movement]:
    """Without odd sums, such as a bonus; sums that always vary widely, as those of gig work, are all usual."""
    cents = [row.cents for row in rows]
    if len(rows) <= 3 or stdev(cents) * 4 > sum(cents) / len(cents):
        return rows
    middle = int(median(cents))
    return [row for row in rows if ODD_BELOW * middle <= row.cents <= ODD_ABOVE * middle]


def _levels(rows: list[Movement]) -> list[list[Movement]]:
    """Rows apart by two levels of sums, where each level keeps a period as well as all together, or better."""
    if len(rows) < 8 or all(row.enrichment.leaf == "interest" for row in rows):
        return [rows]  # interest follows a balance: it has no levels
    sums = sorted(row.cents for row in rows)
    ratio, cut = max((Fraction(above, max(1, below)), above) for below, above in pairwise(sums[2:-2]))
    if ratio < LEVELS_APART:
        return [rows]
    low, high = [row for row in rows if row.cents < cut], [row for row in rows if row.cents >= cut]
    together, apart = _accepted(rows), [_accepted(low), _accepted(high)]
    if any(fit is None or len(fit.met) < 4 for fit in apart):
        return [rows]
    worst = min(fit.rank for fit in apart if fit is not None)
    return [low, high] if together is None or worst >= together.rank - Fraction(1, 50) else [rows]


def _stream(payer: str, rows: list[Movement], fit: Fit, until: date) -> Stream:
    paid = [rows[place] for place in fit.met]
    cents, doubt = _level([row.cents for row in paid])
    monthly, band = cents * PER_MONTH[fit.period], doubt * PER_MONTH[fit.period]
    last = paid[-1].day
    leaf = next((row.enrichment.leaf for row in paid if _is_known(row)), paid[0].enrichment.leaf)
    return Stream(
        payer=payer,
        rows=tuple(row.id for row in paid),
        period=fit.period,
        first=paid[0].day,
        last=last,
        ongoing=(until - last).days <= longest_days(fit.period),
        monthly_cents=round(monthly),
        low_cents=max(0, round(monthly - band)),
        high_cents=round(monthly + band),
        category=CATEGORIES.get(leaf, "benefit"),
        stability=min(Fraction(1), Fraction(len(fit.met), max(1, fit.expected))),
        by_pattern=not _is_known(paid[0]),
    )


def _level(cents: list[int]) -> tuple[Fraction, Fraction]:
    """What a payment is at the end, and how far off that may be: the last sum where the last three agree, else the mean."""
    last = cents[-3:]
    if len(cents) >= 3 and max(last) == min(last):
        return Fraction(cents[-1]), Fraction(cents[-1], 200)
    mean = Fraction(sum(cents), len(cents))
    if len(cents) < 3:
        return mean, mean / 20
    spread = Fraction(stdev(cents)) * 2 / Fraction(round(len(cents) ** 0.5 * 1000), 1000)
    return mean, max(spread, mean / 200)
