"""How much a file may say. Its reading process may have been taken over: what it says is bounded here, in the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from bowerbird import codes
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.statement import StatementAccount

LONGEST_TEXT = 4000
"""Characters of a text; what is read holds no longer one, and the longest of printed statements have some hundreds."""


def check_bounds(accounts: Sequence[StatementAccount], most_rows: int) -> None:
    """Raises Refused for more rows than a file may have, and for a text that no page has room for."""
    count = max(len(accounts), sum(len(account.transactions) for account in accounts))
    if count > most_rows:
        raise RefusedInside(codes.STATEMENT_INVALID, f"{count} rows, {most_rows} are allowed")
    longest = max((len(text) for account in accounts for text in _texts(account)), default=0)
    if longest > LONGEST_TEXT:
        raise RefusedInside(codes.STATEMENT_INVALID, f"a text of {longest} characters, {LONGEST_TEXT} are allowed")


def _texts(statement: StatementAccount) -> Iterator[str]:
    for each in fields(statement.account):
        if isinstance(value := getattr(statement.account, each.name), str):
            yield value
    for row in statement.transactions:
        yield row.description
        yield row.reference
        yield from (row.upstream_id or "", row.pending_id or "", row.currency or "", *(row.bpay or ()), *(row.subclass or ()))
