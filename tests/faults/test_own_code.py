"""Triggers, views, rules and policies that others wrote into the database: a server notices them when it starts, and does not serve."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.logs import log
from bowerbird.settings import Settings
from bowerbird.storage.database.migrate import SchemaError
from bowerbird.wiring.services import migrate_database, open_services
from tests.postgres import OWNER, Database

SPY = "CREATE TRIGGER {name} AFTER INSERT ON users BEGIN UPDATE users SET version = 0; END"
NO_DELETE = "audit_entries_no_delete"
WRITTEN = {
    "a trigger": (SPY.format(name="spy"), "holds the trigger spy on users, which is not ours"),
    "a trigger with a name that ends a statement": (SPY.format(name='"spy""; DROP TABLE users"'), 'DROP TRIGGER "spy""; DROP TABLE users"'),
    "a weaker trigger in place of ours": (
        f"DROP TRIGGER {NO_DELETE}; CREATE TRIGGER {NO_DELETE} BEFORE DELETE ON audit_entries WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END",
        f"holds the trigger {NO_DELETE} on audit_entries, which is not ours",
    ),
    "none in place of ours": (f"DROP TRIGGER {NO_DELETE}", f"the trigger {NO_DELETE}, which keeps entries of the audit, is missing"),
    "a view": ("CREATE VIEW everything AS SELECT * FROM users", "holds the view everything"),
    "a view in the place of a table": ("DROP TABLE webhooks; CREATE VIEW webhooks AS SELECT 1 AS id", "holds the view webhooks"),
    "a virtual table": ("CREATE VIRTUAL TABLE found USING fts5(text)", "holds the virtual table found"),
}


def sqlite(folder: Path, script: str) -> None:
    with closing(sqlite3.connect(folder / "bowerbird.db")) as database:
        database.executescript(script)


@pytest.mark.parametrize("what", WRITTEN)
def test_a_file_that_holds_code_of_others_is_not_served(tmp_path: Path, what: str) -> None:
    script, wanted = WRITTEN[what]
    settings = Settings(data=tmp_path)
    open_services(settings).close()
    sqlite(tmp_path, script)
    for start in (
        lambda: open_services(settings).close(),
        lambda: open_services(settings, create=False).close(),
        lambda: migrate_database(settings),
    ):
        with pytest.raises(SchemaError) as refused:
            start()
        assert wanted in str(refused.value)


def test_tables_and_indexes_of_the_operator_are_theirs(tmp_path: Path) -> None:
    open_services(Settings(data=tmp_path)).close()
    sqlite(tmp_path, "CREATE TABLE mine (id INTEGER); CREATE INDEX mine_users ON users (id); ANALYZE")
    open_services(Settings(data=tmp_path)).close()


FUNCTION = "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
RUNS, NO_CHANGE = "FOR EACH ROW EXECUTE FUNCTION spy()", "audit_entries_no_change"
KEEP = "CREATE OR REPLACE FUNCTION audit_entries_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
SHARED = {
    "a trigger": (f"{FUNCTION} CREATE TRIGGER spy AFTER INSERT ON users {RUNS}", "the trigger spy on users"),
    "a trigger on a partitioned table": (
        f"{FUNCTION} CREATE TRIGGER spy AFTER INSERT ON transactions {RUNS}",
        "the trigger spy on transactions",
    ),
    "a trigger on the queue": (
        f"{FUNCTION} CREATE TRIGGER spy AFTER INSERT ON procrastinate.procrastinate_jobs {RUNS}",
        "the trigger spy on procrastinate_jobs",
    ),
    "ours with another function": (
        f"{FUNCTION} DROP TRIGGER {NO_CHANGE} ON audit_entries; CREATE TRIGGER {NO_CHANGE} BEFORE UPDATE ON audit_entries {RUNS}",
        "the trigger audit_entries_no_change on audit_entries, which is not ours",
    ),
    "ours turned off": ("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_no_change", "audit_entries_no_change, which keeps"),
    "our function changed": (KEEP, "the function audit_entries_keep was changed"),
    "a rule": ("CREATE RULE quiet AS ON DELETE TO users DO INSTEAD NOTHING", "the rule quiet on users"),
    "a policy that opens all rows": ("CREATE POLICY open ON users USING (true)", "the policy open on users, which opens rows of others"),
}


@pytest.mark.parametrize("what", SHARED)
def test_a_shared_database_that_holds_code_of_others_is_not_served(database: Database, what: str, tmp_path: Path) -> None:
    script, wanted = SHARED[what]
    settings = Settings(data=tmp_path, **database.settings)
    open_services(settings).close()
    with database.connect(OWNER) as connection:
        connection.execute(script.encode())
    with pytest.raises(SchemaError) as refused:
        open_services(settings)
    assert wanted in str(refused.value)


def test_functions_beside_our_tables_are_named(database: Database, tmp_path: Path) -> None:
    """They are preferred to PostgreSQL's own where their arguments fit better: none of them is run by itself."""
    with database.connect(OWNER) as connection:
        connection.execute("CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'a'::text $$")
    with log.kept() as lines:
        open_services(Settings(data=tmp_path, **database.settings)).close()
    assert [line["functions"] for line in lines if line["event"] == "functions_of_others"] == [["lower"]]
