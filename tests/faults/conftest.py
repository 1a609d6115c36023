"""A server on a folder of its own, with one bank under the test's control."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.scripted_bank import ScriptedBank
from tests.postgres import settings_of
from tests.run_summary import MEASURED
from tests.serving import Serving


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path / "data", step_seconds=1, **settings_of(request)) as running:
        yield running


@pytest.fixture
def bank(serving: Serving) -> ScriptedBank:
    scripted = ScriptedBank()
    serving.services.plugins.connectors["AU00001"] = scripted
    return scripted


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[object], None]:
    """Prints what a test has counted or measured, beside its name."""
    return lambda what: request.node.user_properties.append((MEASURED, str(what)))
