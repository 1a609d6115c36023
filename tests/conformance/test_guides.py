"""The guides that are done by hand: every command in them, in its order, against a running sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.cli.tour.walk import two_weeks
from tests.serving import NOON, Application, Serving

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_GIVEN = re.compile(r"^(?:SERVER|KEY|HOOK|STATEMENT)=.*$", re.MULTILINE)
"""What the reader fills in."""

PRINTED = {
    "verify-income.md": [r"PIED PIPER.* bi-weekly \d+\.\d\d gaps: 20", r"^[0-9a-f]{12}$"],
    "budgeting-app.md": [r"^https?://.*/links/", r"^[0-9a-f-]{36}$", r"bi-weekly|monthly", r"^groceries$", r"^[1-9]\d* 1$", r"^1$"],
}
"""What each guide prints, in this order."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("guides"), start=None) as started:
        yield started


Run = subprocess.CompletedProcess[str]


def blocks(name: str) -> list[str]:
    return [_GIVEN.sub("", block) for block in _BLOCK.findall((GUIDES / name).read_text("utf-8"))]


def ran(serving: Serving, app: Application, folder: Path, command: list[str]) -> Run:
    """A command of a guide or an example. It ends by itself: a loop that does not fails the test."""
    statement = folder / "statement.csv"
    statement.write_bytes(two_weeks(NOON.date()))
    given = {"SERVER": serving.url, "KEY": app.api_key, "HOOK": "https://example.com/bowerbird", "STATEMENT": str(statement)}
    return subprocess.run(command, cwd=folder, env={**os.environ, **given}, capture_output=True, text=True, timeout=120, check=False)


def shell(script: str) -> list[str]:
    return ["bash", "-euo", "pipefail", "-c", script]


@pytest.mark.parametrize("name", PRINTED)
def test_every_command_of_the_guide_works(serving: Serving, tmp_path: Path, name: str) -> None:
    found = ran(serving, serving.application("Guide"), tmp_path, shell("\n".join(blocks(name))))
    assert found.returncode == 0, found.stdout + found.stderr
    rest = found.stdout
    for pattern in PRINTED[name]:
        met = re.search(pattern, rest, re.MULTILINE)
        assert met, f"{pattern} is not printed after what is before it: {found.stdout}"
        rest = rest[met.end() :]
    if name == "verify-income.md":
        assert (tmp_path / "income.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("name", "password"), [("verify-income.md", "PiedPiper"), ("budgeting-app.md", "hooli2016")])
def test_a_guide_ends_at_a_login_that_is_refused(serving: Serving, tmp_path: Path, name: str, password: str) -> None:
    """The steps after a failed one stay pending: a loop that waits for them never ends."""
    script = "\n".join(blocks(name))
    assert password in script
    found = ran(serving, serving.application("Guide"), tmp_path, shell(script.replace(password, "wrong")))
    assert (found.returncode, '"code":"invalid-credentials"' in found.stderr) == (1, True), found.stdout + found.stderr


def test_a_guide_ends_at_an_upload_that_is_refused(serving: Serving, tmp_path: Path) -> None:
    script = "\n".join(blocks("verify-income.md")).replace("@$STATEMENT", "@/dev/null")
    found = ran(serving, serving.application("Guide"), tmp_path, shell(script))
    assert found.returncode == 1
    assert '"type":"error"' in found.stderr or '"status":"failed"' in found.stderr, found.stderr
    found = ran(serving, serving.application("Guide", production=False), tmp_path, shell("\n".join(blocks("verify-income.md"))))
    assert (found.returncode, '"code":"no-production-access"' in found.stderr) == (1, True), found.stderr


@pytest.mark.parametrize(("password", "statuses"), [("hooli2016", ["success"] * 3), ("wrong", ["failed", "pending", "pending"])])
def test_the_loop_of_the_connector_guide_ends(serving: Serving, tmp_path: Path, password: str, statuses: list[str]) -> None:
    script = next(block for block in blocks("connector.md") if "JOB=" in block).replace("http://127.0.0.1:8000", serving.url)
    for old, new in {"AU96827": "AU00000", '"ada"': '"gavinBelson"', "a-made-up-token": password}.items():
        assert old in script
        script = script.replace(old, new)
    found = ran(serving, serving.application("Guide"), tmp_path, shell(script))
    assert found.returncode == 0, found.stderr
    assert re.findall(r'"status":"(success|failed|pending)"', found.stdout.split('"type":"list"')[0]) == statuses


def test_the_example_ends_at_a_login_that_is_refused(serving: Serving, tmp_path: Path) -> None:
    example = (ROOT / "examples" / "first_connection.py").read_text("utf-8")
    assert "hooli2016" in example
    command = [sys.executable, "-c", example.replace("hooli2016", "wrong")]
    found = ran(serving, serving.application("Guide", production=False), tmp_path, command)
    assert found.returncode == 1
    assert "verify-credentials failed: {'code': 'invalid-credentials'" in found.stderr
