"""One server a module, with people on it; every answer judged; and the count of the catalogue at the end of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from bowerbird import codes
from tests.api.fixtures import Fixtures, WatchedServing, at_rest, contents, stand_up
from tests.api.response_checks import PROVOKED
from tests.api.tenancy import CHECKS
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    _tell_tenancy(terminalreporter)
    _tell_catalogue(terminalreporter)


def _tell_tenancy(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHECKS:
        return
    terminalreporter.section("tenancy")
    for kind, number in CHECKS.items():
        terminalreporter.line(f"  {kind}: {number}")
    terminalreporter.line(f"checks made: {CHECKS.total()}; each failed one is a leak")


def _tell_catalogue(terminalreporter: pytest.TerminalReporter) -> None:
    """How much of the catalogue real answers carried in this run, and what brings the rest."""
    if not PROVOKED:
        return
    missing: defaultdict[str, list[str]] = defaultdict(list)
    for key, entry in codes.CATALOGUE.items():
        if not PROVOKED[key]:
            missing[entry.arrives_with or "not provoked in this run"].append(key)
    terminalreporter.section("catalogue")
    told = len(codes.CATALOGUE) - sum(map(len, missing.values()))
    terminalreporter.line(f"entries provoked by real behaviour: {told} of {len(codes.CATALOGUE)}")
    for reason, keys in sorted(missing.items()):
        terminalreporter.line(f"  {reason}: {', '.join(keys)}")
