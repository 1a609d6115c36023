"""A whole print: one table, sections of one sign, or several accounts one after the other, each proved by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.statements.arithmetic.marked_lines import Points
from bowerbird.statements.arithmetic.printed_days import days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.arithmetic.refusals import HELD_OR_OWED, refused
from bowerbird.statements.arithmetic.room import refuse_missing_before
from bowerbird.statements.arithmetic.sections import readings_by_sections
from bowerbird.statements.arithmetic.shapes.day_groups import readings_by_day_groups
from bowerbird.statements.arithmetic.shapes.side_boxes import with_boxes_apart
from bowerbird.statements.arithmetic.surroundings import iban_in
from bowerbird.statements.arithmetic.verdict import ArithmeticReading, difference, read_by_arithmetic
from bowerbird.statements.arithmetic.vocabulary import ACCOUNT, CLOSING, FROM_PAGE_TO_PAGE, OPENING, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.rows import Row
from bowerbird.statements.refusal import StatementRefused

MAX_ACCOUNTS_IN_PRINT = 12
OF_SEVERAL = "the print is of several accounts, and their numbers do not part its rows"
_NUMBER = re.compile(r"(?<![\d/.,])(?:\d|(?<!\w)[Xx*•])[\dXx*• -]{4,34}\d(?![\d/.,])")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[ A-Z\d]{11,}")
_MAX_TITLE_LINES = 2
_TITLE = re.compile(r"(?:checking|savings|chequing|moneymarket)(?:account)?[-–—]$")
"""What stands before the number in the title of an account that has no label."""


class _AccountPart(NamedTuple):
    """The lines of one account of a print: from the line with its number to that with another. `title` stands above them, and `numbers`
    are all before its first row."""

    numbers: list[str]
    title: list[Line]
    lines: list[Line]


def read_accounts(pages: list[list[Line]], home: str | None, height: Points = 0) -> list[ArithmeticReading]:
    """The reading of each account of a print. `home` is the currency of the institution's accounts, where it is known, `height` that of its
    pages, where they are whole.

    Raises StatementRefused (bank-statement-parsing-error): with the reason why nothing is proved, or both readings where two are.
    """
    pages = with_boxes_apart(pages)
    lines = [line for page in pages for line in page]
    head, parts = _parts(lines, ())
    try:
        whole = _read_one(pages, home, height)
    except StatementRefused as refusal:
        if not 1 < len(parts) <= MAX_ACCOUNTS_IN_PRINT or "ambiguous" in refusal.reason:
            raise
    else:
        if not is_of_several(lines, whole.proved.rows):
            refuse_missing_before(lines, whole.proved.rows, whole.period)
            return [whole]
        if not 1 < len(parts) <= MAX_ACCOUNTS_IN_PRINT:
            raise refused(OF_SEVERAL)
    firsts = [part.numbers[-1] for part in parts]
    if any(not any(_is_same(number, first) for first in firsts) for part in parts for number in part.numbers):
        raise refused("two numbers of accounts stand before the rows of one")
    readings = [_read_one([head, part.lines], home)._replace(number=part.numbers[-1], heading=_heading(part)) for part in parts]
    if any(_is_same(one, other) for place, one in enumerate(firsts) for other in firsts[:place]):
        raise refused("two parts of the print have one account number")
    return readings


def is_of_several(lines: Sequence[Line], rows: Sequence[Row]) -> bool:
    """Whether rows that are read as those of one account stand under the numbers of two, or one ends and another begins among them."""
    if _begins_again(lines, rows):
        return True
    _, parts = _parts(lines, rows)
    at = {(line.page, line.row): number for number, part in enumerate(parts) for line in part.lines}
    return len({at[row.page, row.row] for row in rows if (row.page, row.row) in at}) > 1


def _begins_again(lines: Sequence[Line], rows: Sequence[Row]) -> bool:
    """Whether a closing balance stands among the rows and an opening one below it, neither of them a page's own."""
    inside, places = {(line.page, line.row) for row in rows for line in row.lines}, [(row.page, row.row) for row in rows]
    has_closed = False
    for line in lines:
        at = (line.page, line.row)
        if not places or not min(places) < at < max(places) or at in inside or not _has_decimals(line):
            continue
        text = FROM_PAGE_TO_PAGE.sub("", folded(line.text))
        if has_closed and re.search(OPENING, text):
            return True
        has_closed = has_closed or re.search(CLOSING, text) is not None
    return False


def _read_one(pages: list[list[Line]], home: str | None, height: Points = 0) -> ArithmeticReading:
    try:
        return read_by_arithmetic(pages, home, height)
    except StatementRefused as by_table:
        if "ambiguous" in by_table.reason and not by_table.reason.endswith(HELD_OR_OWED):
            raise
        readings = _in_parts(pages, home, by_table)
    if apart := difference(readings):
        raise refused(f"ambiguous: {apart}")
    return readings[0]


def _in_parts(pages: list[list[Line]], home: str | None, by_table: StatementRefused) -> list[ArithmeticReading]:
    """The readings by sections, else by groups of days. Raises StatementRefused: that of the table, or what is ambiguous."""
    for way in (readings_by_sections, readings_by_day_groups):
        try:
            return way(pages, home)
        except StatementRefused as refusal:
            if "ambiguous" in refusal.reason:
                raise
    raise by_table


def _parts(lines: Sequence[Line], rows: Sequence[Row]) -> tuple[list[Line], list[_AccountPart]]:
    """What stands before the first account, which belongs to each, and the accounts. `rows` are those known: a number among the words of
    one begins no account; where none are known, none that stands beside a day or a sum does."""
    inside = {(line.page, line.row) for row in rows for line in row.lines if line.words[0].x0 > row.lines[0].words[0].x1}
    inside |= {(row.page, row.row) for row in rows}
    head: list[Line] = []
    parts: list[_AccountPart] = []
    has_rows = False
    for place, line in enumerate(lines):
        has_days, has_sums = bool(days_in(line.text)), any(sums_in(line.text, decimals) for decimals in Decimals)
        is_known = (line.page, line.row) in inside if rows else has_days or _has_decimals(line)
        number = "" if is_known else _account_on(line)
        if number and not (parts and _is_same(number, parts[-1].numbers[-1])):
            if parts and not has_rows:
                parts[-1].numbers.append(number)
            else:
                parts.append(_AccountPart([number], _title(lines[:place]), []))
                has_rows = False
        has_rows = has_rows or ((line.page, line.row) in inside if rows else has_days and has_sums)
        (parts[-1].lines if parts else head).append(line)
    return head, parts


def _has_decimals(line: Line) -> bool:
    return bool(sums_in(line.text, Decimals.POINT) or sums_in(line.text, Decimals.COMMA))


def _title(above: Sequence[Line]) -> list[Line]:
    """The last lines of those above an account's number, up to a day or a sum."""
    title: list[Line] = []
    for line in reversed(above[-_MAX_TITLE_LINES:]):
        if days_in(line.text) or _has_decimals(line):
            break
        title.insert(0, line)
    return title


def _heading(part: _AccountPart) -> tuple[Line, ...]:
    """The title of an account and its lines up to the first row."""
    first = next((place for place, line in enumerate(part.lines) if days_in(line.text) and _has_decimals(line)), len(part.lines))
    return (*part.title, *part.lines[:first])


def _account_on(line: Line) -> str:
    """The number behind a label of an account; empty where there is none."""
    for match in _IBAN.finditer(line.text):
        if (iban := iban_in([match[0]])) and re.search(rf"(?:^|iban|{ACCOUNT.pattern})[:.#()]*$", folded(line.text[: match.start()])):
            return iban
    for match in _NUMBER.finditer(line.text):
        label = folded(line.text[: match.start()])
        if re.search(rf"(?:{ACCOUNT.pattern})[:.#]*$", label) or _TITLE.search(label):
            return re.sub(r"[^0-9X]", "", match[0].upper().replace("*", "X").replace("•", "X"))
    return ""


def _is_same(one: str, other: str) -> bool:
    """Whether two numbers can be of one account: a masked one and the whole, or an IBAN and the number in it."""
    if "X" in one or "X" in other:
        return one[-4:] == other[-4:]
    return one in other or other in one
