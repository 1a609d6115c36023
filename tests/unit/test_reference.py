"""The generated pages say what the catalogue, the settings and the command line say; the guides agree with the code."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bowerbird import codes, reference
from bowerbird.cli.catalogue import pages
from bowerbird.layouts.published_csv import LAYOUT
from bowerbird.sdk.layout import Meaning, Need
from bowerbird.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def rows_of(page: str, header: str) -> list[list[str]]:
    """The cells of every table that has a header, row by row."""
    found: list[list[str]] = []
    inside = False
    for line in page.splitlines():
        inside = (inside or line.startswith(header)) and line.startswith("|")
        if inside and not line.startswith((header, "| ---", "|---")):
            found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def test_every_code_stands_in_a_section_in_the_order_of_the_catalogue() -> None:
    listed = [slug for slugs in reference.sections().values() for slug in slugs]
    assert listed == list(codes.SLUGS.values())
    assert all(reference.sections())


def test_codes_are_shown_as_the_seed_shows_them() -> None:
    shown = rows_of(reference.codes_page(), "| Code | Description |")
    assert shown == [[f"`{slug.code}`", f"**{slug.heading}**<br>{slug.description}"] for slug in codes.SLUGS.values()]


@pytest.mark.parametrize("entry", codes.CATALOGUE.values(), ids=lambda entry: entry.key)
def test_an_entry_is_shown_whole(entry: codes.Entry) -> None:
    rows = rows_of(reference.codes_page(), "| Code | Variant |")
    row = next(row for row in rows if row[:2] == [f"`{entry.code}`", entry.variant] and row[3] == entry.title)
    assert row[4].startswith(entry.detail)
    assert ("Not yet: arrives with" in row[4]) == bool(entry.arrives_with)
    assert (f"HTTP {entry.http}" in row[2]) == bool(entry.http)
    assert ("job: " in row[2]) == entry.in_jobs


def test_the_four_ways_in_which_a_login_fails() -> None:
    examples = re.findall(r"```json\n(.*?)\n```", reference.codes_page(), re.DOTALL)
    steps = [step for step in map(json.loads, examples) if step.get("title") == "verify-credentials"]
    entries = [codes.INVALID_CREDENTIALS, codes.INVALID_USERNAME_OR_PASSWORD, codes.LOCKED_ACCOUNT, codes.MFA_NOT_SUPPORTED]
    assert [step["result"] for step in steps] == [{"code": e.code, "title": e.title, "detail": e.detail} for e in entries]
    assert {step["status"] for step in steps} == {"failed"}


def test_every_setting_has_its_row() -> None:
    rows = rows_of(reference.settings_page(), "| Variable |")
    assert [row[0] for row in rows] == [f"`BOWERBIRD_{field.name.upper()}`" for field in fields(Settings)]
    assert all(row[2] for row in rows)


def test_every_command_has_its_chapter() -> None:
    headings = re.findall(r"^## `(.+)`$", pages()["cli.md"], re.MULTILINE)
    assert headings == [
        "bowerbird serve", "bowerbird worker", "bowerbird migrate", "bowerbird reset", "bowerbird demo", "bowerbird listen",
        "bowerbird openapi", "bowerbird app create NAME", "bowerbird app list", "bowerbird app disable APPLICATION_ID",
        "bowerbird app enable APPLICATION_ID", "bowerbird key create APPLICATION_ID", "bowerbird key list APPLICATION_ID",
        "bowerbird key revoke KEY_ID", "bowerbird vault status", "bowerbird vault rotate", "bowerbird vault retire",
        "bowerbird admin link", "bowerbird statement parse FILE...", "bowerbird statement draft FILE",
        "bowerbird snapshot save NAME", "bowerbird snapshot list", "bowerbird snapshot restore NAME",
        "bowerbird snapshot delete NAME", "bowerbird snapshot fork [NAME]", "bowerbird codes",
        "bowerbird codes trigger CODE[/VARIANT]", "bowerbird clock show", "bowerbird clock advance TIME",
        "bowerbird clock set MOMENT", "bowerbird clock freeze", "bowerbird clock resume",
    ]  # fmt: skip


def test_the_guide_names_the_columns_of_the_published_layout() -> None:
    needs = {Need.REQUIRED: "yes", Need.UNLESS_SIGNED: "unless amounts carry a sign", Need.OPTIONAL: ""}
    rows = rows_of((DOCS / "guides" / "csv-statements.md").read_text(), "| column |")
    assert [(row[0], row[2].rstrip("| ")) for row in rows] == [(column.name, needs[column.need]) for column in LAYOUT.columns]
    assert {row[0] for row in rows if row[1] == "ignored"} == {each.name for each in LAYOUT.columns if each.meaning is Meaning.IGNORED}


def test_links_between_pages_lead_somewhere() -> None:
    root = DOCS.parent
    found = [root / "README.md", *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(root)}: {link}"
        for page in found
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if not link.startswith(("http://", "https://", "mailto:")) and not (page.parent / link).exists()
    ]
    assert not broken
