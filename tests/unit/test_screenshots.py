"""The pictures of the documentation: every page has one, and the sheet shows them all."""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser.sheet import FOLDER, known_pictures, sheet, without_picture

MAX_BYTES = 4_500_000
DO = "run `make screenshots`, look at what it wrote, and commit it"


def test_every_page_has_a_picture_and_the_sheet_shows_it() -> None:
    pictures = known_pictures()
    assert without_picture(pictures) == [], f"write a browser test whose name holds `pictured`, and {DO}"
    assert (FOLDER / "README.md").read_text() == sheet(pictures), DO
    assert {file.stem for file in FOLDER.glob("*.png")} == set(pictures), f"delete pictures that nothing takes any more, or {DO}"


def test_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("*.png")) <= MAX_BYTES


def test_pictures_that_pages_of_the_documentation_show_exist() -> None:
    root = FOLDER.parents[1]
    for page in (root / "README.md", *Path(FOLDER.parent).rglob("*.md")):
        for name in re.findall(r"screenshots/([\w-]+\.png)", page.read_text()):
            assert (FOLDER / name).exists(), f"{page.name} shows {name}"
