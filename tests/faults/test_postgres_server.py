"""The PostgreSQL of the tests itself: fresh databases, cut connections, restarts."""

from __future__ import annotations

import signal

import psycopg
import pytest

from tests.postgres import Database, Postgres


def test_every_database_is_fresh_and_on_the_schema(postgres: Postgres, database: Database) -> None:
    other = postgres.database()
    with database.connect() as one, other.connect() as two:
        one.execute("INSERT INTO marks (name, value) VALUES ('a', 'b')")
        assert one.execute("SELECT count(*) FROM marks").fetchone() == (1,)
        assert two.execute("SELECT count(*) FROM marks").fetchone() == (0,)
    other.drop()


def test_connections_are_cut_and_the_server_restarts(postgres: Postgres, database: Database) -> None:
    with database.connect() as held:
        held.execute("INSERT INTO marks (name, value) VALUES ('kept', 'b')")
        assert database.cut_connections() == 1
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    for how in (signal.SIGINT, signal.SIGQUIT):
        postgres.restart(how)
        with database.connect() as fresh:
            assert fresh.execute("SELECT name FROM marks").fetchall() == [("kept",)]
