"""Headers of every answer: nothing is sniffed, nothing private is kept on the way, nothing says what serves."""

from __future__ import annotations

import pytest

from bowerbird.api.operation import Operation
from bowerbird.api.routes import OPERATIONS
from tests.api.fixtures import Fixtures

READING = [operation for operation in OPERATIONS if operation.method == "GET"]


@pytest.mark.parametrize("operation", READING, ids=lambda each: each.name)
def test_headers_of_an_answer(fixtures: Fixtures, operation: Operation) -> None:
    answer = fixtures.call(operation.name)
    assert answer.headers["x-content-type-options"] == "nosniff"
    kept = "private, no-cache" if operation.is_conditional else "no-store"
    assert answer.headers["cache-control"] == ("public, max-age=86400" if operation.name == "get_logo" else kept)
    assert "server" not in answer.headers


def test_headers_of_refusals_and_tokens(fixtures: Fixtures) -> None:
    key = {"Authorization": f"Basic {fixtures.app.api_key}", "basiq-version": "3.0"}
    for answer in (fixtures.app.get("/users/me"), fixtures.app.http.get("/connectors"), fixtures.app.http.post("/token", headers=key)):
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
