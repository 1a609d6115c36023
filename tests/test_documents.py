"""Documents name modules, pages and files that exist."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BASES = (ROOT, ROOT / "src", ROOT / "src" / "bowerbird")
"""A document names a module from the root of the repository, of the sources or of the package."""

DOCUMENTS = sorted(
    [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *(ROOT / "docs").rglob("*.md")],
)
CODE = re.compile(r"`([^`\n]+)`")
MODULE = re.compile(r"[\w./-]+\.(?:py|toml|html)")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


@cache
def names() -> frozenset[str]:
    """Names of the files of the sources and tests: a document may name a module by its last part."""
    return frozenset(path.name for top in ("src", "tests", "bench", "examples") for path in (ROOT / top).rglob("*") if path.is_file())


def exists(module: str) -> bool:
    return any((base / module).exists() for base in BASES) or ("/" not in module and (module in names() or (ROOT / module).exists()))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_files_named_in_documents_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    modules = [module for module in CODE.findall(text) if MODULE.fullmatch(module) and not exists(module)]
    links = [link for link in LINK.findall(text) if "://" not in link and not (document.parent / link).exists()]
    assert not modules, f"correct the paths of modules that moved: {modules}"
    assert not links, f"correct the links to files that moved: {links}"


@pytest.mark.slow
def test_the_site_is_built_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    done = subprocess.run(["make", "site", f"SITE={tmp_path}"], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Bowerbird" in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "idempotency" in (tmp_path / "site" / "search.json").read_text("utf-8").lower()


@pytest.mark.parametrize("module", ["domain/jobs/advance.py", "src/bowerbird/codes.py", "fleet.py", "pyproject.toml"])
def test_a_module_is_found(module: str) -> None:
    assert exists(module)


@pytest.mark.parametrize("module", ["domain/advance.py", "dispatch/fleet.py", "doors.py"])
def test_a_module_that_moved_is_missed(module: str) -> None:
    assert not exists(module)
