"""Pages of lists that are read newest first.

The next page starts behind the last row the client has seen, and is complete where that row has been deleted since.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from bowerbird import codes
from bowerbird.domain.ledger.transactions import limit_of
from bowerbird.model.problem import Problem
from bowerbird.storage.database.keyset import ListCursor
from bowerbird.storage.vault.vault import Vault

_CURSOR = struct.Struct(">QQ")

R_co = TypeVar("R_co", covariant=True)


class Paging(NamedTuple):
    """`before` is the cursor of the last row already seen, as this server wrote it; None on the first page."""

    limit: int
    before: str | None


class ListPage(NamedTuple, Generic[R_co]):
    """`size` counts all pages, as far as a Keyset counts; `next` is where the next page starts, empty on the last one."""

    rows: Sequence[R_co]
    size: int
    next: str


def paging_of(limit: str | None, next: str | None, maximum: int) -> Paging:
    """What a client asks for. Raises Problem."""
    return Paging(limit_of(limit, maximum), next)


def next_of(vault: Vault, cursor: ListCursor | None) -> str:
    """A cursor as the text that clients send back; empty for None. It is encrypted: positions count the rows of every application."""
    return "" if cursor is None else vault.seal_cursor(_CURSOR.pack(cursor.created, cursor.position))


def cursor_of(vault: Vault, text: str | None) -> ListCursor | None:
    """Raises Problem for a text this server did not write."""
    if text is None:
        return None
    packed = vault.open_cursor(text)
    if packed is None or len(packed) != _CURSOR.size:
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    return ListCursor(*_CURSOR.unpack(packed))
