"""Every kind of text file."""

from tests.held_back.kind import Kind
from tests.held_back.text import alpine, camt, distant, english, european, german, oceania, ofx, qif, swift, workbooks

KINDS: tuple[Kind, ...] = (
    *oceania.KINDS,
    *german.KINDS,
    *alpine.KINDS,
    *english.KINDS,
    *european.KINDS,
    *distant.KINDS,
    *ofx.KINDS,
    *qif.KINDS,
    *swift.KINDS,
    *camt.KINDS,
    *workbooks.KINDS,
)
