"""Faults of the server itself: answered with an entry of the catalogue that shows nothing of the fault, and over when the fault is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update

from bowerbird.storage.database.tables import users
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.expected_refusals import not_supplied
from tests.api.fixtures import Fixtures, WatchedServing, at_rest, contents
from tests.api.response_checks import Refusal, refusal_of

INSTITUTIONS = """
disable = ["AU00001"]

[[institution]]
id = "AU99001"
name = "Slow Bank"
type = "Test Bank"
tier = "4"
sandbox = true
connectors.web.authorization = "user"
connectors.web.captions = { login_id = "Login", password = "Password" }

[[institution]]
id = "AU99002"
name = "Broken Bank"
type = "Test Bank"
tier = "4"
sandbox = true
connectors.web.authorization = "user"
connectors.web.captions = { login_id = "Login", password = "Password", secondary_login_id = "Customer number" }
"""
FAULT = Refusal(500, "internal-server-error", "Internal server error.", "Internal server error. Please contact support.")
AWAY = Refusal(503, "service-unavailable", "Service Unavailable", "Service is currently unavailable. Please try again later.")


@contextmanager
def locked(serving: WatchedServing) -> Iterator[None]:
    """Another program writes to the database and does not end."""
    engine = serving.services.storage.writer_engine
    engine.dispose()
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA busy_timeout=20"))
    other = sqlite3.connect(str(serving.settings.data / "bowerbird.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.parametrize("name", ["create_user", "update_user", "create_connection", "create_statement", "delete_user"])
def test_a_locked_database(fixtures: Fixtures, name: str) -> None:
    """Reads go on; a write gets Retry-After and leaves nothing."""
    ids = fixtures.second if name == "delete_user" else fixtures.ids
    at_rest(fixtures.serving.services)
    before = contents(fixtures.serving.services)
    with locked(fixtures.serving):
        answer = fixtures.call(name, ids)
        assert refusal_of(answer) == AWAY
        assert int(answer.headers["Retry-After"]) > 0
        assert fixtures.call("get_user").status_code == 200
    assert contents(fixtures.serving.services) == before
    assert fixtures.call("update_user").status_code == 200


def test_a_damaged_row(fixtures: Fixtures) -> None:
    """No trace of the fault reaches the client; other users are served on."""
    user = fixtures.app.new_user()
    services = fixtures.serving.services
    services.storage.write_now(
        lambda uow: uow.execute(update(users).where(users.c.id == user).values(details=b"damaged")), tenant=EVERY_TENANT
    )
    answer = fixtures.app.get(f"/users/{user}")
    assert refusal_of(answer) == FAULT
    assert "details" not in answer.text
    assert "Vault" not in answer.text
    assert fixtures.call("get_user").status_code == 200


def test_a_login_form_that_asks_for_more(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An institution's captions say which fields its login form has: what it asks for is required, by its own name."""
    folder = tmp_path_factory.mktemp("captions")
    (folder / "institutions.toml").write_text(INSTITUTIONS, "utf-8")
    server = WatchedServing(folder, institutions=str(folder / "institutions.toml"))
    with server:
        server.services.plugins.connectors["AU99002"] = server.services.plugins.connectors["AU00000"]
        app = server.application()
        body = {"loginId": "a", "password": "b", "institution": {"id": "AU99002"}}
        path = f"/users/{app.new_user()}/connections"
        expected = not_supplied("Customer number is required by this institution.", "secondaryLoginId", "connection/secondaryLoginId")
        assert refusal_of(app.post(path, json=body)) == expected
        assert app.post(path, json={**body, "secondaryLoginId": "c"}).status_code == 202
