"""A real PostgreSQL for tests: one throw-away server a session, a fresh database a test.

The server lies in a folder of its own below the system's temporary one, answers on a socket there and nowhere else, and goes with
the session. What the machine runs besides, a cluster of the distribution's for one, is neither used nor touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg

from bowerbird.storage.database.migrate import migrate
from tests.serving import until

if TYPE_CHECKING:
    import pytest

SUPERUSER = "postgres"
OWNER = "bowerbird_owner"
"""Owns the tables and migrates them."""
SERVER = "bowerbird_server"
"""Serves: it owns nothing, and row-level security holds it."""

_TEMPLATE = "bowerbird_template"
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",  # nothing in it outlives the machine; what is committed outlives a crash of the server
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=64MB",
    "autovacuum=off",
)


def programs() -> Path:
    """The folder with initdb and postgres: the one BOWERBIRD_TEST_POSTGRES names, the newest of Debian's, or that of the PATH."""
    named = os.environ.get("BOWERBIRD_TEST_POSTGRES")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    folders = [Path(named)] if named else [path.parent for path in reversed(debian)] + ([Path(found).parent] if found else [])
    for folder in folders:
        if (folder / "postgres").exists():
            return folder
    raise RuntimeError(
        "no PostgreSQL server is installed: `make test` installs it as root on Debian; elsewhere install PostgreSQL 14 or newer"
        " and name the folder with its initdb in BOWERBIRD_TEST_POSTGRES"
    )


def _account() -> dict[str, Any]:
    """The account that PostgreSQL's processes run under: it refuses root, so root starts it under an account without rights."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@dataclass(frozen=True)
class Database:
    """One database of the server. `url` is what a serving process is given, `owner_url` what `bowerbird migrate` is given."""

    server: Postgres
    name: str

    @property
    def url(self) -> str:
        return self.server.url(SERVER, self.name)

    @property
    def owner_url(self) -> str:
        return self.server.url(OWNER, self.name)

    @property
    def settings(self) -> dict[str, Any]:
        """What a server needs to serve it."""
        return {"database_url": self.url, "master_key": "5e" * 32}

    def connect(self, user: str = SUPERUSER) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection for a test's own SQL, each statement a transaction. The superuser passes every policy."""
        return psycopg.connect(self.server.url(user, self.name), autocommit=True)

    def cut_connections(self) -> int:
        """Terminate every connection to this database, busy or not; returns how many there were."""
        return len(
            self.server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", self.name
            )
        )

    def drop(self) -> None:
        self.server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def settings_of(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where the server that a test marked `both_engines` asked for keeps its data, beyond its folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return server.database().settings


class Postgres:
    """The server. Use as a context manager, or call `close` at the end."""

    def __init__(self) -> None:
        self._bin, self._account = programs(), _account()
        self.folder = Path(tempfile.mkdtemp(prefix="bowerbird-pg-"))
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        self._data, self._log = self.folder / "data", self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._run("initdb", "-D", str(self._data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        for role in (OWNER, SERVER):
            self.execute(f"CREATE ROLE {role} LOGIN")
        self.execute(f"CREATE DATABASE {_TEMPLATE} OWNER {OWNER}")
        migrate(self.url(OWNER, _TEMPLATE).replace("postgresql://", "postgresql+psycopg://"), grant_to=SERVER)

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, user: str, name: str) -> str:
        return f"postgresql://{user}@/{name}?host={quote(str(self.folder), safe='')}"

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement as the superuser, outside any transaction; its rows."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def database(self, *, migrated: bool = True) -> Database:
        """A fresh database on the schema of this program, or an empty one."""
        self._databases += 1
        made = Database(self, f"test_{self._databases}")
        self.execute(f"CREATE DATABASE {made.name} OWNER {OWNER}" + (f" TEMPLATE {_TEMPLATE}" if migrated else ""))
        return made

    def start(self) -> None:
        """Start, and return once connections are answered."""
        settings = [part for setting in (*_SETTINGS, f"unix_socket_directories={self.folder}") for part in ("-c", setting)]
        with self._log.open("ab") as log:
            command = [str(self._bin / "postgres"), "-D", str(self._data), *settings]
            self._process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **self._account)
        until(self._answers, "PostgreSQL to answer")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every connection and stops; SIGQUIT stops as a crash does, and the next start recovers."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(60)
        self._process = None

    def send(self, what: signal.Signals, *pids: int) -> None:
        """Send a signal to processes of this server."""
        for pid in pids:
            os.kill(pid, what)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        self.stop(how)
        self.start()

    def close(self) -> None:
        if self._process is not None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"PostgreSQL ended: {self._log.read_text()[-2000:]}"
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([str(self._bin / program), *arguments], cwd="/", capture_output=True, text=True, check=False, **self._account)
        assert done.returncode == 0, f"{program}: {done.stderr}"
