"""The wheel by itself: installed into an empty environment, away from the repository, beside the packages that it names and no others."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import bowerbird
from tests.serving import START_SECONDS, free_port, until

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "bowerbird"
LEFT_OUT = ("*/tests/*", "*/test_*.py", "*/conftest.py", "connectors/*/samples/*", "layouts/*/samples/*", "packs/*/samples/*")
"""Files below the package that only its developers use."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, capture_output=True, check=True)
    [made] = folder.glob("bowerbird-*.whl")
    return made


def requirements(found: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    """What a distribution needs here, with these extras of it."""
    for text in found.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            yield requirement


def needed(*names: str) -> dict[str, Distribution]:
    """These distributions and all they need, by name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(name) for name in names]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = (re.sub(r"[-_.]+", "-", requirement.name).lower(), frozenset(requirement.extras))
        if key not in seen:
            seen.add(key)
            try:
                found[key[0]] = distribution(requirement.name)
            except PackageNotFoundError:
                pytest.fail(f"{requirement} is needed but not in .venv: run make install")
            waiting += requirements(found[key[0]], key[1])
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, what its metadata names and pytest: linked from .venv, so that no network is needed."""
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    python = folder / "bin" / "python"
    command: list[str | Path] = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    [information] = packages.glob("bowerbird-*.dist-info")
    own = Distribution.at(information)
    for each in needed("pytest", *(str(requirement) for requirement in requirements(own, frozenset()))).values():
        for top in {file.parts[0] for file in each.files or () if file.parts[0] != ".."}:
            if not (packages / top).exists():
                (packages / top).symlink_to(Path(str(each.locate_file(top))))
    return folder


@cache
def kept_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("BOWERBIRD_", "PYTEST_", "PYTHON", "VIRTUAL_ENV"))}


def run(environment: Path, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program of the environment, somewhere else than here."""
    command: list[str | Path] = [environment / "bin" / "python", "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=kept_environment(), capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_holds_the_whole_package_and_no_tests(wheel: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", PACKAGE],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    ours = {name.removeprefix("src/") for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()}
    left_out = {name for name in ours if any(fnmatch.fnmatch(name.removeprefix("bowerbird/"), pattern) for pattern in LEFT_OUT)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("bowerbird/")}
    assert held == ours - left_out
    assert "bowerbird/py.typed" in held


def test_the_version_stands_in_one_place(wheel: Path, environment: Path, tmp_path: Path) -> None:
    assert wheel.name == f"bowerbird-{bowerbird.__version__}-py3-none-any.whl"
    assert run(environment, "bowerbird", "--version", folder=tmp_path).stdout == f"bowerbird {bowerbird.__version__}\n"
    found = run(environment, "bowerbird", "-h", folder=tmp_path).stdout
    assert "--install-completion" in found
    where = subprocess.run(
        [environment / "bin" / "python", "-c", "import bowerbird; print(bowerbird.__file__)"],
        cwd=tmp_path, env=kept_environment(), capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(environment)


def test_the_server_and_the_demo_run(environment: Path, tmp_path: Path) -> None:
    port = str(free_port())
    command: list[str | Path] = [environment / "bin" / "bowerbird", "serve", "--port", port, "--sandbox-controls"]
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=tmp_path, env=kept_environment(), stdout=output, stderr=output)
    try:
        until(lambda: server.poll() is not None or "Ctrl-C" in log.read_text("utf-8"), "the server to start", START_SECONDS)
        assert "Done." in run(environment, "bowerbird", "demo", "--url", f"http://127.0.0.1:{port}", folder=tmp_path).stdout
        script = "import urllib.request as u, sys; [u.urlopen(f'http://127.0.0.1:{sys.argv[1]}{path}') for path in sys.argv[2:]]"
        pages = ["/dashboard", "/docs", "/openapi.json"]
        subprocess.run([sys.executable, "-c", script, port, *pages], check=True)
    finally:
        server.terminate()
        assert server.wait(START_SECONDS) == 0, log.read_text("utf-8")


def test_the_safety_suite_runs(environment: Path, tmp_path: Path) -> None:
    found = run(environment, "bowerbird", "verify", "--kills", "1", folder=tmp_path).stdout
    assert re.search(r"(\d+) of \1 promises kept", found), found


def test_the_pytest_plugin_is_found(environment: Path, tmp_path: Path) -> None:
    sample = ROOT / "examples" / "test-suite"
    for name in ("budget.py", "test_budget.py"):
        (tmp_path / name).write_text((sample / name).read_text("utf-8"), "utf-8")
    assert "4 passed" in run(environment, "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path).stdout


def test_a_statement_is_read(environment: Path, tmp_path: Path) -> None:
    """In a confined process, by a layout that lies in the wheel."""
    statement = ROOT / "tests" / "samples" / "sequences" / "pdf-then-ofx" / "0-s.pdf"
    found = run(environment, "bowerbird", "statement", "parse", statement, "--institution", "AU04301", folder=tmp_path).stdout
    assert "facts proved" in found
