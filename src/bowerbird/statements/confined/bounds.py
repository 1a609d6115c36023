"""How much a PDF may say. Its reading process may have been taken over: what it says is bounded here, in the server."""

from __future__ import annotations

from dataclasses import fields

from bowerbird import codes
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.pdf.proven import ExaminedStatement

LONGEST_TEXT = 4000
"""Characters of a text; the longest of printed statements have some hundreds."""


def check_bounds(examined: ExaminedStatement, most_rows: int) -> None:
    """Raises Refused for more rows than a statement may have, and for a text that no page has room for."""
    statement = examined.statement
    if len(statement.transactions) > most_rows:
        raise RefusedInside(codes.STATEMENT_INVALID, f"{len(statement.transactions)} rows, {most_rows} are allowed")
    account = [value for each in fields(statement.account) if isinstance(value := getattr(statement.account, each.name), str)]
    rows = (text for row in statement.transactions for text in (row.description, row.reference, *(row.bpay or ()), *(row.subclass or ())))
    longest = max(map(len, (*account, *rows)), default=0)
    if longest > LONGEST_TEXT:
        raise RefusedInside(codes.STATEMENT_INVALID, f"a text of {longest} characters, {LONGEST_TEXT} are allowed")
