"""What holds for the whole collection: PostgreSQL, and the summary of a run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres import Database, Postgres

pytest_plugins = ["tests.run_summary"]


def pytest_configure() -> None:
    """Give the programs that tests start the same surroundings wherever the tests run.

    A shell starts what runs in the background with SIGINT ignored, and the readline that pytest loads sets the size of a terminal in
    the environment of worker processes: programs inherit both.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    _measure_no_time()


def _measure_no_time() -> None:
    """How long an example takes says something about the machine: Hypothesis would fail a test for it."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this process, since tests restart it; started by the first test that asks."""
    from tests.postgres import Postgres

    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A fresh database on the schema of this program."""
    made = postgres.database()
    yield made
    made.drop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `both_engines` meets its server on either."""
    if "serving" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_engines"):
        scope = "module" if "api" in metafunc.definition.path.parts else "function"
        metafunc.parametrize("serving", ["sqlite", "postgresql"], indirect=True, scope=scope)  # type: ignore[arg-type]
