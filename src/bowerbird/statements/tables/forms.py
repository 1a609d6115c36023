"""The forms that a table may have: which column says what, how its days and sums are written. Each is tried; the verdict is elsewhere.

With a header, words say what a column means; without one, its cells do, and then only a running balance or signs of both kinds make a form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import permutations

from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeCsvLayout
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.csv.native_form import NativeForm
from bowerbird.statements.csv.values import as_direction
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import Heading, heading_of, is_of_a_card, is_of_an_account
from bowerbird.statements.tables.shapes import (
    Row,
    TextTable,
    are_codes,
    are_days,
    are_sums,
    is_words,
    looks_like_money,
    may_be_sums,
    shows,
    transactions_of,
)

SUMS = (Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)
_ONE_COLUMN = {Kind.POSTED, Kind.MADE, Kind.NUMBER, Kind.BSB, Kind.CURRENCY, Kind.DIRECTION, *SUMS}


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
    for order in orders:
        for system in NumberSystem:
            for kinds in _meanings(table, order, system):
                if (proposal := _proposal(table, kinds, order, system, origin, currency)) is not None:
                    yield proposal


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
        yield from _by_cells(table, order, system)


def _by_words(table: TextTable, order: DayOrder) -> list[Kind] | None:
    """What the headings say, each single meaning given to the first column that can have it.

    A column whose heading says nothing known, or has none, has words of the transaction. None without a day, a text or a sum, and where
    two sums have one name.
    """
    headings = [heading_of(name) for name in table.header]
    names = Counter(name.casefold() for name, each in zip(table.header, headings, strict=True) if set(each.kinds[:1]) & set(SUMS))
    if any(count > 1 for count in names.values()):
        return None
    kinds: list[Kind] = [Kind.IGNORED] * len(headings)
    for position, each in enumerate(headings):
        kinds[position] = Kind.IGNORED if each.is_value_day else _free_meaning(each, kinds, position, table, order)
    if not {Kind.POSTED, Kind.MADE} & set(kinds):
        for position, each in enumerate(headings):
            if each.is_value_day and Kind.POSTED not in kinds and _is_possible(Kind.POSTED, table.column(position), table, order):
                kinds[position] = Kind.POSTED
    for position, each in enumerate(headings):
        if each.is_value_day and kinds[position] is Kind.IGNORED and Kind.CURRENCY not in kinds:
            kinds[position] = Kind.CURRENCY if Kind.CURRENCY in each.kinds and are_codes(table.column(position)) else Kind.IGNORED
    return _complete(kinds, table)


def _free_meaning(heading: Heading, kinds: Sequence[Kind], position: int, table: TextTable, order: DayOrder) -> Kind:
    """The first meaning that a column can have beside the others."""
    cells = table.column(position)
    if not heading.is_known:
        is_direction = not table.header[position] and Kind.DIRECTION not in kinds and _tells_directions(cells)
        return Kind.DIRECTION if is_direction else Kind.DESCRIPTION if any(map(is_words, cells)) else Kind.IGNORED
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
            return bool(cells) and all(map(_is_direction, cells))
        case Kind.BALANCE:
            is_running = len(cells) < _MIN_OF_TODAY or len(set(cells)) > 1
            return len(cells) >= len(table.rows) / 2 and is_running
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


def _is_direction(cell: str) -> bool:
    try:
        as_direction(cell)
    except ValueError:
        return False
    return True


def _tells_directions(cells: Sequence[str]) -> bool:
    """Whether cells say of some rows money in and of others money out, which no heading says of them."""
    return all(map(_is_direction, cells)) and len(set(map(as_direction, cells))) > 1


def _by_cells(table: TextTable, order: DayOrder, system: NumberSystem) -> Iterator[list[Kind]]:
    """What the cells allow where no header says it."""
    columns = [table.column(position) for position in range(table.width)]
    days = [position for position, cells in enumerate(columns) if are_days(cells, order) and len(cells) == len(table.rows)]
    money = [
        position for position, cells in enumerate(columns) if are_sums(cells, system) and looks_like_money(cells) and position not in days
    ]
    directions = [position for position, cells in enumerate(columns) if len(cells) == len(table.rows) and _tells_directions(cells)]
    texts = [position for position, cells in enumerate(columns) if any(any(map(str.isalpha, cell)) for cell in cells)]
    codes = [position for position in texts if are_codes(columns[position])]
    texts = [position for position in texts if position not in (*days, *money, *directions, *codes)]
    if not days or not texts:
        return
    for meanings in _of_money(table, money, system):
        kinds = [Kind.DESCRIPTION if position in texts else Kind.IGNORED for position in range(table.width)]
        kinds[days[0]] = Kind.POSTED
        for position, kind in meanings.items():
            kinds[position] = kind
        if Kind.AMOUNT in kinds and len(directions) == 1:
            kinds[directions[0]] = Kind.DIRECTION
        if len(codes) == 1:
            kinds[codes[0]] = Kind.CURRENCY
        yield kinds


def _of_money(table: TextTable, money: Sequence[int], system: NumberSystem) -> Iterator[dict[int, Kind]]:
    """What columns of sums may say. Of three, the third may be the balance before: then it and the amount give the one after."""
    for kinds in ((Kind.AMOUNT,), (Kind.AMOUNT, Kind.BALANCE), (Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)):
        for places in permutations(money, len(kinds)) if len(money) == len(kinds) else ():
            yield dict(zip(places, kinds, strict=True))
    for amount, after, before in permutations(money, 3) if len(money) == 3 else ():
        sums = [[cells[place].strip() for place in (before, amount, after)] for _, cells in table.rows]
        if all(map(all, sums)) and all(sum_of(row[0], system) + sum_of(row[1], system) == sum_of(row[2], system) for row in sums):
            yield {amount: Kind.AMOUNT, after: Kind.BALANCE}
