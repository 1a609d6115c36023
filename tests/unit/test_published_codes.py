"""Our page of response codes against the published one: every row and every example, cell by cell."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bowerbird import reference

FACTS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "samples" / "codes" / "published_codes.json").read_text())
PAGE = reference.codes_page()
OURS = {"support@basiq.io": "the operator"}
"""What this server cannot say as published: it has an operator of its own."""


class PublishedRow(NamedTuple):
    """A row of the page's tables of descriptions; `note` is what the published page puts into a row of its own."""

    code: str
    heading: str
    text: str
    note: str = ""


def row_of(line: str) -> PublishedRow:
    code, cell = (part.strip() for part in line.strip("| ").split(" | "))
    heading, *lines = html.unescape(cell.replace("\\|", "|")).split("<br>")
    notes = [line.strip("*").removeprefix("note: ") for line in lines if line.startswith("*note: ")]
    text = "\n".join(line for line in lines if not line.startswith("*note: "))
    return PublishedRow(code.strip("`"), heading.strip("*"), text.replace("`", ""), "".join(notes))


def rows() -> list[PublishedRow]:
    tables = re.findall(r"^\| Code \| Description \|\n\| --- \| --- \|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [row_of(line) for table in tables for line in table.splitlines()]


def as_ours(text: str) -> str:
    for published, our in OURS.items():
        text = text.replace(published, our)
    return text


def test_the_published_page_is_here_whole() -> None:
    assert len(FACTS) == 42
    assert sum("code" in fact for fact in FACTS) == 36


@pytest.mark.parametrize("fact", [fact for fact in FACTS if "code" in fact], ids=lambda fact: f"{fact['row']}-{fact['code']}")
def test_a_row_stands_on_our_page(fact: dict[str, Any]) -> None:
    shown = [row[:3] for row in rows() if row.code == fact["code"] and row.heading == fact["heading"]]
    assert shown == [(fact["code"], fact["heading"], as_ours(fact["text"]))]
    if "http" in fact:
        assert re.search(rf"^\| `{fact['code']}` \| [\w-]* \| HTTP {fact['http']} \|", PAGE, re.MULTILINE)


def test_a_note_stands_with_the_row_before_it() -> None:
    (note,) = (fact["note"] for fact in FACTS if fact.get("row") == 51)
    assert [row.code for row in rows() if row.note and f"note: {row.note}" == note] == ["bank-statement-new-product"]


def test_the_ways_in_which_a_login_fails_are_announced() -> None:
    (note,) = (fact["note"] for fact in FACTS if fact.get("row") == 4)
    section = PAGE[PAGE.index("## Handling invalid credentials") :].replace("`", "").replace("**", "")
    about, generic, *scenarios = note.splitlines()
    assert about.partition(". These ")[2].removesuffix(" - see JSON examples") in section
    assert generic.removeprefix("invalid-credentials - ") in section
    assert len(scenarios) == 3
    for scenario in scenarios:
        assert f"title and detail for scenario: {scenario.rpartition(': ')[2]}\n" in section


@pytest.mark.parametrize("number", range(4))
def test_an_example_stands_on_our_page(number: int) -> None:
    examples = [json.loads(text) for text in re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)]
    steps = [example for example in examples if example.get("title") == "verify-credentials"]
    assert len(steps) == 4
    assert steps[number] == [fact["step"] for fact in FACTS if "step" in fact][number]
