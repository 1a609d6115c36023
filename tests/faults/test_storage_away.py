"""A database that does not answer: 503 of the catalogue with Retry-After, and service as before once it is back."""

from __future__ import annotations

import sqlite3
import threading

import psycopg
import pytest
from sqlalchemy import select

from bowerbird import codes
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, JobState, StepTitle
from bowerbird.storage.database.tables import jobs
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.jobs.jobs import JobRow, insert_job
from tests.serving import Serving, until


def test_a_locked_database_is_answered_with_503(serving: Serving) -> None:
    app = serving.application()
    app.token()
    with serving.services.storage.writer_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(serving.settings.data / "bowerbird.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = app.post("/users", json={"email": "gavin@hooli.com"})
    finally:
        other.execute("ROLLBACK")
        other.close()
    error = answer.json()["data"][0]
    assert answer.status_code == 503
    assert codes.matching(503, error["code"], error["title"], error["detail"]) is codes.SERVICE_UNAVAILABLE
    assert int(answer.headers["Retry-After"]) > 0
    assert app.post("/users", json={"email": "gavin@hooli.com"}).status_code == 201


def test_an_unready_database_makes_readyz_say_so(serving: Serving) -> None:
    app = serving.application()
    assert app.get("/readyz").json()["status"] == "ready"
    with serving.services.storage.writer_engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO jobs_elsewhere")
    until(lambda: app.get("/readyz").status_code == 503, "the figure of a second ago to be too old")
    assert app.get("/healthz").status_code == 200
    with serving.services.storage.writer_engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE jobs_elsewhere RENAME TO jobs")
    assert app.get("/readyz").status_code == 200


@pytest.mark.both_engines
def test_a_write_that_contradicts_what_is_stored_is_no_database_that_is_away(serving: Serving) -> None:
    """A client that tried again would do so for ever: the fault is shown as what it is."""
    job = JobRow(new_id(), new_id(), new_id(), new_id(), "AU00000", JobKind.REFRESH, JobState.SUCCEEDED, 0, 0, 0)

    def insert_twice(uow: UnitOfWork) -> None:
        insert_job(uow, job, [StepTitle.RETRIEVE_ACCOUNTS])
        insert_job(uow, job, [StepTitle.RETRIEVE_ACCOUNTS])

    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.UniqueViolation)):
        serving.services.storage.write_now(insert_twice, tenant=EVERY_TENANT)


def test_many_reading_threads_leave_a_deletion_its_connection(serving: Serving) -> None:
    """Each thread that reads keeps a connection. A deletion, which then settles the file, finds one for itself."""
    threads, done = 24, threading.Event()
    reading = threading.Barrier(threads + 1)

    def read() -> None:
        serving.services.storage.read_now(lambda uow: uow.rows(select(jobs.c.id)), tenant=EVERY_TENANT)
        reading.wait(30)
        done.wait(60)

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for reader in readers:
        reader.start()
    try:
        reading.wait(30)
        app = serving.application()
        user = app.new_user()
        assert app.delete(f"/users/{user}").status_code == 204
    finally:
        done.set()
        for reader in readers:
            reader.join()
