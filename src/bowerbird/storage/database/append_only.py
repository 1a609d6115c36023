"""Tables whose rows stay as they were written: triggers of the database refuse to change or delete one, whichever program asks.

Deleting has one exception: rows from before a moment that an entry of the same table names in `deletes_before_ms`. That entry is no
older than the moment it names, so it outlives what it deletes: nothing is deleted without a row that says so.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

_CHANGED = "entries of {table} are append-only"
_KEPT = "entries of {table} are deleted by their retention only"
_SWEPT = "EXISTS (SELECT 1 FROM {table} WHERE deletes_before_ms > OLD.created AND created >= deletes_before_ms)"
_THERE = "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR position = NEW.position)"

_SQLITE = (
    f"CREATE TRIGGER {{table}}_no_update BEFORE UPDATE ON {{table}} BEGIN SELECT RAISE(ABORT, '{_CHANGED}'); END",
    f"CREATE TRIGGER {{table}}_no_delete BEFORE DELETE ON {{table}} WHEN NOT {_SWEPT} BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
    # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
    f"CREATE TRIGGER {{table}}_no_replace BEFORE INSERT ON {{table}} WHEN {_THERE} BEGIN SELECT RAISE(ABORT, '{_CHANGED}'); END",
)
_DELETED = f"IF TG_OP = 'DELETE' THEN IF {_SWEPT} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_KEPT}'; END IF;"
_POSTGRESQL = (
    f"CREATE FUNCTION {{table}}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_DELETED} RAISE EXCEPTION '{_CHANGED}'; END $$",
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()",
)


_kept: list[str] = []


def triggers_of_sqlite() -> dict[str, str]:
    """Name → statement, of every table whose rows are kept."""
    return {sql.split()[2]: sql for name in _kept for sql in (statement.format(table=name) for statement in _SQLITE)}


def triggers_of_postgresql() -> dict[str, tuple[str, str]]:
    """Name → the table, and the function that is run."""
    return {f"{name}_no_{what}": (name, f"{name}_keep") for name in _kept for what in ("change", "truncate")}


def functions_of_postgresql() -> dict[str, str]:
    """Name → what it does."""
    return {f"{name}_keep": _POSTGRESQL[0].format(table=name).split("$$")[1].strip() for name in _kept}


def keep_rows(table: Table) -> None:
    """Put the triggers up wherever the table is created. It has the columns `position`, `id`, `created` and `deletes_before_ms`."""
    _kept.append(table.name)
    for dialect, statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
        for statement in statements:
            event.listen(table, "after_create", _ddl(statement.format(table=table.name), dialect))


def _ddl(statement: str, dialect: str) -> DDL:
    return DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
