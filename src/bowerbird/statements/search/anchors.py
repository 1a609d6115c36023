"""What stands outside the rows: the period, the account, opening and closing balances, totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from bowerbird.sdk.statement_layout import FigureKind, Labelled, Printed, PrintedPeriod, Summary
from bowerbird.statements.arithmetic.own_numbers import OF_ANOTHER
from bowerbird.statements.arithmetic.vocabulary import folded
from bowerbird.statements.pdf.figures import figure_after
from bowerbird.statements.pdf.labels import figures_on, labelled, period_of
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.search.headers import printed
from bowerbird.statements.search.vocabulary import (
    ACCOUNT_LABEL,
    ANCHORS,
    BSB_LABEL,
    DATE_REGEXES,
    HOLDER_LABEL,
    LONG_FORMS,
    PERIOD_ENDS,
    PERIOD_STARTS,
    UNLABELLED_ACCOUNTS,
    without_dates,
)

MAX_PERIODS = 3
"""Ways to read the period that are tried."""

_ACCOUNT = re.compile(r"account|acct|acc(?:no|num|id|$)|card|loan")
_NUMBER = re.compile(r"\d(?:[ -]?\d){4,18}(?![\d.,/])", re.ASCII)
_BSB = r"(?P<bsb>\d(?:[ -]?\d){5})"
_OPERATORS = re.compile(r"[-–+=]*")


def text_starts(line: Line) -> Iterator[int]:
    """The places of a line's compact text where a text that stands apart begins."""
    place = 0
    for words in line.texts():
        yield place
        place += sum(len(word.text) for word in words)


def periods_of(lines: list[Line]) -> list[PrintedPeriod]:
    """Ways to read the period in which all its occurrences agree; the first is the likeliest."""
    periods: list[PrintedPeriod] = []
    for form in LONG_FORMS:
        anywhere = PrintedPeriod(form, label="")
        days = [(first, last) for _, first, last in period_of(lines, anywhere)]
        if days and len(set(days)) == 1:
            periods.append(anywhere)
        elif days:
            periods += _labelled_periods(lines, form)
        if two := _period_of_two(lines, form):
            periods.append(two)
    distinct: dict[frozenset[tuple[date, date]], PrintedPeriod] = {}
    for period in periods:
        distinct.setdefault(frozenset(days[1:] for days in period_of(lines, period)), period)
    return list(distinct.values())[:MAX_PERIODS]


def _labelled_periods(lines: list[Line], form: str) -> list[PrintedPeriod]:
    """Where several ranges of days are printed, each by the text before it."""
    pattern = DATE_REGEXES[form]
    labels: dict[str, None] = {}
    for line in lines:
        for place in text_starts(line):
            text = line.after(place)
            match = pattern.search(text)
            label = text[: match.start()].rstrip(" :") if match else ""
            if len(label) > 2 and not any(letter.isdigit() for letter in label):
                labels[label] = None
    periods = [PrintedPeriod(form, label=label) for label in labels]
    return [period for period in periods if len({days[1:] for days in period_of(lines, period)}) == 1]


def _period_of_two(lines: list[Line], form: str) -> PrintedPeriod | None:
    """The two days of a period, each behind a label of its own."""
    labels: list[str] = []
    for pattern in (PERIOD_STARTS, PERIOD_ENDS):
        for line in lines:
            matches = [(place, match) for place in text_starts(line) if (match := pattern.match(line.compact, place))]
            dated = [printed(line, place, match.end()) for place, match in matches if _is_date(line.after(match.end()), form)]
            if dated:
                labels.append(dated[0])
                break
    if len(labels) < 2:
        return None
    period = PrintedPeriod(form, starts=labels[0], ends=labels[1])
    return period if period_of(lines, period) else None


def _is_date(text: str, form: str) -> bool:
    return bool(DATE_REGEXES[form].match(text.lstrip(" :")))


def account_of(lines: list[Line]) -> tuple[Labelled, Labelled | None] | None:
    """The account number behind its label and, where it stands by itself, the BSB."""
    bsb = next((Labelled(label, _BSB) for label, text in _behind(lines, BSB_LABEL) if re.match(_BSB + r"(?!\d)", text)), None)
    for label, text in _own_first(_behind(lines, ACCOUNT_LABEL)):
        match = _NUMBER.match(text)
        digits = sum(letter.isdigit() for letter in match[0]) if match else 0
        if 11 <= digits <= 15:
            return Labelled(label, _BSB + r"[ -]*(?P<number>\d(?:[ -]?\d){4,8})(?!\d)"), None
        if digits:
            return Labelled(label, rf"(?P<number>\d(?:[ -]?\d){{{digits - 1}}})(?!\d)"), bsb
    unlabelled = [Labelled("", pattern) for pattern in UNLABELLED_ACCOUNTS]
    return next(((account, None) for account in unlabelled if labelled(lines, account)), None)


def _own_first(labels: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The labels that name an account before those of other numbers, such as a member's; without those of another account."""
    own = [(label, text) for label, text in labels if not OF_ANOTHER.search(folded(label))]
    named = [bool(_ACCOUNT.search(folded(label))) for label, _ in own]
    return [each for is_wanted in (True, False) for each, is_named in zip(own, named, strict=True) if is_named is is_wanted]


def holder_of(lines: list[Line]) -> Labelled | None:
    """The holder's name behind its label."""
    return next((Labelled(label, ".+") for label, text in _behind(lines, HOLDER_LABEL) if text.strip()), None)


def _behind(lines: Iterable[Line], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Labels that begin a text, as printed, and what follows them on the line."""
    for line in lines:
        for place in text_starts(line):
            match = pattern.match(line.compact, place)
            if match:
                yield printed(line, place, match.end()), line.after(match.end()).lstrip(" :")


def printed_of(lines: list[Line]) -> tuple[Printed, ...]:
    """Labels of balances and totals with a figure behind them, each once."""
    labels: dict[Printed, None] = {}
    for line in lines:
        for place in text_starts(line):
            for what, pattern in ANCHORS.items():
                match = pattern.match(line.compact, place)
                if match and figure_after(line.after(match.end())):
                    labels[Printed(what, without_dates(printed(line, place, match.end())))] = None
    return tuple(labels)


def summaries_of(lines: list[Line]) -> tuple[Summary, ...]:
    """Lines of nothing but labels, with a figure for each on the line below."""
    summaries: dict[Summary, None] = {}
    for line, below in pairwise(lines):
        labels = _only_labels(line.compact)
        if len(labels) > 1 and line.page == below.page and len(figures_on(below)) == len(labels):
            summaries[Summary(without_dates(line.text), labels)] = None
    return tuple(summaries)


def _only_labels(text: str) -> tuple[FigureKind, ...]:
    """What the labels of a line say, where it holds no other words; else nothing."""
    kinds: list[FigureKind] = []
    place = 0
    while place < len(text):
        place = _OPERATORS.match(text, place).end()  # type: ignore[union-attr]
        anchor = next(((what, match.end()) for what, pattern in ANCHORS.items() if (match := pattern.match(text, place))), None)
        if anchor is None:
            return ()
        kinds.append(anchor[0])
        place = anchor[1]
    return tuple(kinds)
