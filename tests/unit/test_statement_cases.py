"""Files of the kinds that banks give people, each read as it should be, or refused for its true reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.settings import Settings
from bowerbird.statements.confined.outcomes import RefusedInside
from bowerbird.statements.statement_reader import ReadOutcome, StatementReader
from bowerbird.wiring.services import open_statement_reader

SAMPLES = Path(__file__).parents[1] / "samples" / "statements"
CASES = sorted(path for path in SAMPLES.iterdir() if (SAMPLES / f"{path.name}.json").exists())


@pytest.fixture(scope="module")
def reader() -> Iterator[StatementReader]:
    opened = open_statement_reader(Settings())
    yield opened
    opened.close()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_file_is_read_or_refused_for_its_reason(path: Path, reader: StatementReader) -> None:
    wanted: dict[str, Any] = json.loads((SAMPLES / f"{path.name}.json").read_text("utf-8"))
    if wanted["institution"] == "draft":
        with pytest.raises(RefusedInside) as refused:
            reader.draft(path.read_bytes())
        assert any(word in refused.value.reason for word in wanted["reason_any"]), refused.value.reason
        return
    outcome = reader.read(path.read_bytes(), wanted["institution"])
    if outcome.refusal is not None:
        assert wanted["expect"] != "read", outcome.refusal
        assert_reason(outcome, wanted)
    else:
        assert wanted["expect"] != "refuse", outcome.accounts
        assert_rows(outcome, wanted["rows"])


def assert_reason(outcome: ReadOutcome, wanted: dict[str, Any]) -> None:
    text = " ".join((outcome.refusal or {}).values())
    assert any(word in text for word in wanted["reason_any"]), text
    assert not any(word in text for word in wanted.get("reason_not", ())), text


def assert_rows(outcome: ReadOutcome, rows: list[list[str]]) -> None:
    read = [(row["postDate"], row["amount"], row["description"]) for account in outcome.accounts for row in account["transactions"]]
    assert [list(found[: len(row)]) for found, row in zip(read, rows, strict=True)] == rows
