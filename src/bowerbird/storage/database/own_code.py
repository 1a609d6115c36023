"""Whether what runs inside a database is what this program put there: triggers above all, which run with each of its writes.

Who may write to the database can put up a trigger, a view in a table's place, a rule or a further policy, and it stays. It is looked for
at each start. What an operator adds besides and nothing runs by itself, a table or an index, is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from bowerbird.logs import log
from bowerbird.storage.database import append_only, queue
from bowerbird.storage.database.row_security import POLICY

_QUEUE_TRIGGERS = frozenset(
    f"procrastinate_{name}_v1"
    for name in (
        "jobs_notify_queue_job_inserted", "jobs_notify_queue_job_aborted", "trigger_status_events_update", "trigger_status_events_insert",
        "trigger_scheduled_events", "trigger_abort_requested_events", "trigger_delete_jobs",
    )
)  # fmt: skip
_OURS = "current_schema()::regnamespace"
_TRIGGERS = f"""SELECT t.tgname, c.relname, c.relnamespace = {_OURS}, p.proname, t.tgenabled FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND (c.relnamespace = {_OURS} OR n.nspname = '{queue.SCHEMA}') ORDER BY 1"""  # noqa: S608  (our own words)
_RULES = f"""SELECT r.rulename, c.relname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = {_OURS} AND c.relkind IN ('r', 'p') ORDER BY 1"""  # noqa: S608
_POLICIES = f"""SELECT p.polname, c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = {_OURS} AND p.polname <> :own ORDER BY 1"""  # noqa: S608
_FUNCTIONS = f"""SELECT p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = {_OURS}
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1"""  # noqa: S608


def foreign_code(connection: Connection) -> str:
    """What runs in this database and is not of this program, or is missing of it, and what to do; empty where all is as it was made."""
    find = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    found = list(find(connection))
    return f"the database is not as this program made it: {'; '.join(found)}" if found else ""


def _on_sqlite(connection: Connection) -> Iterator[str]:
    wanted = append_only.triggers_of_sqlite()
    rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")).all()
    for kind, name, table, sql in rows:
        if kind == "trigger" and " ".join(sql.split()) != wanted.pop(name, None):
            yield f"it holds the trigger {name} on {table}, which is not ours: look at what it did, then DROP TRIGGER {_quoted(name)}"
        elif kind == "view":
            yield f"it holds the view {name}, which is not ours: look at what it shows, then DROP VIEW {_quoted(name)}"
        elif kind == "table" and sql.split()[1].upper() == "VIRTUAL":
            yield f"it holds the virtual table {name}, which is not ours: DROP TABLE {_quoted(name)}"
    yield from map(_missing, sorted(wanted))


def _on_postgresql(connection: Connection) -> Iterator[str]:
    wanted, functions = append_only.triggers_of_postgresql(), append_only.functions_of_postgresql()
    for name, table, is_ours, function, enabled in connection.execute(text(_TRIGGERS)):
        known = (table, function) == wanted.get(name) if is_ours else name in _QUEUE_TRIGGERS
        if known and _word(enabled) in {"O", "A"}:
            wanted.pop(name, None)
        elif not known:
            yield f"it holds the trigger {name} on {table}, which is not ours: DROP TRIGGER {_quoted(name)} ON {table}"
    yield from map(_missing, sorted(wanted))
    for name, table in connection.execute(text(_RULES)):
        yield f"it holds the rule {name} on {table}, which is not ours: DROP RULE {_quoted(name)} ON {table}"
    for name, table in connection.execute(text(_POLICIES), {"own": POLICY}):
        yield f"it holds the policy {name} on {table}, which opens rows of others: DROP POLICY {_quoted(name)} ON {table}"
    others = []
    for name, source in connection.execute(text(_FUNCTIONS)):
        if name not in functions:
            others.append(name)
        elif " ".join(source.split()) != functions[name]:
            yield f"the function {name} was changed: restore a backup"
    if others:
        log.warning("functions_of_others", functions=others, advice="move them to another schema: some may be preferred to PostgreSQL's")


def _missing(name: str) -> str:
    return f"the trigger {name}, which keeps entries of the audit, is missing or off: restore a backup"


def _word(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
