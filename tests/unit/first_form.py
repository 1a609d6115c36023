"""Writes a database as it was before keys had owners: schema 0002, records sealed under the master key and a label."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bowerbird.storage.database import migrate
from bowerbird.storage.database.migrate import migrating_engine
from bowerbird.storage.vault.envelope import SealContext
from bowerbird.storage.vault.master_keys import derive

APPLICATION, USER, CONNECTION, JOB = "app", "user", "connection", "job"


class Record(NamedTuple):
    """Where a record lies. `row_column` is the column that names its row."""

    table: str
    row: str
    column: str
    row_column: str = "id"

    @property
    def place(self) -> SealContext:
        return SealContext(APPLICATION, USER, self.table, self.row, self.column)


class Written(NamedTuple):
    records: list[tuple[Record, bytes]]
    fingerprint: str


def _sealed(master: bytes, plain: bytes, label: str) -> bytes:
    key, first, second = os.urandom(32), os.urandom(12), os.urandom(12)
    wrapped = AESGCM(derive(master, "wrap data keys")).encrypt(first, key, label.encode())
    return b"\x01" + first + wrapped + second + AESGCM(key).encrypt(second, plain, label.encode())


def _schema(path: Path) -> None:
    engine = migrating_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parents[1] / "migrations"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()


def write_first_form(path: Path, master: bytes) -> Written:
    """An application, a user, a connection, a job and an upload, each with its sealed columns."""
    _schema(path)
    records = [
        (Record("users", USER, "details"), json.dumps({"email": "gavin@hooli.com"}).encode()),
        (Record("connections", CONNECTION, "login"), b"the login"),
        (Record("connections", CONNECTION, "profile"), b"the profile"),
        (Record("jobs", JOB, "note"), b"the note"),
        (Record("uploads", JOB, "content", "job_id"), b"the statement"),
    ]
    sealed = {(at.table, at.column): _sealed(master, plain, f"{at.table}.{at.column}:{at.row}") for at, plain in records}
    fingerprint = hmac.new(derive(master, "fingerprints"), b"a\0b", hashlib.sha256).hexdigest()
    with sqlite3.connect(path) as database:
        check = _sealed(master, b"bowerbird", "marks.value:key-check")
        database.execute("INSERT INTO marks VALUES ('key-check', ?)", (check,))
        database.execute("INSERT INTO applications VALUES (?, 'Test', 0, '', 0, 0)", (APPLICATION,))
        database.execute("INSERT INTO users VALUES (?, ?, ?, 1, 0, 0)", (USER, APPLICATION, sealed["users", "details"]))
        database.execute(
            "INSERT INTO connections VALUES (?, ?, ?, 'AU00000', 'web', 'active', 1, ?, ?, ?, 0, NULL)",
            (CONNECTION, APPLICATION, USER, sealed["connections", "login"], fingerprint, sealed["connections", "profile"]),
        )
        database.execute(
            "INSERT INTO jobs (id, application_id, user_id, connection_id, institution_id,"
            " kind, state, due_at, attempts, note, created, updated)"
            " VALUES (?, ?, ?, ?, 'AU00000', 'connect', 'waiting', 0, 0, ?, 0, 0)",
            (JOB, APPLICATION, USER, CONNECTION, sealed["jobs", "note"]),
        )
        database.execute("INSERT INTO uploads VALUES (?, ?, ?, 'csv', 1, ?)", (JOB, APPLICATION, USER, sealed["uploads", "content"]))
    database.close()
    return Written(records, fingerprint)
