"""A connector of a third party: begun with `connector new`, installed beside the server, connected; a broken one is left out and named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bowerbird.settings import Settings
from tests.banks.upstream import Answer, Asked, UpstreamServer
from tests.faults.fleet import new_key
from tests.serving import Application, Process, until

TOKEN = "a-made-up-token"


class MockBank(UpstreamServer):
    """What the mock in the new package answers: 25 rows, ten to a page."""

    def answer(self, asked: Asked) -> Answer:
        if asked.authorization != f"Bearer {TOKEN}":
            return Answer.of({}, 401)
        if asked.path == "/accounts":
            return Answer.of({"accounts": [{"id": "a-1", "name": "Everyday", "currency": "AUD", "balance": "95.50"}]})
        path, _, page = asked.path.partition("?page=")
        first = 10 * (int(page or 1) - 1)
        rows = [{"id": f"t{nth}", "text": "Coffee", "amount": "-4.50", "made": "2026-03-01", "posted": "2026-03-01"} for nth in range(25)]
        following = f"{path}?page={int(page or 1) + 1}" if first + 10 < len(rows) else None
        return Answer.of({"transactions": rows[first : first + 10], "next": following})


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "bowerbird", "connector", *arguments]
    return subprocess.run(run, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120)


def installed(folder: Path, name: str, module: str) -> None:
    """What an installer writes: the entry point of a connector, found on the path."""
    information = folder / f"{name}-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (information / "entry_points.txt").write_text(f"[bowerbird.connectors]\n{name} = {module}\n")


def test_a_file_of_settings_that_cannot_be_read_is_named_in_one_line(tmp_path: Path) -> None:
    outcome = command("list", BOWERBIRD_CONNECTORS=str(tmp_path / "none.toml"))
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("bowerbird: ")
    assert "none.toml cannot be read" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where a new connector and three broken ones are installed."""
    made = command("new", "wattle", "--into", str(tmp_path), "--json")
    assert made.returncode == 0, made.stderr
    source = Path(json.loads(made.stdout)["folder"]) / "src"
    installed(source, "wattle", "bowerbird_wattle")
    installed(source, "missing", "no_such_module")
    for name, text in {"hollow": "CONNECTOR = None", "rude": "raise SystemExit(3)"}.items():
        (source / f"{name}.py").write_text(text)
        installed(source, name, name)
    return str(source)


@pytest.mark.slow
def test_a_new_connector_connects_and_broken_ones_are_named(tmp_path: Path, path: str) -> None:
    for name in ("wattle", "bowerbird_wattle"):  # of the connector, and of its module
        checked = command("check", name, PYTHONPATH=path)
        assert (checked.returncode, checked.stdout) == (0, f"{name} keeps every rule\n")
    listed = {row["id"]: row for row in json.loads(command("list", "--json", PYTHONPATH=path).stdout)}
    assert (listed["wattle"]["state"], listed["wattle"]["hosts"]) == ("ready", ["api.wattle.example"])
    assert {name: row["detail"] for name, row in listed.items() if row["state"] == "broken"} == {
        "missing": "ModuleNotFoundError: No module named 'no_such_module'",
        "hollow": "connector hollow has no frozenset `institutions`: name the institution ids it serves",
        "rude": "SystemExit: 3",
    }
    key = new_key(Settings(data=tmp_path / "data"))
    with MockBank() as bank:
        (tmp_path / "connectors.toml").write_text(f'[wattle]\naddress = "{bank.url}"\n')
        environment = {"BOWERBIRD_CONNECTORS": str(tmp_path / "connectors.toml"), "BOWERBIRD_OUTBOUND_ALLOW": bank.host}
        with Process(tmp_path / "data", PYTHONPATH=path, **environment) as server:
            app = Application(server.url, key)
            user = app.new_user()
            job = app.settled(app.connect(user, "ada", TOKEN, "AU96827"))
            assert [step["status"] for step in job["steps"]] == ["success"] * 3
            assert until(lambda: len(app.transactions(user)) == 25, "the rows")
            app.close()
    log = server.log.read_text()
    assert all(f"leaf={name}" in log or f'"leaf": "{name}"' in log or f'"leaf":"{name}"' in log for name in ("missing", "hollow", "rude"))


def test_documents_of_this_project_name_no_installed_connector(path: str) -> None:
    """Who writes a connector has it in the same environment, and `make check` compares the documents with the program."""
    show = [sys.executable, "-c", "from bowerbird.reference import leaves_page; print(leaves_page(), end='')"]
    shown = subprocess.run(show, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True).stdout
    assert "`simplefin`" in shown
    assert "`wattle`" not in shown


def test_a_connector_that_breaks_a_rule_fails_its_check(tmp_path: Path, path: str) -> None:
    bank = Path(path) / "bowerbird_wattle" / "bank.py"
    bank.write_text(bank.read_text().replace("raise NotUnderstood", "raise RuntimeError").replace("parse_cents(text)", "int(text)"))
    checked = command("check", "bowerbird_wattle", PYTHONPATH=path)
    assert checked.returncode == 1
    assert "ada.login.json: RuntimeError: an amount that cannot be read" in checked.stdout


def test_a_name_that_is_none_and_a_folder_that_is_there_are_refused(tmp_path: Path) -> None:
    assert "write 2 to 31 small letters" in command("new", "My Bank", "--into", str(tmp_path)).stderr
    assert command("new", "wattle", "--into", str(tmp_path)).returncode == 0
    assert "is there already" in command("new", "wattle", "--into", str(tmp_path)).stderr


def test_what_comes_next_installs_the_tests_and_a_folder_that_cannot_be_written_names_the_option(tmp_path: Path) -> None:
    made = command("new", "wattle", "--into", str(tmp_path))
    assert f'pip install -e "{tmp_path / "bowerbird-wattle"}[test]"' in made.stdout
    file = tmp_path / "file"
    file.write_text("")
    refused = command("new", "acacia", "--into", str(file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"{file}" in refused.stderr
    assert "Choose another folder with --into" in refused.stderr
    assert "--data" not in refused.stderr
