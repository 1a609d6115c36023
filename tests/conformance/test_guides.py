"""The guides that are done by hand: every command in them, in its order, against a running sandbox."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Serving

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_GIVEN = re.compile(r"^(?:SERVER|KEY|HOOK)=.*$", re.MULTILINE)
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


@pytest.mark.parametrize("name", PRINTED)
def test_every_command_of_the_guide_works(serving: Serving, tmp_path: Path, name: str) -> None:
    app = serving.application("Guide")
    script = "\n".join(_GIVEN.sub("", block) for block in _BLOCK.findall((GUIDES / name).read_text("utf-8")))
    given = {"SERVER": serving.url, "KEY": app.api_key, "HOOK": "https://example.com/bowerbird"}
    command, environment = ["bash", "-euo", "pipefail", "-c", script], {**os.environ, **given}
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    rest = found.stdout
    for pattern in PRINTED[name]:
        met = re.search(pattern, rest, re.MULTILINE)
        assert met, f"{pattern} is not printed after what is before it: {found.stdout}"
        rest = rest[met.end() :]
    if name == "verify-income.md":
        assert (tmp_path / "income.pdf").read_bytes().startswith(b"%PDF-")
