"""Days as narrow cells hold them: `11 Mar` over `2025`, or `11` over `Mar`; the day of value below that of the booking; and `03 15` in a
column of its own. So too the code of a sum: `CR` below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bowerbird.statements.arithmetic.printed_days import days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.arithmetic.vocabulary import POSTED, VALUE, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.page_words import Word

_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_ALIGNED = 2.0  # not money: points between the left edges of two lines of a cell
_BELOW = 2.0  # not money: heights of the font between two lines of a cell
_SPACE = 0.75  # not money: heights of the font between two words of one cell
_POLISH = re.compile("ksiegowani.*operacji")
_ANY_DAY = re.compile(r"date|datum|day|tag|fecha|data|日")
_TWO_DIGITS = re.compile(r"\d\d", re.ASCII)
_CODE = re.compile(r"CR|DR", re.ASCII | re.IGNORECASE)
_AMOUNT = re.compile(r"\d[.,]\d\d(?!\d)", re.ASCII)
_MOST = 0.6  # not money: the share of lines with a sum that have a day in its column
_MAX_LINES = 3
"""Lines over which a day may be broken."""
_MIN_ROWS = 3
_HEADER_LINES = 4
_HEADING_WIDTH = 60.0  # not money: points right of the days' left edge within which their heading begins


def with_whole_days(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page with every month and year that stand below the day they belong to moved behind it; a line of nothing else is
    gone."""
    kept: list[Line] = []
    bottom = 0.0  # not money: where the line before stands
    for line in lines:
        place, moved = next(_days_above(kept, line), (0, {})) if line.y - bottom <= _BELOW * line.words[0].size else (0, {})
        if moved:
            kept[place] = _joined(kept[place], moved)
        if rest := [word for word in line.words if all(word is not gone for gone in moved.values())]:
            kept.append(_line(line, rest) if moved else line)
        bottom = line.y
    return kept


def _days_above(kept: Sequence[Line], below: Line) -> Iterator[tuple[int, dict[int, Word]]]:
    """The last lines on which days begin that a line goes on with: what stands between is no line of their cells."""
    left = below.words[0].x0 + _ALIGNED
    for place in range(len(kept) - 1, max(len(kept) - 1 - _MAX_LINES, -1), -1):
        if moved := dict(_continuations(kept[place], below)):
            yield place, moved
        if kept[place].words[0].x0 <= left:
            return


def _continuations(above: Line, below: Line) -> Iterator[tuple[int, Word]]:
    """The words of a line that go on with a day on the line above, by the place of the word they belong behind."""
    for place, day in enumerate(above.words):
        under = next((word for word in below.words if abs(word.x0 - day.x0) <= _ALIGNED), None)
        if under is None:
            continue
        if _has_no_year(f"{day.text} {under.text}"):
            yield place, under
        elif _YEAR.fullmatch(under.text) and place + 1 < len(above.words) and _has_no_year(f"{day.text} {above.words[place + 1].text}"):
            yield place + 1, under


def with_codes_beside(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page with every `CR` or `DR` that stands right below a sum moved behind it; a line of nothing else is gone."""
    kept: list[Line] = []
    for line in lines:
        codes = [word for word in line.words if _CODE.fullmatch(word.text)] if kept else []
        is_near = bool(codes) and 0 < line.y - kept[-1].y <= _BELOW * codes[0].size
        places = {place: code for code in codes if is_near for place in _sums_above(kept[-1], code)}
        if places:
            kept[-1] = _joined(kept[-1], places)
        if rest := [word for word in line.words if all(word is not code for code in places.values())]:
            kept.append(_line(line, rest) if places else line)
    return kept


def _sums_above(above: Line, code: Word) -> Iterator[int]:
    """The places of the last words of a line that end with two decimals and at the right edge of a code below."""
    for place, word in enumerate(above.words):
        if abs(word.x1 - code.x1) <= _ALIGNED and _AMOUNT.search(word.text):
            yield place


def _has_no_year(text: str) -> bool:
    found = days_in(text)
    return len(found) == 1 and (found[0].begin, found[0].end) == (0, len(text)) and not found[0].has_year and not found[0].is_open


def _joined(line: Line, moved: dict[int, Word]) -> Line:
    words: list[Word] = []
    for place, word in enumerate(line.words):
        words.append(word)
        if place in moved:
            words.append(Word(moved[place].text, word.x1, word.x1, word.y, word.size))
    return _line(line, words)


def _line(like: Line, words: list[Word]) -> Line:
    line = Line(like.page, like.row, words)
    line.y = like.y
    return line


def without_days_beneath(lines: Sequence[Line], decimals: Decimals) -> list[Line]:
    """The lines of a document without the day of value that stands right below the day of every row, or right above it.

    A line that begins with a day and has a sum begins a row. Where each of them has another day below it and no sum beside that, this is
    the row's second day, if the heading names the day of value second and no other sum stands below one: that would be a row of its own.
    Where the heading names the day of value first, the second day takes its place.
    """
    begins = [place for place, line in enumerate(lines) if _begins_with_day(line) and sums_in(line.text, decimals)]
    beneath = {place + 1: lines[place + 1].words[1:] for place in begins if _is_beneath(lines, place, decimals)}
    if len(begins) < _MIN_ROWS or len(beneath) < len(begins) or (is_first := _names_value_first(lines, begins[0])) is None:
        return list(lines)
    if any(sums_in(line.text, decimals) for place, line in enumerate(lines[begins[0] : begins[-1]], begins[0]) if place not in begins):
        return list(lines)
    if is_first:
        beneath |= {place: [lines[place + 1].words[0], *lines[place].words[1:]] for place in begins}
    kept = ((line, beneath.get(place, line.words)) for place, line in enumerate(lines))
    return [line if words is line.words else _line(line, words) for line, words in kept if words]


def _begins_with_day(line: Line) -> bool:
    days = days_in(line.words[0].text)
    return len(days) == 1 and (days[0].begin, days[0].end) == (0, len(line.words[0].text)) and days[0].has_year


def _is_beneath(lines: Sequence[Line], place: int, decimals: Decimals) -> bool:
    if place + 1 >= len(lines):
        return False
    line, below = lines[place], lines[place + 1]
    is_near = below.page == line.page and below.y - line.y <= _BELOW * line.words[0].size
    is_aligned = abs(below.words[0].x0 - line.words[0].x0) <= _ALIGNED
    return is_near and is_aligned and _begins_with_day(below) and not sums_in(below.text, decimals)


def _names_value_first(lines: Sequence[Line], first: int) -> bool | None:
    """Whether the heading over the days names the day of value before that of the booking, or else before any other; False where it names
    the booking's first, before that of value or of what was done. None where it names no two days in an order that is known."""
    left = lines[first].words[0].x0
    over = (word for line in lines[max(first - _HEADER_LINES, 0) : first] for word in line.words if -1 <= word.x0 - left < _HEADING_WIDTH)
    text = folded(" ".join(word.text for word in over))
    value, posted = VALUE.search(text), POSTED.search(text)
    if value is None:
        return False if _POLISH.search(text) else None
    if posted is None:
        return True if len(_ANY_DAY.findall(text[value.start() :])) > 1 else None
    return value.start() < posted.start()


def with_joined_days(lines: Sequence[Line]) -> list[Line]:
    """The lines of a document with `03 15`, two numbers of two digits in a column of their own, as the day `03/15`.

    Nearly every line with a sum has them there, and none of these begins with a day of another form.
    """
    pairs = {place: found for place, line in enumerate(lines) if (found := list(_pairs(line)))}
    lefts = Counter(round(line.words[at].x0) for place, line in enumerate(lines) for at in pairs.get(place, ()))
    left, count = max(lefts.items(), key=lambda item: item[1], default=(0, 0))
    inside = {place: at for place, found in pairs.items() for at in found if abs(lines[place].words[at].x0 - left) <= _ALIGNED}
    rows = [place for place, line in enumerate(lines) if any(_AMOUNT.search(word.text) for word in line.words[-2:])]
    if count < _MIN_ROWS or len(inside) < _MOST * len(rows) or any(_begins_with_day(lines[place]) for place in inside):
        return list(lines)
    return [_line(line, _paired(line.words, inside[place])) if place in inside else line for place, line in enumerate(lines)]


def _pairs(line: Line) -> Iterator[int]:
    """The places of words that can be a month and a day, or a day and a month."""
    for place, (one, other) in enumerate(pairwise(line.words)):
        is_near = 0 < other.x0 - one.x1 < _SPACE * one.size
        if is_near and _TWO_DIGITS.fullmatch(one.text) and _TWO_DIGITS.fullmatch(other.text):
            first, second = int(one.text), int(other.text)
            if 0 < min(first, second) <= 12 and max(first, second) <= 31:
                yield place


def _paired(words: Sequence[Word], at: int) -> list[Word]:
    one, other = words[at : at + 2]
    return [*words[:at], Word(f"{one.text}/{other.text}", one.x0, other.x1, one.y, one.size), *words[at + 2 :]]
