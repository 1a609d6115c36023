"""Pages of lists that are read newest first. Where the next page starts is the id of a row the client has seen, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from bowerbird import codes
from bowerbird.domain.ledger.transactions import limit_of
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem

R_co = TypeVar("R_co", covariant=True)


class Paging(NamedTuple):
    """`before` is the id of the last row already seen, None on the first page."""

    limit: int
    before: str | None


class ListPage(NamedTuple, Generic[R_co]):
    """`size` counts all pages, as far as a Keyset counts; `next` is where the next page starts, empty on the last one."""

    rows: Sequence[R_co]
    size: int
    next: str


def paging_of(limit: str | None, next: str | None, maximum: int) -> Paging:
    """What a client asks for. Raises Problem."""
    if next is not None and not is_id(next):
        raise Problem(codes.NEXT_NOT_VALID, parameter="next")
    return Paging(limit_of(limit, maximum), next)
