"""Leaves are found by their folders, hold all that is theirs, and say no more of themselves than their folders show."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bowerbird
from bowerbird.plugins import registry
from bowerbird.plugins.registry import PluginError, discover
from bowerbird.sdk.conformance import shown_tier
from bowerbird.sdk.leaf import LeafTier, folder_name

SOURCE = Path(bowerbird.__file__).parent
KINDS = ("connectors", "layouts")
FOLDERS = [folder for kind in KINDS for folder in sorted((SOURCE / kind).iterdir()) if folder.is_dir() and folder.name[0].isalpha()]
TESTS = [file for folder in FOLDERS for file in sorted((folder / "tests").rglob("*.py"))]
LAYER_BELOW = ("bowerbird.sdk", "bowerbird.model", "bowerbird.codes")


def imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return modules | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_leaf_inherits_the_checks_of_its_kind(folder: Path) -> None:
    texts = [file.read_text("utf-8") for file in sorted((folder / "tests").glob("test_*.py"))]
    kind = "ConnectorChecks" if folder.parent.name == "connectors" else "(?:Csv|Pdf)LayoutChecks"
    assert sum(len(re.findall(rf"^class \w+\({kind}\):", text, re.MULTILINE)) for text in texts) == 1


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_a_leaf_is_tested_with_the_kit_and_itself_alone(file: Path) -> None:
    """So that it is the same leaf in a package of its own."""
    leaf = file.relative_to(SOURCE).parts[:2]
    ours = {module for module in imported(file) if module.split(".")[0] in ("bowerbird", "tests")}
    assert {
        module for module in ours if not module.startswith((*LAYER_BELOW, ".".join(("bowerbird", *leaf)))) and module != "bowerbird"
    } == set()


# ── Found by its folder ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one more layout of each form, which are copies of others under another name."""
    source = tmp_path_factory.mktemp("copied") / "src"
    shutil.copytree(SOURCE, source / "bowerbird", ignore=shutil.ignore_patterns("__pycache__"))
    for old, new in (("anz.plain", "wattle.plain"), ("nab.deposit.2020", "wattle.deposit.2020")):
        folder = source / "bowerbird" / "layouts" / folder_name(new)
        shutil.copytree(folder.parent / folder_name(old), folder)
        for file in [file for file in folder.rglob("*") if file.suffix in (".py", ".toml", ".json")]:
            text = file.read_text("utf-8").replace(old, new).replace(folder_name(old), folder_name(new))
            file.write_text(text, "utf-8")
            file.rename(file.with_name(file.name.replace(folder_name(old), folder_name(new))))
    return source


def run_in(package: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(package), "PYTEST_ADDOPTS": ""}
    run = subprocess.run([sys.executable, *command], cwd=package, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.slow
def test_a_new_leaf_touches_nothing_but_its_folder(package: Path) -> None:
    program = "from bowerbird.plugins.registry import discover; print(*(leaf.id for leaf in discover().leaves))"
    ids = run_in(package, "-c", program).split()
    assert sorted(ids) == sorted([*(leaf.id for leaf in discover().leaves), "wattle.plain", "wattle.deposit.2020"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wattle_plain"])
def test_a_new_leaf_is_tested_where_it_stands(package: Path, name: str) -> None:
    folder = package / "bowerbird" / "layouts" / name
    printed = run_in(
        package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(package), str(folder)
    )
    assert re.search(r"^\d\d passed", printed, re.MULTILINE), printed


def test_a_folder_has_the_name_of_its_leaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "wattle_deposit"
    shutil.copytree(SOURCE / "layouts" / "nab_deposit_2020", wrong)
    monkeypatch.setattr("bowerbird.layouts.__path__", [str(tmp_path)])
    with pytest.raises(PluginError, match=r"layout nab\.deposit\.2020 stands in the folder wattle_deposit: name it nab_deposit_2020"):
        registry.discover()


# ── Tiers ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("files", "tier"),
    [
        ([], LeafTier.DECLARED),
        (["tests/samples/synthetic/README.md"], LeafTier.DECLARED),
        (["tests/samples/synthetic/plain.csv"], LeafTier.DECLARED),
        (["tests/samples/synthetic/plain.json"], LeafTier.SYNTHETIC),
        (["tests/samples/synthetic/plain.json", "tests/samples/scrambled/real.json"], LeafTier.SYNTHETIC),
        (["tests/samples/scrambled/README.md", "tests/samples/scrambled/real.json"], LeafTier.SCRAMBLED),
        (["tests/samples/synthetic/plain.json", "IN_USE.md"], LeafTier.IN_USE),
    ],
)
def test_a_folder_shows_a_tier(tmp_path: Path, files: list[str], tier: LeafTier) -> None:
    for name in files:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[]")
    assert shown_tier(tmp_path) is tier


def test_every_leaf_is_listed_with_the_tier_that_its_folder_shows() -> None:
    listed = {folder_name(leaf.id): leaf.tier for leaf in discover().leaves}
    assert listed == {folder.name: shown_tier(folder) for folder in FOLDERS}
