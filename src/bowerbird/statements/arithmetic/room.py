"""Whether a print begins with its first row and ends with its last, where no balance says so.

A page that is missing behind the last row contradicts no sum, nor does one before the first where a balance is brought forward. What shows
that none follows: another row would have stood on the same page, and the last row is as near to the end of the printed period as rows are
to each other, on a single page of its last day. What shows that none comes before: pages that are numbered, both totals, a balance of the
period's first day, or a first row as near to it. Pages that are numbered are all there before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from bowerbird.statements.arithmetic.chains import Chain
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, Points
from bowerbird.statements.arithmetic.printed_days import NumberOrder
from bowerbird.statements.arithmetic.printed_pages import page_number
from bowerbird.statements.arithmetic.refusals import NO_BEGINNING, refused
from bowerbird.statements.arithmetic.rows import DatedMovement
from bowerbird.statements.arithmetic.tables import RowTable
from bowerbird.statements.arithmetic.vocabulary import BROUGHT, CARRIED, CONTINUED, FROM_PAGE_TO_PAGE, OF_PAGE, OPENING, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.rows import Row

ROOM_BELOW = "last row, with room below it"
COUNTED = "last row, on pages that are all here"
DATED = "balance carried, of the last day of the period"
"""What facts are called that stand for a closing balance which is not printed."""
_USED = 0.85  # not money: the share of a page's height down to which rows stand at least
_LONGEST_BEFORE = timedelta(days=4)
"""How long before the period's first day its opening balance may be dated."""
_MIN_ROWS = 3
"""Rows of the tallest kind for which there must be room."""


def is_last_row(
    moves: Sequence[DatedMovement], days: Sequence[date], period: tuple[date, date], lines: Sequence[MarkedLine], height: Points
) -> bool:
    """Whether nothing follows the last of the rows, which stand in the order in which they happened. `lines` are all of the document."""
    tops = [move.lines[0] for move in moves]
    if any((one.page, one.y) >= (other.page, other.y) for one, other in pairwise(tops)) or not height:
        return False
    pages = {move.lines[-1].page for move in moves}
    return _is_near_end(days, period, len(pages)) and _has_room(moves, height) and not _says_more(moves[-1].lines[-1], lines)


def _is_near_end(days: Sequence[date], period: tuple[date, date], pages: int) -> bool:
    """Whether the last day is no further from the end of the period than two rows from each other. Where all rows stand on one page, no
    other shows how full a page is: then it is the last day of the period."""
    furthest = max((other - one for one, other in pairwise(days)), default=timedelta()) if pages > 1 else timedelta()
    return period[1] - days[-1] <= furthest


def _has_room(moves: Sequence[DatedMovement], height: Points) -> bool:
    """Whether several more rows would fit below the last one, and fewer rows stand on its page than on a full one."""
    bottoms: dict[int, Points] = {}
    counts: dict[int, int] = {}
    for move in moves:
        page = move.lines[-1].page
        bottoms[page] = max(bottoms.get(page, 0), move.lines[-1].y)
        counts[page] = counts.get(page, 0) + 1
    tallest = max(
        (below.lines[0].y - move.lines[0].y for move, below in pairwise(moves) if below.lines[0].page == move.lines[0].page), default=height
    )
    last = moves[-1].lines[-1].page
    others = [page for page in bottoms if page != last]
    if others and counts[last] >= max(counts[page] for page in others):
        return False
    full: Points = max((bottoms[page] for page in others), default=_USED * height)
    return min(full, _USED * height) - bottoms[last] >= _MIN_ROWS * tallest


def _says_more(last: MarkedLine, lines: Sequence[MarkedLine]) -> bool:
    """Whether a line below the last row says that the table goes on."""
    below = [(line, folded(line.text)) for line in lines if line.number > last.number]
    return any(CONTINUED.search(text) or (line.sums and OF_PAGE.search(text)) for line, text in below)


def are_all_pages(lines: Sequence[MarkedLine]) -> bool:
    """Whether every page of a document says which of how many it is, and each of these is there once. `lines` are all of it."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line.line)
    found = [page_number(each) for each in pages.values()]
    return bool(found) and all(page is not None and (page.number, page.many) == (place, len(found)) for place, page in enumerate(found, 1))


def is_end_of_period(lines: Sequence[MarkedLine], last: date, period: tuple[date, date], order: NumberOrder) -> bool:
    """Whether a balance behind all rows has the last day of the period, which is later than the last row: then no row is behind it, though
    the balance is called one that is carried. `lines` are those of such balances."""
    printed = (found.day.day(order, None if found.day.has_year else period[1].year) for line in lines for found in line.days)
    return last < period[1] and any(day == period[1] for day in printed)


def is_brought(openings: Sequence[MarkedLine]) -> bool:
    """Whether all lines that print the balance before the first row say that it is brought there: from a page before, perhaps."""
    return bool(openings) and all(BROUGHT.search(folded(line.text)) for line in openings)


def is_first_row(
    openings: Sequence[MarkedLine], days: Sequence[date], period: tuple[date, date], order: NumberOrder, lines: Sequence[MarkedLine]
) -> bool:
    """Whether nothing comes before the first row, whose balance is brought forward on the lines `openings`. `days` are those of the rows as
    they happened; `lines` are all of the document."""
    if any(OF_PAGE.search(folded(line.text)) for line in openings):
        return False
    if any(page_number([line.line for line in lines if line.page == page]) for page in {line.page for line in lines}):
        return True
    printed = (found.day.day(order, None if found.day.has_year else period[0].year) for line in openings for found in line.days)
    if any(day and timedelta() <= period[0] - day <= _LONGEST_BEFORE for day in printed):
        return True
    return days[0] - period[0] <= max((other - one for one, other in pairwise(days)), default=timedelta())


def refuse_missing_before(lines: Sequence[Line], rows: Sequence[Row], period: tuple[date, date]) -> None:
    """Raises StatementRefused where a page may be missing before the first: the first rows follow a balance that every page brings forward,
    and begin further behind the printed period than any two rows are from each other."""
    if not rows or (rows[0].page, rows[0].row) != min((row.page, row.row) for row in rows):
        return
    furthest = max((other.day - one.day for one, other in pairwise(rows)), default=timedelta())
    if rows[0].day - period[0] > furthest and _only_brings_forward(lines):
        raise refused(NO_BEGINNING)


def _only_brings_forward(lines: Sequence[Line]) -> bool:
    """Whether every balance before rows is one that goes from page to page, on more than one page."""
    texts = [(line.page, folded(line.text)) for line in lines]
    brought = {page for page, text in texts if BROUGHT.search(text)}
    return len(brought) > 1 and not any(re.search(OPENING, FROM_PAGE_TO_PAGE.sub("", text)) for _, text in texts)


def ends_apart(table: RowTable, chain: Chain) -> bool:
    """Whether a line behind all movements says the last balance once more; not where each day has such a line."""
    balances = [check_line for check_line in chain.check_lines if check_line.what == "balance"]
    last = next((check_line for check_line in balances if check_line.after == len(chain.moves)), None)
    if last is not None and is_carried(table.lines[last.line].line):
        return False
    if last is None or all(move.balance is not None for move in chain.moves):
        return last is not None
    words = [_letters(table.lines[check_line.line].line.text) for check_line in balances]
    return words.count(_letters(table.lines[last.line].line.text)) == 1


def is_carried(line: MarkedLine) -> bool:
    """Whether a balance is one that is carried: to the next page, which may be missing."""
    return CARRIED.search(folded(line.text)) is not None


def ends_in_totals(table: RowTable, chain: Chain) -> bool:
    """Whether a line behind all movements holds the totals of all of them, and does not say that they are a page's."""
    for check_line in chain.check_lines:
        line = table.lines[check_line.line]
        text = folded(line.line.text)
        if check_line.what != "total" or check_line.after != len(chain.moves) or OF_PAGE.search(text) or CARRIED.search(text):
            continue
        totals = {cell.column: cell.placed.sum.cents for cell in line.cells}
        sums = {column: 0 for column, _ in chain.rules}
        for move in chain.moves:
            sums[move.cell.column] += move.cell.placed.sum.cents
        if len(sums) > 1 and all(totals.get(column) == cents for column, cents in sums.items()):
            return True
    return False


def _letters(text: str) -> str:
    return "".join([letter for letter in text.casefold() if letter.isalpha()])
