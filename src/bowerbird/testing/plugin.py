"""The pytest plugin: `bowerbird`, a sandbox for each test; `read_sample`, for the checks of a layout. It comes with the package and does
nothing until a fixture is asked for.

One server a session (or the one that BOWERBIRD_URL names, as `bowerbird sandbox run` sets it), forked afresh for every test: what a
test does, and where it moves the clock, no other test sees.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bowerbird.sdk.conformance import SampleReader
    from bowerbird.testing.sandbox import Sandbox
    from bowerbird.testing.server import RunningServer


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("bowerbird_seed", "A seed file that every sandbox begins with (YAML or JSON), relative to the root folder.")


@pytest.fixture(scope="session")
def bowerbird_server(pytestconfig: pytest.Config) -> Iterator[RunningServer]:
    """The server whose forks the tests get: where it answers, and a key of it."""
    from bowerbird.client import Bowerbird
    from bowerbird.testing.server import RunningServer, prepared_server

    given, seed = os.environ.get("BOWERBIRD_URL"), str(pytestconfig.getini("bowerbird_seed"))
    if not given:
        with prepared_server(pytestconfig.rootpath / seed if seed else None) as server:
            yield server
        return
    with Bowerbird(given, admin_token=os.environ.get("BOWERBIRD_ADMIN_TOKEN", "")) as control:
        yield RunningServer(given, os.environ.get("BOWERBIRD_KEY") or control.create_application(name="Tests").api_key)


@pytest.fixture
def bowerbird(bowerbird_server: RunningServer) -> Iterator[Sandbox]:
    """A sandbox of this test's own, gone when the test is over."""
    from bowerbird.client import Bowerbird
    from bowerbird.testing.sandbox import Sandbox

    token = os.environ.get("BOWERBIRD_ADMIN_TOKEN", "")
    with Bowerbird(bowerbird_server.url, admin_token=token) as control:
        fork = control.create_fork()
        try:
            with Sandbox(fork.url, bowerbird_server.key, admin_token=token) as sandbox:
                yield sandbox
        finally:
            control.delete_fork(fork.id)


@pytest.fixture(scope="session")
def read_sample() -> SampleReader:
    """Reads the sample of a layout as the server does (`bowerbird.sdk.conformance`)."""
    from bowerbird.testing.statement_samples import Samples

    return Samples()
