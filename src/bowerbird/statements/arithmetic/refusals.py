"""What refuses a print that arithmetic does not read."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.statements.refusal import StatementRefused

NO_END = "no closing balance is printed behind the rows, and nothing shows that no page is missing behind them"
"""Why a print is refused of which all else is proved."""

NO_CHAIN = "no columns in which balances follow from one another"
NO_BALANCES = (
    "no balance stands on the rows, and around them no opening and closing balance are found that differ by the sum of the rows, "
    "which would prove it"
)
"""Why no reading adds up: in a print with a column of balances, and in one without."""
NO_BEGINNING = "the balance before the rows is brought forward, and nothing shows that no page is missing before them"


HELD_OR_OWED = "the balances are money held, or money owed"
"""What only words tell: sections may name the direction of their rows where a column does not."""


class NotKnown(Exception):
    """Nothing tells, or what tells contradicts itself; the message names both readings."""


def refused(reason: str) -> StatementRefused:
    """A refusal of the print as a whole, which no single line can be blamed for."""
    return StatementRefused(codes.STATEMENT_PARSING_ERROR, f"read by arithmetic: {reason}")
