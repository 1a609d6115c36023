"""The day and the words of every movement: which lines of a table belong to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bowerbird.statements.arithmetic.chains import Chain, ChainMovement
from bowerbird.statements.arithmetic.columns import DayColumn
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedDay, Points
from bowerbird.statements.arithmetic.tables import RowTable, TableLine, is_balance
from bowerbird.statements.arithmetic.vocabulary import folded
from bowerbird.statements.refusal import broken

_CLEARLY = 1.0  # not money: points by which one distance is greater than another
_CLOSE = 1.6  # not money: usual distances between lines; text further away is no part of a row
_MIN_UNDATED = 2
"""Rows without a day that make a print in which a day stands once; a single one may have lost its day."""
_MARGIN = 3.0  # not money: points that a text may begin left of the others
_CURRENCY_LETTERS = "円元"
"""What ends a figure, so that what is close behind it are words of the row."""
_BESIDE = 0.8  # not money: the share of rows that have a day in a second column


class DatedMovement(NamedTuple):
    """A movement with the days printed for it, from left to right, and its lines and words in printed order."""

    move: ChainMovement
    days: tuple[PlacedDay, ...]
    lines: tuple[MarkedLine, ...]
    text: str


def dated_moves(table: RowTable, chain: Chain) -> list[DatedMovement]:
    """The movements in printed order. Raises StatementRefused where a day or a word belongs to none."""
    return _RowBuilder(table, chain).rows()


class _RowBuilder:
    def __init__(self, table: RowTable, chain: Chain) -> None:
        self.table, self.lines = table, table.lines
        self.moves = sorted(chain.moves, key=lambda move: move.line)
        self.of_line = {move.line: place for place, move in enumerate(self.moves)}
        self.check_lines = {check_line.line for check_line in chain.check_lines}
        self.balances = dict(self._split_balances(chain))
        self.check_lines -= {number for number, _ in self.balances.values()}
        self.has_balances = chain.balance is not None
        self.used = {column for column, _ in chain.rules} | ({chain.balance} if chain.balance is not None else set())
        self.second = _second_days(table)

    def _split_balances(self, chain: Chain) -> Iterator[tuple[int, tuple[int, int]]]:
        """Balances that stand on a further line of their row: undated, without a word that says balance, below a row that has none."""
        for check_line in chain.check_lines:
            place = next((place for place, move in enumerate(self.moves) if move.line > check_line.line), len(self.moves)) - 1
            if check_line.what != "balance" or place < 0 or self.moves[place].balance is not None:
                continue
            between = self.lines[self.moves[place].line + 1 : check_line.line + 1]
            if not any(line.day for line in between) and not is_balance(folded(between[-1].line.text)):
                yield place, (check_line.line, check_line.cents)

    def rows(self) -> list[DatedMovement]:
        firsts = self._first_lines()
        self.notes = {number for number, line in enumerate(self.lines) if line.day} - set(firsts) - self.check_lines
        self.once_a_day = any(self.lines[first].day is None for first in firsts)
        self.hangs = self._hangs(firsts)
        owned = self._owned(firsts)
        return [self._row(place, firsts[place], owned[place]) for place in range(len(self.moves))]

    def _first_lines(self) -> list[int]:
        """For every movement the line with its day; where the day stands once, of the others the line with their sum."""
        dated = [number for number, line in enumerate(self.lines) if line.day]
        firsts: list[int] = []
        undated: list[int] = []
        for place, move in enumerate(self.moves):
            before = self.moves[place - 1].line if place else -1
            own = [number for number in dated if before < number <= move.line and number not in self.check_lines]
            if not own:
                undated.append(move.line)
            elif len(own) > 1 and not self.has_balances:
                raise broken(self.lines[own[0]].line.line, "a row without an amount")
            firsts.append(own[-1] if own else move.line)
        if undated:
            self._refuse_lost_days(firsts, undated)
        return firsts

    def _refuse_lost_days(self, firsts: list[int], undated: list[int]) -> None:
        """Rows without a day are rows of the day above only where no two rows that follow each other print the same one."""
        first = min(undated)
        if not any(line.day for line in self.lines[:first]):
            raise broken(self.lines[first].line.line, "a row above the first day")
        days = [day for number in firsts if (day := self.lines[number].day) is not None]
        repeats = any(one.day.numbers == other.day.numbers for one, other in pairwise(days))
        balances = [move.balance is not None for move in self.moves]
        daily = self.has_balances and not all(balances)
        if repeats or (len(undated) < _MIN_UNDATED and not daily):
            raise broken(self.lines[first].line.line, "a row without a date")

    def _owned(self, firsts: list[int]) -> list[list[int]]:
        """The lines of every movement: those between its day and its sum, and the texts around."""
        cores = [
            (first, max(move.line, self.balances.get(place, (0, 0))[0]))
            for place, (first, move) in enumerate(zip(firsts, self.moves, strict=True))
        ]
        marks = self.check_lines | self.notes
        owned = [list(range(first, last + 1)) for first, last in cores]
        places = sorted([*((last, place) for place, (_, last) in enumerate(cores)), *((line, -1) for line in marks)])
        begins = sorted([*((first, place) for place, (first, _) in enumerate(cores)), *((line, -1) for line in marks)])
        leans = self._leans(firsts)
        leaned = False
        for (last, above), (first, below) in zip(places, [*begins[1:], (len(self.lines), -1)], strict=True):
            split = self._split(last, first, leans)
            for number in range(last + 1, first):
                owner = above if number < split else below
                if owner >= 0 and not _is_heading(self.lines[number].line):
                    owned[owner].append(number)
                    leaned = leaned or owner == below
        if leaned and begins[0][1] >= 0:
            owned[begins[0][1]] += range(begins[0][0])
        return [sorted(numbers) for numbers in owned]

    def _hangs(self, firsts: list[int]) -> bool:
        """Whether every row begins on the line with its day, as on each page the first does: more words hang below them."""
        rows = set(firsts)
        if any(self.lines[first].day is None or not self._text(self.lines[first]) for first in rows):
            return False
        tops = {line.line.page: number for number, line in reversed(list(enumerate(self.lines)))}
        pages = {self.lines[first].line.page for first in rows}
        tops = {page: top for page, top in tops.items() if page in pages}
        return all(top in rows or top in self.check_lines or top in self.notes or self._is_of_header(top) for top in tops.values())

    def _is_of_header(self, top: int) -> bool:
        """Whether a text above the first row of a page is the second line of the header: it stands nearer to that than to the row."""
        line = self.lines[top].line
        header = next((each for each in self.table.outside if each.number == line.number - 1 and each.page == line.page), None)
        return header is not None and _is_heading(header) and line.y - header.y <= self._gap(top, top + 1)

    def _leans(self, firsts: list[int]) -> bool:
        """Whether texts at even distances belong to the row below: where days stand once, above their sums."""
        return self.once_a_day and any(self.lines[first].day and first not in self.of_line for first in firsts)

    def _split(self, last: int, first: int, leans: bool) -> int:
        """The first of the lines between two rows that belongs to the lower one: below the widest gap, where one is clearly wider."""
        if last >= first or first >= len(self.lines) or self.lines[last].line.page != self.lines[first].line.page or self.hangs:
            return first
        numbers = range(last, first + 1)
        gaps = [(self._gap(one, other), other) for one, other in pairwise(numbers)]
        widest = max(gap for gap, _ in gaps)
        at = [other for gap, other in gaps if gap > widest - _CLEARLY]
        if len(at) == 1 and len(gaps) > 1:
            return at[0]
        return last + 1 if leans else first

    def _gap(self, above: int, below: int) -> Points:
        return self.lines[below].line.y - self.lines[above].line.y

    def _row(self, place: int, first: int, owned: Sequence[int]) -> DatedMovement:
        move = self.moves[place]
        day = self.lines[first].day or self._day_above(first)
        if day is None:
            raise broken(self.lines[first].line.line, "a row without a date")
        days = [day, *self._beside(first)]
        lines = tuple(self.lines[number].line for number in owned)
        texts = [self._text(self.lines[number]) for number in owned]
        if sum(bool(text) for text in texts) > 1:
            texts = _by_cells([self.lines[number].line.cells_without(self._spans(self.lines[number])) for number in owned]) or texts
        if place in self.balances:
            move = move._replace(balance=self.balances[place][1])
        return DatedMovement(move, tuple(sorted(days, key=lambda each: each.left)), lines, " ".join([text for text in texts if text]))

    def _day_above(self, number: int) -> PlacedDay | None:
        return next((line.day for line in reversed(self.lines[:number]) if line.day), None)

    def _beside(self, number: int) -> list[PlacedDay]:
        return [found for column in self.second if (found := column.day_on(self.lines[number].line))]

    def _text(self, line: TableLine) -> str:
        spans = [(cell.placed.sum.begin, cell.placed.sum.end) for cell in line.cells if cell.column in self.used]
        for _, end in spans:
            behind = "" if line.line.text[end - 1] in _CURRENCY_LETTERS else line.line.text[end:].split("\t", 1)[0]
            if any(letter.isalpha() or letter == "-" for letter in behind):
                raise broken(line.line.line, "words right behind a figure")
        return line.line.words_without(self._spans(line))

    def _spans(self, line: TableLine) -> list[tuple[int, int]]:
        """The places of a line's text that are no words: its sums and days."""
        days = [line.day, *(column.day_on(line.line) for column in self.second)]
        sums = [(cell.placed.sum.begin, cell.placed.sum.end) for cell in line.cells if cell.column in self.used]
        return [*sums, *((day.day.begin, day.day.end) for day in days if day)]


def _by_cells(lines: Sequence[list[tuple[Points, str]]]) -> list[str]:
    """The words of a row cell by cell, where its first line has another cell beside its words and the further lines go on with these; none
    where they do not."""
    first, *further = [cells for cells in lines if cells]
    if len(first) < 2 or any(abs(cells[0][0] - first[0][0]) > _MARGIN or len(cells) > 1 for cells in further):
        return []
    return [first[0][1], *(cells[0][1] for cells in further), *(text for _, text in first[1:])]


def _second_days(table: RowTable) -> list[DayColumn]:
    """Columns of days beside the first, which nearly every row has."""
    rows = [line for line in table.lines if line.day]
    lefts: list[Points] = sorted(found.left for line in rows for found in line.line.days if found is not line.day)
    groups: list[list[Points]] = []
    for left in lefts:
        if groups and left - groups[-1][-1] <= _MARGIN + 2:
            groups[-1].append(left)
        else:
            groups.append([left])
    return [DayColumn(group[0], group[-1], len(group)) for group in groups if len(group) >= _BESIDE * len(rows)]


def _is_heading(line: MarkedLine) -> bool:
    return len([text for text in line.text.split("\t") if text.strip()]) > 2 and not any(letter.isdigit() for letter in line.text)


def with_texts_around(table: RowTable) -> RowTable:
    """The table with the lines of nothing but words that stand close below its last line on each page, and above its first."""
    inside = {line.line.number: line.line for line in table.lines}
    left = _text_left(table)
    fullest = max(column.filled for column in table.columns)
    figures = min(column.left for column in table.columns if column.filled * 5 >= fullest)
    added: list[MarkedLine] = []
    outside = {line.number: line for line in table.outside}
    pages = list(dict.fromkeys(line.line.page for line in table.lines))
    for page in pages:
        numbers = [number for number in sorted(inside) if inside[number].page == page]
        added += _close_texts(table, outside, inside[numbers[-1]], 1, (left, figures))
        added += _close_texts(table, outside, inside[numbers[0]], -1, (left, figures))
    added += _below_headers(table, outside, pages, (left, figures))
    if not added:
        return table
    new = {line.number for line in added}
    lines = sorted([*table.lines, *(TableLine(line, None, []) for line in added)], key=lambda line: line.line.number)
    return table._replace(lines=lines, outside=[line for line in table.outside if line.number not in new])


def _below_headers(
    table: RowTable, outside: dict[int, MarkedLine], pages: Sequence[int], edges: tuple[Points, Points]
) -> Iterator[MarkedLine]:
    """The texts below the table's header on pages without a row: the end of the last row."""
    first = table.lines[0].line.number
    header = next((line for line in reversed(table.outside) if line.number < first and _is_heading(line)), None)
    for line in table.outside:
        if header is not None and line.page not in pages and line.line.compact == header.line.compact:
            yield from _close_texts(table, outside, line, 1, edges)


def _text_left(table: RowTable) -> Points:
    """Where the words of rows begin, on lines that begin with a day."""
    lefts: list[Points] = []
    for line in table.lines:
        if line.day is None:
            continue
        place = line.day.day.end
        spans = [(cell.placed.sum.begin, cell.placed.sum.end) for cell in line.cells] + [
            (other.day.begin, other.day.end) for other in line.line.days
        ]
        while place < len(line.line.text):
            span = next((span for span in spans if span[0] <= place < span[1]), None)
            if span:
                place = span[1]
            elif line.line.text[place] in " \t":
                place += 1
            else:
                lefts.append(line.line.left(place))
                break
    return min(lefts, default=0.0)  # not money: points


def _close_texts(
    table: RowTable, outside: dict[int, MarkedLine], here: MarkedLine, step: int, edges: tuple[Points, Points]
) -> list[MarkedLine]:
    found: list[MarkedLine] = []
    while (beyond := outside.get(here.number + step)) is not None and beyond.page == here.page:
        near = abs(beyond.y - here.y) <= _CLOSE * table.pitch
        held = any(found.right > edges[1] for found in beyond.sums)
        if not near or held or beyond.line.words[0].x0 < edges[0] - _MARGIN or _is_heading(beyond):
            break
        found.append(beyond)
        here = beyond
    return found
