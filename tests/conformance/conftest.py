"""One journey for all conformance tests: everything read, every link followed, then everything refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.exchanges_of_tests import NO_LISTENER, Journey
from tests.conformance.refusals import be_refused
from tests.serving import Serving

LIMITS: dict[str, Any] = {
    "token_requests_per_5_minutes": 60,
    "sandbox_connection_limit": 40,
    "refreshes_per_connection_per_day": 3,
    "sandbox_enrich_requests_per_month": 30,
    "statement_max_bytes": 50_000,
    "outbound_allow": NO_LISTENER,
}


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with Serving(tmp_path_factory.mktemp("conformance"), **LIMITS) as serving:
        travelled = Journey(serving)
        travelled.tell_everything()
        travelled.follow_links()
        travelled.read_without_enrichment()
        be_refused(travelled)
        yield travelled
