"""The second wall: what PostgreSQL itself shows and allows a role that cannot pass row-level security, in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, create_engine

from bowerbird.storage.database.row_security import tenant_tables, unsecured, way_around
from bowerbird.storage.database.schema import EnumCode, Id
from bowerbird.storage.database.tables import metadata
from tests.postgres import OWNER, SERVER, SUPERUSER, Database, Postgres

MINE = "00000000-0000-4000-8000-00000000000a"
THEIRS = "00000000-0000-4000-8000-00000000000b"
TABLES = sorted(tenant_tables())
APPEND_ONLY = {"audit_entries"}
"""Their rows can be changed for no application at all (tests/faults/test_audit.py)."""


class Walled(NamedTuple):
    """A database with a row of each of two applications in every table, and a connection as the serving role."""

    database: Database
    serving: psycopg.Connection[tuple[Any, ...]]

    def act_for(self, scope: str) -> None:
        self.serving.execute("SELECT set_config('bowerbird.application', %s, true)", [scope])


def row_of(table: Table, owner: str) -> dict[str, object]:
    """A row whose texts are all the owner's id, as far as they fit, and whose numbers are its last digit."""

    def value(column: Column[Any]) -> object:
        match column.type:
            case Boolean():
                return False
            case Integer():
                return int(owner[-1], 16)
            case Id():
                return owner
            case EnumCode():
                return 0
            case LargeBinary():
                return owner.encode()
            case kind:
                return owner[-(getattr(kind, "length", None) or 36) :]

    return {column.name: value(column) for column in table.columns}


def whose(name: str, owner: str) -> object:
    """What the column of a table that says whose a row is holds for an owner."""
    return row_of(metadata.tables[name], owner)[tenant_tables()[name]]


def insert(connection: psycopg.Connection[tuple[Any, ...]], name: str, owner: str) -> None:
    values = row_of(metadata.tables[name], owner)
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    connection.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(name), columns, places), list(values.values()))


@pytest.fixture(scope="module")
def filled(postgres: Postgres) -> Iterator[Database]:
    database = postgres.database()
    with database.connect(SUPERUSER) as every:
        for table in metadata.sorted_tables:
            for owner in (MINE, THEIRS) if table.name in TABLES else ():
                insert(every, table.name, owner)
    yield database
    database.drop()


@pytest.fixture
def walled(filled: Database) -> Iterator[Walled]:
    """Nothing a test does stays."""
    with psycopg.connect(filled.server.url(SERVER, filled.name)) as serving:
        yield Walled(filled, serving)
        serving.rollback()


def test_every_table_of_tenants_has_the_wall(database: Database) -> None:
    engine = create_engine(database.owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert unsecured(connection) == []
        connection.exec_driver_sql("CREATE TABLE extra (application_id text)")
        connection.exec_driver_sql("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
        connection.exec_driver_sql("DROP POLICY own_application_1 ON jobs")
        assert unsecured(connection) == ["jobs", "users"]
    engine.dispose()
    with database.connect() as connection:
        named = connection.execute(
            "SELECT table_name::text FROM information_schema.columns"
            " WHERE column_name IN ('application_id', 'application_ref') AND table_schema = 'public'"
        ).fetchall()
    assert {name for (name,) in named} | {"applications"} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_only_rows_of_the_own_application_are_there(walled: Walled, name: str) -> None:
    column, table = sql.Identifier(tenant_tables()[name]), sql.Identifier(name)
    walled.act_for(MINE)
    owners = walled.serving.execute(sql.SQL("SELECT {} FROM {}").format(column, table)).fetchall()
    assert owners == [(whose(name, MINE),)]
    theirs = sql.SQL(" {} WHERE {} = %s").format(table, column)
    change = sql.SQL("UPDATE {} SET {} = {} WHERE {} = %s").format(table, column, column, column)
    if name in APPEND_ONLY:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            walled.serving.execute(change, [whose(name, THEIRS)])
        return
    changed = walled.serving.execute(change, [whose(name, THEIRS)])
    assert changed.rowcount == 0
    if name != "applications":  # its row is what keys refer to
        assert walled.serving.execute(sql.SQL("DELETE FROM") + theirs, [whose(name, THEIRS)]).rowcount == 0
        assert walled.serving.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount == 1


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_added_or_given_to_another_application(walled: Walled, name: str) -> None:
    column, table = sql.Identifier(tenant_tables()[name]), sql.Identifier(name)
    walled.act_for(MINE)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), walled.serving.transaction():
        insert(walled.serving, name, THEIRS)
    reason = "permission denied" if name in APPEND_ONLY else "row-level security"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=reason), walled.serving.transaction():
        walled.serving.execute(sql.SQL("UPDATE {} SET {} = %s").format(table, column), [whose(name, THEIRS)])


@pytest.mark.parametrize("name", TABLES)
def test_who_says_nothing_meets_no_row(walled: Walled, name: str) -> None:
    table = sql.Identifier(name)
    for tenant in (None, "", "unknown"):
        if tenant is not None:
            walled.act_for(tenant)
        assert walled.serving.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone() == (0,)
        assert walled.serving.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), walled.serving.transaction():
            insert(walled.serving, name, MINE)
    walled.serving.commit()  # what is set for a transaction ends with it
    assert walled.serving.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone() == (0,)


@pytest.mark.parametrize("name", TABLES)
def test_who_acts_for_every_tenant_meets_all_rows(walled: Walled, name: str) -> None:
    walled.act_for("*")
    assert walled.serving.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone() == (2,)


@pytest.mark.parametrize(
    "statement", ["ALTER TABLE users DISABLE ROW LEVEL SECURITY", "DROP POLICY own_application_1 ON users", "DROP TABLE users"]
)
def test_the_serving_role_cannot_lift_the_wall(walled: Walled, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), walled.serving.transaction():
        walled.serving.execute(statement)


def test_a_role_that_bypasses_row_security_is_recognised(filled: Database) -> None:
    filled.server.execute("CREATE ROLE passer LOGIN BYPASSRLS")
    reasons = {}
    for role in (SERVER, OWNER, SUPERUSER, "passer"):
        engine = create_engine(filled.server.url(role, filled.name).replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            reasons[role] = way_around(connection)
        engine.dispose()
    filled.server.execute("DROP ROLE passer")
    assert reasons == {
        SERVER: "",
        OWNER: f"the role {OWNER} owns the tables and can lift their policies",
        SUPERUSER: f"the role {SUPERUSER} is a superuser",
        "passer": "the role passer has BYPASSRLS",
    }
