"""Reads of a growing table that cost the same however far it has grown: pages along an index, and counts with an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, Subquery, Table, Text, bindparam, func, select, tuple_, union_all

from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

MAX_COUNTED = 10_000
"""Where counting for operators ends: what is counted up to here may be more."""
MAX_EXAMINED = 1_000
"""Rows of a list that one request counts, and that it looks at for conditions its index cannot answer."""

Clause = ColumnElement[bool]
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


class ColumnCondition(NamedTuple):
    """That a column has one of these values or, negated, none of them."""

    column: str
    values: Sequence[str]
    negated: bool = False


class _Shape(NamedTuple, Generic[K]):
    """What the text of a keyset's statements depends on: everything but the values."""

    row_type: type[K]
    table: Table
    equal: tuple[str, ...]
    range_column: str | None
    ranges: int
    before: bool
    behind: bool
    filtered: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True, slots=True)
class Keyset(Generic[K]):
    """Rows of one type, of a table with the columns `id`, `created` and `position`, newest first.

    All rows are `equal` in some columns, and where `ranges` names one more column, have one of its values there. The rows of a value lie
    beside each other in an index, which goes on with `created` and `position`. `since` and `before` bound `created` in milliseconds,
    `before` excluded. `filtered` are conditions no index answers, without `ranges`: of those a page looks at MAX_EXAMINED rows, holds
    those that meet the conditions, and leads on.
    """

    row_type: type[K]
    table: Table
    equal: Mapping[str, str]
    ranges: ColumnCondition | None = None
    since: int = 0
    before: int | None = None
    filtered: Sequence[ColumnCondition] = ()

    def page(self, uow: UnitOfWork, seen: ListCursor | None, limit: int) -> KeysetPage[K]:
        """At most `limit` rows behind `seen`, None for the newest."""
        statements, values = _statements(self._shape(behind=seen is not None)), self._values(limit + 1)
        if seen is not None:
            values |= {"behind_created": seen.created, "behind_position": seen.position}
        while True:
            rows = uow.all(self.row_type, statements.page, values)
            if len(rows) <= limit:
                return KeysetPage(rows, self._examined(uow, statements, values))
            last = uow.all(ListCursor, statements.position, {"id": rows[limit - 1].id})
            if last:  # else the row was deleted between the two statements
                return KeysetPage(rows[:limit], last[0])

    def count(self, uow: UnitOfWork) -> int:
        """How many rows, counted up to MAX_EXAMINED; with conditions no index answers, those among as many of the newest."""
        statements, values, total = _statements(self._shape(behind=False)), self._values(MAX_EXAMINED), 0
        for prepared in statements.counts:
            if total < MAX_EXAMINED:
                total += int(uow.fetch(prepared, values | {"most": MAX_EXAMINED - total})[0][0])
        return total

    def _examined(self, uow: UnitOfWork, statements: _Statements, values: Mapping[str, object]) -> ListCursor | None:
        """Where a page that is not full leads on: behind the last row it looked at, if there may be more."""
        if not self.filtered:
            return None
        last = uow.all(ListCursor, statements.last_examined, values)
        return last[0] if last else None

    def _shape(self, *, behind: bool) -> _Shape[K]:
        column, ranges = (None, 1) if self.ranges is None else (self.ranges.column, len(self.ranges.values))
        filtered = tuple((each.column, len(each.values), each.negated) for each in self.filtered)
        return _Shape(self.row_type, self.table, tuple(self.equal), column, ranges, self.before is not None, behind, filtered)

    def _values(self, most: int) -> dict[str, object]:
        values: dict[str, object] = {"since": self.since, "most": most, "examined": MAX_EXAMINED, "last": MAX_EXAMINED - 1}
        values |= {f"equal_{name}": value for name, value in self.equal.items()}
        if self.before is not None:
            values["before"] = self.before
        for condition in (*([] if self.ranges is None else [self.ranges]), *self.filtered):
            values |= {_name(condition.column, number): value for number, value in enumerate(condition.values)}
        return values


class _Statements(NamedTuple):
    """A keyset's statements: a page, where its last row stands, the last row a filtered page looks at, and a count of each range."""

    page: Prepared
    position: Prepared
    last_examined: Prepared
    counts: Sequence[Prepared]


@lru_cache(maxsize=256)
def _statements(shape: _Shape[Any]) -> _Statements:
    """Built once a shape: building them costs more than running them."""
    builder, c = _Builder(shape), shape.table.c
    position = select(*ListCursor.columns(shape.table)).where(c.id == bindparam("id", type_=c.id.type))
    page, last_examined = Prepared(builder.page(), typed=True), Prepared(builder.last_examined(), typed=True)
    return _Statements(page, Prepared(position, typed=True), last_examined, list(builder.counts()))


class _Builder:
    """Writes the statements of a shape."""

    def __init__(self, shape: _Shape[Any]) -> None:
        self._shape = shape
        self._table = shape.table
        self._columns = shape.row_type.columns(shape.table)
        self._ranges = [self._range(number) for number in range(shape.ranges)]

    def page(self) -> Query:
        most: Any = bindparam("most")
        if self._shape.filtered:
            newest, filtered = self._filtered()
            met = select(newest.c.created, newest.c.position).where(*filtered).order_by(newest.c.created.desc(), newest.c.position.desc())
            return self._looked_up(met.limit(most).subquery("met"))
        if len(self._ranges) == 1:
            return self._newest(self._columns, self._ranges[0], most)
        c = self._table.c
        parts = [self._newest([c.created, c.position], each, most).subquery() for each in self._ranges]
        every = union_all(*(select(part) for part in parts)).subquery("every")
        return self._looked_up(select(every).order_by(every.c.created.desc(), every.c.position.desc()).limit(most).subquery("newest"))

    def last_examined(self) -> Query:
        return self._newest(ListCursor.columns(self._table), self._ranges[0], 1).offset(bindparam("last"))

    def counts(self) -> Iterator[Prepared]:
        if self._shape.filtered:
            newest, filtered = self._filtered()
            yield Prepared(select(func.count()).select_from(select(newest.c.id).where(*filtered).subquery()), typed=True)
            return
        for each in self._ranges:  # in order although it does not matter: so that PostgreSQL reads the index that has it
            rows = self._newest([self._table.c.position], each, bindparam("most")).subquery()
            yield Prepared(select(func.count()).select_from(rows), typed=True)

    def _range(self, number: int) -> list[Clause]:
        own = [self._is(name, f"equal_{name}") for name in self._shape.equal]
        column = self._shape.range_column
        return own if column is None else [*own, self._is(column, _name(column, number))]

    def _is(self, column: str, parameter: str) -> Clause:
        return self._table.c[column] == bindparam(parameter, type_=self._table.c[column].type)

    def _filtered(self) -> tuple[Subquery, list[Clause]]:
        """The newest rows of the range, without their long texts, and the conditions on them."""
        short = [column for column in self._table.c if not isinstance(getattr(column.type, "impl_instance", column.type), Text)]
        newest = self._newest(short, self._ranges[0], bindparam("examined")).subquery("newest")
        conditions: list[Clause] = []
        for name, count, negated in self._shape.filtered:
            values = [bindparam(_name(name, number), type_=self._table.c[name].type) for number in range(count)]
            conditions.append(newest.c[name].not_in(values) if negated else newest.c[name].in_(values))
        return newest, conditions

    def _looked_up(self, places: Subquery) -> Query:
        """The rows at these places."""
        joined = select(*self._columns).join(places, places.c.position == self._table.c.position)
        return joined.order_by(places.c.created.desc(), places.c.position.desc())

    def _newest(self, columns: Columns, equal: Sequence[Clause], most: Any) -> Query:
        c = self._table.c
        bounds = [c.created >= bindparam("since", type_=c.created.type)]
        if self._shape.before:
            bounds.append(c.created < bindparam("before", type_=c.created.type))
        if self._shape.behind:
            created, position = (bindparam(f"behind_{name}", type_=c[name].type) for name in ("created", "position"))
            bounds.append(tuple_(c.created, c.position) < tuple_(created, position))
        return select(*columns).where(*equal, *bounds).order_by(c.created.desc(), c.position.desc()).limit(most)


def _name(column: str, number: int) -> str:
    return f"{column}_{number}"


def sum_up_to(uow: UnitOfWork, column: ColumnElement[int]) -> tuple[int, int]:
    """(rows, their sum) of a column; it stops looking at the MAX_COUNTEDth row."""
    some = select(column.label("value")).limit(MAX_COUNTED).subquery()
    row = uow.row(select(func.count(), func.coalesce(func.sum(some.c.value), 0)).select_from(some))
    return (int(row[0]), int(row[1])) if row else (0, 0)


def count_up_to(uow: UnitOfWork, statement: Query, most: int | None = None) -> int:
    """How many rows a statement finds; it stops looking at the `most`th, else at the MAX_COUNTEDth."""
    row = uow.row(counted(statement, most or MAX_COUNTED))
    return int(row[0]) if row else 0


def counted(statement: Query, most: int | BindParameter[int]) -> Query:
    """The statement that counts the rows of another, up to `most`."""
    return select(func.count()).select_from(statement.limit(most).subquery())
