"""What an application says of its rows itself: tried first, then true in every figure and on the wire, and of its own rows only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.domain.insights import own_rules
from bowerbird.insights.own_rules import read_rules
from bowerbird.storage.database import keyset
from tests.api.fixtures import NO_ONE, WatchedServing, at_rest
from tests.api.response_checks import refusal_of
from tests.api.test_reports import body_of, report_of
from tests.postgres import settings_of
from tests.serving import NOON, Application, Serving

pytestmark = pytest.mark.both_engines

HEADER = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
LINES = (("QUOKKA 12 CORNER", "-12.95"), ("QUOKKA 13 CORNER", "-900.00"), ("ZORB PTY LTD", "900.00"), ("WOOLWORTHS 1234", "-31.20"))
CORNER = {"leaf": "groceries", "any": "quokka", "most": "100.00", "merchant": "The Quokka"}
WAGE = {"leaf": "salary", "any": "zorb pty ltd"}


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("rules"), start=NOON, **settings_of(request)) as started:
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application("Lender")


def uploaded(app: Application) -> str:
    lines = [f"12345678,AUD,95.50,transaction,Everyday,2026-03-{day:02},{text},{cents}" for day, (text, cents) in enumerate(LINES, 1)]
    user = app.new_user()
    job = app.settled(app.upload(user, "\n".join((HEADER, *lines, "")).encode()).json()["id"])
    assert {step["status"] for step in job["steps"]} == {"success"}
    return user


def changed(serving: Serving, app: Application, *rules: dict[str, str], dry: bool = False) -> dict[str, Any]:
    answer = app.post("/extras/rules", json={"rules": list(rules), "dryRun": dry})
    assert answer.status_code == 200, answer.text
    at_rest(serving.services)
    found: dict[str, Any] = answer.json()
    return found


def classes(app: Application, user: str) -> dict[str, str]:
    """The ANZSIC class of each row on the wire, or its tag."""
    found = {}
    for row in app.transactions(user):
        branch = row["enrich"]["category"].get("anzsic")
        found[row["description"]] = branch["class"]["code"] if branch else ",".join(row["enrich"]["tags"])
    return found


def groups(app: Application, user: str) -> dict[str, int]:
    """The rows of each group of a report."""
    report = app.get(report_of(app, body_of(app, user, fromDate="2026-03-01"))).json()
    return {group["id"]: group["analysis"]["summary"]["transactionCount"] for group in report["data"]["groups"]}


def test_a_trial_says_what_would_change_and_changes_nothing(serving: Serving, app: Application) -> None:
    people = [uploaded(app) for _ in range(3)]
    before = [app.transactions(user) for user in people]
    trial = changed(serving, app, CORNER, WAGE, dry=True)
    assert (trial["rows"], trial["users"], trial["incomes"]) == (6, 3, 3)
    assert (trial["usersLookedAt"], trial["rowsLookedAt"], trial["next"]) == (3, 12, None)
    assert (trial["applied"], trial["version"]) == (False, 0)
    assert {(row["before"], row["after"]) for row in trial["data"]} == {("unknown", "groceries"), ("credit_other", "salary")}
    assert {row["user"] for row in trial["data"]} == set(people)
    assert [app.transactions(user) for user in people] == before
    assert changed(serving, app, CORNER, dry=True)["incomes"] == 0
    assert app.get("/extras/rules").json()["version"] == 0


def test_rules_count_on_the_wire_and_in_figures(serving: Serving, app: Application) -> None:
    user = uploaded(app)
    assert groups(app, user) == {"EXP-016": 1, "EXP-039": 2, "INC-006": 1}
    applied = changed(serving, app, CORNER, WAGE)
    assert (applied["applied"], applied["version"], applied["rows"]) == (True, 1, 2)
    rows = {row["description"]: row["enrich"] for row in app.transactions(user)}
    assert rows["QUOKKA 12 CORNER"]["merchant"]["businessName"] == "The Quokka"
    assert rows["QUOKKA 12 CORNER"]["category"]["matchScore"] == "1.00"
    assert classes(app, user) == {
        "QUOKKA 12 CORNER": "4110",
        "QUOKKA 13 CORNER": "",
        "ZORB PTY LTD": "income:salary",
        "WOOLWORTHS 1234": "4110",
    }
    assert groups(app, user) == {"EXP-016": 2, "EXP-039": 1, "INC-009": 1}
    path = report_of(app, body_of(app, user, fromDate="2026-03-01"))
    evidence = app.get(path, headers={"Bowerbird-Extras": "evidence"}).json()["bowerbird"]
    assert evidence["rulesVersion"].endswith("+own-1")
    assert 'A rule of the application says of "quokka" that it is groceries.' in {row["why"] for row in evidence["rows"]}
    changed(serving, app)
    assert classes(app, user)["QUOKKA 12 CORNER"] == ""
    assert groups(app, user) == {"EXP-016": 1, "EXP-039": 2, "INC-006": 1}
    assert app.get(path, headers={"Bowerbird-Extras": "evidence"}).json()["bowerbird"] == evidence, "a report stays as it was"


def test_what_is_said_of_one_row_counts_more_than_a_rule(serving: Serving, app: Application) -> None:
    user = uploaded(app)
    row = next(row["id"] for row in app.transactions(user) if row["description"] == "QUOKKA 12 CORNER")
    url = f"/extras/users/{user}/transactions/{row}/category"
    changed(serving, app, CORNER)
    answer = app.post(url, json={"category": "dining"}).json()
    assert (answer["category"], answer["transaction"]) == ("dining", row)
    at_rest(serving.services)
    assert classes(app, user)["QUOKKA 12 CORNER"] == "4511"
    assert changed(serving, app, {**CORNER, "leaf": "liquor"}, dry=True)["rows"] == 0
    assert app.post(url, json={}).json()["category"] is None
    at_rest(serving.services)
    assert classes(app, user)["QUOKKA 12 CORNER"] == "4110"


def test_rules_are_of_their_application_alone(serving: Serving, app: Application) -> None:
    other = serving.application("Other")
    user = uploaded(other)
    changed(serving, app, CORNER)
    assert other.get("/extras/rules").json()["data"] == []
    assert classes(other, user)["QUOKKA 12 CORNER"] == ""
    row = other.transactions(user)[0]["id"]
    assert (
        refusal_of(app.post(f"/extras/users/{user}/transactions/{row}/category", json={"category": "dining"})).code == "resource-not-found"
    )


def test_rules_are_read_as_they_were_posted(serving: Serving, app: Application) -> None:
    changed(serving, app, CORNER, WAGE)
    found = app.get("/extras/rules").json()
    assert (found["version"], found["data"]) == (1, [CORNER, WAGE])
    changed(serving, app, WAGE)
    assert (app.get("/extras/rules").json()["version"], app.get("/extras/rules").json()["data"]) == (2, [WAGE])
    versions = serving.services.read_now(own_rules.list_own_rules, tenant=app.id)
    assert [(each.rules.version, len(each.rules.rules)) for each in versions] == [(2, 1), (1, 2)]


def test_a_trial_stops_at_so_many_rows_and_goes_on_there(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    people = {uploaded(app) for _ in range(3)}
    monkeypatch.setattr(keyset, "MAX_EXAMINED", 5)
    asked = {"rules": [CORNER], "dryRun": True}
    first = app.post("/extras/rules", json=asked).json()
    assert (first["rowsLookedAt"], first["usersLookedAt"], first["users"]) == (8, 2, 2)
    second = app.post("/extras/rules", json={**asked, "next": first["next"]}).json()
    assert (second["rowsLookedAt"], second["usersLookedAt"], second["next"]) == (4, 1, None)
    assert {row["user"] for row in first["data"] + second["data"]} == people
    assert refusal_of(app.post("/extras/rules", json={**asked, "next": "x"})).code == "parameter-not-valid"


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        ({"leaf": "nonsense", "any": "x"}, "rules[0].leaf cannot be used: it is none of the leaves."),
        ({"leaf": "dining"}, "rules[0].any cannot be used: the rule has no condition and would be met by every row."),
        ({"leaf": "dining", "any": "x", "from": "soon"}, "rules[0].from cannot be used: write the day as 2026-03-18."),
    ],
)
def test_what_is_no_rule_is_refused(app: Application, rule: dict[str, str], detail: str) -> None:
    for dry in (True, False):
        refusal = refusal_of(app.post("/extras/rules", json={"rules": [rule], "dryRun": dry}))
        assert (refusal.code, refusal.detail) == ("parameter-not-valid", detail)
    assert app.get("/extras/rules").json()["version"] == 0


def test_what_is_no_category_is_refused(app: Application) -> None:
    user = uploaded(app)
    row = app.transactions(user)[0]["id"]
    for id, category, code in ((row, "x", "parameter-not-valid"), (NO_ONE, "dining", "resource-not-found")):
        answer = app.post(f"/extras/users/{user}/transactions/{id}/category", json={"category": category})
        assert refusal_of(answer).code == code


def test_the_same_on_the_command_line(serving: Serving, app: Application, tmp_path: Any) -> None:
    user, settings = uploaded(app), serving.settings
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nleaf = "groceries"\nany = "quokka"\n', "utf-8")
    run = CliRunner(env={"BOWERBIRD_MASTER_KEY": settings.master_key} if settings.master_key else {})
    at = ["--data", str(settings.data), *(["--database-url", settings.database_url] if settings.database_url else [])]
    tried = run.invoke(cli.app, ["insights", "rules", app.id, str(file), *at])
    assert "It would change 2 rows of 1 user, and the income of 0." in tried.output, tried.output
    assert "Nothing was changed" in tried.output
    applied = run.invoke(cli.app, ["insights", "rules", app.id, str(file), "--apply", "--json", *at])
    assert json.loads(applied.output)["version"] == 1
    at_rest(serving.services)
    assert classes(app, user)["QUOKKA 13 CORNER"] == "4110"
    written = run.invoke(cli.app, ["insights", "rules", app.id, *at]).output
    assert read_rules(written) == read_rules(file.read_text("utf-8"))
    assert run.invoke(cli.app, ["insights", "rules", NO_ONE, *at]).exit_code != 0
