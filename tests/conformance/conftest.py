"""One journey for all conformance tests: everything read, every link followed, then everything refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.journey import Journey
from tests.conformance.refusals import be_refused
from tests.serving import Serving

LIMITS: dict[str, Any] = {
    "token_requests_per_5_minutes": 60,
    "sandbox_connection_limit": 40,
    "refreshes_per_connection_per_day": 3,
    "statement_max_bytes": 50_000,
}


class Travelled(Journey):
    """A journey at its end. `dead_links` are (status, URL) of links that led nowhere before anything was deleted."""

    dead_links: list[tuple[int, str]]
    links_followed: int


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Travelled]:
    with Serving(tmp_path_factory.mktemp("conformance"), **LIMITS) as serving:
        travelled = Travelled(serving)
        travelled.tell_everything()
        followed = [(travelled.app.get(url).status_code, url) for url in travelled.links()]
        travelled.links_followed = len(followed)
        travelled.dead_links = [(status, url) for status, url in followed if status >= 400]
        be_refused(travelled)
        yield travelled
