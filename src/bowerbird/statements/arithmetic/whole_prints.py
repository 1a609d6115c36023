"""A whole print: one table, sections of one sign, or several accounts one after the other, each proved by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bowerbird.statements.arithmetic.refusals import refused
from bowerbird.statements.arithmetic.sections import readings_by_sections
from bowerbird.statements.arithmetic.verdict import ArithmeticReading, difference, read_by_arithmetic
from bowerbird.statements.arithmetic.vocabulary import ACCOUNT, folded
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.refusal import StatementRefused

MAX_ACCOUNTS_IN_PRINT = 12
_NUMBER = re.compile(r"(?<![\d/.,])\d[\d -]{4,24}\d(?![\d/.,])")


def read_accounts(pages: list[list[Line]], home: str | None) -> list[ArithmeticReading]:
    """The reading of each account of a print. `home` is the currency of the institution's accounts, where it is known.

    Raises StatementRefused (bank-statement-parsing-error): with the reason why nothing is proved, or both readings where two are.
    """
    try:
        return [_read_one(pages, home)]
    except StatementRefused as refusal:
        parts = _parts(pages)
        if len(parts) < 2 or "ambiguous" in refusal.reason:
            raise
        readings = [_read_one(part, home)._replace(number=number) for number, part in parts]
    if len({reading.number for reading in readings}) != len(readings):
        raise refused("two parts of the print have one account number")
    return readings


def _read_one(pages: list[list[Line]], home: str | None) -> ArithmeticReading:
    try:
        return read_by_arithmetic(pages, home)
    except StatementRefused as by_table:
        if "ambiguous" in by_table.reason:
            raise
        try:
            readings = readings_by_sections(pages, home)
        except StatementRefused as by_sections:
            raise (by_sections if "ambiguous" in by_sections.reason else by_table) from None
    if apart := difference(readings):
        raise refused(f"ambiguous: {apart}")
    return readings[0]


def _parts(pages: Sequence[Sequence[Line]]) -> list[tuple[str, list[list[Line]]]]:
    """The number and the lines of each account: from the line with its number to that with another. What stands before the first belongs
    to each."""
    begins: list[tuple[int, int]] = []
    numbers: list[str] = []
    for page, lines in enumerate(pages):
        for place, line in enumerate(lines):
            number = _account_on(line)
            if number and number not in numbers[-1:]:
                numbers.append(number)
                begins.append((page, place))
    if not 1 < len(begins) <= MAX_ACCOUNTS_IN_PRINT:
        return []
    ends = [*begins[1:], (len(pages), 0)]
    head = [line for page, lines in enumerate(pages) for place, line in enumerate(lines) if (page, place) < begins[0]]
    parts = []
    for number, begin, end in zip(numbers, begins, ends, strict=True):
        part = [[line for place, line in enumerate(lines) if begin <= (page, place) < end] for page, lines in enumerate(pages)]
        parts.append((number, [head, *(lines for lines in part if lines)]))
    return parts


def _account_on(line: Line) -> str:
    """The number behind a label of an account; empty where there is none."""
    text = " ".join(word.text for word in line.words)
    for match in _NUMBER.finditer(text):
        if re.search(rf"(?:{ACCOUNT.pattern})[:.#]*$", folded(text[: match.start()])):
            return re.sub(r"\D", "", match[0])
    return ""
