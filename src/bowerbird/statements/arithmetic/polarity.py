"""Whether the balances of a chain are money held or money owed: what arithmetic cannot tell, and words and marks do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bowerbird.sdk.statement_layout import FigureKind
from bowerbird.statements.arithmetic.chains import Chain
from bowerbird.statements.arithmetic.columns import SumColumn
from bowerbird.statements.arithmetic.marked_lines import MarkedLine
from bowerbird.statements.arithmetic.printed_sums import Mark
from bowerbird.statements.arithmetic.refusals import HELD_OR_OWED, NotKnown
from bowerbird.statements.arithmetic.surroundings import LabelledSum
from bowerbird.statements.arithmetic.tables import RowTable
from bowerbird.statements.arithmetic.vocabulary import (
    CARD,
    CLOSING,
    CREDIT,
    DEBIT,
    LENT,
    LOAN,
    OPENING,
    OWED,
    PRINCIPAL,
    RECEIVED,
    REPAID,
    TOTAL,
    folded,
    with_blanks,
)

_HEADER_LINES = 4
"""Lines above the first row that may name the columns."""
_OF_SUM = re.compile(rf"{TOTAL}.|{OPENING.pattern}|{CLOSING.pattern}")
"""What names a sum of the account above the rows, and no column of them."""
_BESIDE = 12.0  # not money: points that a heading may stand beside its column


def direction_of(table: RowTable, chain: Chain, labels: Sequence[LabelledSum], outside: Sequence[MarkedLine]) -> int:
    """1 where the chain's balances are money held, -1 where they are owed. Raises NotKnown."""
    is_loan = is_of_loan(table, outside)
    votes = set(_votes(table, chain, labels, outside, is_loan))
    if is_loan and _is_paid_off(table, chain, outside):
        votes.add(-1)
    if len(votes) == 1:
        return votes.pop()
    if votes:
        raise NotKnown("headings and signs disagree on what is a debit and what a credit")
    if is_loan and all(balance <= 0 for balance in _balances(chain)):
        return 1
    if is_loan or any(OWED.search(folded(line.text)) for line in outside):
        raise NotKnown(HELD_OR_OWED)
    return 1


def is_of_loan(table: RowTable, outside: Sequence[MarkedLine]) -> bool:
    """Whether a line above the rows says that the account is a loan."""
    first = table.lines[0].line.number
    return any(LOAN.search(with_blanks(line.text)) for line in outside if line.number < first)


def is_of_card(table: RowTable, outside: Sequence[MarkedLine]) -> bool:
    """Whether a line above the rows says that the account is a credit card."""
    first = table.lines[0].line.number
    return any(CARD.search(folded(line.text)) for line in outside if line.number < first)


def _is_paid_off(table: RowTable, chain: Chain, outside: Sequence[MarkedLine]) -> bool:
    """Whether the balances of a loan are those that payments make smaller: all above zero, what takes from them is a payment or principal,
    what adds to them interest, a charge or more of the loan."""
    header = header_of(table, outside)
    falls = [move for move in chain.moves if move.value < 0]
    rises = [move for move in chain.moves if move.value > 0]
    columns = {move.cell.column for move in falls}
    is_principal = all(PRINCIPAL.search(heading_of(table.columns[column], header)) for column in columns)
    return (
        bool(falls)
        and all(balance >= 0 for balance in _balances(chain))
        and all(is_principal or REPAID.search(folded(table.lines[move.line].line.text)) for move in falls)
        and all(LENT.search(folded(table.lines[move.line].line.text)) for move in rises)
    )


def _balances(chain: Chain) -> list[int]:
    return [balance for balance in (chain.opening, chain.closing, *(move.balance for move in chain.moves)) if balance is not None]


def _votes(table: RowTable, chain: Chain, labels: Sequence[LabelledSum], outside: Sequence[MarkedLine], is_loan: bool) -> Iterator[int]:
    for move in chain.moves:
        mark = move.cell.placed.sum.mark
        if move.value and mark in {Mark.CREDIT, Mark.DEBIT}:
            yield 1 if (move.value > 0) is (mark is Mark.CREDIT) else -1
    for line in table.lines:
        for cell in line.cells:
            if cell.column == chain.balance and cell.placed.sum.mark in {Mark.CREDIT, Mark.DEBIT} and cell.placed.sum.cents:
                yield 1
    yield from _column_votes(table, chain, outside, is_loan)
    yield from _total_votes(chain, labels)
    yield from _card_votes(table, chain, outside)


def _card_votes(table: RowTable, chain: Chain, outside: Sequence[MarkedLine]) -> Iterator[int]:
    """What payments that a card's bank received say: they take from what is owed, and add to what is held."""
    if is_of_card(table, outside):
        moves = (move for move in chain.moves if move.value and RECEIVED.search(folded(table.lines[move.line].line.text)))
        yield from (1 if move.value > 0 else -1 for move in moves)


def _column_votes(table: RowTable, chain: Chain, outside: Sequence[MarkedLine], is_loan: bool) -> Iterator[int]:
    """What headings of columns say. A column of few rows alone does not show that balances are owed: a figure may have slipped there.

    Raises NotKnown.
    """
    header, is_owed = header_of(table, outside), is_loan or any(OWED.search(folded(line.text)) for line in outside)
    votes = [(kind * sign, column) for column, sign in _column_signs(chain) if (kind := _named(table.columns[column], header, is_loan))]
    voting = {column for _, column in votes}
    few = sum(move.cell.column in voting for move in chain.moves) * 4 < len(chain.moves)
    if few and not is_owed and any(vote < 0 for vote, _ in votes):
        raise NotKnown(HELD_OR_OWED)
    yield from (vote for vote, _ in votes)


def are_named(table: RowTable, chain: Chain, outside: Sequence[MarkedLine]) -> bool:
    """Whether the heading of every column of movements says which way they go."""
    header = header_of(table, outside)
    return all(_named(table.columns[column], header) for column, _ in chain.rules)


def _column_signs(chain: Chain) -> Iterator[tuple[int, int]]:
    """The columns all of whose movements go one way."""
    for column, _ in chain.rules:
        signs = {move.value > 0 for move in chain.moves if move.cell.column == column and move.value}
        if len(signs) == 1:
            yield column, 1 if signs.pop() else -1


def header_of(table: RowTable, outside: Sequence[MarkedLine]) -> list[MarkedLine]:
    """The lines above the first row that may name the columns."""
    first = table.lines[0].line
    return [line for line in outside if first.number - _HEADER_LINES <= line.number < first.number and line.page == first.page]


def _named(column: SumColumn, header: Sequence[MarkedLine], is_loan: bool = False) -> int:
    """1 for a column whose heading says credit, -1 for debit, 0 where it says neither or both. What is paid on a loan is no debit."""
    squeezed = heading_of(column, header)
    if is_loan:
        squeezed = REPAID.sub("", squeezed)
    is_debit, is_credit = bool(DEBIT.search(squeezed)), bool(CREDIT.search(squeezed))
    return 0 if is_debit is is_credit else 1 if is_credit else -1


def heading_of(column: SumColumn, header: Sequence[MarkedLine]) -> str:
    """The folded texts over a column."""
    return folded(texts_over(column, header))


def texts_over(column: SumColumn, header: Sequence[MarkedLine]) -> str:
    """The texts over a column as they are printed, without those that name sums of all rows."""
    text = ""
    for line in header:
        place = 0
        for part in line.text.split("\t"):
            begin, place = place, place + len(part) + 1
            if (
                part.strip()
                and not _OF_SUM.match(folded(part))
                and line.left(begin) < column.right + _BESIDE
                and line.right(begin + len(part)) > column.left - _BESIDE
            ):
                text += part
    return text


def _total_votes(chain: Chain, labels: Sequence[LabelledSum]) -> Iterator[int]:
    """What labelled totals say, where the sums of both directions differ."""
    up = sum(move.value for move in chain.moves if move.value > 0)
    down = -sum(move.value for move in chain.moves if move.value < 0)
    for entry in labels:
        if up != down and entry.kind in {FigureKind.DEBITS, FigureKind.CREDITS} and abs(entry.cents) in {up, down}:
            rises = abs(entry.cents) == up
            yield 1 if rises is (entry.kind is FigureKind.CREDITS) else -1
