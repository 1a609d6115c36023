"""Headers of every answer: nothing is sniffed, nothing private is kept on the way, nothing says what serves."""

from __future__ import annotations

import pytest

from bowerbird.api.operation import Operation
from bowerbird.api.routes import OPERATIONS
from tests.api.scene import Scene

READING = [operation for operation in OPERATIONS if operation.method == "GET"]


@pytest.mark.parametrize("operation", READING, ids=lambda each: each.name)
def test_headers_of_an_answer(scene: Scene, operation: Operation) -> None:
    answer = scene.call(operation.name)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == ("public, max-age=86400" if operation.name == "get_logo" else "no-store")
    assert "server" not in answer.headers


def test_headers_of_refusals_and_tokens(scene: Scene) -> None:
    key = {"Authorization": f"Basic {scene.app.api_key}", "basiq-version": "3.0"}
    for answer in (scene.app.get("/users/me"), scene.app.http.get("/connectors"), scene.app.http.post("/token", headers=key)):
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
