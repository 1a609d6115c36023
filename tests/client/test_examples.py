"""The example projects as their CI files run them: every command but those that install is run here, in a copy of the project."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROJECTS = {"node": "node", "go": "go", "test-suite": "python3"}
INSTALLS = ("pip ", "pipx ", "apt-get ", "export PATH=")
pytestmark = pytest.mark.slow


def commands(project: str, file: str) -> list[str]:
    """What a CI file runs, in its order."""
    content = yaml.safe_load((EXAMPLES / project / file).read_text("utf-8"))
    if file == ".gitlab-ci.yml":
        return [*content["test"]["before_script"], *content["test"]["script"]]
    return [step["run"] for step in content["jobs"]["test"]["steps"] if "run" in step]


FILES = (".gitlab-ci.yml", ".github/workflows/test.yml")


@pytest.mark.parametrize("project", PROJECTS)
def test_both_files_run_the_same_test(project: str) -> None:
    first, second = ([each for each in commands(project, file) if not each.startswith(INSTALLS)] for file in FILES)
    assert first == second != []


@pytest.mark.parametrize("project", PROJECTS)
def test_the_commands_pass(project: str, tmp_path: Path) -> None:
    if not shutil.which(PROJECTS[project]):
        pytest.skip(f"no {PROJECTS[project]} on this machine")
    folder = shutil.copytree(EXAMPLES / project, tmp_path / project, ignore=shutil.ignore_patterns("__pycache__"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BOWERBIRD_", "PYTEST_"))}
    given = {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GOCACHE": str(tmp_path / "cache")}
    for command in commands(project, FILES[0]):
        if command.startswith(INSTALLS):
            continue
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode == 0, f"{shlex.quote(command)}\n{done.stdout}\n{done.stderr}"
    assert (folder / ("report.xml" if project == "test-suite" else "sandbox.log")).is_file()
