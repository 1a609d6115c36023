"""The one reading of a print that its arithmetic proves, or why there is none.

Every hypothesis is tried: what stands before the decimals, which column holds the days, which the balances, in which order rows come,
how each column counts, what the numbers of a day mean, whether balances are held or owed. Two that differ in a day or a sum are named
and refuse the print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from bowerbird.model.statement import Fact
from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.chains import Chain, CheckLine, chains_of
from bowerbird.statements.arithmetic.columns import day_columns
from bowerbird.statements.arithmetic.days import Dating, datings_of
from bowerbird.statements.arithmetic.marked_lines import MarkedLine, PlacedSum, Points, marked_lines
from bowerbird.statements.arithmetic.own_numbers import account_number, refuse_further_card
from bowerbird.statements.arithmetic.polarity import are_named, direction_of, is_of_card
from bowerbird.statements.arithmetic.printed_sums import Decimals, Mark
from bowerbird.statements.arithmetic.refusals import NO_BALANCES, NO_BEGINNING, NO_CHAIN, NO_END, NotKnown, refused
from bowerbird.statements.arithmetic.room import (
    COUNTED,
    DATED,
    ROOM_BELOW,
    are_all_pages,
    ends_apart,
    ends_in_totals,
    is_brought,
    is_carried,
    is_end_of_period,
    is_first_row,
    is_last_row,
)
from bowerbird.statements.arithmetic.rows import DatedMovement, dated_moves, with_texts_around
from bowerbird.statements.arithmetic.shapes.rates import with_charges, without_rates
from bowerbird.statements.arithmetic.surroundings import LabelledSum, currencies_of, labelled_sums
from bowerbird.statements.arithmetic.tables import RowTable, table_of, without_balances
from bowerbird.statements.arithmetic.vocabulary import BALANCE, OF_PAGE, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.proof import RUNNING, Certificate, Proved
from bowerbird.statements.pdf.rows import Row
from bowerbird.statements.refusal import StatementRefused

MIN_FACTS = 3
"""As in the search by layouts: facts that can fail by themselves."""
_MIN_SUMS = 3
MAX_READINGS = 24
"""Chains that add up and are looked at further."""


class ArithmeticReading(NamedTuple):
    """A print read by its arithmetic. `number` is None where none is printed behind a label. `heading` is what stands above the account's
    first row, where a print has several accounts."""

    period: tuple[date, date]
    currency: str
    number: str | None
    proved: Proved
    heading: tuple[Line, ...] = ()


class _Sums(NamedTuple):
    """A chain whose first and last balance are known, in the direction of its own balances."""

    table: RowTable
    chain: Chain
    opening: int
    closing: int
    labels: list[LabelledSum]
    lines: list[MarkedLine]
    closes: bool = True
    """Whether the balance behind all rows is printed once more, or both totals are."""


def read_by_arithmetic(pages: list[list[Line]], home: str | None, height: Points = 0) -> ArithmeticReading:
    """The unique proven reading of a document. `home` is the currency of the institution's accounts, where it is known; `height` that of a
    page in points, 0 where pages are not whole. Raises StatementRefused (bank-statement-parsing-error) that says why there is none."""
    refusals: list[StatementRefused] = []
    readings: list[ArithmeticReading] = []
    for found in _sums_of(pages):
        if found.chain.balance is None and readings:
            continue
        try:
            readings += _readings(found, home, height)
        except StatementRefused as refusal:
            refusals.append(refusal)
        if len(readings) > MAX_READINGS:
            break
    if not readings:
        raise max(refusals, key=_reach) if refusals else refused(NO_CHAIN if _has_balances(pages) else NO_BALANCES)
    if apart := difference(readings):
        raise refused(f"ambiguous: {apart}")
    return readings[0]


def _has_balances(pages: list[list[Line]]) -> bool:
    """Whether a heading of several columns names balances."""
    headings = (line for page in pages for line in page if not any(letter.isdigit() for letter in line.compact))
    texts = (words for line in headings if len(line.texts()) > 2 for words in line.texts())
    return any(BALANCE.search(folded("".join([word.text for word in words]))) for words in texts)


def difference(readings: Sequence[ArithmeticReading]) -> str:
    """In what the first two readings differ that do; empty where all say the same."""
    return next((_difference(readings[0], other) for other in readings[1:] if _says(other) != _says(readings[0])), "")


def _reach(refusal: StatementRefused) -> tuple[bool, int, int]:
    broken = refusal.broken
    return ("ambiguous" in refusal.reason, broken.page, broken.row) if broken else ("ambiguous" in refusal.reason, 0, 0)


def _says(reading: ArithmeticReading) -> tuple[str, int, int, tuple[tuple[date, int], ...]]:
    rows = tuple((row.day, row.amount) for row in reading.proved.rows)
    return reading.currency, reading.proved.opening, reading.proved.closing, rows


def _difference(one: ArithmeticReading, other: ArithmeticReading) -> str:
    if one.currency != other.currency:
        return f"{one.currency} or {other.currency}"
    rows, others = one.proved.rows, other.proved.rows
    for row, another in zip(rows, others, strict=False):
        if row.day != another.day:
            return f"the day of page {row.page}, row {row.row} is {row.day} or {another.day}"
        if row.amount != another.amount:
            return f"the amount of page {row.page}, row {row.row} has two proven readings"
    return f"readings with {len(rows)} and with {len(others)} rows are both proved"


def _sums_of(pages: list[list[Line]]) -> Iterator[_Sums]:
    """Every meaning of sums and columns that adds up."""
    for decimals in Decimals:
        lines = marked_lines(pages, decimals)
        if sum(len(line.sums) for line in lines) < _MIN_SUMS or (decimals is Decimals.NONE and _has_decimals(pages)):
            continue
        for days in day_columns(lines):
            bare = table_of(lines, days)
            if bare is None:
                continue
            whole = with_charges(without_rates(with_texts_around(bare)))
            for table, has_balances in ((whole, True), (without_balances(whole), False)):
                labels = labelled_sums(table.outside)
                for descending in (False, True):
                    for chain in chains_of(table, descending, has_balances=has_balances):
                        yield from _closed(table, chain, labels, lines)


def _has_decimals(pages: list[list[Line]]) -> bool:
    """Whether most sums of a document have decimals, so that a number without them is none."""
    counts = [sum(len(line.sums) for line in marked_lines(pages, decimals)) for decimals in (Decimals.POINT, Decimals.COMMA)]
    return max(counts) > 6


def _closed(table: RowTable, chain: Chain, labels: list[LabelledSum], lines: list[MarkedLine]) -> Iterator[_Sums]:
    """The chain with the balance before and after it, both printed; without a column of balances, by the figures around."""
    total = sum(move.value for move in chain.moves)
    labels = [*labels, *_beside(table, chain)]
    if chain.opening is not None and chain.closing is not None:
        if _is_printed(chain.opening, chain.begins, labels) or _has_totals(chain, labels):
            behind = [entry for entry in labels if entry.kind in {None, FigureKind.CLOSING} and not is_carried(entry.line)]
            closes = (
                _is_printed(chain.closing, ends_apart(table, chain), behind) or _has_totals(chain, labels) or ends_in_totals(table, chain)
            )
            yield _Sums(table, chain, chain.opening, chain.closing, labels, lines, closes)
        return
    for one, other in balances_around(labels):
        if one.cents + total == other.cents:
            ends = [entry for entry in labels if entry.cents == other.cents and entry.is_balance and not is_carried(entry.line)]
            yield _Sums(table, chain, one.cents, other.cents, labels, lines, bool(ends) or _has_totals(chain, labels))
            return


def _beside(table: RowTable, chain: Chain) -> Iterator[LabelledSum]:
    """The named sums on lines within the table that hold no day and none of the chain's sums, such as those above its header."""
    used = {chain.balance, *(column for column, _ in chain.rules)}
    lines = [line.line for line in table.lines if line.day is None and used.isdisjoint(cell.column for cell in line.cells)]
    yield from (entry for entry in labelled_sums(lines) if entry.kind is not None)


def balances_around(labels: list[LabelledSum]) -> Iterator[tuple[LabelledSum, LabelledSum]]:
    """The pairs that can be the first and the last balance: by their names, else two balances one after the other."""
    plain = [entry for entry in labels if entry.kind is None and entry.is_balance]
    openings = [entry for entry in labels if entry.kind is FigureKind.OPENING]
    closings = [entry for entry in labels if entry.kind is FigureKind.CLOSING]
    for one in openings or plain:
        for other in closings or plain:
            if openings or closings or one.line.number < other.line.number:
                yield one, other


def _has_totals(chain: Chain, labels: list[LabelledSum]) -> bool:
    """Whether the sums of both directions are printed outside the rows, and not as those of a page: then no row is missing."""
    values = [move.value for move in chain.moves]
    totals = {sum(value for value in values if value > 0), -sum(value for value in values if value < 0)}
    return 0 not in totals and totals <= {abs(entry.cents) for entry in labels if not OF_PAGE.search(folded(entry.line.text))}


def _is_printed(cents: int, is_known: bool, labels: list[LabelledSum]) -> bool:
    return is_known or any(abs(entry.cents) == abs(cents) for entry in labels)


def _readings(found: _Sums, home: str | None, height: Points) -> Iterator[ArithmeticReading]:
    moves = dated_moves(found.table, found.chain)
    outside = found.table.outside
    try:
        sign = direction_of(found.table, found.chain, found.labels, outside)
    except NotKnown as reason:
        raise refused(f"ambiguous: {reason}") from None
    facts = _facts(found, sign)
    if len({(fact.what, fact.row, fact.page) for fact in facts}) < MIN_FACTS - _is_signed(found):
        raise refused(f"not enough facts: {len(facts)} of at least {MIN_FACTS} that a reading is proved by")
    used = {found.chain.balance, *(column for column, _ in found.chain.rules)}
    sums = [cell.placed for line in found.table.lines for cell in line.cells if cell.column in used] + [
        entry.placed for entry in found.labels
    ]
    currency = currency_of(sums, outside, home, [move.text for move in moves])
    number = account_number(outside)
    if is_of_card(found.table, outside):
        refuse_further_card([line.line for line in found.table.lines if line.day is None and not line.cells], number)
    ordered = _in_time(moves, found.chain)
    openings = [] if _has_totals(found.chain, found.labels) or ends_in_totals(found.table, found.chain) else _openings(found)
    for dating in datings_of([move.days for move in ordered], found.table, outside):
        if found.chain.balance is not None and not _is_regular(ordered, dating.days, found.chain.check_lines):
            raise refused("balances stand neither on every row nor on the last of each day")
        if is_brought(openings) and not is_first_row(openings, dating.days, dating.period, dating.order, found.lines):
            raise refused(NO_BEGINNING)
        if not found.closes:
            last = ordered[-1].lines[0]
            facts = (*facts, Fact(_end(found, ordered, dating, height), last.page, last.line.row, sign * found.closing))
        yield ArithmeticReading(dating.period, currency, number, _proved(found, ordered, dating, sign, facts))


def _end(found: _Sums, moves: Sequence[DatedMovement], dating: Dating, height: Points) -> str:
    """What shows that nothing follows the last row, where no closing balance does. Raises StatementRefused where nothing shows it."""
    if dating.is_printed and is_last_row(moves, dating.days, dating.period, found.lines, height):
        return ROOM_BELOW
    behind = [found.table.lines[line.line].line for line in found.chain.check_lines if line.after == len(moves) and line.what == "balance"]
    if dating.is_printed and is_end_of_period(behind, dating.days[-1], dating.period, dating.order):
        return DATED
    if are_all_pages(found.lines):
        return COUNTED
    raise refused(NO_END)


def _openings(found: _Sums) -> list[MarkedLine]:
    """The lines that print the balance before the first row."""
    labelled = [
        entry.line
        for entry in found.labels
        if abs(entry.cents) == abs(found.opening) and entry.is_balance and entry.kind is not FigureKind.CLOSING
    ]
    firsts = [line for line in found.chain.check_lines if line.what == "balance" and not line.after]
    return [*labelled, *(found.table.lines[line.line].line for line in firsts)]


def currency_of(sums: Sequence[PlacedSum], outside: Sequence[MarkedLine], home: str | None, rows: Sequence[str]) -> str:
    """The one currency that a print can be in. Raises StatementRefused."""
    currencies = currencies_of(sums, outside, home, rows)
    if len(currencies) != 1:
        raise refused(f"ambiguous: the currency is {' or '.join(sorted(currencies)) or 'not printed'}")
    return currencies.pop()


def _is_signed(found: _Sums) -> bool:
    """Whether no meaning is open between two balances that say which they are, so that one sum is enough: the sums of one column have
    signs of their own, or the heading of each column says which way its sums go."""
    kinds = {entry.kind for entry in found.labels}
    marks = [move.cell.placed.sum.mark for move in found.chain.moves]
    is_named = {FigureKind.OPENING, FigureKind.CLOSING} <= kinds or _are_of_days(found)
    if not is_named or found.chain.balance is not None or len(marks) < MIN_FACTS:
        return False
    if len(found.chain.rules) == 1 and not {Mark.MINUS, Mark.DEBIT}.isdisjoint(marks):
        return True
    return are_named(found.table, found.chain, found.table.outside)


def _are_of_days(found: _Sums) -> bool:
    """Whether two balances and no other are printed, each of a day: one before all rows, and a later one behind them."""
    balances = [entry for entry in found.labels if entry.is_balance]
    if len(balances) != 2 or any(entry.kind or len(entry.line.days) != 1 for entry in balances):
        return False
    one, other = (entry.line for entry in balances)
    first, last = found.table.lines[0].line.number, found.table.lines[-1].line.number
    days = [line.days[0].day for line in (one, other)]
    if not one.number < first <= last < other.number or not all(day.has_year for day in days):
        return False
    orders = [order for order in days[0].orders() if order in days[1].orders()]
    placed = [(days[0].day(order), days[1].day(order)) for order in orders]
    return any(begin and end and begin < end for begin, end in placed)


def _is_regular(moves: Sequence[DatedMovement], days: Sequence[date], check_lines: Sequence[CheckLine]) -> bool:
    """Whether every row has a balance, or the last of every day and no other: a balance that is missing is a figure that is lost."""
    has = _balances(moves)
    ends = [place + 1 == len(days) or days[place + 1] != day for place, day in enumerate(days)]
    if any(has):
        return all(has) or has == ends
    return {place for place, is_end in enumerate(ends, 1) if is_end} <= {line.after for line in check_lines if line.what == "balance"}


def _balances(moves: Sequence[DatedMovement]) -> list[bool]:
    return [entry.move.balance is not None for entry in moves]


def _in_time(moves: Sequence[DatedMovement], chain: Chain) -> list[DatedMovement]:
    place = {move.line: number for number, move in enumerate(chain.moves)}
    return sorted(moves, key=lambda entry: place[entry.move.line])


def _proved(found: _Sums, moves: list[DatedMovement], dating: Dating, sign: int, facts: tuple[Fact, ...]) -> Proved:
    rows = [row for entry, day in zip(moves, dating.days, strict=True) for row in _rows(entry, day, sign, found.table.charges)]
    return Proved(rows, sign * found.opening, sign * found.closing, Certificate(facts))


def _rows(entry: DatedMovement, day: date, sign: int, charges: tuple[int, str] | None) -> Iterator[Row]:
    """The row of a movement, and behind it that of the charge beside it."""
    move, line = entry.move, entry.lines[0]
    balance = None if move.balance is None else sign * move.balance
    lines = tuple(each.line for each in entry.lines)
    own = sign * (move.value - move.charge)
    yield Row(line.page, line.line.row, day, entry.text, own, None if move.charge else balance, lines)
    if move.charge:
        name = f"{entry.text} {charges[1]}" if charges else entry.text
        yield Row(line.page, line.line.row, day, name, sign * move.charge, balance, lines)


def _facts(found: _Sums, sign: int) -> tuple[Fact, ...]:
    """Every printed figure that agrees. Raises StatementRefused for a labelled one that does not."""
    table, chain = found.table, found.chain
    facts: list[Fact] = []
    for move in chain.moves:
        if move.balance is not None:
            line = table.lines[move.line].line
            facts.append(Fact(RUNNING, line.page, line.line.row, sign * move.balance))
    for check_line in chain.check_lines:
        line = table.lines[check_line.line].line
        facts.append(Fact(check_line.what, line.page, line.line.row, check_line.cents))
    values = [sign * part for move in chain.moves for part in (move.value - move.charge, move.charge)]
    wanted = {
        FigureKind.OPENING: {abs(found.opening)},
        FigureKind.CLOSING: {abs(found.closing)},
        FigureKind.DEBITS: {-sum(value for value in values if value < 0)},
        FigureKind.CREDITS: {sum(value for value in values if value > 0)},
    }
    for entry in found.labels:
        if entry.kind is None:
            if entry.is_balance and abs(entry.cents) in {abs(found.opening), abs(found.closing)}:
                facts.append(Fact("balance", entry.line.page, entry.line.line.row, abs(entry.cents)))
            elif entry.side is not None and entry.cents and abs(entry.cents) in wanted[entry.side]:
                facts.append(Fact(_NAMES[entry.side], entry.line.page, entry.line.line.row, abs(entry.cents)))
            continue
        if abs(entry.cents) in wanted[entry.kind]:
            facts.append(Fact(_NAMES[entry.kind], entry.line.page, entry.line.line.row, abs(entry.cents)))
        elif entry.kind in {FigureKind.OPENING, FigureKind.CLOSING} or not _is_part(entry, found, values):
            raise refused(f"page {entry.line.page}, row {entry.line.line.row}: another {_NAMES[entry.kind]} than the rows make")
    return tuple(facts)


_NAMES = {
    FigureKind.OPENING: "opening balance",
    FigureKind.CLOSING: "closing balance",
    FigureKind.DEBITS: "total debits",
    FigureKind.CREDITS: "total credits",
}


def _is_part(entry: LabelledSum, found: _Sums, values: list[int]) -> bool:
    """Whether a total is that of one column of several, as of fees beside withdrawals."""
    columns = {move.cell.column for move in found.chain.moves}
    sums = {sum(abs(move.value) for move in found.chain.moves if move.cell.column == column) for column in columns}
    return abs(entry.cents) in sums and bool(values)
