"""The pytest plugin and `bowerbird sandbox run`, in the sample project and around another program's commands."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "test-suite"
COMMAND = [sys.executable, "-m", "bowerbird", "sandbox", "run"]
pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path = SAMPLE) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BOWERBIRD_", "PYTEST_"))}
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False, timeout=240)


def test_the_sample_project_passes_by_itself() -> None:
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_a_report_is_written_around_the_sample_project(tmp_path: Path) -> None:
    report, log = tmp_path / "junit.xml", tmp_path / "server.log"
    done = run(*COMMAND, "--log", log, "--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}")
    assert done.returncode == 0, done.stdout + done.stderr
    suite = ET.parse(report).getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == ("4", "0", "0")
    assert log.is_file()


def test_a_seed_is_what_the_session_begins_with(tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_text((ROOT / "examples" / "seed.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nbowerbird_seed = seed.yaml\n", "utf-8")
    (tmp_path / "test_seed.py").write_text(
        "def test_seed(bowerbird):\n"
        "    events = bowerbird.list_events(filter=\"event.type.eq('user.created')\").data\n"
        "    user = events[-1].user_id if events else None\n"
        "    assert bowerbird.get_clock().frozen\n"
        "    assert user is None or bowerbird.list_accounts(user).data\n",
        "utf-8",
    )
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_status_is_ours(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['BOWERBIRD_URL'][:7], bool(os.environ['BOWERBIRD_KEY'])); sys.exit(7)"
    done = run(*COMMAND, "--", sys.executable, "-c", script, folder=tmp_path)
    assert (done.returncode, done.stdout) == (7, "http:// True\n")


def test_a_command_that_is_none(tmp_path: Path) -> None:
    done = run(*COMMAND, "--", "no-such-command", folder=tmp_path)
    assert done.returncode == 1
    assert "no-such-command cannot be run" in done.stderr


def test_a_failed_commands_log_is_kept(tmp_path: Path) -> None:
    """With what was asked of the sandbox, a line a request, also where no file was named."""
    script = "import os, urllib.request as r; r.urlopen(os.environ['BOWERBIRD_URL'] + '/openapi.json'); raise SystemExit(3)"
    done = run(*COMMAND, "--", sys.executable, "-c", script, folder=tmp_path)
    assert done.returncode == 3
    kept = Path(done.stderr.partition("all of them in ")[2].partition(":\n")[0])
    try:
        assert '"path":"/openapi.json"' in kept.read_text("utf-8")
        assert '"path":"/openapi.json"' in done.stderr
        assert kept.stat().st_mode & 0o077 == 0
    finally:
        kept.unlink()
