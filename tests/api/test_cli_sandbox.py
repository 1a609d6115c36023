"""`bowerbird clock` and `bowerbird codes trigger` against a running sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.cli.refusals import explain
from bowerbird.sandbox.commands.clock import seconds_of
from tests.serving import Process


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = Process(tmp_path_factory.mktemp("cli") / "data", BOWERBIRD_SANDBOX_CONTROLS="yes")
    process.start()
    yield process.url
    assert process.stop() == 0


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_clock_is_turned(url: str) -> None:
    assert json.loads(run("clock", "freeze", "--url", url, "--json"))["frozen"] is True
    assert json.loads(run("clock", "set", "2030-01-01T00:00:00Z", "--url", url, "--json"))["now"] == "2030-01-01T00:00:00Z"
    assert "2030-01-02T12:00:00Z  frozen" in run("clock", "advance", "1d12h", "--url", url)
    assert "next due: nothing" in run("clock", "show", "--url", url)


def test_trigger_prints_the_exchanges_without_secrets(url: str) -> None:
    shown = json.loads(run("codes", "trigger", "resource-not-found/user", "--url", url, "--json"))["exchanges"]
    assert [each["expected"] for each in shown] == [False, True]
    assert shown[1]["answer"]["data"][0]["detail"] == "Requested user does not exist."
    assert shown[0]["request"]["headers"]["Authorization"] == "Basic …"
    assert shown[0]["answer"]["access_token"] == "…"


def test_what_cannot_be_done_is_refused(url: str) -> None:
    for arguments, why in (
        (("codes", "trigger", "resource-not-found", "--url", url), "name one of resource-not-found/"),
        (("clock", "advance", "soon", "--url", url), "is no time"),
        (("clock", "show", "--url", "http://127.0.0.1:1"), "no server answers"),
    ):
        refused = CliRunner().invoke(app, list(arguments)).exception
        assert isinstance(refused, Exception)
        assert why in str(explain(refused))


def test_times_as_people_write_them() -> None:
    assert [seconds_of(text) for text in ("90s", "15m", "1d12h", "2w")] == [90, 900, 129_600, 1_209_600]
