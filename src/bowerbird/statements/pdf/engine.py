"""One layout tried on one document: its fields, its rows, their proof."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION, owner_of_bsb
from bowerbird.statements.pdf.labels import labelled, period_of, printed_figures
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.proof import NOWHERE, Proved, Prover
from bowerbird.statements.pdf.rows import RowReader
from bowerbird.statements.pdf.table import divide
from bowerbird.statements.refusal import broken


class LayoutParse(NamedTuple):
    """A document read by one layout, and proved. `bsb` and `number` are digits; `holder` as printed."""

    period: tuple[date, date]
    bsb: str | None
    number: str
    holder: str | None
    proved: Proved


def read_by(pages: list[list[Line]], layout: StatementLayout) -> LayoutParse:
    """Read a document by a layout. Raises StatementRefused (bank-statement-parsing-error) for the first fact that does not hold."""
    tables, others = divide(pages, layout)
    period = _period(others, layout)
    bsb, number = _account(others, layout)
    reader = RowReader(layout, period)
    for columns, lines in tables:
        reader.feed(columns, lines)
    reader.finish()
    figures_printed = printed_figures(others, layout)
    proved = Prover(layout, period, reader.rows, reader.balance_lines).prove(figures_printed)
    holders = labelled(others, layout.holder) if layout.holder else []
    return LayoutParse(period, bsb, number, holders[0].match[0].strip() if holders else None, proved)


def _period(lines: list[Line], layout: StatementLayout) -> tuple[date, date]:
    periods = period_of(lines, layout.period)
    if not periods:
        raise broken(NOWHERE, "the period is not printed")
    _, first, last = periods[0]
    for line, other_first, other_last in periods:
        if (other_first, other_last) != (first, last):
            raise broken(line, f"the period {other_first} to {other_last}, first printed as {first} to {last}")
    return first, last


def _account(lines: list[Line], layout: StatementLayout) -> tuple[str | None, str]:
    """BSB and account number: the same wherever they are printed, and the BSB no other bank's."""
    numbers = [(text, _digits(text.match, "number")) for text in labelled(lines, layout.account)]
    if not numbers:
        raise broken(NOWHERE, "the account number is not printed")
    bsbs = [(text, _digits(text.match, "bsb")) for text in labelled(lines, layout.bsb or layout.account)]
    for values in (numbers, bsbs):
        for text, digits in values:
            if digits != values[0][1]:
                raise broken(text, "another account number than before")
    bsb = bsbs[0][1] if bsbs and "bsb" in bsbs[0][0].match.groupdict() else None
    owner = owner_of_bsb(bsb) if bsb else None
    if owner and layout.institution not in {owner.origin, UNKNOWN_INSTITUTION}:
        raise broken(bsbs[0][0], f"a BSB of {owner.name}")
    return bsb, numbers[0][1]


def _digits(match: re.Match[str], group: str) -> str:
    """The digits of a named group, of the whole match where the pattern has no such group."""
    text = match.groupdict().get(group) or match[0]
    return "".join(letter for letter in text if letter.isdigit())
