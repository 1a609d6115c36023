"""Reads of a growing table that cost the same however far it has grown: pages along an index, and counts with an end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, Subquery, Table, Text, func, literal, select, tuple_, union_all

from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork

MOST_COUNTED = 10_000
"""Where counting for operators ends: what is counted up to here may be more."""
MOST_EXAMINED = 1_000
"""Rows of a list that one request counts, and that it looks at for conditions its index cannot answer."""

Clause = ColumnElement[bool]
Condition = Callable[[Any], Clause]
"""Made of the columns of the table, or of a sub-select that has the same."""
Columns = Iterable[ColumnElement[Any]]
Query = Select[Any]
"""A SELECT of any columns."""


class KeyedRow(StoredRow, frozen=True):
    """A row of a list: a page can end with it."""

    id: str


class ListCursor(StoredRow, frozen=True):
    """Where a row stands in a list, also after it was deleted: its moment in milliseconds and, among those of one moment, its position."""

    created: int
    position: int


K = TypeVar("K", bound=KeyedRow)


class KeysetPage(NamedTuple, Generic[K]):
    """Rows of a page, newest first, and the row behind which the next one starts: None on the last page."""

    rows: Sequence[K]
    next: ListCursor | None


@dataclass(frozen=True, slots=True)
class Keyset(Generic[K]):
    """Rows of one type, of a table with the columns `id`, `created` and `position`, newest first.

    Each of `ranges` is a set of rows that lie beside each other in an index: equal in the columns the index begins with, it goes on
    with `created` and `position`. Ranges do not overlap; none at all holds no row. `since` and `before` bound `created` in
    milliseconds, `before` excluded. `filtered` are conditions no index answers, on one range: of those a page looks at MOST_EXAMINED
    rows, holds those that meet the conditions, and leads on.
    """

    row_type: type[K]
    table: Table
    ranges: Sequence[Sequence[Clause]]
    since: int = 0
    before: int | None = None
    filtered: Sequence[Condition] = ()

    def page(self, uow: UnitOfWork, seen: ListCursor | None, limit: int) -> KeysetPage[K]:
        """At most `limit` rows behind `seen`, None for the newest."""
        if not self.ranges:
            return KeysetPage([], None)
        c, behind = self.table.c, list[Clause]()
        if seen is not None:
            behind = [
                tuple_(c.created, c.position) < tuple_(literal(seen.created, c.created.type), literal(seen.position, c.position.type))
            ]
        if self.filtered:
            return self._examined(uow, behind, limit)
        one = len(self.ranges) == 1
        chosen = self._newest(self._columns, self.ranges[0], behind, limit + 1) if one else self._merged(behind, limit + 1)
        return self._page_of(uow, chosen, limit)

    def count(self, uow: UnitOfWork) -> int:
        """How many rows, counted up to MOST_EXAMINED; with conditions no index answers, those among as many of the newest."""
        if self.filtered:
            newest, filtered = self._filtered((), MOST_EXAMINED)
            return count_up_to(uow, select(newest.c.id).where(*filtered))
        total = 0
        for each in self.ranges:  # in order although it does not matter: so that PostgreSQL reads the index that has it
            if total < MOST_EXAMINED:
                total += count_up_to(uow, self._newest([self.table.c.position], each, (), 0), MOST_EXAMINED - total)
        return total

    @property
    def _columns(self) -> Columns:
        return self.row_type.columns(self.table)

    def _page_of(self, uow: UnitOfWork, chosen: Query, limit: int) -> KeysetPage[K]:
        """The page that a query starts with; it selects one row more than a page holds."""
        rows = uow.all(self.row_type, chosen)
        if len(rows) <= limit:
            return KeysetPage(rows, None)
        cursor = uow.one(ListCursor, select(*ListCursor.columns(self.table)).where(self.table.c.id == rows[limit - 1].id))
        if cursor is None:  # the row was deleted between the two statements
            return self._page_of(uow, chosen, limit)
        return KeysetPage(rows[:limit], cursor)

    def _examined(self, uow: UnitOfWork, behind: Sequence[Clause], limit: int) -> KeysetPage[K]:
        newest, filtered = self._filtered(behind, MOST_EXAMINED)
        met = select(newest.c.created, newest.c.position).where(*filtered).order_by(newest.c.created.desc(), newest.c.position.desc())
        page = self._page_of(uow, self._looked_up(met.limit(limit + 1).subquery("met")), limit)
        if page.next:
            return page
        last = uow.one(ListCursor, self._newest(ListCursor.columns(self.table), self.ranges[0], behind, 1).offset(MOST_EXAMINED - 1))
        return KeysetPage(page.rows, last)

    def _filtered(self, behind: Sequence[Clause], most: int) -> tuple[Subquery, list[Clause]]:
        """The newest rows of the range, without their long texts, and the conditions on them."""
        (only,) = self.ranges
        short = [column for column in self.table.c if not isinstance(getattr(column.type, "impl_instance", column.type), Text)]
        newest = self._newest(short, only, behind, most).subquery("newest")
        return newest, [condition(newest.c) for condition in self.filtered]

    def _merged(self, behind: Sequence[Clause], most: int) -> Query:
        """Of every range the newest, and of those the newest."""
        c = self.table.c
        parts = [self._newest([c.created, c.position], each, behind, most).subquery() for each in self.ranges]
        every = union_all(*(select(part) for part in parts)).subquery("every")
        return self._looked_up(select(every).order_by(every.c.created.desc(), every.c.position.desc()).limit(most).subquery("newest"))

    def _looked_up(self, places: Subquery) -> Query:
        """The rows at these places."""
        joined = select(*self._columns).join(places, places.c.position == self.table.c.position)
        return joined.order_by(places.c.created.desc(), places.c.position.desc())

    def _newest(self, columns: Columns, equal: Sequence[Clause], behind: Sequence[Clause], most: int) -> Query:
        c = self.table.c
        bounds = [c.created >= self.since, *([] if self.before is None else [c.created < self.before])]
        return select(*columns).where(*equal, *bounds, *behind).order_by(c.created.desc(), c.position.desc()).limit(most)


def count_up_to(uow: UnitOfWork, statement: Query, most: int | None = None) -> int:
    """How many rows a statement finds; it stops looking at the `most`th, else at the MOST_COUNTEDth."""
    row = uow.row(select(func.count()).select_from(statement.limit(most or MOST_COUNTED).subquery()))
    return int(row[0]) if row else 0
