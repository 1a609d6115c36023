"""Reading a table by what a person says that its columns mean: by the same proof as every table, and no proof is set aside.

Running balances must prove every row. A column that is the running balance of another one cannot be set aside, under any meaning: without
it rows would be taken that the file itself contradicts. A table without balances is read as the person confirmed it, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from bowerbird.codes import CSV_EMPTY, CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.native_statement import NativeReader
from bowerbird.statements.csv.values import CURRENCIES
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.sums import sum_of
from bowerbird.statements.tables.any_form import KnownFile, currency_shown, read_proposal
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.forms import SUMS, Proposal, form_of, rows_by_kinds
from bowerbird.statements.tables.headings import heading_of, meaning_of
from bowerbird.statements.tables.mapped_form import has_form, table_of_rows
from bowerbird.statements.tables.mapping import CONFIRMATIONS, ColumnMapping, MoneyOut
from bowerbird.statements.tables.shapes import Row, TextTable, is_sum, looks_like_money

_FEWEST = 3
"""Pairs of rows whose balances show that a column is a running balance: fewer agree by chance."""
_SIGNS = re.compile(r"[€£¥₹]|\b(?:AUD|NZD|USD|EUR|GBP|CAD|SGD|HKD|JPY|INR|ZAR|CHF|SEK|NOK|DKK|PLN)\b", re.IGNORECASE)


_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\Z")


class Agreement(NamedTuple):
    """How many running balances are the one before plus the amount, of how many; and the row of the first that is not, 0 for none."""

    agree: int
    total: int
    broken_row: int = 0

    @property
    def holds(self) -> bool:
        return self.agree == self.total > 0


def read_mapped(rows: Sequence[Row], known: KnownFile, mapping: ColumnMapping, *, is_whole: bool = True) -> list[StatementAccount]:
    """The accounts of a table's rows by a mapping. `is_whole`: the file has no further rows. Raises Refused."""
    return _read_table(_checked_table(rows, known, is_whole=is_whole), known, mapping)


def read_approved(rows: Sequence[Row], known: KnownFile, mappings: Sequence[ColumnMapping]) -> list[StatementAccount]:
    """The accounts of a table's rows by the first mapping that reads them. Raises Refused where none does."""
    table = _checked_table(rows, known)
    for mapping in mappings:
        with suppress(Refused):
            return _read_table(table, known, mapping)
    raise Refused(CSV_INVALID_ROW, row=table.header_row or table.rows[0][0], reason="no approved mapping reads the file.")


def _checked_table(rows: Sequence[Row], known: KnownFile, *, is_whole: bool = True) -> TextTable:
    table = table_of_rows(rows)
    if not table.rows:
        raise Refused(CSV_EMPTY)
    if is_whole and len(table.rows) > known.max_rows:
        raise Refused(CSV_TOO_MANY_ROWS, limit=known.max_rows)
    return table


def _read_table(table: TextTable, known: KnownFile, mapping: ColumnMapping) -> list[StatementAccount]:
    if not has_form(table, mapping):
        raise Refused(CSV_INVALID_ROW, row=table.header_row or table.rows[0][0], reason="the file has other columns than were confirmed.")
    proposal = proposal_of(table, mapping, known.origin)
    _refuse_mixed_currencies(table, proposal)
    _refuse_mixed_accounts(table, proposal)
    reading = read_proposal(proposal, known.account_number, is_signed=True)
    if not reading.proven:
        _refuse_unused_balances(table, proposal)
    note = CONFIRMATIONS[mapping.confirmed_by] + ("" if reading.proven else ", no balances to prove them")
    return [replace(account, notes=(*account.notes, note)) for account in reading.accounts]


def proposal_of(table: TextTable, mapping: ColumnMapping, origin: str) -> Proposal:
    """The form that a mapping gives a table, with the rows it reads. Raises Refused where none of them has a day."""
    kinds = mapping.kinds(table.width)
    day = kinds.index(Kind.POSTED)
    form = form_of(table, kinds, mapping.days, mapping.decimals, origin, currency_shown(table, origin))
    form.amount_sign = -1 if mapping.money_out is MoneyOut.PLUS and not form.has(Kind.DIRECTION) else 1
    rows, markers = rows_by_kinds(table, kinds, partial(_is_day, order=mapping.days))
    if not rows:
        number, cells = table.rows[0]
        reason = f"No row has a day written as {mapping.days}."
        raise Refused(CSV_INVALID_VALUE, row=number, field=form.name(Kind.POSTED), value=shown(cells[day]), reason=reason)
    return Proposal(form, rows, markers, mapping.days, mapping.decimals)


def agreement_of(proposal: Proposal) -> Agreement:
    """How far running balances agree with the amounts in the better of both orders. Raises Refused for a row that cannot be read."""
    reader = NativeReader(proposal.form)
    reader.read(proposal.rows)
    found = []
    for account in reader.accounts.values():
        steps = [(number, row.amount, row.balance) for number, row in zip(account.numbers, account.transactions, strict=True)]
        found.append(max(_chain(steps), _chain(steps[::-1]), key=_agreeing))
    broken = next((each.broken_row for each in found if each.broken_row), 0)
    return Agreement(sum(each.agree for each in found), sum(each.total for each in found), broken)


def _is_day(cell: str, order: DayOrder) -> bool:
    return day_of(cell, order) is not None


def _chain(steps: Sequence[tuple[int, int, int | None]]) -> Agreement:
    holds = [
        (after[0], before[2] is not None and after[2] is not None and before[2] + after[1] == after[2]) for before, after in pairwise(steps)
    ]
    return Agreement(sum(agrees for _, agrees in holds), len(holds), next((number for number, agrees in holds if not agrees), 0))


def _agreeing(agreement: Agreement) -> int:
    return agreement.agree


def _cents(cell: str, proposal: Proposal) -> int | None:
    return sum_of(cell.strip(), proposal.system) if is_sum(cell.strip(), proposal.system) else None


Sums: TypeAlias = dict[int, dict[int, int]]
"""The cents of each column of sums, by the number of the row."""


def _refuse_unused_balances(table: TextTable, proposal: Proposal) -> None:
    """Raises Refused for a column that is the running balance of another one although the reading is not proven by it.

    Signs do not count, so that no choice of them hides it, and nothing that the columns are said to mean does.
    """
    sums = _sums_of(table, proposal)
    figures: dict[int, dict[int, set[int]]] = {}
    for position, cells in sums.items():
        for number, cents in cells.items():
            figures.setdefault(number, {}).setdefault(abs(cents), set()).add(position)
    for position in sums:
        if _is_counter(table, position, sums[position]):
            continue
        for numbers in _orders(proposal, position):
            agreement = _steps(numbers, position, sums[position], figures)
            if agreement.agree < _FEWEST or agreement.agree * 2 <= agreement.total:
                continue
            number = agreement.broken_row or numbers[0]
            value = shown(dict(proposal.rows)[number][position])
            reason = f"This is a running balance: {agreement.agree} of {agreement.total} agree with the amounts. It cannot be ignored"
            reason += ", and each row cannot be an account of its own." if _is_balance(proposal, position) else ": choose balance for it."
            raise Refused(CSV_INVALID_VALUE, row=number, field=_name(table, position), value=value, reason=reason)


def _sums_of(table: TextTable, proposal: Proposal) -> Sums:
    """Columns that hold sums in most rows, whatever they are said to mean, beside that of the day."""
    found: Sums = {}
    for position, column in enumerate(proposal.form.columns):
        if column.says is Kind.POSTED:
            continue
        cents = {number: sum_ for number, cells in proposal.rows if (sum_ := _cents(cells[position], proposal)) is not None}
        filled = sum(1 for _, cells in proposal.rows if cells[position].strip())
        if cents and len(cents) * 2 > filled:
            found[position] = cents
    return found


def _is_counter(table: TextTable, position: int, cells: Mapping[int, int]) -> bool:
    """Whether a column of whole numbers counts the rows."""
    return not looks_like_money(table.column(position)) and {abs(after - before) for before, after in pairwise(cells.values())} <= {100}


def _orders(proposal: Proposal, position: int) -> Iterator[list[int]]:
    """The rows from the first to the last and from the last to the first: of all accounts, and of each account where a column says it."""
    numbers = [number for number, _ in proposal.rows]
    accounts: dict[str, list[int]] = {}
    if proposal.form.has(Kind.NUMBER):
        place = proposal.form.positions[Kind.NUMBER][0]
        for number, cells in proposal.rows:
            accounts.setdefault(cells[place].strip(), []).append(number)
    if _is_balance(proposal, position):  # the reader proved it for each account that has several rows
        groups = [numbers] if accounts and max(map(len, accounts.values())) == 1 else []
    else:
        groups = [numbers, *(accounts.values() if len(accounts) > 1 else ())]
    for group in groups:
        yield group
        yield group[::-1]


def _is_balance(proposal: Proposal, position: int) -> bool:
    return proposal.form.columns[position].says is Kind.BALANCE


def _steps(numbers: Sequence[int], position: int, balances: Mapping[int, int], figures: Mapping[int, Mapping[int, set[int]]]) -> Agreement:
    """How many changes of a column are a figure of another column in the same row, whatever its sign. Rows without a change say nothing."""
    agree, total, broken = 0, 0, 0
    for before, after in pairwise(number for number in numbers if number in balances):
        step = abs(balances[after] - balances[before])
        if not step:
            continue
        total += 1
        if figures[after].get(step, set()) - {position}:
            agree += 1
        else:
            broken = broken or after
    return Agreement(agree, total, broken)


def _refuse_mixed_accounts(table: TextTable, proposal: Proposal) -> None:
    """Raises Refused for rows of several accounts where the column that tells them apart is ignored."""
    for position, column in enumerate(proposal.form.columns):
        if column.says is not Kind.IGNORED or proposal.form.has(Kind.NUMBER):
            continue
        name = table.header[position] if table.header else ""
        cells = [(number, cell) for number, row in proposal.rows if (cell := row[position].strip())]
        are_ibans = not heading_of(name).is_known and len(cells) == len(proposal.rows) and all(_IBAN.match(cell) for _, cell in cells)
        if not (are_ibans or meaning_of(name) is Kind.NUMBER):
            continue
        other = next(((number, cell) for number, cell in cells if cell != cells[0][1]), None)
        if other is not None:
            reason = "Rows before it are of another account. Choose account for this column, or words where it names those who were paid."
            raise Refused(CSV_INVALID_VALUE, row=other[0], field=_name(table, position), value=shown(other[1]), reason=reason)


def _refuse_mixed_currencies(table: TextTable, proposal: Proposal) -> None:
    """Raises Refused for sums of several currencies that no column tells apart."""
    form = proposal.form
    if form.has(Kind.CURRENCY):
        return
    places = [place for place, column in enumerate(form.columns) if column.says in SUMS]
    codes = [place for place, column in enumerate(form.columns) if column.says is Kind.IGNORED and _are_codes(table, place)]
    for position in (*places, *codes):
        first = ""
        for number, cells in proposal.rows:
            sign = cells[position].strip().upper() if position in codes else _sign_of(cells[position])
            if sign and first and sign != first:
                reason = f"A row before it is in {first}. Say which column names the currency, or save one file for each."
                raise Refused(CSV_INVALID_VALUE, row=number, field=_name(table, position), value=shown(cells[position]), reason=reason)
            first = first or sign


def _are_codes(table: TextTable, position: int) -> bool:
    cells = table.column(position)
    return bool(cells) and all(cell.upper() in CURRENCIES for cell in cells)


def _sign_of(cell: str) -> str:
    found = _SIGNS.search(cell)
    return found[0].upper() if found else "$" if "$" in cell else ""


def _name(table: TextTable, position: int) -> str:
    return shown(table.header[position]) if table.header and table.header[position] else f"Column {position + 1}"
