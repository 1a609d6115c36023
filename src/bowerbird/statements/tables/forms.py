"""The forms that a table may have: which column says what, how its days and sums are written. Each is tried; the verdict is elsewhere.

With a header, words say what a column means; without one, its cells do, and then only a running balance or signs of both kinds make a form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeCsvLayout
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.native_form import NativeForm
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import Heading, bare_heading, heading_of, is_of_a_card, is_of_an_account
from bowerbird.statements.tables.headless import is_direction, meanings_by_cells, tells_directions
from bowerbird.statements.tables.shapes import (
    Row,
    TextTable,
    are_codes,
    are_days,
    are_sums,
    is_words,
    may_be_sums,
    shows,
    transactions_of,
)

SUMS = (Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)
_ONE_COLUMN = {Kind.POSTED, Kind.MADE, Kind.NUMBER, Kind.BSB, Kind.CURRENCY, Kind.DIRECTION, *SUMS}


_POSTING = re.compile(r"post|process|book|settle|buch|bok|boek|kirjaus|comptab|contab|ksiegow|zauct|konyvel")
EXPECTED_DAY = "Expected a day such as"
_MIN_OF_TODAY = 3
"""Rows whose balances are all the same where each row has that of today: it is no running balance."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A form with the rows it would read; `markers` name balances and totals.

    `is_of_an_account`: its sums are the holder's, not those of a card. `is_shown`: its sums show their number system; otherwise only
    balances can prove it.
    """

    form: NativeForm
    rows: list[Row]
    markers: list[Row]
    order: DayOrder
    system: NumberSystem
    is_of_a_card: bool = False
    is_of_an_account: bool = False
    is_shown: bool = True


def proposals(table: TextTable, origin: str, currency: str, orders: Sequence[DayOrder]) -> Iterator[Proposal]:
    """Every form that the cells of a table allow."""
    table = _with_signed_balances(table)
    for order in orders:
        for system in NumberSystem:
            for kinds in _meanings(table, order, system):
                if (proposal := _proposal(table, kinds, order, system, origin, currency)) is not None:
                    yield proposal


def _with_signed_balances(table: TextTable) -> TextTable:
    """The table with the sign of each balance behind it, where a column of directions stands behind those of the balances and another
    behind those of the amounts."""
    kinds = [heading_of(name).kinds[:1] for name in table.header]
    sides = [place for place, kind in enumerate(kinds) if kind == (Kind.DIRECTION,) and all(map(is_direction, table.column(place)))]
    places = [place for place in sides if place and kinds[place - 1] == (Kind.BALANCE,) and len(sides) > 1]
    if len(places) != 1:
        return table
    rows, place = list[Row](), places[0]
    for number, cells in table.rows:
        balance, side = cells[place - 1].strip(), cells[place].strip()
        rows.append((number, [*cells[: place - 1], f"{balance} {side}" if balance and side else balance, "", *cells[place + 1 :]]))
    return replace(table, rows=rows)


def _proposal(
    table: TextTable, kinds: Sequence[Kind], order: DayOrder, system: NumberSystem, origin: str, currency: str
) -> Proposal | None:
    sums = [position for position, kind in enumerate(kinds) if kind in SUMS]
    is_day: Callable[[str], bool] = lambda cell: day_of(cell, order) is not None  # noqa: E731
    if not may_be_sums(table, is_day, kinds.index(Kind.POSTED), sums, system):
        return None
    rows, markers = rows_by_kinds(table, kinds, is_day)
    cells = [cell for position in sums for _, row in rows if (cell := row[position].strip())]
    is_shown = shows(cells, system)
    may_be_proven = Kind.BALANCE in kinds and not all(are_sums(cells, each) for each in NumberSystem)
    if (
        not rows
        or not (are_sums(cells, system) and (is_shown or may_be_proven))
        or _is_same_as_first(rows, kinds.index(Kind.POSTED), cells, order, system)
    ):
        return None
    form, words, header = form_of(table, kinds, order, system, origin, currency), _with_words_only(table, kinds, rows), table.header
    return Proposal(form, words, markers, order, system, is_of_a_card(header), is_of_an_account(header), is_shown)


def rows_by_kinds(table: TextTable, kinds: Sequence[Kind], is_day: Callable[[str], bool]) -> tuple[list[Row], list[Row]]:
    """The rows that are transactions, and those that name a balance or a total, where columns say this."""
    amounts = [place for place, kind in enumerate(kinds) if kind in SUMS and kind is not Kind.BALANCE]
    balances = [place for place, kind in enumerate(kinds) if kind is Kind.BALANCE]
    return transactions_of(table, is_day, kinds.index(Kind.POSTED), amounts, balances)


def form_of(table: TextTable, kinds: Sequence[Kind], order: DayOrder, system: NumberSystem, origin: str, currency: str) -> NativeForm:
    """The form of a table whose columns say this. Raises ValueError for meanings that make no form."""
    layout = NativeCsvLayout(
        id="any.form", institutions=(origin,), source="the file itself", columns=_columns(table.header, kinds), dates=(DateForm.SLASHED,),
        header=False, debit=DebitSign.ONE_PER_FILE, currency=currency, zero_balances=True,
    )  # fmt: skip
    form = NativeForm(layout, list(layout.columns), len(kinds), len(kinds), 0)
    form.read_day, form.read_money = partial(_day, order=order), partial(sum_of, system=system)
    return form


def _is_same_as_first(rows: Sequence[Row], day_column: int, sums: Sequence[str], order: DayOrder, system: NumberSystem) -> bool:
    """Whether the same cells mean the same with the days or the numbers of a form that was proposed before."""
    days = (cells[day_column].strip() for _, cells in rows)
    if order is DayOrder.MONTH_FIRST and all(day_of(day, order) == day_of(day, DayOrder.DAY_FIRST) for day in days):
        return True
    return (
        system is NumberSystem.COMMA
        and are_sums(sums, NumberSystem.POINT)
        and all(sum_of(cell, system) == sum_of(cell, NumberSystem.POINT) for cell in sums)
    )


def _day(text: str, order: DayOrder) -> date:
    day = day_of(text, order)
    if day is None:
        raise ValueError(f"{EXPECTED_DAY} {order}.")
    return day


def _columns(header: Sequence[str], kinds: Sequence[Kind]) -> tuple[NativeColumn, ...]:
    """Columns named as the file names them, each name once."""
    names: list[str] = []
    for position, kind in enumerate(kinds):
        name = header[position] if header else ""
        is_free = name and name.lower() not in map(str.lower, names)
        names.append("" if kind is Kind.IGNORED else name if is_free else f"Column {position + 1}")
    return tuple(NativeColumn(name, kind) for name, kind in zip(names, kinds, strict=True))


def _meanings(table: TextTable, order: DayOrder, system: NumberSystem) -> Iterator[list[Kind]]:
    found = _by_words(table, order) if table.header else None
    if table.header:
        yield from () if found is None else [found]
    else:
        yield from meanings_by_cells(table, order, system)


def _by_words(table: TextTable, order: DayOrder) -> list[Kind] | None:
    """What the headings say, each single meaning given to the first column that can have it.

    A column whose heading says nothing known, or has none, has words of the transaction. None without a day, a text or a sum, and where
    two sums have one name, unless all cells of all but one are empty.
    """
    headings = [heading_of(name) for name in table.header]
    sums = [place for place, each in enumerate(headings) if set(each.kinds[:1]) & set(SUMS)]
    names = Counter(table.header[place].casefold() for place in sums)
    filled = Counter(table.header[place].casefold() for place in sums if table.column(place))
    if any(count > 1 and filled[name] != 1 for name, count in names.items()):
        return None
    if day_of_another_order(table, order) is not None:
        return None
    kinds: list[Kind] = [Kind.IGNORED] * len(headings)
    named = _named_posting(table)
    for position, each in sorted(enumerate(headings), key=lambda item: item[0] not in named):
        kinds[position] = Kind.IGNORED if each.is_value_day else _free_meaning(each, kinds, position, table, order)
    if not {Kind.POSTED, Kind.MADE} & set(kinds):
        if days_without_meaning(table, order):
            return None
        for position, each in enumerate(headings):
            if each.is_value_day and Kind.POSTED not in kinds and _is_possible(Kind.POSTED, table.column(position), table, order):
                kinds[position] = Kind.POSTED
    for position, each in enumerate(headings):
        if each.is_value_day and kinds[position] is Kind.IGNORED and Kind.CURRENCY not in kinds:
            kinds[position] = Kind.CURRENCY if Kind.CURRENCY in each.kinds and are_codes(table.column(position)) else Kind.IGNORED
    return _complete(kinds, table)


def day_of_another_order(table: TextTable, order: DayOrder) -> tuple[int, str] | None:
    """The place and the cell of the first day, also of value, that exists only in the other order; None where all do in this one."""
    for place, each in enumerate(map(heading_of, table.header)):
        if each.kinds[:1] in ((Kind.POSTED,), (Kind.MADE,)) or each.is_value_day:
            others = (cell for cell in dict.fromkeys(table.column(place)) if day_of(cell, order) is None)
            if (cell := next((cell for cell in others if any(day_of(cell, other) is not None for other in DayOrder)), None)) is not None:
                return place, cell
    return None


def _named_posting(table: TextTable) -> set[int]:
    """The columns whose heading says more of their days than that they are days, where no other column has more cells."""
    places = {place for place, name in enumerate(table.header) if _POSTING.search(bare_heading(name))}
    places = {place for place in places if heading_of(table.header[place]).kinds[:1] == (Kind.POSTED,)}
    filled = [len(table.column(place)) for place in range(table.width)] if places else []
    return {place for place in places if filled[place] == max(filled)}


def days_without_meaning(table: TextTable, order: DayOrder) -> list[str]:
    """Headings of columns whose days differ from those of value and that no known word names: one of them may be of posting."""
    headings = list(map(heading_of, table.header))
    if any({Kind.POSTED, Kind.MADE} & set(each.kinds) and not each.is_value_day for each in headings):
        return []
    values = next((table.column(place) for place, each in enumerate(headings) if each.is_value_day), [])
    unknown = [(table.header[place], table.column(place)) for place, each in enumerate(headings) if not each.is_known]
    return [name for name, cells in unknown if values and cells != values and len(cells) == len(values) and are_days(cells, order)]


def _free_meaning(heading: Heading, kinds: Sequence[Kind], position: int, table: TextTable, order: DayOrder) -> Kind:
    """The first meaning that a column can have beside the others."""
    cells = table.column(position)
    if not heading.is_known:
        is_side = not table.header[position] and Kind.DIRECTION not in kinds and tells_directions(cells)
        return Kind.DIRECTION if is_side else Kind.DESCRIPTION if any(map(is_words, cells)) else Kind.IGNORED
    for kind in heading.kinds:
        if not (kind in kinds and kind in _ONE_COLUMN) and _is_possible(kind, cells, table, order):
            return kind
    return Kind.IGNORED


def _with_words_only(table: TextTable, kinds: Sequence[Kind], rows: list[Row]) -> list[Row]:
    """Rows where a column without a known heading has words only, and none that the row has already."""
    known = [place for place, kind in enumerate(kinds) if kind is Kind.DESCRIPTION]
    others = [place for place in known if table.header and not heading_of(table.header[place]).is_known]
    if not others:
        return rows
    found = list[Row]()
    for number, cells in rows:
        kept = list(cells)
        for place in others:
            if not is_words(cells[place]) or any(cells[place].strip() in kept[each] for each in known if each != place):
                kept[place] = ""
        found.append((number, kept))
    return found


def _is_possible(kind: Kind, cells: Sequence[str], table: TextTable, order: DayOrder) -> bool:
    """Whether a column's cells can say what its heading does."""
    match kind:
        case Kind.POSTED | Kind.MADE:
            days = sum(day_of(cell, order) is not None for cell in cells)
            return days > 0 if kind is Kind.POSTED else days * 2 > len(cells)
        case Kind.NUMBER:
            return all(sum(map(str.isalnum, cell)) >= 6 for cell in cells)
        case Kind.CURRENCY:
            return not any(day_of(cell, order) for cell in cells)
        case Kind.DIRECTION:
            return bool(cells) and all(map(is_direction, cells))
        case Kind.BALANCE:
            is_running = len(cells) < _MIN_OF_TODAY or len(set(cells)) > 1
            return len(cells) >= len(table.rows) / 2 and is_running
        case Kind.AMOUNT | Kind.DEBIT | Kind.CREDIT:
            is_free = not cells and kind is not Kind.AMOUNT
            return is_free or any(any(map(str.isdigit, cell)) and day_of(cell, order) is None for cell in cells)
        case _:
            return True


def _complete(kinds: list[Kind], table: TextTable) -> list[Kind] | None:
    """With the only day as that of posting, and without what a better column says; None where something needed is missing."""
    if Kind.POSTED not in kinds and Kind.MADE in kinds:
        kinds[kinds.index(Kind.MADE)] = Kind.POSTED
    elif Kind.MADE in kinds and len(table.column(kinds.index(Kind.POSTED))) >= len(table.column(kinds.index(Kind.MADE))):
        kinds[kinds.index(Kind.MADE)] = Kind.IGNORED
    if Kind.AMOUNT in kinds and Kind.DEBIT in kinds and Kind.CREDIT in kinds:
        kinds[kinds.index(Kind.AMOUNT)] = Kind.IGNORED
    if Kind.BSB in kinds and Kind.NUMBER not in kinds:
        kinds[kinds.index(Kind.BSB)] = Kind.IGNORED
    for kind in (Kind.NUMBER, Kind.CURRENCY):
        if kind in kinds and len(table.column(kinds.index(kind))) < len(table.rows) / 2:
            kinds[kinds.index(kind)] = Kind.IGNORED
    has_sum = Kind.AMOUNT in kinds or {Kind.DEBIT, Kind.CREDIT} <= set(kinds)
    if Kind.AMOUNT in kinds:
        kinds = [Kind.IGNORED if kind in (Kind.DEBIT, Kind.CREDIT) else kind for kind in kinds]
    return kinds if has_sum and {Kind.POSTED, Kind.DESCRIPTION} <= set(kinds) else None
