"""A unit of work: statements that happen together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property, lru_cache
from itertools import islice, repeat
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Column, Connection, CursorResult, Executable, Row, Table, bindparam, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import NULLTYPE

from bowerbird.storage.database.schema import EnumCode, Id, id_as_bytes, ids_as_bytes

K = TypeVar("K", str, int)
R = TypeVar("R", bound="StoredRow")

StoredValue = str | int | bytes | float | None  # not money: what a column holds
"""A value of a row as a driver takes it."""
Values = StoredValue | list[StoredValue]
"""A value, or an array of them."""
AnyRow = Row[*tuple[Any, ...]]
"""A row of any statement; its columns are attributes."""


class StoredRow(msgspec.Struct, frozen=True, gc=False):
    """A row as the rest of the program sees it: a subclass declares the columns it reads, by their keys and with their types.

    `columns(table)` are what a statement selects for it. What a column stores (a word of an enum, JSON) is decoded by the column's
    own type, so that a field holds the value itself.
    """

    @classmethod
    def columns(cls, *tables: Table) -> list[Column[Any]]:
        """The columns of these tables that the fields name, in the fields' order. Raises KeyError for a field that no table has."""
        return [next(table.c[name] for table in tables if name in table.c) for name in cls.__struct_fields__]

    def values(self) -> dict[str, Any]:
        """The row as an insert takes it: column → value."""
        return msgspec.structs.asdict(self)


class StorageUnavailable(Exception):
    """The database does not answer, stays locked or is out of places: trying again later can help.

    Nothing was written, unless the connection was lost at the very moment of the commit: then it is unknown.
    """


class DatabaseDamaged(StorageUnavailable):
    """The database file is damaged. What can be read of it is; nothing is written any more."""


class EveryTenant(Enum):
    """A type of its own, so that no application's id can be taken for it."""

    EVERY_TENANT = "*"


EVERY_TENANT: Final = EveryTenant.EVERY_TENANT
"""For work across tenants: the queue, the command line, an API key that has not been looked up yet."""

ActingFor = str | EveryTenant
"""For whom a unit of work acts: an application's id, or all of them. PostgreSQL shows it the rows of no one else."""


class _Compiled(NamedTuple):
    """SQL text; for a positional driver the order of the parameters; and the values the statement itself brings.

    `bound` and `results` convert ids and codes: parameters by name, result columns, each with its place.
    """

    sql: str
    order: Sequence[str] | None
    constants: Mapping[str, object]
    bound: Mapping[str, Callable[[Any], Any]]
    results: Sequence[tuple[int, Callable[[Any], Any]]]


class Prepared:
    """A statement compiled once a dialect and run on the driver's cursor, for the few places where every microsecond is counted.

    The statement is the same SQLAlchemy statement everything else uses; only the way to the driver is shorter. `typed`: the types of
    columns convert every value, not only ids and codes.
    """

    def __init__(self, statement: Executable, *, typed: bool = False) -> None:
        self._statement = statement
        self._compact = _converted_type if typed else _compact
        self._compiled: dict[str, _Compiled] = {}

    def for_dialect(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled: Any = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            columns = getattr(self._statement, "exported_columns", ())
            bound = {name: self._compact(parameter.type, dialect).bind_processor(dialect) for name, parameter in compiled.binds.items()}
            results = {place: self._compact(column.type, dialect).result_processor(dialect, None) for place, column in enumerate(columns)}
            found = self._compiled[dialect.name] = _Compiled(
                str(compiled), compiled.positiontup, constants, _known(bound), list(_known(results).items())
            )
        return found


class _Arrays(NamedTuple):
    """An insert that takes an array a column; None for a column whose values the driver takes as they are."""

    sql: str
    conversions: Sequence[Callable[[Any], Any] | None]


class ManyRows:
    """An insert of many rows into one table. `columns` are keys of the table's; `ignore`: rows that are there already stay as they are."""

    def __init__(self, table: Table, columns: Sequence[str], *, ignore: bool = False) -> None:
        self._table, self.columns, self._ignore = table, columns, ignore
        self._arrays: dict[int, _Arrays] = {}

    @cached_property
    def one_by_one(self) -> Prepared:
        """The statement of one row, for SQLite."""
        statement = sqlite.insert(self._table)
        statement = statement.on_conflict_do_nothing() if self._ignore else statement
        return Prepared(statement.values({name: bindparam(name) for name in self.columns}))

    def together(self, dialect: Dialect, shared: Sequence[StoredValue], rows: Sequence[Sequence[StoredValue]]) -> tuple[str, list[Values]]:
        """PostgreSQL's statement of all rows, and its parameters: an array for each column behind those that are shared."""
        count = len(shared)
        sql, conversions = self._arrays.get(count) or self._arrays.setdefault(count, self._as_arrays(dialect, count))
        columns = zip(zip(*rows, strict=True), conversions, strict=True)
        return sql, [*shared, *(list(values) if convert is None else list(map(convert, values)) for values, convert in columns)]

    def _as_arrays(self, dialect: Dialect, shared: int) -> _Arrays:
        columns = [self._table.c[name] for name in self.columns]
        kinds = [column.type.compile(dialect).partition("(")[0] for column in columns]
        own, arrays = (f"%s::{kind}" for kind in kinds[:shared]), (f"%b::{kind}[]" for kind in kinds[shared:])
        chosen = ", ".join([*own, "*"])
        names, ignored = ", ".join(column.name for column in columns), " ON CONFLICT DO NOTHING" if self._ignore else ""
        sql = f"INSERT INTO {self._table.name} ({names}) SELECT {chosen} FROM unnest({', '.join(arrays)}){ignored}"  # noqa: S608
        return _Arrays(sql, [_compact(column.type, dialect).bind_processor(dialect) for column in columns[shared:]])


def _known(conversions: dict[K, Any]) -> dict[K, Callable[[Any], Any]]:
    return {key: convert for key, convert in conversions.items() if convert is not None}


def _compact(kind: Any, dialect: Dialect) -> Any:
    """The types of ids and codes convert their values; of the others the driver takes and gives what is stored."""
    return kind.dialect_impl(dialect) if isinstance(kind, Id | EnumCode) else NULLTYPE


def _converted_type(kind: Any, dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect)


class UnitOfWork:
    """One open transaction. Made by `Storage.read` and `Storage.write`, gone when they return."""

    __slots__ = ("_after", "_connection", "_dialect", "_driver", "_held", "_kept")

    def __init__(self, connection: Connection, driver: Any) -> None:
        """`driver` is the driver's own connection under `connection`."""
        self._connection = connection
        self._driver = driver
        self._dialect = connection.dialect
        self._after: list[Callable[[], object]] = []
        self._held: tuple[str, str] | None = None
        self._kept: dict[str, tuple[tuple[str, str], Any]] = {}

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self._dialect.name

    @property
    def held(self) -> tuple[str, str] | None:
        """The user that is locked, by application and id."""
        return self._held

    def hold(self, owner: tuple[str, str]) -> None:
        """Note that a user, by application and id, is locked until this unit of work ends: no other one changes what is theirs."""
        if self._held != owner:
            self._held = owner
            self._kept.clear()

    def keep(self, what: str, owner: tuple[str, str], value: Any) -> None:
        """Keep what was read, so that it is read once; only the last owner's. Who writes it keeps what it then is, or forgets it."""
        self._kept[what] = (owner, value)

    def kept(self, what: str, owner: tuple[str, str]) -> Any:
        """What was kept of an owner; None without anything."""
        found = self._kept.get(what)
        return found[1] if found is not None and found[0] == owner else None

    def forget(self, what: str) -> None:
        """Read this anew when it is asked for again."""
        self._kept.pop(what, None)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    def one(self, row_type: type[R], statement: Executable | Prepared, parameters: Any = None) -> R | None:
        """The first row of a statement that selects `row_type.columns(…)`; None without one. A prepared one must be typed."""
        if isinstance(statement, Prepared):
            found = self.fetch(statement, parameters)
            return row_type(*found[0]) if found else None
        row = self._connection.execute(statement, parameters).first()
        return None if row is None else row_type(*row)

    def all(self, row_type: type[R], statement: Executable | Prepared, parameters: Any = None) -> list[R]:
        """Every row of a statement that selects `row_type.columns(…)`. A prepared one must be typed."""
        if isinstance(statement, Prepared):
            return [row_type(*row) for row in self.fetch(statement, parameters)]
        return [row_type(*row) for row in self._connection.execute(statement, parameters)]

    def row(self, statement: Executable, parameters: Any = None) -> AnyRow | None:
        return self._connection.execute(statement, parameters).first()

    def rows(self, statement: Executable, parameters: Any = None) -> Sequence[AnyRow]:
        return self._connection.execute(statement, parameters).all()

    def fetch(self, prepared: Prepared, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Rows of a prepared statement as plain tuples."""
        sql, parameters, results = self._bound(prepared, values)
        cursor = self._driver.cursor()
        try:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        finally:
            cursor.close()
        return list(_converted(rows, results)) if results else rows

    def _bound(self, prepared: Prepared, values: Mapping[str, object]) -> tuple[str, Any, Sequence[tuple[int, Callable[[Any], Any]]]]:
        """The text and the parameters as the driver takes them, and what converts result columns by place."""
        sql, order, constants, bound, results = prepared.for_dialect(self._dialect)
        given = {**constants, **values}
        for name, convert in bound.items():
            given[name] = convert(given[name])
        return sql, given if order is None else [given[name] for name in order], results

    def run(self, prepared: Prepared, values: Mapping[str, object]) -> int:
        """Run a prepared write that returns no rows; how many rows it changed."""
        sql, parameters, _ = self._bound(prepared, values)
        cursor = self._driver.cursor()
        try:
            cursor.execute(sql, parameters)
            changed: int = cursor.rowcount
        finally:
            cursor.close()
        return changed

    def insert(self, table: Table, values: Mapping[str, object]) -> None:
        """One row, by a statement that is built once for these columns."""
        self.run(_insert_of(table, tuple(values)), values)

    def update(self, table: Table, where: Mapping[str, object], values: Mapping[str, object]) -> int:
        """Set columns of the rows that equal `where`, by a statement that is built once for these columns; how many rows there were."""
        given = {f"is_{name}": value for name, value in where.items()}
        return self.run(_update_of(table, tuple(where), tuple(values)), given | {f"new_{name}": value for name, value in values.items()})

    def execute_many(
        self, prepared: Prepared, columns: Sequence[str], rows: Iterable[Sequence[StoredValue]], shared: Sequence[StoredValue] = ()
    ) -> None:
        """A statement for each row, straight to the driver; values in the order of `columns`, which is the statement's own.

        `shared` are the values of the first columns where they are the same for all rows.
        """
        sql, order, _, bound, _ = prepared.for_dialect(self._dialect)
        rows = _by_columns(rows, shared, [(place, bound[name]) for place, name in enumerate(columns) if name in bound])
        cursor = self._driver.cursor()
        try:
            if order is None:
                cursor.executemany(sql, (dict(zip(columns, row, strict=True)) for row in rows))
            else:
                cursor.executemany(sql, rows)
        finally:
            cursor.close()

    def insert_many(self, table: ManyRows, rows: Iterable[Sequence[StoredValue]], shared: Sequence[StoredValue] = ()) -> None:
        """Rows of one table, values in the order of its columns; `shared` are those of the first columns, the same for all rows.

        SQLite takes them one by one. PostgreSQL takes some hundred with a statement of an array a column, at less than half the cost;
        its policies judge each row as before.
        """
        if self.dialect == "sqlite":
            self.execute_many(table.one_by_one, table.columns, rows, shared)
            return
        cursor, waiting = self._driver.cursor(), iter(rows)
        try:
            while taken := list(islice(waiting, _TAKEN)):
                cursor.execute(*table.together(self._dialect, shared, taken))
        finally:
            cursor.close()

    def after_commit(self, action: Callable[[], object]) -> None:
        """Do something once the work is durable: nothing is announced before."""
        self._after.append(action)

    def committed(self) -> None:
        for action in self._after:
            action()


@lru_cache(maxsize=256)
def _insert_of(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns}), typed=True)


@lru_cache(maxsize=256)
def _update_of(table: Table, where: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    rows = [table.c[name] == bindparam(f"is_{name}") for name in where]
    changes = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    return Prepared(update(table).where(*rows).values(changes), typed=True)


_TAKEN: Final = 256
"""Rows whose columns are converted together."""


def _by_columns(
    rows: Iterable[Sequence[object]], shared: Sequence[object], conversions: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Iterator[tuple[Any, ...]]:
    """Very many rows behind what they share, converted column by column at half the cost of `_converted`."""
    waiting = iter(rows)
    while taken := list(islice(waiting, _TAKEN)):
        columns: list[Iterable[Any]] = [*(repeat(value, len(taken)) for value in shared), *zip(*taken, strict=True)]
        for place, convert in conversions:
            columns[place] = ids_as_bytes([*columns[place]]) if convert is id_as_bytes else map(convert, columns[place])
        yield from zip(*columns, strict=True)


def _converted(rows: Iterable[Sequence[object]], conversions: Sequence[tuple[int, Callable[[Any], Any]]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        values = list(row)
        for place, convert in conversions:
            values[place] = convert(values[place])
        yield tuple(values)
