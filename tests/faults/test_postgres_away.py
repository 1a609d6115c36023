"""PostgreSQL that goes away, stands still or makes wait: 503 of the catalogue with Retry-After, and service by itself afterwards."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bowerbird import codes
from tests.postgres import OWNER, Database, Postgres
from tests.serving import Application, Serving, until

USER = {"email": "gavin@hooli.com"}
LOGIN = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path, **database.settings, database_seconds=2, database_connections=4) as running:
        yield running


def is_unavailable(answer: httpx2.Response) -> bool:
    """Refused as the catalogue says. Anything but that or success fails."""
    if answer.status_code < 300:
        return False
    error = answer.json()["data"][0]
    assert answer.status_code == 503, answer.text
    assert codes.matching(503, error["code"], error["title"], error["detail"]) is codes.SERVICE_UNAVAILABLE
    assert int(answer.headers["Retry-After"]) > 0
    return True


def works_again(app: Application, user: str) -> None:
    until(lambda: not is_unavailable(app.get(f"/users/{user}/transactions")), "reads to work again")
    until(lambda: not is_unavailable(app.post("/users", json=USER)), "writes to work again")


def test_connections_cut_between_requests_are_not_noticed(served: Serving, database: Database) -> None:
    app = served.application()
    user = app.new_user()
    for _ in range(5):
        assert database.cut_connections() > 0
        assert app.get(f"/users/{user}").status_code == 200
        assert database.cut_connections() > 0
        assert app.post("/users", json=USER).status_code == 201


def test_connections_cut_and_a_restart_amid_requests(served: Serving, database: Database, postgres: Postgres) -> None:
    """Every answer is a success or the catalogue's 503, what was answered as made is there, and all goes on by itself."""
    app = served.application()
    user, made, over = app.new_user(), [], threading.Event()

    def write() -> None:
        while not over.is_set():
            answer = app.post("/users", json=USER)
            if not is_unavailable(answer):
                made.append(answer.json()["id"])

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        before = len(made)
        until(lambda least=before: len(made) > least, "another user")  # type: ignore[misc]
        database.cut_connections()
    for how in (signal.SIGINT, signal.SIGQUIT):
        postgres.restart(how)
        works_again(app, user)
    over.set()
    for thread in threads:
        thread.join(30)
    with database.connect() as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM users").fetchall()}
    assert set(made) <= stored


def test_a_lock_is_not_waited_for_for_ever(served: Serving, database: Database) -> None:
    app = served.application()
    user = app.new_user()
    with database.connect(OWNER) as holder, holder.transaction():
        holder.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        assert is_unavailable(app.get(f"/users/{user}"))
        assert is_unavailable(app.post("/users", json=USER))
        assert app.get("/healthz").status_code == 200
    works_again(app, user)


def test_a_database_that_stands_still_is_not_waited_for(served: Serving, database: Database) -> None:
    """The server's processes are stopped: connections stay up and nothing answers."""
    app = served.application()
    user = app.new_user()
    pids = [row[0] for row in database.server.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", database.name)]
    database.server.send(signal.SIGSTOP, *pids)
    try:
        assert is_unavailable(app.get(f"/users/{user}"))
    finally:
        database.server.send(signal.SIGCONT, *pids)
    works_again(app, user)


def test_a_pool_that_is_used_up_is_not_waited_for(served: Serving) -> None:
    """Every connection of the pool is in use: writes get 503 in time, jobs wait instead of failing, and reads keep what they opened."""
    app = served.application()
    user = app.new_user()
    engine = served.services.storage.writer_engine
    with ExitStack() as held:
        with suppress(PoolTimeout):
            while True:
                held.enter_context(engine.connect())
        began = time.monotonic()
        assert app.get(f"/users/{user}").status_code == 200
        assert is_unavailable(app.post("/users", json=USER))
        assert time.monotonic() - began < 4 * served.settings.database_seconds
        assert app.get("/healthz").status_code == 200
    works_again(app, user)


def test_who_waits_for_a_held_user_is_answered(served: Serving, database: Database) -> None:
    """A transaction locks a user's row and does not end: requests for that user get 503 in time, others are served."""
    app = served.application()
    user, other = app.new_user(), app.new_user()
    with database.connect() as holder, holder.transaction():
        holder.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", (user,))
        began = time.monotonic()
        assert is_unavailable(app.post(f"/users/{user}/connections", json=LOGIN))
        assert time.monotonic() - began < 4 * served.settings.database_seconds
        assert app.post(f"/users/{other}/connections", json=LOGIN).status_code == 202
    assert app.post(f"/users/{user}/connections", json=LOGIN).status_code == 202
