"""What the columns of a table may mean, as far as its headings, its cells and its balances say: a proposal for a person to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product

from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.refusal import Refused
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.any_form import KnownFile
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import is_of_a_card, meanings_of
from bowerbird.statements.tables.mapped import agreement_of, proposal_of
from bowerbird.statements.tables.mapped_form import completed
from bowerbird.statements.tables.mapping import (
    SINGLE,
    USES,
    ColumnUse,
    ConfirmedBy,
    MappingDraft,
    MoneyOut,
    complaints_of,
)
from bowerbird.statements.tables.shapes import TextTable, is_sum, looks_like_money

_MONEY = (ColumnUse.AMOUNT, ColumnUse.DEBIT, ColumnUse.CREDIT, ColumnUse.BALANCE)
_MOST = 0.8  # not money: the share of cells that make a column one of days or of sums


_MONTHS = 12


def guessed(table: TextTable, known: KnownFile) -> MappingDraft:
    """What a table's columns may mean; what its cells leave open stays open."""
    by_words = _by_words(table)
    drafts = [_with_form(table, known, columns) for columns in _by_cells(table, by_words)]
    proven = (draft for draft in drafts if ColumnUse.BALANCE in draft.columns)
    for draft in proven:
        if (found := _proven(table, known, draft)) is not None:
            return found
    return drafts[0]


def _by_words(table: TextTable) -> list[ColumnUse]:
    """What headings say, each meaning that only one column can have given to the first; IGNORE where they say nothing."""
    uses: list[ColumnUse] = []
    for position, kind in enumerate(meanings_of(table.header) if table.header else [None] * table.width):
        use = USES.get(Kind.POSTED if kind is Kind.MADE else kind, ColumnUse.IGNORE) if kind else ColumnUse.IGNORE
        is_free = use not in SINGLE or use not in uses
        uses.append(use if is_free and _can_say(table, position, use) else ColumnUse.IGNORE)
    if ColumnUse.AMOUNT in uses and (ColumnUse.DEBIT in uses or ColumnUse.CREDIT in uses):
        dropped = (ColumnUse.AMOUNT,) if {ColumnUse.DEBIT, ColumnUse.CREDIT} <= set(uses) else (ColumnUse.DEBIT, ColumnUse.CREDIT)
        uses = [ColumnUse.IGNORE if use in dropped else use for use in uses]
    return uses


def _can_say(table: TextTable, position: int, use: ColumnUse) -> bool:
    if use is ColumnUse.DATE:
        return _are_days(table.column(position))
    return use not in _MONEY or _are_sums(table.column(position))


def _by_cells(table: TextTable, by_words: Sequence[ColumnUse]) -> Iterator[list[ColumnUse]]:
    """The headings' meanings, completed by what cells look like; the likeliest first."""
    uses = list(by_words)
    if ColumnUse.DATE not in uses:
        for position in _free(uses, lambda place: _are_days(table.column(place)))[:1]:
            uses[position] = ColumnUse.DATE
    if ColumnUse.WORDS not in uses:
        texts = _free(uses, lambda place: _letters(table, place) > 0)
        if texts:
            uses[max(texts, key=lambda place: _letters(table, place))] = ColumnUse.WORDS
    if ColumnUse.AMOUNT in uses or {ColumnUse.DEBIT, ColumnUse.CREDIT} <= set(uses):
        yield uses
        return
    uses = [ColumnUse.IGNORE if use in _MONEY else use for use in uses]
    money = _free(uses, lambda place: _are_sums(table.column(place)) and looks_like_money(table.column(place)))
    yielded = False
    for chosen in _money_uses(table, money):
        completed_uses = list(uses)
        for position, use in zip(money, chosen, strict=False):
            completed_uses[position] = use
        yielded = True
        yield completed_uses
    if not yielded:
        yield uses


def _money_uses(table: TextTable, money: Sequence[int]) -> Iterator[tuple[ColumnUse, ...]]:
    """What columns of sums may say, left to right; the likeliest first."""
    amount, debit, credit, balance = _MONEY
    exclude = len(money) > 1 and _exclude(table, money[0], money[1])
    if len(money) == 1:
        yield (amount,)
    elif len(money) == 2:
        yield from [(debit, credit), (credit, debit)] if exclude else [(amount, balance), (balance, amount)]
    elif len(money) >= 3:
        first, second = (debit, credit, balance), (credit, debit, balance)
        yield from (first, second) if exclude else ((amount, balance), (amount, ColumnUse.IGNORE, balance), first, second)


def _exclude(table: TextTable, first: int, second: int) -> bool:
    """Whether of two columns each row fills one."""
    return all(not (cells[first].strip(" 0.,-") and cells[second].strip(" 0.,-")) for _, cells in table.rows)


def _with_form(table: TextTable, known: KnownFile, columns: Sequence[ColumnUse]) -> MappingDraft:
    """Columns with what their cells show of the form."""
    uses = tuple(columns)
    days = table.column(uses.index(ColumnUse.DATE)) if ColumnUse.DATE in uses else []
    sums = [cell for place, use in enumerate(uses) if use in _MONEY for cell in table.column(place)]
    amounts = table.column(uses.index(ColumnUse.AMOUNT)) if ColumnUse.AMOUNT in uses else []
    return MappingDraft(uses, _order(days, known), _system(sums), _money_out(table, amounts))


def _order(days: Sequence[str], known: KnownFile) -> DayOrder | None:
    counts = {order: sum(day_of(day, order) is not None for day in days) for order in known.orders}
    best = [order for order in counts if counts[order] == max(counts.values())]
    if len(best) > 1 and (not days or any(_is_open(day) or day_of(day, best[0]) != day_of(day, best[1]) for day in days)):
        return None
    return best[0]


def _is_open(day: str) -> bool:
    """Whether a day leaves its order to the next file of this form, as 05/05/2025 does: three numbers that do not begin with the year."""
    numbers = re.findall(r"\d+", day)
    return len(numbers) >= 3 and len(numbers[0]) < 4 and not re.search(r"[^\W\d_]", day) and max(map(int, numbers[:2])) <= _MONTHS


def _system(sums: Sequence[str]) -> NumberSystem | None:
    counts = {system: sum(is_sum(cell, system) for cell in sums) for system in NumberSystem}
    best = [system for system in counts if counts[system] == max(counts.values())]
    if len(best) > 1 and not any("." in cell or "," in cell for cell in sums):
        return None
    if len(best) > 1 and any(
        is_sum(cell, NumberSystem.POINT) and sum_of(cell, NumberSystem.POINT) != sum_of(cell, NumberSystem.COMMA)
        for cell in sums
        if is_sum(cell, NumberSystem.COMMA)
    ):
        return None
    return best[0]


def _money_out(table: TextTable, amounts: Sequence[str]) -> MoneyOut | None:
    signed = any("-" in cell or "(" in cell or "\N{MINUS SIGN}" in cell or cell.upper().endswith(("DR", "CR")) for cell in amounts)
    return MoneyOut.MINUS if signed and not is_of_a_card(table.header) else None


def _proven(table: TextTable, known: KnownFile, draft: MappingDraft) -> MappingDraft | None:
    """A draft whose balances prove it, with what they say of its form."""
    choices = product(
        [draft.days] if draft.days else DayOrder,
        [draft.decimals] if draft.decimals else NumberSystem,
        [draft.money_out] if draft.money_out else MoneyOut,
    )
    found = list[MappingDraft]()
    for days, decimals, money_out in choices:
        tried = MappingDraft(draft.columns, days, decimals, money_out)
        if complaints_of(tried):
            return None
        with suppress(Refused):
            if agreement_of(proposal_of(table, completed(tried, table, ConfirmedBy.PERSON), known.origin)).holds:
                found.append(tried)
    if not found:
        return None
    first = found[0]
    return MappingDraft(
        first.columns,
        first.days if all(each.days == first.days for each in found) else None,
        first.decimals if all(each.decimals == first.decimals for each in found) else None,
        first.money_out if all(each.money_out == first.money_out for each in found) else None,
    )


def _free(uses: Sequence[ColumnUse], holds: Callable[[int], bool]) -> list[int]:
    """Columns without a meaning whose cells fit."""
    return [place for place, use in enumerate(uses) if use is ColumnUse.IGNORE and holds(place)]


def _letters(table: TextTable, position: int) -> int:
    return sum(sum(map(str.isalpha, cell)) for cell in table.column(position))


def _are_days(cells: Sequence[str]) -> bool:
    days = sum(any(day_of(cell, order) for order in DayOrder) for cell in cells)
    return bool(cells) and days >= len(cells) * _MOST


def _are_sums(cells: Sequence[str]) -> bool:
    sums = sum(any(is_sum(cell, system) for system in NumberSystem) for cell in cells)
    return bool(cells) and sums >= len(cells) * _MOST
