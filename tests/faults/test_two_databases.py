"""Past one PostgreSQL: two groups of applications, each on a server of its own, behind the same code and master key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet
from tests.postgres import Postgres
from tests.serving import Application, until

TOLL = "AU00090"


class Group:
    """A group of applications: a database on a server of its own, with a process that serves it and a worker."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        folder.mkdir()
        self.server = server
        self.fleet = Fleet(folder, server.database())
        self.serving = self.fleet.serve(BOWERBIRD_NO_JOBS="yes", BOWERBIRD_DATABASE_SECONDS="4")
        self.worker = self.fleet.worker()
        self.application: Application = self.fleet.application(self.serving)
        self.user = self.application.new_user()

    def connect(self, login: str) -> int:
        """Connect a bank; how many transactions the user then has."""
        job = self.application.settled(self.application.connect(self.user, login, "x", TOLL))
        assert {step["status"] for step in job["steps"]} == {"success"}
        return len(self.application.transactions(self.user))

    def rows(self) -> int:
        with self.fleet.database.connect() as connection:
            [row] = connection.execute("SELECT count(*) FROM transactions").fetchall()
        return int(row[0])


@pytest.fixture
def groups(tmp_path: Path, postgres: Postgres) -> Iterator[list[Group]]:
    with ExitStack() as stack:
        servers = [postgres, stack.enter_context(Postgres())]
        made = [Group(tmp_path / f"group-{number}", server) for number, server in enumerate(servers)]
        for group in made:
            stack.enter_context(group.fleet)
            stack.callback(group.application.close)
        yield made


def test_each_group_has_its_rows_on_its_own_server(groups: list[Group]) -> None:
    """What one group's key opens, the other's servers refuse, although they share the master key: a wrong route shows nothing."""
    assert [group.connect("person") for group in groups] == [260, 260]
    assert [group.rows() for group in groups] == [260, 260]
    one, other = groups
    for method, path in (("GET", f"/users/{one.user}"), ("GET", f"/users/{one.user}/transactions"), ("DELETE", f"/users/{one.user}")):
        answer = other.application.call(method, path, token=one.application.token())
        assert answer.status_code in (401, 403), answer.text
        assert other.application.call(method, path).status_code == 404
    assert one.connect("another person") == 520


def test_a_group_whose_server_is_away_takes_nothing_from_the_other(groups: list[Group]) -> None:
    one, other = groups
    other.server.stop()
    until(lambda: other.application.get(f"/users/{other.user}").status_code == 503, "the other group to be away")
    assert one.connect("person") == 260
    assert one.application.get(f"/users/{one.user}").status_code == 200
    other.server.start()
    until(lambda: other.application.get(f"/users/{other.user}").status_code == 200, "the other group to be back")
    assert other.connect("person") == 260
