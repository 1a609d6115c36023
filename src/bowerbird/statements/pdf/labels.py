"""Labels → patterns, and what a document says behind its labels: account, period, balances, totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bowerbird.sdk.statement_layout import FigureKind, Labelled, PrintedPeriod, StatementLayout
from bowerbird.statements.pdf.figures import SUFFIXES, Figure, figure, figure_after
from bowerbird.statements.pdf.lines import Line, compact, with_points
from bowerbird.statements.pdf.printed_dates import ANY_DATE, date_pattern, matched_date

_PLACEHOLDERS = {"{date}": f"(?:{ANY_DATE})", "{year}": r"\d{4}", "{*}": ".*?"}


class PrintedFigure(NamedTuple):
    """A figure outside the transactions, and where it stands."""

    what: FigureKind
    page: int
    row: int
    figure: Figure


class Texts(NamedTuple):
    """A text behind a label, and where it stands."""

    page: int
    row: int
    match: re.Match[str]


@lru_cache(maxsize=1024)
def label_pattern(label: str) -> re.Pattern[str]:
    """A label as a pattern over compact text."""
    parts = re.split(r"(\{date\}|\{year\}|\{\*\})", label)
    return re.compile("".join(_PLACEHOLDERS.get(part) or re.escape(compact(part)) for part in parts))


@lru_cache(maxsize=256)
def any_label(labels: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds any of the labels; nothing where there are none."""
    return re.compile("|".join(f"(?:{label_pattern(label).pattern})" for label in labels) or r"(?!)")


def behind(line: Line, label: str) -> Iterator[str]:
    """The texts behind every occurrence of a label on a line. An occurrence begins a text: "Next statement period" is no period."""
    if not label:
        yield line.text
        return
    for match in label_pattern(label).finditer(line.compact):
        if line.begins_text(match.start()):
            yield line.after(match.end())


def labelled(lines: Iterable[Line], part: Labelled) -> list[Texts]:
    """Every occurrence of a labelled text. An empty label looks at the whole line, from any word on."""
    pattern = re.compile(part.pattern if part.label else rf"(?:.*?\s)?(?:{part.pattern})", re.IGNORECASE)
    labels: list[Texts] = []
    for line in lines:
        for text in behind(line, part.label):
            match = pattern.match(text.lstrip(" :"))
            if match:
                labels.append(Texts(line.page, line.row, match))
    return labels


def period_of(lines: Iterable[Line], part: PrintedPeriod) -> list[tuple[Line, date, date]]:
    """Every printed period, first day and last."""
    if part.label is None:
        return _period_of_two(list(lines), part)
    first, last = date_pattern(part.format, "first_"), date_pattern(part.format, "last_")
    pattern = re.compile(rf"{'' if part.label else '.*?'}(?<!\d){first}\s*(?:-|–|to)\s*{last}", re.IGNORECASE)
    periods = []
    for line in lines:
        for text in behind(line, part.label):
            match = pattern.match(text.lstrip(" :"))
            if match:
                start, end = matched_date(match, None, "first_"), matched_date(match, None, "last_")
                if start and end and start <= end:
                    periods.append((line, start, end))
    return periods


def _period_of_two(lines: list[Line], part: PrintedPeriod) -> list[tuple[Line, date, date]]:
    pattern = re.compile(date_pattern(part.format), re.IGNORECASE)
    days: list[list[tuple[Line, date]]] = []
    for label in (part.starts or "", part.ends or ""):
        texts = [(line, pattern.match(text.lstrip(" :"))) for line in lines for text in behind(line, label)]
        days.append([(line, day) for line, match in texts if match and (day := matched_date(match, None))])
    return [(line, start, end) for (line, start), (_, end) in zip(*days, strict=False) if start <= end]


def printed_figures(lines: list[Line], layout: StatementLayout) -> list[PrintedFigure]:
    """Every figure behind its label or under its heading, in the order of the document."""
    printed: list[PrintedFigure] = []
    if layout.money.decimal_space:
        lines = [Line(line.page, line.row, with_points(line.words)) for line in lines]
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        for part in layout.printed:
            for text in behind(line, part.label):
                value = figure_after(text) or _nothing_after(text, layout.money.nil_words)
                if value:
                    printed.append(PrintedFigure(part.what, line.page, line.row, value))
        for summary in layout.summary:
            if below and compact(summary.heading) in line.compact:
                figures = figures_on(below)
                if len(figures) == len(summary.figures):
                    printed += [
                        PrintedFigure(what, below.page, below.row, value) for what, value in zip(summary.figures, figures, strict=True)
                    ]
    return printed


def _nothing_after(text: str, nil_words: tuple[str, ...]) -> Figure | None:
    """A sum of nothing, where a text is a word that a bank prints for it."""
    return Figure(0, False, "") if text.strip(" :$").casefold() in {word.casefold() for word in nil_words} else None


def figures_on(line: Line) -> list[Figure]:
    """All sums on a line, a CR or DR word joined to the sum before it."""
    texts: list[str] = []
    for word in line.words:
        if texts and word.text.upper() in SUFFIXES:
            texts[-1] += word.text
        else:
            texts.append(word.text)
    return [value for value in map(figure, texts) if value]
