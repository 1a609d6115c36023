"""The sheet of all pictures, `docs/screenshots/README.md`: written by `make screenshots`, held against the page map by a test."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from tests.pages import ALL_PAGES
from tests.web.page_visits import NO_PAGES

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
INDEX = "index.json"
AREAS = {"dashboard": "The dashboard", "docs": "The reference", "home": "The consent pages", "links": "Auth links"}
_LEAD = """# Every page

Written by `make screenshots` from the tests that drive a real browser; a test compares this sheet with the map of pages.
"""


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Pages by what their addresses look like; fixed ones before those with parameters."""
    fixed_first = sorted(ALL_PAGES, key=lambda page: page.path.count("{"))
    return [(page.name, re.compile(re.sub(r"{\w+}", "[^/]+", page.path))) for page in fixed_first if page.method == "GET"]


def page_at(path: str) -> str:
    """The name of the page at an address; empty for one that is none, or that answers a form."""
    return next((name for name, pattern in _patterns() if pattern.fullmatch(path)), "")


def note(folder: Path, picture: str, path: str) -> None:
    """Remember which page a picture shows."""
    file = folder / INDEX
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    known[picture] = page_at(path)
    file.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")


def known_pictures(folder: Path = FOLDER) -> dict[str, str]:
    """By the name of a picture, the name of its page."""
    found: dict[str, str] = json.loads((folder / INDEX).read_text())
    return found


def without_picture(pictures: dict[str, str]) -> list[str]:
    """Pages without a picture that was looked at."""
    shown = {page.name for page in ALL_PAGES if page.method == "GET"} - NO_PAGES
    return sorted(shown - set(pictures.values()))


def sheet(pictures: dict[str, str]) -> str:
    """All pictures in a grid, page by page as the map has them, answers to forms last."""
    lines = [_LEAD]
    for area, title in AREAS.items():
        lines.append(f"## {title}\n\n| page | pictures |\n|---|---|")
        for page in ALL_PAGES:
            own = sorted(name for name, shown in pictures.items() if shown == page.name)
            if page.method == "GET" and page.path.split("/")[1] == area and own:
                lines.append(f"| `{page.path}` | {_images(own)} |")
        lines.append("")
    if rest := sorted(name for name, shown in pictures.items() if not shown):
        lines.append(f"## Answers to forms, and refusals\n\n{_images(rest)}\n")
    return "\n".join(lines)


def _images(names: list[str]) -> str:
    widths = {name: 150 if "phone" in name or name.endswith("-390") else 320 for name in names}
    return " ".join(f'<img src="{name}.png" alt="{name}" width="{width}">' for name, width in widths.items())


def main() -> None:
    found = {name: page for name, page in known_pictures().items() if (FOLDER / f"{name}.png").exists()}
    (FOLDER / INDEX).write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n")
    (FOLDER / "README.md").write_text(sheet(found))


if __name__ == "__main__":
    main()
