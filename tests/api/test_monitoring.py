"""The rules of alerts and the dashboard that operators are given speak of what `/metrics` shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bowerbird.api.http.metrics import BOUNDS
from bowerbird.model.job import UNFINISHED
from tests.api.fixtures import Fixtures

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "bowerbird.json"


def expressions() -> list[str]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*(rule["expr"] for group in groups for rule in group["rules"]), *shown]


@pytest.fixture
def page(fixtures: Fixtures) -> str:
    fixtures.app.get("/users/not-there")
    return fixtures.app.get("/metrics").text


def test_rules_and_dashboard_name_only_what_is_there(page: str) -> None:
    recorded = {rule["record"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"] if "record" in rule}
    there = set(re.findall(r"^(bowerbird_\w+)", page, re.MULTILINE)) | recorded
    named = {name for each in expressions() for name in re.findall(r"bowerbird[_:]\w+", each)}
    assert named <= there, f"no such metric: {named - there}"
    assert {f"bowerbird_{name}" for name in BOUNDS} <= named, "a bound is shown on no panel"


def test_labels_that_they_choose_by_are_there(page: str) -> None:
    for each in expressions():
        for name, label in re.findall(r"(bowerbird_\w+)\{(\w+)=", each):
            assert re.search(rf"^{name}\{{[^}}]*\b{label}=", page, re.MULTILINE), f"{name} has no label {label}"
    states = set(re.findall(r'^bowerbird_jobs_unfinished\{state="(\w+)"\}', page, re.MULTILINE))
    assert states == set(UNFINISHED)


def test_each_alert_says_what_to_do() -> None:
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                assert {"summary", "action"} <= rule["annotations"].keys(), rule["alert"]
                assert rule["labels"]["severity"] in ("page", "ticket")
