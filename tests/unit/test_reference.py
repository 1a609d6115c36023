"""The generated pages say what the catalogue, the settings and the command line say; the guides agree with the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bowerbird import codes, reference
from bowerbird.cli import app
from bowerbird.cli.catalogue import pages
from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.sdk.layout import ColumnMeaning, FieldNeed
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


@pytest.mark.parametrize("entry", codes.CATALOGUE.values(), ids=lambda entry: entry.key)
def test_an_entry_is_shown_whole(entry: codes.Entry) -> None:
    rows = rows_of(reference.codes_page(), "| Code | Variant |")
    row = next(row for row in rows if row[:2] == [f"`{entry.code}`", entry.variant] and row[3] == entry.title)
    assert row[4].startswith(entry.detail)
    assert ("Not yet: arrives with" in row[4]) == bool(entry.arrives_with)
    assert (f"HTTP {entry.http}" in row[2]) == bool(entry.http)
    assert ("job: " in row[2]) == entry.in_jobs


def test_a_code_of_an_operation_leads_to_its_row() -> None:
    anchors = re.findall(r'<a id="([\w-]+)">', reference.codes_page())
    links = re.findall(r"\(codes\.md#([\w-]+)\) \|", reference.operations_page())
    assert len(links) > 300
    assert set(links) <= set(anchors)
    assert len(anchors) == len(set(anchors)) == len(codes.CATALOGUE)


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


def commands_of(group: Any, path: str) -> Iterator[str]:
    """Every command a person can see, by the words that call it."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield from commands_of(command, f"{path} {name}") if getattr(command, "commands", None) else [f"{path} {name}"]


def test_every_command_has_its_chapter() -> None:
    headings = re.findall(r"^## `(.+)`$", pages()["cli.md"], re.MULTILINE)
    commands = set(commands_of(get_command(app), "bowerbird"))
    assert {"bowerbird serve", "bowerbird statement parse", "bowerbird vault rotate"} < commands
    without = {command for command in commands if not any(f"{heading} ".startswith(f"{command} ") for heading in headings)}
    assert without == set()
    strays = [heading for heading in headings if not any(f"{heading} ".startswith(f"{command} ") for command in commands)]
    assert strays == [] or set(strays) == {"bowerbird codes"}  # which is a command and has commands


def test_the_guide_names_the_columns_of_the_published_layout() -> None:
    needs = {FieldNeed.REQUIRED: "yes", FieldNeed.UNLESS_SIGNED: "unless amounts carry a sign", FieldNeed.OPTIONAL: ""}
    rows = rows_of((DOCS / "guides" / "csv-statements.md").read_text(), "| column |")
    assert [(row[0], row[2].rstrip("| ")) for row in rows] == [(column.name, needs[column.need]) for column in LAYOUT.columns]
    assert {row[0] for row in rows if row[1] == "ignored"} == {
        each.name for each in LAYOUT.columns if each.meaning is ColumnMeaning.IGNORED
    }


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
