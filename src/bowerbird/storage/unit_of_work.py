"""A unit of work: statements that happen together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Row
from sqlalchemy.engine import Dialect


class Prepared:
    """A statement compiled once a dialect and run on the driver's cursor, for the few reads where every microsecond is counted.

    The statement is the same SQLAlchemy statement everything else uses; only the way to the driver is shorter.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}

    def for_dialect(self, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
        """SQL text and, for a positional driver, the order of the parameters."""
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
            found = (str(compiled), compiled.positiontup)
            self._compiled[dialect.name] = found
        return found


class UnitOfWork:
    """One open transaction. Made by `Storage.read` and `Storage.write`, gone when they return."""

    __slots__ = ("_after", "_connection", "_dialect")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        self._after: list[Callable[[], None]] = []

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)  # type: ignore[no-any-return]

    def row(self, statement: Executable, parameters: Any = None) -> Row[Any] | None:
        return self._connection.execute(statement, parameters).first()

    def rows(self, statement: Executable, parameters: Any = None) -> Sequence[Row[Any]]:
        return self._connection.execute(statement, parameters).all()

    def fetch(self, prepared: Prepared, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Rows of a prepared statement as plain tuples."""
        sql, order = prepared.for_dialect(self._dialect)
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute(sql, values if order is None else [values[name] for name in order])
            return cursor.fetchall()  # type: ignore[return-value]
        finally:
            cursor.close()

    def insert_many(self, prepared: Prepared, rows: Sequence[Sequence[object]]) -> None:
        """Rows in the statement's own column order, straight to the driver."""
        sql, _ = prepared.for_dialect(self._dialect)
        cursor = self._connection.connection.cursor()
        try:
            cursor.executemany(sql, rows)
        finally:
            cursor.close()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once the work is durable: nothing is announced before."""
        self._after.append(action)

    def committed(self) -> None:
        for action in self._after:
            action()
