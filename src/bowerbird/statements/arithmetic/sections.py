"""Prints whose rows stand in sections of one sign each: deposits, withdrawals, fees.

The heading of a section says the sign of its rows, or arithmetic does: the balance before all rows and all sections make the balance
behind them. Totals of sections, totals around them and a list of balances at the end of days are facts that must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from typing import NamedTuple

from bowerbird.model.statement import Fact
from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.chains import Chain, chains_of, signed
from bowerbird.statements.arithmetic.columns import DayColumn, day_columns
from bowerbird.statements.arithmetic.days import Dating, datings_of
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, marked_lines
from bowerbird.statements.arithmetic.own_numbers import account_number
from bowerbird.statements.arithmetic.printed_days import NumberOrder, PrintedDay
from bowerbird.statements.arithmetic.printed_sums import Decimals
from bowerbird.statements.arithmetic.refusals import HELD_OR_OWED, refused
from bowerbird.statements.arithmetic.rows import DatedMovement, dated_moves, with_texts_around
from bowerbird.statements.arithmetic.surroundings import LabelledSum, labelled_sums
from bowerbird.statements.arithmetic.tables import RowTable, table_of, without_balances
from bowerbird.statements.arithmetic.verdict import MIN_FACTS, ArithmeticReading, balances_around, currency_of
from bowerbird.statements.arithmetic.vocabulary import BALANCE, CREDIT, DEBIT, OWED, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.proof import Certificate, Proved
from bowerbird.statements.pdf.rows import Row
from bowerbird.statements.refusal import StatementRefused

_CHARGED = re.compile(r"^purchases?$|fees?\b|fees|charged|checks|cheques|frais|gebuhren")
_WORDS_OF_HEADING = 8
_BELOW = 3
"""Lines below its heading within which the first row of a section stands."""
_MAX_SECTIONS = 8


class _Section(NamedTuple):
    """The lines below a heading. `signs` are those that its rows can have; none where it lists balances."""

    signs: tuple[int, ...]
    lines: list[MarkedLine]


class _Rows(NamedTuple):
    """The rows of a section, all of one sign."""

    table: RowTable
    chain: Chain
    moves: list[DatedMovement]

    @property
    def total(self) -> int:
        return sum(move.move.value for move in self.moves)


class _SectionSums(NamedTuple):
    """Rows of all sections and the balances around them as money held."""

    sections: tuple[_Rows, ...]
    lists: list[MarkedLine]
    opening: int
    closing: int
    labels: list[LabelledSum]
    outside: list[MarkedLine]


def readings_by_sections(pages: list[list[Line]], home: str | None) -> list[ArithmeticReading]:
    """The proven readings of a print in sections. Raises StatementRefused where there is none."""
    reasons: list[StatementRefused] = []
    readings: list[ArithmeticReading] = []
    for decimals in (Decimals.POINT, Decimals.COMMA):
        lines = marked_lines(pages, decimals)
        for days in day_columns(lines):
            sections, around = _sections(lines, days)
            if not 2 <= len([section for section in sections if section.signs]) <= _MAX_SECTIONS:
                continue
            for found in _sums_of(sections, around, days):
                try:
                    readings += _readings(found, home)
                except StatementRefused as refusal:
                    reasons.append(refusal)
    if not readings:
        raise reasons[0] if reasons else refused("no sections of one sign that make the closing balance")
    return readings


def _sections(lines: Sequence[MarkedLine], days: DayColumn) -> tuple[list[_Section], list[MarkedLine]]:
    """The sections, and the lines above the first."""
    heads = [place for place, line in enumerate(lines) if _is_head(lines, place, days)]
    if not heads:
        return [], list(lines)
    found: list[_Section] = []
    for place, after in zip(heads, [*heads[1:], len(lines)], strict=True):
        found.append(_Section(_signs(folded(lines[place].text)), list(lines[place + 1 : after])))
    return found, list(lines[: heads[0]])


def _is_head(lines: Sequence[MarkedLine], place: int, days: DayColumn) -> bool:
    line = lines[place]
    texts = [text for text in line.text.split("\t") if text.strip()]
    if line.days or line.sums or len(texts) > 1 or len(line.text.split()) > _WORDS_OF_HEADING:
        return False
    text = folded(line.text)
    if not (DEBIT.search(text) or CREDIT.search(text) or _CHARGED.search(text) or BALANCE.search(text)):
        return False
    for below in lines[place + 1 : place + 1 + _BELOW]:
        if below.sums and days.day_on(below):
            return True
        if below.sums or below.days:
            return False
    return False


def _signs(heading: str) -> tuple[int, ...]:
    is_debit = bool(DEBIT.search(heading) or _CHARGED.search(heading))
    is_credit = bool(CREDIT.search(heading))
    if not is_debit and not is_credit:
        return ()
    return (1, -1) if is_debit and is_credit else (-1,) if is_debit else (1,)


def _sums_of(sections: Sequence[_Section], around: list[MarkedLine], days: DayColumn) -> Iterator[_SectionSums]:
    """Every choice of signs under which the sections make the closing balance. Raises StatementRefused where held and owed both do."""
    choices = [_rows_of(section, days) for section in sections if section.signs]
    lists = [line for section in sections if not section.signs for line in section.lines]
    for chosen in product(*choices):
        outside = [*around, *(line for rows in chosen for line in rows.table.outside)]
        labels = labelled_sums(outside)
        total = sum(rows.total for rows in chosen)
        for one, other in balances_around(labels):
            ways = [held for held in (1, -1) if one.cents + held * total == other.cents]
            if len(ways) > 1 and one.cents and any(OWED.search(folded(line.text)) for line in outside):
                raise refused(f"ambiguous: {HELD_OR_OWED}")
            if ways:
                yield _SectionSums(chosen, lists, ways[0] * one.cents, ways[0] * other.cents, labels, outside)
                break


def _rows_of(section: _Section, days: DayColumn) -> list[_Rows]:
    """The rows of a section under each of its signs, in the direction in which its days rise."""
    bare = table_of(section.lines, days)
    if bare is None:
        return []
    table = without_balances(with_texts_around(bare))
    found: list[_Rows] = []
    for chain in chains_of(table, False, has_balances=False):
        signs = {1 if move.value > 0 else -1 for move in chain.moves if move.value}
        if len(signs) == 1 and signs <= set(section.signs):
            found.append(_Rows(table, chain, dated_moves(table, chain)))
    return found


def _readings(found: _SectionSums, home: str | None) -> Iterator[ArithmeticReading]:
    reasons: list[StatementRefused] = []
    is_read = False
    facts = [*_facts(found)]
    by_order: list[dict[NumberOrder, Dating]] = []
    for rows in found.sections:
        datings = datings_of([move.days for move in rows.moves], rows.table, [*found.outside, *rows.table.outside])
        by_order.append({dating.order: dating for dating in datings})
    sums = [move.move.cell.placed for rows in found.sections for move in rows.moves] + [entry.placed for entry in found.labels]
    currency = currency_of(sums, found.outside, home, [move.text for rows in found.sections for move in rows.moves])
    for order in NumberOrder:
        if not all(order in datings for datings in by_order):
            continue
        merged = sorted(_merged(found.sections, [datings[order] for datings in by_order]), key=lambda row: row.day)
        periods = [datings[order].period for datings in by_order]
        period = (min(first for first, _ in periods), max(last for _, last in periods))
        try:
            known = [*facts, *_daily(found, merged, order, period)]
        except StatementRefused as refusal:
            reasons.append(refusal)
            continue
        if len({(fact.what, fact.page, fact.row) for fact in known}) < MIN_FACTS:
            raise refused(f"not enough facts: {len(known)} of at least {MIN_FACTS} that a reading is proved by")
        is_read = True
        proved = Proved(merged, found.opening, found.closing, Certificate(tuple(known)))
        yield ArithmeticReading(period, currency, account_number(found.outside), proved)
    if reasons and not is_read:
        raise reasons[0]


def _merged(sections: Iterable[_Rows], datings: Iterable[Dating]) -> Iterator[Row]:
    for rows, dating in zip(sections, datings, strict=True):
        for entry, day in zip(rows.moves, dating.days, strict=True):
            line = entry.lines[0]
            yield Row(line.page, line.line.row, day, entry.text, entry.move.value, None, tuple(each.line for each in entry.lines))


def _facts(found: _SectionSums) -> Iterator[Fact]:
    """Every printed figure that agrees. Raises StatementRefused for a labelled one that does not."""
    totals = [rows.total for rows in found.sections]
    down, up = -sum(total for total in totals if total < 0), sum(total for total in totals if total > 0)
    parts = {abs(total) for total in totals}
    wanted = {
        FigureKind.OPENING: {abs(found.opening)},
        FigureKind.CLOSING: {abs(found.closing)},
        FigureKind.DEBITS: {down, *parts},
        FigureKind.CREDITS: {up, *parts},
    }
    for rows in found.sections:
        for check_line in rows.chain.check_lines:
            line = rows.table.lines[check_line.line].line
            yield Fact("section total", line.page, line.line.row, check_line.cents)
    for entry in found.labels:
        if entry.kind is None:
            continue
        if abs(entry.cents) not in wanted[entry.kind]:
            raise refused(f"page {entry.line.page}, row {entry.line.line.row}: another sum than the sections make")
        yield Fact(str(entry.kind), entry.line.page, entry.line.line.row, abs(entry.cents))


def _daily(found: _SectionSums, rows: Sequence[Row], order: NumberOrder, period: tuple[date, date]) -> Iterator[Fact]:
    """The balances that a list prints for days: each is that after the rows up to there. Raises StatementRefused."""
    for line in found.lists:
        for placed in line.days:
            sums = [each for each in line.sums if each.left > placed.right]
            if not sums:
                continue
            day = placed.day.day(order) if placed.day.has_year else _within(placed.day, order, period)
            balance = found.opening + sum(row.amount for row in rows if day is not None and row.day <= day)
            shown = signed(sums[0].sum)
            if day is None or shown not in {balance, -balance}:
                raise refused(f"page {line.page}, row {line.line.row}: another balance than the sections make on that day")
            yield Fact("balance of the day", line.page, line.line.row, balance)


def _within(printed: PrintedDay, order: NumberOrder, period: tuple[date, date]) -> date | None:
    """A day without a year, in that of the period."""
    first, last = period
    found = (printed.day(order, year) for year in range(first.year, last.year + 1))
    return next((day for day in found if day is not None and first <= day <= last), None)
