"""Migrations on PostgreSQL: both ways lead to one schema, and two at once run one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bowerbird.storage.database.migrate import migrate, migrating_engine, newest_revision, upgrade
from bowerbird.storage.database.row_security import secure
from tests.postgres import SERVER, SUPERUSER, Database, Postgres

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


def test_two_at_once_run_one_after_the_other(empty: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: migrate(url_of(empty), grant_to=SERVER), range(3)))
    newest = newest_revision()
    assert sorted(found, key=repr) == sorted([(None, newest), (newest, newest), (newest, newest)], key=repr)


def test_walls_that_are_missing_are_put_up_again(database: Database) -> None:
    wanted = schema_of(database)
    with database.connect(SUPERUSER) as connection:
        connection.execute("DROP POLICY own_application_1 ON jobs")
        connection.execute("CREATE POLICY everybody ON jobs USING (true)")
        connection.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")
    assert schema_of(database) != wanted
    migrate(url_of(database))
    assert schema_of(database) == wanted
