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
from bowerbird.statements.tables.headings import is_of_a_card, meanings_of
from bowerbird.statements.tables.shapes import Row, TextTable, are_days, are_sums, looks_like_money, may_be_sums, shows, transactions_of

SUMS = (Kind.AMOUNT, Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)
_ONE_COLUMN = {Kind.POSTED, Kind.MADE, Kind.NUMBER, Kind.BSB, Kind.CURRENCY, Kind.DIRECTION, *SUMS}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A form with the rows it would read; `markers` name balances and totals."""

    form: NativeForm
    rows: list[Row]
    markers: list[Row]
    order: DayOrder
    system: NumberSystem
    is_of_a_card: bool = False


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
    rows, markers = transactions_of(table, is_day, kinds.index(Kind.POSTED), sums)
    cells = [cell for position in sums for _, row in rows if (cell := row[position].strip())]
    if (
        not rows
        or not (are_sums(cells, system) and shows(cells, system))
        or _is_same_as_first(rows, kinds.index(Kind.POSTED), cells, order, system)
    ):
        return None
    layout = NativeCsvLayout(
        id="any.form", institutions=(origin,), source="the file itself", columns=_columns(table.header, kinds), dates=(DateForm.SLASHED,),
        header=False, debit=DebitSign.ONE_PER_FILE, currency=currency, zero_balances=True,
    )  # fmt: skip
    form = NativeForm(layout, list(layout.columns), len(kinds), len(kinds), 0)
    form.read_day, form.read_money = partial(_day, order=order), partial(sum_of, system=system)
    return Proposal(form, rows, markers, order, system, is_of_a_card(table.header))


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
        raise ValueError(f"Expected a day such as {order}.")
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

    None without a day, a text or a sum, and where two sums have one name.
    """
    kinds: list[Kind] = []
    names = Counter(name.casefold() for name, kind in zip(table.header, meanings_of(table.header), strict=True) if kind in SUMS)
    if any(count > 1 for count in names.values()):
        return None
    for position, kind in enumerate(meanings_of(table.header)):
        is_free = kind is not None and not (kind in kinds and kind in _ONE_COLUMN)
        kinds.append(kind if kind and is_free and _is_possible(kind, table.column(position), table, order) else Kind.IGNORED)
    return _complete(kinds, table)


def _is_possible(kind: Kind, cells: Sequence[str], table: TextTable, order: DayOrder) -> bool:
    """Whether a column's cells can say what its heading does."""
    match kind:
        case Kind.POSTED:
            return any(day_of(cell, order) for cell in cells)
        case Kind.MADE:
            return bool(cells) and all(day_of(cell, order) for cell in cells)
        case Kind.NUMBER:
            return all(sum(map(str.isalnum, cell)) >= 6 for cell in cells)
        case Kind.DIRECTION:
            return bool(cells) and all(map(_is_direction, cells))
        case Kind.BALANCE:
            return len(cells) >= len(table.rows) / 2
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


def _by_cells(table: TextTable, order: DayOrder, system: NumberSystem) -> Iterator[list[Kind]]:
    """What the cells allow where no header says it."""
    columns = [table.column(position) for position in range(table.width)]
    days = [position for position, cells in enumerate(columns) if are_days(cells, order) and len(cells) == len(table.rows)]
    money = [
        position for position, cells in enumerate(columns) if are_sums(cells, system) and looks_like_money(cells) and position not in days
    ]
    texts = [position for position, cells in enumerate(columns) if any(any(map(str.isalpha, cell)) for cell in cells)]
    texts = [position for position in texts if position not in (*days, *money)]
    if not days or not texts:
        return
    for kinds_of_money in ((Kind.AMOUNT,), (Kind.AMOUNT, Kind.BALANCE), (Kind.DEBIT, Kind.CREDIT, Kind.BALANCE)):
        for places in permutations(money, len(kinds_of_money)) if len(money) == len(kinds_of_money) else ():
            kinds = [Kind.DESCRIPTION if position in texts else Kind.IGNORED for position in range(table.width)]
            kinds[days[0]] = Kind.POSTED
            for position, kind in zip(places, kinds_of_money, strict=True):
                kinds[position] = kind
            yield kinds
