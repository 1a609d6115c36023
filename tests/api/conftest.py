"""One server a module, with people on it; every answer judged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.fixtures import Fixtures, WatchedServing, at_rest, contents, stand_up
from tests.postgres import settings_of


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedServing]:
    started = WatchedServing(tmp_path_factory.mktemp("api"), token_requests_per_5_minutes=1_000_000, **settings_of(request))
    with started:
        yield started


@pytest.fixture(scope="module")
def fixtures(serving: WatchedServing) -> Fixtures:
    return stand_up(serving)


@pytest.fixture
def nothing_written(fixtures: Fixtures) -> Iterator[None]:
    """Nothing is stored, changed or removed by the test, and the server still answers."""
    at_rest(fixtures.serving.services)
    before = contents(fixtures.serving.services)
    yield
    assert contents(fixtures.serving.services) == before
    assert fixtures.app.http.get("/healthz").json() == {"status": "ok"}
