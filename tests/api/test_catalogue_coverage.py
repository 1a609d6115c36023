"""Every entry of the catalogue is told by a real server for a real reason, or names the issue that brings it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bowerbird import codes
from tests.api.oracle import PROVOKED
from tests.api.provocations import INSTITUTIONS, PROVOCATIONS, BrokenBank, SlowBank, Stage
from tests.api.scene import WatchedServing

HERE_NOW = [key for key, entry in codes.CATALOGUE.items() if not entry.arrives_with]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("coverage")
    institutions = folder / "institutions.toml"
    institutions.write_text(INSTITUTIONS, "utf-8")
    serving = WatchedServing(
        folder,
        institutions=str(institutions),
        statement_max_bytes=20_000,
        csv_max_rows=3,
        sandbox_connection_limit=100,
        refreshes_per_connection_per_day=1,
        token_requests_per_5_minutes=500,
        step_seconds=1,
    )
    slow = SlowBank()
    serving.world.plugins.connectors.update({"AU99001": slow, "AU99002": BrokenBank()})
    with serving:
        app = serving.application()
        yield Stage(serving, app, app.new_user())
        slow.over.set()


def in_order() -> list[str]:
    """The entry that uses up the token requests of this address comes last."""
    return sorted(HERE_NOW, key=lambda key: key == "request-not-valid/token-limit")


@pytest.mark.parametrize("key", in_order())
def test_provoked(stage: Stage, key: str) -> None:
    before = PROVOKED[key]
    PROVOCATIONS[key](stage)
    assert PROVOKED[key] > before


def test_no_entry_is_forgotten() -> None:
    """An entry that is added to the catalogue needs a row in `provocations.py`, or `arrives_with`."""
    assert sorted(PROVOCATIONS) == sorted(HERE_NOW)
