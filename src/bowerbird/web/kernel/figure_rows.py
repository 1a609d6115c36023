"""The rows of a figure by page, and what it leaves out summed by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bowerbird.insights.figures import FigureRow
from bowerbird.insights.money import LeftOut, MoneyFigure, MoneyFigures
from bowerbird.model.insights.correction import Correction
from bowerbird.web.kernel.words import month_name

ROWS_SHOWN = 40


class ReasonSum(NamedTuple):
    """Rows that are left out for one reason: how many, and their sum."""

    reason: str
    rows: int
    cents: int


class FigurePage(NamedTuple):
    """Rows of a figure, newest first, or those it leaves out. `following` and `before` are where other pages begin, None for none."""

    rows: Sequence[FigureRow]
    left_out: Sequence[LeftOut]
    reasons: Sequence[ReasonSum]
    shows_left_out: bool
    start: int
    size: int
    before: int | None
    following: int | None


def figure_page(figure: MoneyFigure, start_text: str, shows_left_out: bool) -> FigurePage:
    """A page that begins at a row's number; at the newest where the text is no number."""
    start = int(start_text) if start_text.isdecimal() and len(start_text) < 7 else 0
    rows = sorted(figure.rows, key=lambda row: (row.day, row.id), reverse=True)
    left_out = sorted(figure.left_out, key=lambda each: (each.row.day, each.row.id), reverse=True)
    size = len(left_out) if shows_left_out else len(rows)
    end = start + ROWS_SHOWN
    return FigurePage(
        rows=() if shows_left_out else rows[start:end],
        left_out=left_out[start:end] if shows_left_out else (),
        reasons=_reasons(figure.left_out),
        shows_left_out=shows_left_out,
        start=start,
        size=size,
        before=max(0, start - ROWS_SHOWN) if start else None,
        following=end if end < size else None,
    )


def _reasons(left_out: Sequence[LeftOut]) -> list[ReasonSum]:
    reasons = dict.fromkeys(each.reason for each in left_out)
    found = [(reason, [each.row.cents for each in left_out if each.reason == reason]) for reason in reasons]
    return sorted((ReasonSum(reason, len(cents), sum(cents)) for reason, cents in found), key=lambda each: -abs(each.cents))


def scope_name(figure: MoneyFigure) -> str:
    """The month of a figure, "" for one of the whole period."""
    month = figure.id.partition(".")[0]
    return month_name(month) if month[:1].isdecimal() else ""


def said_of(money: MoneyFigures, corrections: Mapping[str, Correction]) -> list[tuple[FigureRow, Correction]]:
    """What the person says, with the rows that they say it of, as far as the figures are made of them."""
    rows = {row.id: row for row in money.rows}
    return [(rows[id], each) for id, each in corrections.items() if id in rows]


def heading_of(figure: MoneyFigure) -> str:
    """A figure's title with its month."""
    scope = scope_name(figure)
    return f"{figure.title} in {scope}" if scope else figure.title
