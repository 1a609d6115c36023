"""An upgrade without downtime, rehearsed: a newer program whose migration moves data, beside servers of the present one that go on.

The newer program is a copy of this one with two revisions more. One adds a column, and a trigger that fills it in rows which older
processes still write; the other moves what is stored into it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

import bowerbird
from tests.faults.fleet import PLUGINS, Fleet
from tests.postgres import SERVER, SUPERUSER, Database
from tests.serving import Application, Process, until

pytestmark = pytest.mark.soak

ROWS = 200_000
BUSY_S = 2
_REVISION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "{this}", "{before}", None, None


def upgrade():
    for statement in {statements!r}:
        op.get_bind().exec_driver_sql(statement)
"""
_COLUMN = [
    "ALTER TABLE transactions ADD COLUMN found_how VARCHAR(64)",
    "CREATE FUNCTION copy_matched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.found_how := NEW.matched; RETURN NEW; END $$",
    "CREATE TRIGGER copy_matched BEFORE INSERT OR UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION copy_matched()",
]
_MOVE = ["UPDATE transactions SET found_how = matched WHERE found_how IS NULL"]
_FILL = """
INSERT INTO transactions (application_ref, user_ref, account_ref, post_day, id, class, amount, identity, matched, document)
SELECT 1, 1000000 + i / 2000, 1000000 + i / 2000, 19000 + i %% 700, gen_random_uuid(), 1, -1234,
  decode(lpad(to_hex(i), 32, '0'), 'hex'), 'text', convert_to(repeat('x', 400), 'UTF8') FROM generate_series(1, %s) AS i
"""


def newer_program(folder: Path) -> dict[str, str]:
    """What finds a copy of this program with two revisions more."""
    shutil.copytree(Path(bowerbird.__file__).parent, folder / "bowerbird", ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / "bowerbird" / "storage" / "migrations" / "versions"
    for this, before, statements in (("0002", "0001", _COLUMN), ("0003", "0002", _MOVE)):
        (versions / f"{this}_later.py").write_text(_REVISION.format(this=this, before=before, statements=statements))
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(PLUGINS)))}


class Clients:
    """Reads and writes through the servers that are up, as a proxy hands them out. `answers` counts them by status."""

    def __init__(self, fleet: Fleet, first: Process) -> None:
        self.servers = [first]
        self.answers, self.slowest_s = Counter[str](), 0.0  # not money: seconds
        app = fleet.application(first)
        self._user, self._token = app.new_user(), app.token()
        app.settled(app.connect(self._user, "person", "x", "AU00090"))
        app.close()

    def _ask(self, client: httpx2.Client, server: Process, turn: int) -> None:
        began = time.monotonic()
        if turn % 4:
            answer = client.get(f"{server.url}/users/{self._user}/transactions")
        else:
            answer = client.post(f"{server.url}/users", json={"email": "gavin@hooli.com"})
        self.answers[str(answer.status_code)] += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    @contextmanager
    def busy(self) -> Iterator[None]:
        stop = threading.Event()

        def run(number: int) -> None:
            with httpx2.Client(headers={"Authorization": f"Bearer {self._token}", "basiq-version": "3.0"}, timeout=30) as client:
                turn = number
                while not stop.wait(0.01):
                    turn += 1
                    try:
                        self._ask(client, self.servers[turn % len(self.servers)], turn)
                    except httpx2.TransportError as error:
                        self.answers[type(error).__name__] += 1

        threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def migrate(database: Database, newer: dict[str, str]) -> float:  # not money: seconds
    began = time.monotonic()
    command = [sys.executable, "-m", "bowerbird", "migrate", "--database-url", database.owner_url, "--grant", SERVER]
    subprocess.run(command, check=True, env={**os.environ, **newer}, capture_output=True)
    return time.monotonic() - began


def test_servers_of_two_versions_answer_while_data_moves(database: Database, tmp_path: Path, tell: Callable[[object], None]) -> None:
    with database.connect(SUPERUSER) as owner, Fleet(tmp_path, database) as fleet:
        newer = newer_program(tmp_path / "newer")
        old = fleet.serve()
        clients = Clients(fleet, old)
        owner.execute(_FILL, (ROWS,))
        owner.commit()
        with clients.busy():
            time.sleep(BUSY_S)
            seconds = migrate(database, newer)
            new = fleet.serve(**newer)
            clients.servers = [old, new]
            time.sleep(BUSY_S)
            app = Application(new.url, fleet.key)
            job = app.settled(app.connect(app.new_user(), "person", "x", "AU00090"))
            app.close()
            clients.servers = [new]
            time.sleep(BUSY_S)
            assert old.stop() == 0
            time.sleep(BUSY_S)
        left = owner.execute("SELECT count(*) FROM transactions WHERE found_how IS DISTINCT FROM matched").fetchone()
        tell(f"{ROWS:,} rows moved in {seconds:.1f} s; answers {dict(clients.answers)}, the slowest {clients.slowest_s:.2f} s")
        assert clients.answers.keys() == {"200", "201"}
        assert {step["status"] for step in job["steps"]} == {"success"}
        assert left == (0,), "also rows that the older server wrote beside it"
        old.launch()
        until(lambda: old.ended, "the older program to refuse the newer schema")
        assert "run a newer bowerbird" in old.log.read_text()
