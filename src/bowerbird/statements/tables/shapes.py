"""What the columns of a table hold, and which of its rows are transactions: by the cells, before any meaning is given to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bowerbird.codes import CSV_INVALID_ROW
from bowerbird.statements.csv.values import CURRENCIES
from bowerbird.statements.refusal import Refused
from bowerbird.statements.sums import NumberSystem, sum_of
from bowerbird.statements.tables.dates import DayOrder, day_of
from bowerbird.statements.tables.headings import is_header
from bowerbird.statements.tables.mapping import MAX_COLUMNS

Row: TypeAlias = tuple[int, list[str]]
TITLE_ROWS = 40
"""Rows that may stand above a header."""
_LOOKED_AT = 40
_MIN_BELOW_TITLES = 3
"""Rows with a day in one column that tell those above them from transactions."""
_BALANCE_WORDS = r"(?:opening|closing|starting|ending|previous|brought forward|carried forward)"
_OF_TOTALS = (
    r"(?:of|for|debits?|credits?|withdrawals?|deposits?|in|out|amounts?|money|paid|balance|charges?|fees?|transactions?|general|des|"
    r"turnover|number)"
)
MARKER = re.compile(
    rf"\W*(?:{_BALANCE_WORDS}[ a-z]*balance|(?:{_BALANCE_WORDS})\W*\Z|(?:brought|carried) forward|(?:account )?balance {_BALANCE_WORDS}|"
    rf"(?:account|online|available|current)[- ]balance(?=\W*\Z|\s*[:(\d])|statement summary|"
    rf"(?:sub|grand ?)?totals?(?=\W*\Z|\s*[:(\d]|\s+{_OF_TOTALS}\b)|"
    rf"summe|saldo(?! der\b)|solde|"
    r"(?:anfangs|end|schluss|start|slut)saldo|(?:alter |neuer |letzter )?kontostand|(?:sākuma |beigu )atlikums|apgrozījums)\b",
    re.IGNORECASE,
)
"""How a row begins that names a balance or a total and moves no money. A shop may be called “Total …”, and “Saldo der …” are fees."""
_OTHER_WORDS = (
    r"debits?|credits?|withdrawals?|deposits?|amounts?|money|paid|received|charges?|fees?|transactions?|payments?|balance|opening|closing|"
    r"of|for|in|out|as|at|on|to|from|until|per|by|the|this|all|your|account|date|page|period|statement|month|year|general|des|"
    r"jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|[a-z]{2}d|eur|gbp|chf|jpy|am|zum|vom|bis|soll|"
    r"haben|gutschriften|lastschriften|umsätze|einnahmen|ausgaben|au|du|initial|final|anterior|inicial|iniziale|finale|contabile"
)
_REST_OF_MARK = re.compile(rf"(?:[\W\d_]|\b(?:{_OTHER_WORDS})\b)*\Z", re.IGNORECASE)
"""What may follow a mark in a cell that says nothing else: figures, days, and of what it is the total or the balance."""
_MAY_MARK = re.compile(
    r"balance|forward|total|summe|summary|saldo|solde|kontostand|atlikums|apgroz|opening|closing|starting|ending|previous", re.IGNORECASE
)
"""Words of which a mark has one: most rows have none, and are not looked at cell by cell."""
_FIGURE_OR_NONE = re.compile(r"(?!\d\d?\.\d\d?\.\d\d\Z)(?:[-+$€£¥₹(]*\d[\d.,' ]*[.,]\d\d\)?)?\Z")
"""A cell below a line of totals that is no day written wrongly."""
_RULE = re.compile(r"[*=_\-~\s]{3,}\Z")
"""A cell of a line that is drawn across a table."""
_CODE_OR_FIGURE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{4,}\Z|[A-Z]{3}\Z|[\W\d]*\Z")
_WORD = re.compile(r"[^\W\d_]{2}|[^\x00-\u024f]")


@dataclass(frozen=True, slots=True)
class TextTable:
    """`header` is empty where the file has none; `rows` are those below it, all of one width, blank cells added at their end.

    `marked` are the places of rows with a cell that names a balance or a total.
    """

    header: list[str]
    header_row: int
    rows: list[Row]
    marked: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        return len(self.rows[0][1]) if self.rows else len(self.header)

    def column(self, position: int) -> list[str]:
        """The filled cells of a column."""
        return [cell for _, cells in self.rows if (cell := cells[position].strip())]


def laid_out(rows: Sequence[Row]) -> TextTable:
    """A file's rows with their header apart, and without the titles above it. Raises Refused (invalid-csv-row) for a row too wide."""
    for number, cells in rows:
        if len(cells) > MAX_COLUMNS:
            raise Refused(CSV_INVALID_ROW, row=number, reason=f"it has more than {MAX_COLUMNS} fields.")
    rows = [row for row in rows if not _is_rule(row[1])]
    place = next((place for place, (_, cells) in enumerate(rows[:TITLE_ROWS]) if is_header(cells)), None)
    header, below = ([], _without_titles(rows)) if place is None else (rows[place][1], rows[place + 1 :])
    width = max([len(header), *(len(cells) for _, cells in below)], default=0)
    padded = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in below]
    names = [*map(str.strip, header), *[""] * (width - len(header))]
    marked = frozenset(at for at, (_, cells) in enumerate(below) if _MAY_MARK.search("\n".join(cells)) and any(map(_is_mark, cells)))
    return TextTable(names if place is not None else [], rows[place][0] if place is not None else 0, padded, marked)


def _is_rule(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(map(_RULE.match, filled))


def _without_titles(rows: Sequence[Row]) -> Sequence[Row]:
    """Without the rows of one cell above those of several, where no header parts them."""
    counts = [sum(1 for cell in cells if cell.strip()) for _, cells in rows[:TITLE_ROWS]]
    first = next((place for place, count in enumerate(counts) if count > 1), 0)
    below = rows[first:]
    return below[_last_title(below[:TITLE_ROWS]) :]


def _last_title(rows: Sequence[Row]) -> int:
    """How many rows stand above those that all have a day in one column: where each of them has a text there, or another number of cells
    than all of those. A row of the same form whose day is written wrongly is none, and headings of unknown words are none."""
    width, best = max((len(cells) for _, cells in rows), default=0), len(rows)
    for position in range(width):
        dated = [len(cells) > position and _may_be_day(cells[position]) for _, cells in rows]
        first = len(dated) - dated[::-1].index(False) if False in dated else 0
        below = {len(cells) for _, cells in rows[first:]}
        above = [cells for _, cells in rows[:first]]
        is_apart = all(len({len(cells), *below}) > 1 or not _has_digit(cells[position : position + 1]) for cells in above)
        is_apart = is_apart and not (above and len({len(above[-1]), *below}) == 1 and not _has_digit(above[-1]))
        if is_apart and len(rows) - first >= _MIN_BELOW_TITLES:
            best = min(best, first)
    return best if best < len(rows) else 0


def _has_digit(cells: Sequence[str]) -> bool:
    return any(any(map(str.isdigit, cell)) for cell in cells)


def _may_be_day(cell: str) -> bool:
    return any(day_of(cell.strip(), order) is not None for order in DayOrder)


def is_words(cell: str) -> bool:
    """Whether a cell has words: no number, day, currency or account."""
    text = cell.strip()
    if not _WORD.search(text) or _CODE_OR_FIGURE.match(text):
        return False
    return all(day_of(text, order) is None for order in DayOrder)


def are_codes(cells: Sequence[str]) -> bool:
    """Whether cells are currencies."""
    return bool(cells) and all(cell.strip().upper() in CURRENCIES for cell in cells)


def _is_mark(cell: str) -> bool:
    return MARKER.match(cell.strip()) is not None


def are_days(cells: Sequence[str], order: DayOrder) -> bool:
    return bool(cells) and all(day_of(cell, order) is not None for cell in cells)


def are_sums(cells: Sequence[str], system: NumberSystem) -> bool:
    return bool(cells) and all(is_sum(cell, system) for cell in cells)


def shows(cells: Sequence[str], system: NumberSystem) -> bool:
    """Whether sums show their number system: one has one or two decimals, or none has any mark inside."""
    decimals = re.compile(rf"\{system}\d\d?\D*\Z|\{system}\d\d00\D*\Z")
    return any(map(decimals.search, cells)) or not any(re.search(r"\d[.,]\d", cell) for cell in cells)


def is_sum(cell: str, system: NumberSystem) -> bool:
    try:
        sum_of(cell, system)
    except ValueError:
        return False
    return True


def looks_like_money(cells: Sequence[str]) -> bool:
    """Whether cells have decimals, signs or a currency: whole numbers alone are codes, cheques or accounts."""
    return sum(re.search(r"[.,]\d\d?\b|[-+()$€£¥₹]|\b[CD]R\b", cell) is not None for cell in cells) * 2 > len(cells)


def transactions_of(
    table: TextTable, is_day: Callable[[str], bool], day_column: int, amounts: Sequence[int], balances: Sequence[int]
) -> tuple[list[Row], list[Row]]:
    """The rows that are transactions and those that name a balance or a total.

    What stands above the first and below the last row with a day is left out where it holds no sum; every other row stays, for the
    reader to refuse. `amounts` and `balances` are the columns of sums.
    """
    dated = [place for place, (_, cells) in enumerate(table.rows) if is_day(cells[day_column].strip())]
    if not dated:
        return [], []
    found, markers, with_day = [], [], set(dated)
    is_footer = False
    for place, row in enumerate(table.rows):
        is_marked, cell = place in table.marked, row[1][day_column].strip()
        is_footer = place > dated[-1] and (is_footer or is_marked)
        is_left_out = _is_marker(row[1], amounts, balances) if place in with_day else _says_no_day(cell)
        is_movement = not is_marked and any(row[1][position].strip() for position in amounts) and any(map(is_words, row[1]))
        if (is_marked and is_left_out) or (is_footer and not is_movement and _FIGURE_OR_NONE.match(cell)):
            markers.append(row)
        elif dated[0] <= place <= dated[-1] or any(row[1][position].strip() for position in (*amounts, *balances)):
            found.append(row)
    return found, markers


def may_be_sums(table: TextTable, is_day: Callable[[str], bool], day_column: int, sums: Sequence[int], system: NumberSystem) -> bool:
    """Whether the first rows that are transactions have sums of a number system; cheaper than looking at all of them."""
    first = (cells for place, (_, cells) in enumerate(table.rows[:_LOOKED_AT]) if place not in table.marked)
    rows = [cells for cells in first if is_day(cells[day_column].strip())]
    return all(is_sum(cell, system) for cells in rows for position in sums if (cell := cells[position].strip()))


def _says_no_day(cell: str) -> bool:
    """Whether the cell of a row's day is no day written wrongly: it has no figure, or names a balance or a total itself."""
    return not any(map(str.isdigit, cell)) or _is_mark(cell)


def _is_marker(cells: Sequence[str], amounts: Sequence[int], balances: Sequence[int]) -> bool:
    """Whether a row with a day has at most its balance, or one sum beside a cell that says nothing but of what it is the balance or total:
    a row with an amount and further words is a payment, such as the fee for an enquiry of a balance."""
    filled = [sum(bool(cells[position].strip(" 0.,-$")) for position in places) for places in (amounts, balances)]
    return sum(filled) <= 1 and (not filled[0] or any(map(_is_whole_mark, cells)))


def _is_whole_mark(cell: str) -> bool:
    """Whether a cell names a balance or a total, and beside it only days and figures."""
    mark = MARKER.match(cell.strip())
    return mark is not None and _REST_OF_MARK.match(cell.strip(), mark.end()) is not None
