"""Many events, messages and unfinished jobs of one application, made by the database itself: a million of each in a minute or two."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine, text

from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id

_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_SPREAD_MS = 13 * 86_400_000
"""Rows are spread over thirteen days: about half of the events are older than those the API shows."""
_CREATED = f":now - CAST((:count - n) * (CAST({_SPREAD_MS} AS BIGINT) / :count) AS BIGINT)"
_UNFINISHED_MS = 365 * 86_400_000
_ID = {
    "sqlite": "'{kind}0000000-0000-4000-8000-' || printf('%012d', n)",
    "postgresql": "'{kind}0000000-0000-4000-8000-' || lpad(CAST(n AS text), 12, '0')",
}


def id_of(kind: str, n: int) -> str:
    """The id of the `n`th event ("e"), message ("a"), job ("b") or job's connection ("c")."""
    return f"{kind}0000000-0000-4000-8000-{n:012d}"


def fill(url: str, application: str, count: int, now: int) -> str:
    """`_fill` on a database, which is afterwards as PostgreSQL keeps it by itself; SQLite keeps no statistics."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        webhook = _fill(connection, application, count, now)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return webhook


def _fill(connection: Connection, application: str, count: int, now: int) -> str:
    """`count` rows of each about the application's users, written up to `now` in milliseconds, and the id of the messages' webhook.

    The webhook is disabled, and the jobs wait for a person: nothing moves. On PostgreSQL the connection is one that passes policies.
    """
    values = {"application": application, "count": count, "now": now, "webhook": new_id(), "later": now + _UNFINISHED_MS}
    connection.execute(
        text(
            "INSERT INTO webhooks (id, application_id, name, description, url, status, secret, created, updated) "
            "VALUES (:webhook, :application, '', '', 'https://example.com/', 'disabled', :secret, :now, :now)"
        ),
        {**values, "secret": b""},
    )
    ids = {kind: _ID[connection.dialect.name].format(kind=kind) for kind in "eabc"}
    people = [row[0] for row in connection.execute(text("SELECT id FROM users WHERE application_id = :application"), values)]
    person, kind = _in_turn(people), _in_turn([str(each) for each in EventType])
    _insert(connection, "events", "id, application_id, user_id, type, path, data, created", values, f"""
        {ids["e"]}, :application, {person}, {kind}, '/users/x', '{{"type":"user"}}', {_CREATED}""")  # fmt: skip
    state = "CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 100 = 1 THEN 'held' WHEN n % 10 = 2 THEN 'pending' ELSE 'delivered' END"
    sent = "id, application_id, webhook_id, user_id, event_id, type, path, state, attempts, due_at, created"
    _insert(connection, "messages", sent, values, f"""
        {ids["a"]}, :application, :webhook, {person}, {ids["e"]}, {kind}, '/users/x', {state}, 1, :now, {_CREATED}""")  # fmt: skip
    columns = "id, application_id, user_id, connection_id, institution_id, kind, state, due_at_ms, attempts, created_at_ms, updated_at_ms"
    _insert(connection, "jobs", columns, values, f"""
        {ids["b"]}, :application, {person}, {ids["c"]}, 'AU00002', 'connect', 'waiting', :later, 1, {_CREATED}, {_CREATED}""")  # fmt: skip
    return str(values["webhook"])


def _in_turn(texts: list[str]) -> str:
    cases = " ".join(f"WHEN {nth} THEN '{each}'" for nth, each in enumerate(texts))
    return f"CASE n % {len(texts)} {cases} END"


def _insert(connection: Connection, table: str, columns: str, values: dict[str, object], row: str) -> None:
    connection.execute(text(f"INSERT INTO {table} ({columns}) {_NUMBERS} SELECT {row} FROM numbers ORDER BY n"), values)
