"""Why a table in no known form is refused: of all the readings that were tried the one that came furthest, or what the file lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bowerbird.codes import CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_MISSING_FIELD
from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.refusal import Refused, shown
from bowerbird.statements.sums import EXPECTED, NumberSystem
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.forms import EXPECTED_DAY, SUMS, day_of_another_order, days_without_meaning
from bowerbird.statements.tables.headings import meanings_of
from bowerbird.statements.tables.headless import wrong_sum
from bowerbird.statements.tables.shapes import TITLE_ROWS, TextTable, are_sums, is_sum, looks_like_money, shows

_TWO_ORDERS = "Day and month stand in another order than in this bank's exports, or in the file's other days."
NO_TABLE = "it is no table of transactions"
"""How the reason of a refusal begins of a text without columns of transactions."""
_NO_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}\.?\Z", re.ASCII)


def refusal_of(table: TextTable, refusals: Sequence[Refused], orders: Sequence[DayOrder]) -> Refused:
    """Of the refusals of all forms the one that came furthest; where there was none, the first wrong cell, or what the file lacks.

    `orders`: how the bank may write a day in numbers.
    """
    has_no_form = not table.header and not refusals
    if (unnamed := _of_two_sums(table) or (_wrong_sum(table, []) if has_no_form else None)) is not None:
        return unnamed
    if refusals := [each for each in refusals if not _is_of_an_order(each)] or refusals:
        return max(refusals, key=lambda refused: int(str(refused.values.get("row", 0))))
    first = table.header or [cell for _, cells in table.rows[:1] for cell in cells]
    if {"quantity", "symbol"} <= {name.strip().casefold() for name in first}:
        return Refused(CSV_INVALID_ROW, row=1, reason="this is a broker's list of trades; upload a statement of an account.")
    if (named := _of_two_orders(table, orders) or _without_year(table) or _of_two_days(table)) is not None:
        return named
    kinds = meanings_of(table.header or [cell for _, cells in table.rows[:TITLE_ROWS] for cell in cells])
    if not {Kind.POSTED, Kind.MADE} & set(kinds):
        return _without("txnPostDate", _no_days(table))
    if Kind.DESCRIPTION not in kinds:
        return _without("txnDescription", "it has days, and no column of words that say what each row is")
    return _wrong_sum(table, kinds) or _without("txnAmount", "it has days and words, and no column of sums under a heading that is known")


def _without(field: str, reason: str) -> Refused:
    refused = Refused(CSV_MISSING_FIELD, field=field)
    refused.reason = reason
    return refused


def _are_mostly_days(cells: Sequence[str]) -> bool:
    return any(sum(day_of(cell, order) is not None for cell in cells) * 2 > len(cells) - 1 > 0 for order in DayOrder)


def _no_days(table: TextTable) -> str:
    """What a file without a known heading of days is: a table of other headings, or none."""
    columns = [table.column(place) for place in range(table.width)]
    has_days = any(_are_mostly_days(cells) for cells in columns)
    if not has_days:
        return f"{NO_TABLE}: no row has headings of a day and a sum, and no column has days"
    first = next((cells for _, cells in table.rows if any(cell.strip() for cell in cells)), [])
    return f"no row has headings that are known as those of a day and a sum; the first is “{shown(', '.join(filter(None, first)))}”"


def _is_of_an_order(refused: Refused) -> bool:
    """Whether a refusal only says that days are not written in one of the two orders."""
    return str(refused.values.get("reason", "")).startswith(EXPECTED_DAY)


def _of_two_orders(table: TextTable, orders: Sequence[DayOrder]) -> Refused | None:
    """The first day that exists only in an order that the bank does not use, or that the file's other days do not allow."""
    others = [found for order in orders if (found := day_of_another_order(table, order)) is not None]
    if len(others) < len(orders):
        return None
    place, cell = others[0]
    row = next(number for number, row in table.rows if row[place].strip() == cell)
    return Refused(CSV_INVALID_VALUE, row=row, field=table.header[place], value=shown(cell), reason=_TWO_ORDERS)


def _without_year(table: TextTable) -> Refused | None:
    """The first day that is written without its year, where the column of days has no other."""
    place = next((place for place, kind in enumerate(meanings_of(table.header)) if kind in (Kind.POSTED, Kind.MADE)), None)
    cells = [] if place is None else table.column(place)
    if place is None or not cells or not all(_NO_YEAR.match(cell) for cell in cells):
        return None
    reason = "The day has no year, and nothing else in the file says it."
    row = next(number for number, row in table.rows if row[place].strip())
    return Refused(CSV_INVALID_VALUE, row=row, field=table.header[place], value=shown(cells[0]), reason=reason)


def _wrong_sum(table: TextTable, kinds: Sequence[Kind | None]) -> Refused | None:
    """The first cell below the heading of a sum that is none, or that leaves open where its decimals begin."""
    unclear: Refused | None = None
    if not table.header and (place := wrong_sum(table)) is not None:
        cell = dict(table.rows)[place[0]][place[1]].strip()
        return Refused(CSV_INVALID_VALUE, row=place[0], field=f"Column {place[1] + 1}", value=shown(cell), reason=EXPECTED)
    for number, cells in table.rows if table.header else ():
        for position in (place for place, kind in enumerate(kinds) if kind in SUMS and cells[place].strip()):
            cell = cells[position].strip()
            wrong = {"row": number, "field": table.header[position], "value": shown(cell)}
            if not any(is_sum(cell, system) for system in NumberSystem):
                return Refused(CSV_INVALID_VALUE, **wrong, reason=EXPECTED)
            if not any(shows([cell], system) for system in NumberSystem):
                reason = "The sums can be read in two ways, and no balance says which is right."
                unclear = unclear or Refused(CSV_INVALID_VALUE, **wrong, reason=reason)
    return unclear


def _of_two_days(table: TextTable) -> Refused | None:
    """Where a column of days that no known word names stands beside one of value."""
    names = next((found for order in DayOrder if (found := days_without_meaning(table, order))), None)
    if not names:
        return None
    reason = f"two columns have days that differ, and it is not known whether “{shown(names[0])}” are those of posting"
    return _without("txnPostDate", reason)


def _of_two_sums(table: TextTable) -> Refused | None:
    """Where each row has one of two sums and no heading says which of them is money in."""
    if table.header:
        return None
    columns = [table.column(place) for place in range(table.width)]
    money = [
        place for place, cells in enumerate(columns) if looks_like_money(cells) and any(are_sums(cells, each) for each in NumberSystem)
    ]
    if len(money) != 2 or any(bool(cells[money[0]].strip()) is bool(cells[money[1]].strip()) for _, cells in table.rows):
        return None
    reason = "it has two columns of sums without headings, and no balance says which of them is money in and which is money out"
    return _without("txnDirection", reason)
