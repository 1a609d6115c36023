"""A shared set-up: a throw-away database beside the real one, and its way back by PostgreSQL's own programs."""

from __future__ import annotations

import dataclasses
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from bowerbird.settings import Settings
from bowerbird.storage.backup.temporary import moment_of, throw_away_database
from bowerbird.testing.server import run_quietly
from bowerbird.verify.life import connect, rows_of
from bowerbird.verify.report import BrokenPromise, NotRun, expect
from bowerbird.verify.setup import QUIET, SetUp, with_applications

_PROGRAMS = ("pg_dump", "pg_restore")
_DUMPED = ("--enable-row-security", "--format=custom")
_FOR_EVERY_TENANT = {"PGOPTIONS": "-c bowerbird.application=*"}


@contextmanager
def shared_set_up(live: Settings, folder: Path) -> Iterator[SetUp]:
    """An empty database of this version beside that of `live`, of which nothing is read. Raises ThrowAwayError.

    Where no master key is set, one is made up: what is sealed here is thrown away.
    """
    with throw_away_database(live.database_url) as url:
        settings = dataclasses.replace(
            live, data=folder / "copy", database_url=url, sandbox_controls=False, outbound_allow="", uploads="database", limits_url=""
        )
        environment = {**QUIET, "BOWERBIRD_DATABASE_URL": url}
        if not (live.master_key or live.master_key_file or live.master_key_command):
            settings = dataclasses.replace(settings, master_key=secrets.token_hex(32))
            environment["BOWERBIRD_MASTER_KEY"] = settings.master_key
        settings.data.mkdir(mode=0o700)
        yield with_applications(settings, environment)


def check_restore_by_dump(copy: SetUp) -> str:
    """A dump amid writes, restored into another database: equal, and served with the same transactions. Raises NotRun."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        raise NotRun(f"{' and '.join(missing)} missing: install PostgreSQL's client programs of the server's version")
    dump = copy.folder.parent / "verify.dump"
    with throw_away_database(copy.settings.database_url, migrated=False) as restored:
        with copy.server() as server, copy.client(server) as bank:
            user = bank.create_user(email="verify@example.com").id
            bank.wait_for_job(connect(bank, user))
            expected = rows_of(bank, user)
            connect(bank, user)  # runs while the dump is taken
            with moment_of(copy.settings.database_url) as (snapshot, wanted):
                _run("pg_dump", copy.settings.database_url, *_DUMPED, f"--snapshot={snapshot}", f"--file={dump}")
        _run("pg_restore", restored, "--exit-on-error", str(dump))
        with moment_of(restored) as (_, there):
            differ = sorted(table for table in wanted if there.get(table) != wanted[table])
            expect(not differ, f"tables that are not what they were when the dump was taken: {', '.join(differ)}")
        with copy.server(BOWERBIRD_DATABASE_URL=restored) as server, copy.client(server) as bank:
            expect(expected <= rows_of(bank, user), "the restored database has other transactions")
    return f"{sum(table.rows for table in wanted.values()):,} rows of {len(wanted)} tables equal by hash, and served"


def _run(program: str, url: str, *options: str) -> None:
    """Run a program of PostgreSQL on a database. Raises BrokenPromise.

    The password is passed in the environment, since command lines can be listed.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{name}{at}{host}"))
    environment = {**_FOR_EVERY_TENANT, **({"PGPASSWORD": unquote(password)} if password else {})}
    if error := run_quietly([program, *options, f"--dbname={address}"], environment):
        raise BrokenPromise(f"{program}: {error}")
