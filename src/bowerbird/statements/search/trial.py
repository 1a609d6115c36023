"""A proposed layout tried by the ordinary engine, and mended where the first broken fact shows a line that is no row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from bowerbird.sdk.statement_layout import Column, StatementLayout
from bowerbird.statements.pdf.engine import LayoutParse, read_by
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.refusal import Broken, StatementRefused
from bowerbird.statements.search.borders import end_label
from bowerbird.statements.search.evidence import LineEvidence, evidence_of

MAX_READS = 96
"""Readings of one document, mended ones included: with them it is given up."""
MAX_MENDS = 8
"""Lines of one hypothesis that are declared to be something else than rows."""

CHARGES = re.compile(r"(?:interest|fees?|annual fee|[a-z ]{0,20}\bfee)(?: charged| on)*", re.IGNORECASE)
"""What a bank books by itself and may print without a day. Any other row without one is refused: its day would be a guess."""

_replace = msgspec.structs.replace


class Trial(NamedTuple):
    """A layout that proves, and its reading."""

    layout: StatementLayout
    reading: LayoutParse


class Trials:
    """Tries layouts on one document. `refusals` are what broke those that failed, with how many facts held before."""

    def __init__(self, pages: list[list[Line]]) -> None:
        self.pages, self.reads = pages, 0
        self.proved: list[Trial] = []
        self.refusals: list[StatementRefused] = []

    @property
    def exhausted(self) -> bool:
        return self.reads >= MAX_READS

    def run(self, layouts: Iterator[StatementLayout]) -> None:
        """Try layouts until there are no more, or the bound is reached."""
        tried: set[bytes] = set()
        for layout in layouts:
            seal = msgspec.json.encode(layout)
            if seal not in tried and not self.exhausted:
                tried.add(seal)
                self._try(layout)

    def _try(self, layout: StatementLayout) -> None:
        for _ in range(MAX_MENDS + 1):
            try:
                self.proved.append(self._strengthened(layout, self._read(layout)))
                return
            except StatementRefused as refusal:
                mended = mend(self.pages, layout, refusal.broken) if refusal.broken and not self.exhausted else None
                if mended is None:
                    self.refusals.append(refusal)
                    return
                layout = mended

    def _read(self, layout: StatementLayout) -> LayoutParse:
        self.reads += 1
        return read_by(self.pages, layout)

    def _strengthened(self, layout: StatementLayout, parsed: LayoutParse) -> Trial:
        """The strictest rule for balances that the same rows keep."""
        rows = parsed.proved.rows
        if layout.proof.balance == "regular" and rows:
            daily = [index + 1 == len(rows) or rows[index + 1].day != row.day for index, row in enumerate(rows)]
            if all(row.balance is not None for row in rows):
                return Trial(_replace(layout, proof=_replace(layout.proof, balance="every")), parsed)
            if all((row.balance is not None) is ends for row, ends in zip(rows, daily, strict=True)):
                return Trial(_replace(layout, proof=_replace(layout.proof, balance="daily")), parsed)
        return Trial(layout, parsed)


def mend(pages: list[list[Line]], layout: StatementLayout, broken: Broken) -> StatementLayout | None:
    """The layout with the line of the broken fact declared as a note, an undated row or the table's end; None where it is a row."""
    for table in evidence_of(pages, layout):
        for place, seen in enumerate(table):
            if (seen.line.page, seen.line.row) == (broken.page, broken.row):
                return _mended(layout, table, place)
    return None


def _mended(layout: StatementLayout, table: list[LineEvidence], place: int) -> StatementLayout | None:
    seen = table[place]
    changed = layout.table
    if seen.cells.day:
        label = _beginning(seen.cells.text)
        if not label or label in changed.notes or not _is_a_note(layout, table, place):
            return None
        changed = _replace(changed, notes=(*changed.notes, label))
    elif seen.has_amount and (charge := CHARGES.match(seen.cells.text)):
        label = seen.cells.text[: charge.end()].rstrip()
        if label in changed.undated:
            return None
        changed = _replace(changed, undated=(*changed.undated, label))
    elif any(other.begins for other in table[place + 1 :]):
        return None
    else:
        end = end_label(seen.line, [other.line.compact for other in table[:place]])
        if end is None or end in changed.ends:
            return None
        changed = _replace(changed, ends=(*changed.ends, end))
    return _replace(layout, table=changed)


def _is_a_note(layout: StatementLayout, table: list[LineEvidence], place: int) -> bool:
    """Whether neither a dated line nor those below it, up to the next date, hold what a row has: a balance, else an amount."""
    block = [table[place]]
    for seen in table[place + 1 :]:
        if seen.cells.day:
            break
        block.append(seen)
    if Column.BALANCE not in layout.table.header:
        return not any(seen.cells.figures for seen in block)
    balances = any(column is Column.BALANCE for seen in block for column, _ in seen.cells.figures)
    ends_page = len(block) == len(table) - place
    return not balances and not block[0].cells.figures and not ends_page


def _beginning(text: str) -> str:
    """The words of a text before its first number; nothing where they are too few to name a line."""
    words: list[str] = []
    for word in text.split():
        if any(letter.isdigit() for letter in word):
            break
        words.append(word)
    label = " ".join(words)
    return label if sum(letter.isalpha() for letter in label) >= 6 else ""
