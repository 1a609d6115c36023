"""Layouts to try, proposed by what the words show; the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Literal

import msgspec

from bowerbird.sdk.statement_layout import Column, FigureKind, Printed, StatementLayout, TableMarker
from bowerbird.statements.pdf.lines import Line, with_points
from bowerbird.statements.pdf.table import divide
from bowerbird.statements.search.anchors import printed_of, summaries_of
from bowerbird.statements.search.borders import borders_of, mark_in
from bowerbird.statements.search.evidence import LineEvidence, evidence_of, forms_of, writing_of
from bowerbird.statements.search.skeleton import Frame, bare_layout
from bowerbird.statements.search.vocabulary import DATE_FORMS, OWED_WORDS

Shape = tuple[Literal["first", "last", "split"], Literal["each", "once-a-day"]]

_MIN_UNDATED = 2
"""Rows without a date that make a print in which a day stands once; a single one may have lost its date. Where balances
stand once a day too, they tell."""

_replace = msgspec.structs.replace


def hypotheses_of(pages: list[list[Line]], frame: Frame) -> Iterator[StatementLayout]:
    """All layouts that the words allow under one header."""
    has_debts = _has_debts(pages)
    for form, glued in forms_of(pages, bare_layout(frame, DATE_FORMS[0])) or [(frame.period.format, False)]:
        if _order_of(form) != _order_of(frame.period.format) and None not in (_order_of(form), _order_of(frame.period.format)):
            continue
        bare = bare_layout(frame, form)
        bare = _replace(bare, rows=_replace(bare.rows, glued=glued))
        for written in writing_of(pages, bare):
            known = _with_surroundings(pages, written)
            tables = evidence_of(pages, known)
            for shape, direction, signs in product(_shapes(tables), _directions(tables), _signs(known, has_debts)):
                rows = _replace(known.rows, figures=shape[0], date=shape[1], direction=direction)
                yield _replace(known, rows=rows, money=_replace(known.money, balance=signs[0], amount=signs[1]))


def _order_of(form: str) -> bool | None:
    """Whether a form in numbers has the month first; None for one in which a name or the year leaves no choice."""
    return None if "MMM" in form or form.startswith("yyyy") else form.startswith("M")


def _has_debts(pages: list[list[Line]]) -> bool:
    return any(word in line.compact for lines in pages for line in lines for word in OWED_WORDS)


def _with_surroundings(pages: list[list[Line]], layout: StatementLayout) -> StatementLayout:
    """The layout with the marks inside its tables, their ends, and what is printed around them."""
    lines = _with_points([line for page in pages for line in page], layout)
    summaries = summaries_of(lines)
    borders = borders_of(evidence_of(pages, layout), summaries)
    table = _replace(layout.table, marks=borders.marks, ends=borders.ends, skip=borders.skip, notes=borders.notes)
    layout = _replace(layout, summary=summaries, table=table)
    return with_printed_figures(layout, printed_of(_with_points(divide(pages, layout).others, layout)))


def _with_points(lines: list[Line], layout: StatementLayout) -> list[Line]:
    return [Line(line.page, line.row, with_points(line.words)) for line in lines] if layout.money.decimal_space else lines


def with_printed_figures(layout: StatementLayout, figures_printed: tuple[Printed, ...]) -> StatementLayout:
    """The layout with labels of figures outside its tables; totals are demanded where a place for them is known."""
    kinds = {entry.what for entry in figures_printed} | {what for summary in layout.summary for what in summary.figures}
    totals = {FigureKind.DEBITS, FigureKind.CREDITS} <= kinds or any(mark.what is TableMarker.TOTALS for mark in layout.table.marks)
    proof = _replace(layout.proof, require=("opening", "closing", "totals") if totals else ("opening", "closing"))
    return _replace(layout, printed=figures_printed, proof=proof)


def _shapes(tables: list[list[LineEvidence]]) -> list[Shape]:
    """On which line of a row its figures stand, by what the dated lines show. A day printed once has a figure on its line."""
    rows = [seen for table in tables for seen in table if not mark_in(seen.cells.text)]
    dated = [seen for seen in rows if seen.cells.day]
    daily = any(seen.has_amount and len(seen.cells.figures) == 1 for seen in rows) and any(len(seen.cells.figures) == 2 for seen in rows)
    if not all(seen.begins for seen in dated):
        shapes: list[Shape] = [("last", "each"), ("split", "each"), ("first", "each")]
        is_once_a_day = daily and sum(seen.has_amount for seen in rows) > len(dated) and not any(_repeats_a_date(table) for table in tables)
        return [*shapes, ("last", "once-a-day")] if is_once_a_day else shapes
    undated = sum(seen.has_amount and not seen.cells.day for seen in rows)
    if undated >= (1 if daily else _MIN_UNDATED) and not any(_repeats_a_day(table) for table in tables):
        return [("first", "once-a-day"), ("split", "once-a-day"), ("first", "each"), ("split", "each")]
    return [("first", "each"), ("last", "each"), ("split", "each")]


def _repeats_a_day(table: list[LineEvidence]) -> bool:
    """Whether two rows that follow each other print the same day: then every row prints its own, and one without has lost it."""
    days = [seen.cells.day for seen in table if seen.begins and not mark_in(seen.cells.text)]
    return any(one == other for one, other in pairwise(days))


def _repeats_a_date(table: list[LineEvidence]) -> bool:
    """The same where figures stand below the date."""
    days = [seen.cells.day for seen in table if seen.cells.day and not mark_in(seen.cells.text)]
    return any(one == other for one, other in pairwise(days))


def _signs(layout: StatementLayout, has_debts: bool) -> list[tuple[str, str]]:
    """What a balance without CR or DR can mean, and a positive figure under an amount."""
    balances = ["held", "owed"] if has_debts else ["held"]
    amounts = ["charged", "signed"] if Column.AMOUNT in layout.table.header else ["charged"]
    return list(product(balances, amounts))


def _directions(tables: list[list[LineEvidence]]) -> list[Literal["ascending", "descending"]]:
    """In which order the days come."""
    days = [seen.cells.day for table in tables for seen in table if seen.cells.day and not mark_in(seen.cells.text)]
    rises = sum(before < after for before, after in pairwise(days))
    falls = sum(before > after for before, after in pairwise(days))
    if rises and falls:
        return ["ascending", "descending"] if rises >= falls else ["descending", "ascending"]
    return ["ascending"] if rises else ["descending"] if falls else ["ascending", "descending"]
