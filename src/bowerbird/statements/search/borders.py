"""The lines of a table that are no transactions, and the lines that end it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import msgspec

from bowerbird.sdk.statement_layout import MarkerLabel, Summary, TableMarker
from bowerbird.statements.pdf.figures import figure
from bowerbird.statements.pdf.labels import label_pattern
from bowerbird.statements.pdf.lines import Line, compact, with_points
from bowerbird.statements.search.evidence import LineEvidence
from bowerbird.statements.search.vocabulary import MARK_HEAD, MARK_TAIL, MARKS, NOTES, SKIPS, without_dates

_STANDS_APART = 1.8  # not money: line heights below the line before
_INDENT = 4
"""Points that a description may begin left of its heading."""
_OFTEN = 4
"""Figures that end at one place, without a date before them, to make it a column."""
_SHORTEST_END = 6
"""Characters of a label that ends a table: fewer may stand in any description."""
_YEAR = re.compile(r"20\d\d ?")


class Borders(msgspec.Struct, frozen=True):
    """What is known of a table's lines besides its rows."""

    marks: tuple[MarkerLabel, ...]
    ends: tuple[str, ...]
    skip: tuple[str, ...]
    notes: tuple[str, ...]


def mark_in(text: str) -> MarkerLabel | None:
    """The mark that a whole cell's text is, with a label that fits the next statement too."""
    squeezed = compact(text)
    head = MARK_HEAD.match(squeezed).end()  # type: ignore[union-attr]
    for what, pattern in MARKS:
        match = pattern.match(squeezed, head)
        if match and MARK_TAIL.match(squeezed, match.end()):
            return MarkerLabel(what, without_dates(_YEAR.sub("", text, count=1) if head else text).rstrip(" :.…"))
    return None


def borders_of(tables: list[list[LineEvidence]], summaries: tuple[Summary, ...]) -> Borders:
    """The marks inside the tables and the lines below which nothing is a row."""
    marks = {mark: None for table in tables for seen in table if (mark := mark_in(seen.cells.text)) and _is_mark(mark, seen)}
    headings = [label_pattern(summary.heading) for summary in summaries]
    ends: dict[str, None] = {}
    usual = _usual_edges(tables)
    kept = [_last_of(table, headings, usual) for table in tables]
    inside = [seen.line.compact for table, last in zip(tables, kept, strict=True) for seen in table[: last + 1]]
    for table, last in zip(tables, kept, strict=True):
        for seen in table[last + 1 :]:
            label = None if seen.cells.day or _is_any(headings, seen) else end_label(seen.line, inside)
            if label:
                ends[label] = None
                break
    lines = [seen for table, last in zip(tables, kept, strict=True) for seen in table[: last + 1]]
    return Borders(tuple(marks), tuple(ends), _skips(lines), _notes(lines))


def _skips(lines: list[LineEvidence]) -> tuple[str, ...]:
    """Whole lines to pass over. A year alone is one only where the dates stand."""
    skips: dict[str, None] = {}
    for seen in lines:
        text = seen.line.compact
        if SKIPS.fullmatch(text) and not (seen.cells.day or seen.cells.figures):
            if not text.isdigit():
                skips[numbers_open(seen.cells.text)] = None
            elif outside_texts(seen):
                skips["{year}"] = None
    return tuple(skips)


def _notes(lines: list[LineEvidence]) -> tuple[str, ...]:
    """Beginnings of lines without a balance that are known to move no money."""
    notes: dict[str, None] = {}
    for seen in lines:
        match = NOTES.match(compact(seen.cells.text))
        if match and not seen.cells.figures:
            notes[_spaced(seen.cells.text, len(match[0]))] = None
    return tuple(notes)


def _spaced(text: str, count: int) -> str:
    """The beginning of a text that has so many characters besides spaces."""
    end = next(end for end in range(len(text) + 1) if len(compact(text[:end])) >= count)
    return text[:end]


def outside_texts(seen: LineEvidence) -> bool:
    """Whether an undated line begins left of where descriptions do, or its text right of them among the figures, so that it is none."""
    words = [word for word in seen.line.words if word.x1 > seen.columns.left]
    if not words or seen.cells.day is not None:
        return False
    is_right = words[0].x0 >= seen.columns.figures and bool(seen.cells.text) and not seen.cells.figures
    return is_right or words[0].x0 < seen.columns.text - _INDENT


def numbers_open(text: str) -> str:
    """A label with its dates and numbers left open."""
    return re.sub(r"\d[\d,./:-]*", "{*}", without_dates(text).replace("{date}", "\0")).replace("\0", "{date}")


def _is_mark(mark: MarkerLabel, seen: LineEvidence) -> bool:
    """A line of nothing but a label is one only with figures, except where the figures follow below."""
    return bool(seen.cells.figures) or mark.what in {TableMarker.OPENING, TableMarker.CLOSING}


def _is_any(headings: list[re.Pattern[str]], seen: LineEvidence) -> bool:
    return any(heading.search(seen.line.compact) for heading in headings)


def _edges(seen: LineEvidence) -> list[int]:
    return [round(word.x1) for word in with_points(seen.line.words) if word.x1 > seen.columns.figures and figure(word.text)]


def _usual_edges(tables: list[list[LineEvidence]]) -> set[int]:
    """Where figures of dated lines end on the right, and those that do so on many lines; two points more or less."""
    dated = {edge for table in tables for seen in table if seen.cells.day and seen.cells.figures for edge in _edges(seen)}
    counts = Counter(edge for table in tables for seen in table if seen.cells.figures for edge in _edges(seen))
    often = dated | {edge for edge, count in counts.items() if count >= _OFTEN}
    often |= {round(edge) for table in tables for seen in table[:1] for _, edge in seen.columns.money}
    return {edge + shift for edge in often for shift in range(-2, 3)}


def _last_of(table: list[LineEvidence], headings: list[re.Pattern[str]], usual: set[int]) -> int:
    """The place of the last line that belongs to the table: of the last row or mark with its figure, and what stands close below it."""
    cut = next((place for place, seen in enumerate(table) if _is_any(headings, seen)), len(table))
    last = -1
    for place, seen in enumerate(table[:cut]):
        if seen.cells.figures and (seen.cells.day or mark_in(seen.cells.text)) and usual.issuperset(_edges(seen)):
            last = place
    apart = _STANDS_APART * _pitch(table[:cut])
    while last + 1 < cut:
        below = table[last + 1]
        if last >= 0 and below.line.y - table[last].line.y > apart:
            break
        is_text = mark_in(below.cells.text) is None and not SKIPS.fullmatch(below.line.compact)
        if below.stray or not usual.issuperset(_edges(below)) or (is_text and outside_texts(below)):
            break
        last += 1
    return last


def _pitch(table: list[LineEvidence]) -> int:
    """The usual distance between lines, in points."""
    gaps = Counter(round(below.line.y - above.line.y) for above, below in pairwise(table))
    return max(8, gaps.most_common(1)[0][0]) if gaps else 12


def end_label(line: Line, inside: list[str]) -> str | None:
    """A label that names a line and none of those inside the tables; numbers are left open."""
    label = numbers_open(line.text)[:80].rstrip()
    letters = sum(letter.isalpha() for letter in re.sub(r"\{\w+\}", "", label))
    if letters < _SHORTEST_END or any(label_pattern(label).search(text) for text in inside):
        return None
    return label
