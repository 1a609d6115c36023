"""An installation whose `sandbox` folder is deleted serves production."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

import bowerbird
from bowerbird.sandbox.controls import save_clock_state
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.sandbox import ClockState
from bowerbird.wiring.services import open_services
from tests.serving import PATIENCE_SECONDS, Application, Process

pytestmark = pytest.mark.slow
_FORM_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_SANDBOX_PAGES = {"/dashboard/controls", "/dashboard/requests"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of programs that import a copy of the package without its sandbox."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(Path(bowerbird.__file__).parent, folder / "bowerbird", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(folder / "bowerbird" / "sandbox")
    return {"PYTHONPATH": str(folder)}


class Server(NamedTuple):
    process: Process
    environment: dict[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command(self.environment, *arguments, "--data", str(self.process.folder))


def command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "bowerbird", *arguments]
    return subprocess.run(program, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server(installed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Process(tmp_path_factory.mktemp("without") / "data", **installed) as process:
        yield Server(process, installed)


def test_the_copy_is_what_runs(installed: dict[str, str]) -> None:
    code = "import bowerbird, importlib.util; print(bowerbird.__file__, importlib.util.find_spec('bowerbird.sandbox'))"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **installed}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"{installed['PYTHONPATH']}/bowerbird/__init__.py", "None"]


def test_a_production_application_uploads_a_statement(server: Server) -> None:
    assert httpx2.get(f"{server.process.url}/healthz").json() == {"status": "ok"}
    made = server.command("app", "create", "Lender", "--production", "--json")
    assert made.returncode == 0, made.stderr
    app = Application(server.process.url, json.loads(made.stdout)["apiKey"])
    user_id = app.new_user(email="gavin@hooli.com")
    file = (resources.files("bowerbird.web") / "samples" / "statement.csv").read_bytes()
    uploaded = app.upload(user_id, file)
    assert uploaded.status_code == 202, uploaded.text
    job = app.settled(uploaded.json()["id"])
    assert [step["status"] for step in job["steps"]] == ["success"] * len(job["steps"]), job
    assert app.transactions(user_id)
    app.close()


def test_a_test_bank_connects_without_the_sandbox(server: Server) -> None:
    made = server.command("app", "create", "Developer", "--json")
    app = Application(server.process.url, json.loads(made.stdout)["apiKey"])
    job = app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    answer = app.http.get("/_bowerbird/codes")
    assert (answer.status_code, answer.json()["data"][0]["code"]) == (404, "resource-not-found")
    app.close()


def test_the_dashboard_shows_the_pages_that_are_there(server: Server) -> None:
    link = re.search(r"/dashboard/link/\S+", server.process.log.read_text())
    assert link
    with httpx2.Client(base_url=server.process.url, timeout=PATIENCE_SECONDS, follow_redirects=True) as browser:
        token = _FORM_TOKEN.search(browser.get(link[0]).text)
        assert token
        form = {"csrf": token[1], "name": "ana", "password": "bright blue things in order", "again": "bright blue things in order"}
        overview = browser.post("/dashboard/welcome", data=form)
        assert overview.status_code == 200, overview.text
        menu = re.findall(r'<a href="(/[^"]+)"', overview.text.partition('aria-label="Main"')[2].partition("</nav>")[0])
        assert len(menu) > 8
        assert not _SANDBOX_PAGES & set(menu)
        pages = {path: browser.get(path) for path in [*menu, "/dashboard/codes/unknown-error", "/docs/users"]}
        assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(pages, 200)
        links = {href for page in pages.values() for href in re.findall(r'(?:href|action)="([^"?#]+)', page.text)}
        assert not {href for href in links if href.startswith((*_SANDBOX_PAGES, "/_bowerbird"))}
        assert {browser.get(path).status_code for path in _SANDBOX_PAGES} == {404}


def test_an_option_of_the_sandbox_says_what_is_missing(installed: dict[str, str], tmp_path: Path) -> None:
    started = command(installed, "serve", "--sandbox-controls", "--port", "0", "--data", str(tmp_path / "data"))
    assert (started.returncode, started.stdout) == (1, "")
    assert started.stderr.startswith("bowerbird: --sandbox-controls needs the sandbox, and this installation has none")
    assert not (tmp_path / "data" / "bowerbird.db").exists()
    inspecting = command({**installed, "BOWERBIRD_INSPECTOR": "yes"}, "serve", "--port", "0", "--data", str(tmp_path / "data"))
    assert inspecting.stderr.startswith("bowerbird: BOWERBIRD_INSPECTOR=yes needs the sandbox")
    throw_away = command(installed, "sandbox", "run", "--", "true")
    assert throw_away.returncode == 1
    assert "--sandbox-controls needs the sandbox, and this installation has none" in throw_away.stderr


def test_the_database_of_a_moved_clock_is_refused(installed: dict[str, str], tmp_path: Path) -> None:
    with closing(open_services(Settings(data=tmp_path, sandbox_controls=True))) as services:
        services.write_now(save_clock_state, ClockState(offset=86_400_000), tenant=EVERY_TENANT)
    started = command(installed, "serve", "--port", "0", "--data", str(tmp_path))
    assert (started.returncode, started.stderr.startswith("bowerbird: a sandbox moved the clock of this database")) == (1, True)


def test_the_command_line_has_every_other_command(installed: dict[str, str]) -> None:
    listed = command(installed, "--help").stdout
    names = set(re.findall(r"^│ (\w+)", listed, re.MULTILINE))
    assert names >= {"serve", "worker", "migrate", "app", "key", "vault", "admin", "statement", "codes", "openapi", "sandbox"}
    assert not names & {"snapshot", "reset", "clock"}
    for name in sorted(names):
        shown = command(installed, name, "--help")
        assert shown.returncode == 0, (name, shown.stderr)
    assert json.loads(command(installed, "openapi").stdout)["openapi"].startswith("3.")
