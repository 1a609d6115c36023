"""Migrations on PostgreSQL: both ways lead to one schema, two at once take turns, and data stays."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bowerbird.domain.jobs.advance import advance
from bowerbird.model.clock import ManualClock
from bowerbird.settings import Settings
from bowerbird.storage.database.migrate import migrate, migrating_engine, newest_revision, upgrade
from bowerbird.storage.database.row_security import secure
from bowerbird.storage.database.tables import metadata
from bowerbird.wiring import open_services
from tests.faults.crash_worker import take_in
from tests.faults.fleet import WITH_TOLL_BANK
from tests.faults.long_account import statement
from tests.faults.test_kill_points import Stage
from tests.faults.traffic import ON_PAPER
from tests.postgres import SERVER, SUPERUSER, Database, Postgres
from tests.serving import NOON

_SCHEMA = {
    "columns": "SELECT table_schema::text, table_name::text, column_name::text, data_type::text, character_maximum_length::int,"
    " is_nullable::text, column_default::text FROM information_schema.columns",
    "indexes": "SELECT schemaname::text, tablename::text, indexname::text, indexdef FROM pg_indexes",
    "constraints": "SELECT n.nspname::text, conrelid::regclass::text, conname::text, pg_get_constraintdef(c.oid)"
    " FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace",
    "policies": "SELECT schemaname::text, tablename::text, policyname::text, qual, with_check FROM pg_policies",
    "forced": "SELECT n.nspname::text, relname::text, relrowsecurity, relforcerowsecurity"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind = 'r'",
}


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[Database]:
    made = postgres.database(migrated=False)
    yield made
    made.drop()


def url_of(database: Database) -> str:
    return database.owner_url.replace("postgresql://", "postgresql+psycopg://")


def schema_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but the mark of the revision, which Alembic declares in its own words."""
    with database.connect(SUPERUSER) as connection:
        found = {what: connection.execute(query).fetchall() for what, query in _SCHEMA.items()}
    return {what: sorted((row for row in rows if _is_ours(row)), key=repr) for what, rows in found.items()}


def _is_ours(row: tuple[Any, ...]) -> bool:
    return row[0] not in ("pg_catalog", "information_schema", "pg_toast") and "alembic_version" not in row[1:3]


def test_replayed_migrations_equal_the_declared_tables(empty: Database, database: Database) -> None:
    engine = migrating_engine(url_of(empty))
    with engine.connect() as connection, connection.begin():
        upgrade(connection)
        secure(connection)
    engine.dispose()
    replayed, declared = schema_of(empty), schema_of(database)
    assert len(declared["columns"]) > 50
    assert replayed == declared


def test_two_at_once_take_turns(empty: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: migrate(url_of(empty), grant_to=SERVER), range(3)))
    newest = newest_revision()
    assert sorted(found, key=repr) == sorted([(None, newest), (newest, newest), (newest, newest)], key=repr)


ANCIENT = "0006"
"""The first revision on which a fleet could serve."""


def columns_of(connection: Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        text("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
    ):
        found.setdefault(str(table), []).append(str(column))
    return found


def give_what_it_can_hold(source: Connection, target: Connection) -> dict[str, list[str]]:
    """Copy every row into an earlier schema, as far as that has its table and columns, owners first; what was copied."""
    order = [table.name for table in metadata.sorted_tables]
    now, then = columns_of(source), columns_of(target)
    common = {table: [name for name in names if name in now.get(table, ())] for table, names in then.items() if table != "alembic_version"}
    for table, names in sorted(common.items(), key=lambda each: order.index(each[0]) if each[0] in order else len(order)):
        listed = ", ".join(f'"{name}"' for name in names)
        for row in source.execute(text(f'SELECT {listed} FROM "{table}"')).mappings() if names else ():
            values = ", ".join(f":{name}" for name in names)
            target.execute(text(f'INSERT INTO "{table}" ({listed}) VALUES ({values})'), dict(row))
    return common


def test_data_of_an_earlier_release_is_served_after_the_upgrade(empty: Database, database: Database, tmp_path: Path) -> None:
    """A user, a bank's transactions, and a statement that was waiting to be read when the fleet was stopped."""
    stage = Stage(Settings(data=tmp_path, institutions=WITH_TOLL_BANK["BOWERBIRD_INSTITUTIONS"], **database.settings))
    tenant = stage.new_user()
    job = stage.connect(tenant)
    advance(stage.services, "test", job)
    before = stage.stored(tenant, job)
    waiting = take_in(stage.services, tenant, ON_PAPER, statement(0, 60))
    stage.services.close()
    engines = [migrating_engine(url_of(each)) for each in (database, empty)]
    with engines[0].connect() as source, engines[1].connect() as old, source.begin(), old.begin():
        for each in (source, old):
            each.execute(text("SET LOCAL bowerbird.application = '*'"))
        upgrade(old, ANCIENT)
        copied = give_what_it_can_hold(source, old)
    for engine in engines:
        engine.dispose()
    assert {"users", "transactions", "uploads", "jobs"} <= copied.keys()
    assert "kept_in" not in copied["uploads"]
    assert migrate(url_of(empty), grant_to=SERVER) == (ANCIENT, newest_revision())
    assert schema_of(empty) == schema_of(database)
    stage.services = open_services(Settings(data=tmp_path, **empty.settings), ManualClock(NOON))
    with closing(stage.services):
        assert stage.stored(tenant, job) == {**before, "uploads": [("csv",)], "connections": stage.stored(tenant, job)["connections"]}
        advance(stage.services, "test", waiting)
        assert len(stage.stored(tenant, waiting)["transactions"]) == len(before["transactions"]) + 60


def test_walls_that_are_missing_are_put_up_again(database: Database) -> None:
    wanted = schema_of(database)
    with database.connect(SUPERUSER) as connection:
        connection.execute("DROP POLICY own_application_1 ON jobs")
        connection.execute("CREATE POLICY everybody ON jobs USING (true)")
        connection.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")
    assert schema_of(database) != wanted
    migrate(url_of(database))
    assert schema_of(database) == wanted
