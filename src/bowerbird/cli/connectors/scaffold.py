"""The beginning of a connector as a package of its own: files that work as they are, and pass every check."""

from __future__ import annotations

import re
import zlib
from importlib import resources
from pathlib import Path

from bowerbird.console import CommandRefused
from bowerbird.plugins import registry

_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}\Z", re.ASCII)
_FIRST_OWN, _OWN = 95_001, 4_999
"""Ids that are free for institutions of others begin here, and are so many."""

_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "mock_bank.py": "mock_bank.py",
    "__init__.py": "src/bowerbird_@name@/__init__.py",
    "bank.py": "src/bowerbird_@name@/bank.py",
    "institutions.toml": "src/bowerbird_@name@/institutions.toml",
    "test_bank.py": "src/bowerbird_@name@/tests/test_@name@.py",
    "ada.login.json": "src/bowerbird_@name@/tests/samples/synthetic/ada.login.json",
    "ada.json": "src/bowerbird_@name@/tests/samples/synthetic/ada.json",
}
"""Template → where it goes."""


def create_package(name: str, parent: Path) -> tuple[Path, list[str]]:
    """Write the package of a connector into a new folder; the folder, and the files in it. Raises CommandRefused."""
    if not _NAME.match(name):
        raise CommandRefused(f"{name!r} is no name for a connector: write 2 to 31 small letters, digits and _, such as wattle_bank")
    if any(leaf.id == name for leaf in registry.discover().leaves if leaf.kind is registry.LeafKind.CONNECTOR):
        raise CommandRefused(f"a connector {name} is installed already: choose another name")
    folder = parent / f"bowerbird-{name.replace('_', '-')}"
    if folder.exists():
        raise CommandRefused(f"{folder} is there already: choose another name, or another folder with --into")
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "title": name.replace("_", " ").title(),
        "institution": f"AU{_FIRST_OWN + zlib.crc32(name.encode()) % _OWN}",
    }
    templates, texts = resources.files("bowerbird.cli.connectors") / "template", {}
    for template, place in _FILES.items():
        texts[_filled(place, words)] = _filled((templates / f"{template}.tmpl").read_text("utf-8"), words)
    try:
        _write(folder, texts)
    except OSError as error:
        raise CommandRefused(
            f"{error.filename}: {error.strerror}. Choose another folder with --into, or give this user the right to write there"
        ) from error
    return folder, list(texts)


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Raises OSError."""
    for place, text in texts.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@(name|dashed|title|institution)@", lambda found: words[found[1]], text)
