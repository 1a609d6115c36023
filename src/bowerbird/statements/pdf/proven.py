"""What a PDF statement says once it adds up. Needs no PDF library: the server handles these, confined processes make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bowerbird.statements.pdf.annotations import NO_NOTES, Annotations, ParseNotes
from bowerbird.statements.pdf.proof import Certificate
from bowerbird.statements.statement import StatementAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenStatement(StatementAccount):
    """A statement that adds up. Transactions in the order they happened; `opening` and `closing` in cents, negative when owed.

    `others` are the further accounts of a print of several, each proven by itself.
    """

    period: tuple[date, date]
    opening: int
    closing: int
    certificate: Certificate
    layout_id: str
    marked: Annotations = field(default=NO_NOTES.marked, compare=False)
    others: tuple[ProvenStatement, ...] = ()

    @property
    def accounts(self) -> list[ProvenStatement]:
        """This account and the others of its print."""
        return [self, *self.others]


@dataclass(frozen=True, slots=True)
class ExaminedStatement:
    """A proven statement with the weak signs of alteration that were seen, each in a sentence, and their score together; behind them
    what is to be known of the reading.

    `finding` says where things stand, and what is new about the print.
    """

    statement: ProvenStatement
    signs: tuple[str, ...]
    score: int
    finding: ParseNotes = NO_NOTES
