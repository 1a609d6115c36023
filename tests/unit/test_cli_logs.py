"""The form of the log, and the last line of defence against secrets in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

SCRIPT = """
import logging
from bowerbird.logs import configure_logs, log
configure_logs("info", {style!r})
def fail(password="canary-local"):
    raise ValueError("Authorization: Bearer canary-bearer, eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.canary [parameters: ('canary-parameter',)]")
try:
    fail()
except ValueError as error:
    log.error("unhandled", password="canary-key", exc_info=error)
    logging.getLogger("library").error("Basic canary-basic==", exc_info=error)
"""


@pytest.mark.parametrize("style", ["json", "text", ""])
def test_secrets_in_faults_do_not_appear(style: str) -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT.format(style=style)], capture_output=True, check=True, text=True)
    assert run.stdout == ""
    assert "ValueError" in run.stderr
    assert "canary-" not in run.stderr.replace('password="canary-local"', "")
    if style != "text":
        assert [json.loads(line)["level"] for line in run.stderr.splitlines()] == ["error", "error"]


def test_levels_are_those_of_the_library() -> None:
    from bowerbird.logs import LEVELS

    assert all(isinstance(logging.getLevelNamesMapping()[level.upper()], int) for level in LEVELS)
