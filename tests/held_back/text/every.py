"""Every kind of text file."""

from tests.held_back.kind import Kind
from tests.held_back.text import camt, english, european, german, oceania, ofx, qif, swift, workbooks

KINDS: tuple[Kind, ...] = (
    *oceania.KINDS,
    *german.KINDS,
    *english.KINDS,
    *european.KINDS,
    *ofx.KINDS,
    *qif.KINDS,
    *swift.KINDS,
    *camt.KINDS,
    *workbooks.KINDS,
)
