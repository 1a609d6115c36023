"""`bowerbird insights` without a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from tests.unit.insights.labelled_lines import DEV, rows_of


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["insights", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_classify_answers_every_row_in_order() -> None:
    lines = [json.loads(line) for line in run("classify", str(DEV), "--json").splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in rows_of(DEV)]
    assert all(line.keys() == {"id", "leaf", "group", "matchScore", "merchant"} for line in lines)
    assert {"id": "L003", "leaf": "groceries", "group": "EXP-016", "matchScore": 0.95, "merchant": "Woolworths"} in [
        {**line, "matchScore": 0.95} for line in lines
    ]
    assert "L003" in run("classify", str(DEV))


def test_evaluate_prints_the_figures() -> None:
    figures = json.loads(run("evaluate", str(DEV), "--json"))
    measured = {"rows", "accuracy", "coverage", "precision", "confident", "confidentWrong", "microsecondsPerRow"}
    assert figures.keys() == measured | {"calibration", "groups"}
    assert [kind for kind in figures["calibration"] if not kind["holds"]] == [], "what is stated is what the labels say"
    assert sum(kind["rows"] for kind in figures["calibration"]) == round(figures["coverage"] * figures["rows"])
    assert figures["rows"] == 202
    assert sum(group["rows"] for group in figures["groups"]) == figures["rows"]
    printed = run("evaluate", str(DEV))
    assert "accuracy" in printed
    assert "Nothing in the text says what it is." in printed, "a wrong line says why"


def test_what_is_right_as_well_counts(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(
        "description,amount,account,group,also\nBWS 123,-3.00,,EXP-999,liquor\nBWS 123,-3.00,,EXP-999,EXP-051\nBWS,-3,,EXP-999,\n"
    )
    assert json.loads(run("evaluate", str(file), "--json"))["accuracy"] == 0.6667


def test_own_rules_count_in_an_evaluation(tmp_path: Path) -> None:
    lines, rules = tmp_path / "lines.csv", tmp_path / "rules.toml"
    lines.write_text("description,amount,group\nZZQ 123,-3.00,groceries\nZZQ 123,3.00,groceries\n")
    rules.write_text('[[rule]]\nleaf = "groceries"\nany = "zzq"\nfrom = "2026-01-01"\n')
    assert json.loads(run("evaluate", str(lines), "--json"))["accuracy"] == 0
    assert json.loads(run("evaluate", str(lines), "--rules", str(rules), "--json"))["accuracy"] == 0.5, "money out, of any day"


def test_explain_says_why() -> None:
    found = json.loads(run("explain", "NIMBLE REMOVALS SYDNEY", "--amount", "-140.00", "--json"))
    assert (found["leaf"], found["evidence"]["words"]) == ("services", "removals")
    assert "removals" in run("explain", "NIMBLE REMOVALS SYDNEY", "--amount", "-140.00")


def test_status_names_packs_and_licences() -> None:
    assert "CC-BY-4.0" in run("status")
    assert json.loads(run("status", "--json"))["rulesVersion"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("explain", "X", "--amount", "ten"), "Write it as -12.95"),
        (("classify", "{file}"), "no column amount"),
        (("evaluate", "{file}"), "no column amount, group. Name the columns in the first line."),
        (("evaluate", "{file}", "--rules", "{file}"), "lines.csv: "),
    ],
)
def test_refusals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str
) -> None:
    file = tmp_path / "lines.csv"
    file.write_text("id,description\n1,X\n")
    monkeypatch.setattr(sys, "argv", ["bowerbird", "insights", *(argument.format(file=file) for argument in arguments)])
    with pytest.raises(SystemExit):
        cli.main()
    assert part in capsys.readouterr().err
