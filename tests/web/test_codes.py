"""The pages of the response codes that the server has: every row of the published page stands on them."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bowerbird import codes
from tests.web.client import Pages

FACTS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "samples" / "codes" / "published_codes.json").read_text())
ROWS = [fact for fact in FACTS if "code" in fact]
STEPS = [fact["step"]["result"] for fact in FACTS if "step" in fact]


def text_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def page_of(pages: Pages, entry: codes.Entry) -> str:
    answer = pages.get(f"/dashboard/codes/{entry.key}")
    assert answer.status_code == 200
    return text_of(answer.text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['row']}-{row['code']}")
def test_a_published_row_stands_on_the_page_of_its_code(ana: Pages, row: dict[str, Any]) -> None:
    entry = next(e for e in codes.CATALOGUE.values() if (e.code, e.meaning.heading) == (row["code"], row["heading"]))
    page = page_of(ana, entry)
    assert f"{row['code']} {row['heading']}" in page
    for line in row["text"].replace("support@basiq.io", "the operator").splitlines():
        assert re.sub(r"^(title|detail): \"(.*)\"$", r"\2", line) in page
    if "http" in row:
        assert f"HTTP {row['http']}" in page


@pytest.mark.parametrize("result", STEPS, ids=lambda result: result["title"])
def test_a_published_example_is_what_a_client_receives(ana: Pages, result: dict[str, str]) -> None:
    entry = next(e for e in codes.CATALOGUE.values() if all(getattr(e, name) == text for name, text in result.items()))
    page = page_of(ana, entry)
    for name, text in result.items():
        assert f'"{name}": "{text}"' in page


def test_every_code_is_on_the_list(ana: Pages) -> None:
    listed = text_of(ana.get("/dashboard/codes").text)
    assert [fact["code"] for fact in ROWS if f" {fact['code']} " not in listed] == []


def test_what_an_operator_does_next_is_named(ana: Pages) -> None:
    """The wire keeps the published sentence, which names a vendor's support."""
    page = page_of(ana, codes.NO_PRODUCTION_ACCESS)
    assert "gives the application production access on its page" in page
    assert "bowerbird app create NAME --production" in page
