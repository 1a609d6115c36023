"""The form of the log, and the last line of defence against secrets in it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bowerbird.logs import Fact, configure_logs, log

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


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], list[str]]]:
    """Configures the log in a style; what was written since is read as lines."""
    before = (log._least, log._render, log._write), log.is_configured, logging.getLogger().handlers[:]

    def read(style: str = "") -> list[str]:
        if style:
            configure_logs("info", style)
        return capfd.readouterr().err.splitlines()

    yield read
    log.set(*before[0])
    log.is_configured, logging.getLogger().handlers[:] = before[1:]


def test_a_trace_begins_no_line_and_moves_no_terminal(lines: Callable[[str], list[str]]) -> None:
    lines("text")
    try:
        raise ValueError("a text\n2026-11-30T00:00:00Z [info] login user=admin\x1b[2J\r\u2028x")
    except ValueError:
        log.exception("boom", reason="evil\n2026 [error] forged\x1b[2J")
    first, *trace = lines("")
    assert first.endswith(r" [error] boom reason='evil\n2026 [error] forged\x1b[2J'")
    assert all(line.startswith("  ") and line.isprintable() for line in trace)
    assert trace[-1] == r"  2026-11-30T00:00:00Z [info] login user=admin\x1b[2J\r\u2028x"


@pytest.mark.parametrize("style", ["json", "text"])
def test_facts_hide_neither_themselves_nor_the_event(lines: Callable[[str], list[str]], style: str) -> None:
    lines(style)
    named: dict[str, Fact] = {"level": "error", "timestamp": "never", "error": None}
    log.info("kept", **named, event="other")
    (line,) = lines("")
    assert "never" not in line
    assert "other" not in line
    assert "[info] kept error=None" in line if style == "text" else json.loads(line).items() >= {"level": "info", "error": None}.items()


@pytest.mark.parametrize("style", ["json", "text"])
def test_secrets_among_facts_do_not_appear(lines: Callable[[str], list[str]], style: str) -> None:
    lines(style)
    headers: dict[str, Fact] = {"Authorization": "canary-a", "X-Api-Key": "canary-b", "Accept": "text/csv"}
    log.info("asked", headers=headers, Token="canary-c", url="https://me:canary-d@bank.example/", path="/simplefin/claim/canary-e")
    (line,) = lines("")
    assert "canary" not in line
    assert all(kept in line for kept in ("text/csv", "@bank.example/", "/simplefin/claim/"))
    assert headers["Authorization"] == "canary-a", "the fact itself stays as it is"


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_line_ends_nothing(lines: Callable[[str], list[str]], style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a text that is none, a library's wrong arguments, a reader that has gone, nor that there is no standard error."""
    lines(style)
    log.info("odd", path="a\udcff", most=10**30)
    logging.getLogger("library").warning("%s and %s", 1)  # noqa: PLE1206
    odd, wrong = lines("")
    assert "odd" in odd
    assert "%s and %s" in wrong
    reading, writing = os.pipe()
    os.close(reading)
    gone = os.fdopen(writing, "w")
    monkeypatch.setattr(sys, "stderr", gone)
    log.info("gone")
    log.info("gone again")
    with contextlib.suppress(BrokenPipeError):
        gone.close()
    log.info("closed")
    monkeypatch.setattr(sys, "stderr", None)
    log.info("none")
    configure_logs("info", "")
