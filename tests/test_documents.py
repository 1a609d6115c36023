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


PAGE_TEXTS = (ROOT / "src" / "bowerbird" / "web", ROOT / "src" / "bowerbird" / "sandbox")
QUOTING = ("guides/dashboard.md", "guides/consent-pages.md", "guides/webhooks.md", "newcomer-walk.md")
"""Documents in which what stands in bold is a text of a page: a button, a link or a heading."""


@cache
def page_texts() -> str:
    files = (file for folder in PAGE_TEXTS for file in sorted(folder.rglob("*")) if file.suffix in {".html", ".py"})
    return " ".join(" ".join(file.read_text("utf-8").split()) for file in files)


def emphasised(text: str) -> list[str]:
    """What is in bold or italics, outside blocks of code."""
    found = re.findall(r"(?<!\*)\*{1,2}(\w[^*|]{1,60})\*{1,2}(?!\*)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [" ".join(phrase.split()) for phrase in found]


@pytest.mark.parametrize("name", QUOTING)
def test_texts_of_pages_are_quoted_as_they_are(name: str) -> None:
    missing = [text for text in emphasised((ROOT / "docs" / name).read_text("utf-8")) if text not in page_texts()]
    assert not missing, f"no page has these texts any more; quote in bold only what a page shows: {missing}"


def test_a_text_of_no_page_is_missed() -> None:
    phrases = emphasised("**Create key** makes one; *Take\nmade-up statements* and **Let go** do not.")
    assert [phrase in page_texts() for phrase in phrases] == [True, False, False]


DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
SECTIONS = ("Context", "Decision", "What it costs", "Security")


DATE = r"Date: 20\d\d-\d\d-\d\d\. Status: (accepted|superseded by \[ADR \d+\]\(\S+\))\.\n\n"


def missing_of(decision: str) -> list[str]:
    """What a decision lacks of its form."""
    title, _, rest = decision.partition("\n\n")
    missing = [] if re.fullmatch(r"# \d+\. .+", title) else ["a title: `# NUMBER. What was decided`"]
    missing += [] if re.match(DATE, rest) else ["its date and status in the third line"]
    sections = [section for section in re.findall(r"^## (.+)$", rest, re.MULTILINE) if section in SECTIONS]
    missing += [f"## {section}" for section in SECTIONS if section not in sections]
    return missing or ([] if sections == list(SECTIONS) else ["the order of its sections"])


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name)
def test_a_decision_has_date_status_context_costs_and_security(file: Path) -> None:
    """A decision that says neither when, why, at what price nor with what risk cannot be judged again. What a feature does is a guide's."""
    assert not missing_of(file.read_text("utf-8"))


@pytest.mark.parametrize(
    ("decision", "lacks"),
    [
        ("# 1. A\n\nDate: 2026-11-29. Status: accepted.\n\n## Context\n\n## Decision\n\n## More\n\n## What it costs\n\n## Security\n", []),
        ("# 1. A\n\nDate: 2026-11-29. Status: accepted.\n\n## Context\n\n## Decision\n\n## Security\n", ["## What it costs"]),
        ("# 1. A\n\n## Context\n\n## Decision\n\n## What it costs\n\n## Security\n", ["its date and status in the third line"]),
    ],
)
def test_what_a_decision_lacks_is_named(decision: str, lacks: list[str]) -> None:
    assert missing_of(decision) == lacks


MINUTES_OF_A_README = 3
WORDS_A_MINUTE = 235


def test_the_readme_is_read_in_three_minutes() -> None:
    words = len((ROOT / "README.md").read_text("utf-8").split())
    assert words <= MINUTES_OF_A_README * WORDS_A_MINUTE, f"{words} words: move what a newcomer needs later into docs/"
