"""`bowerbird app` and `bowerbird key` beside a server that runs on the same folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import find_application
from tests.serving import Application, Serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("keys"), start=None) as running:
        yield running


def run(serving: Serving, *arguments: str) -> str:
    result = CliRunner().invoke(cli.app, [*arguments, "--data", str(serving.settings.data)])
    assert result.exit_code == 0, result.exception
    assert "\x1b" not in result.stdout
    return result.stdout


def created(serving: Serving, *options: str) -> dict[str, str]:
    answer: dict[str, str] = json.loads(run(serving, "app", "create", "Lender", "--json", *options))
    return answer


def token_status(serving: Serving, key: str) -> int:
    application = Application(serving.url, key)
    answer = application.http.post("/token", headers={"Authorization": f"Basic {key}", "basiq-version": "3.0"})
    application.close()
    return answer.status_code


def test_an_application_is_created_for_programs(serving: Serving) -> None:
    made = created(serving)
    assert list(made) == ["applicationId", "apiKey"]
    assert token_status(serving, made["apiKey"]) == 200


def test_an_application_is_created_for_people(serving: Serving) -> None:
    printed = run(serving, "app", "create", "Budget & Co")
    key = next(line.split()[-1] for line in printed.splitlines() if line.startswith("API key"))
    assert token_status(serving, key) == 200
    assert "shown this once" in printed


@pytest.mark.parametrize(
    ("options", "connections", "statements"),
    [
        ((), 202, 403),
        (("--production",), 202, 202),
        (("--products", "statements", "--production"), 403, 202),
        (("--products", "none"), 403, 403),
    ],
)
def test_an_application_may_do_what_it_was_given(serving: Serving, options: tuple[str, ...], connections: int, statements: int) -> None:
    application = Application(serving.url, created(serving, *options)["apiKey"])
    user = application.new_user()
    body = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
    assert application.post(f"/users/{user}/connections", json=body).status_code == connections
    assert application.upload(user, b"accountNo,accCurrency\n1,AUD\n").status_code == statements
    application.close()


def test_applications_are_listed(serving: Serving) -> None:
    made = created(serving, "--production", "--products", "connections")
    row = next(line for line in run(serving, "app", "list").splitlines() if made["applicationId"] in line)
    assert row.split()[1:4] == ["Lender", "production", "active"]
    assert row.split()[-1] == "connections"
    listed = {each["applicationId"]: each for each in json.loads(run(serving, "app", "list", "--json"))}
    assert listed[made["applicationId"]]["access"] == "production"
    assert made["apiKey"] not in run(serving, "app", "list", "--json")


def test_a_disabled_application_is_let_in_again(serving: Serving) -> None:
    made = created(serving)
    application = Application(serving.url, made["apiKey"])
    application.token()
    run(serving, "app", "disable", made["applicationId"])
    assert application.get("/institutions").json()["data"][0]["code"] == "forbidden-access"
    assert token_status(serving, made["apiKey"]) == 403
    assert "disabled" in run(serving, "app", "list")
    run(serving, "app", "enable", made["applicationId"])
    assert application.get("/institutions").status_code == 200
    application.close()


def test_two_keys_overlap_until_one_is_revoked(serving: Serving) -> None:
    made = created(serving)
    second = json.loads(run(serving, "key", "create", made["applicationId"], "--json"))
    assert token_status(serving, made["apiKey"]) == token_status(serving, second["apiKey"]) == 200
    keys = json.loads(run(serving, "key", "list", made["applicationId"], "--json"))
    first = next(key for key in keys if key["keyId"] != second["keyId"])
    assert made["apiKey"].endswith(first["hint"])
    assert len(first["hint"]) == 4
    run(serving, "key", "revoke", first["keyId"])
    assert token_status(serving, made["apiKey"]) == 404
    assert token_status(serving, second["apiKey"]) == 200
    listed = run(serving, "key", "list", made["applicationId"])
    assert [line.split()[-1] != "-" for line in listed.splitlines()[1:]] == [True, False]
    assert made["apiKey"] not in listed
    assert second["apiKey"] not in listed


def test_a_key_is_created_for_people(serving: Serving) -> None:
    printed = run(serving, "key", "create", created(serving)["applicationId"])
    assert token_status(serving, printed.splitlines()[0].split()[-1]) == 200


def test_a_first_application_makes_the_database(tmp_path: Path) -> None:
    runner = CliRunner()
    folder = str(tmp_path / "new")
    assert runner.invoke(cli.app, ["app", "create", "First", "--data", folder]).exit_code == 0
    assert "First" in runner.invoke(cli.app, ["app", "list", "--data", folder]).stdout


def test_where_people_return_to_is_registered(serving: Serving) -> None:
    made = created(serving, "--redirect-url", "https://app.example/back")
    application_id = made["applicationId"]

    def registered() -> str:
        row = serving.services.storage.read_now(lambda uow: find_application(uow, application_id), tenant=EVERY_TENANT)
        assert row is not None
        return str(row.redirect_url)

    assert registered() == "https://app.example/back"
    assert "https://app.example/new" in run(serving, "app", "redirect", application_id, "https://app.example/new")
    assert registered() == "https://app.example/new"
    assert "nowhere" in run(serving, "app", "redirect", application_id)
    assert registered() == ""
    for command in (("create", "x", "--redirect-url", "http://app.example"), ("redirect", application_id, "javascript:x")):
        refused = CliRunner().invoke(cli.app, ["app", *command, "--data", str(serving.settings.data)])
        assert refused.exit_code != 0
        assert "redirect URL" in str(refused.exception)


def test_what_an_application_asks_for_is_printed_and_changed(serving: Serving, tmp_path: Path) -> None:
    application_id, file = created(serving)["applicationId"], tmp_path / "policy.json"
    policy = json.loads(run(serving, "app", "policy", application_id))
    file.write_text(json.dumps({**policy, "title": "For your loan", "days": 30}))
    assert json.loads(run(serving, "app", "policy", application_id, "--file", str(file)))["days"] == 30
    assert json.loads(run(serving, "app", "policy", application_id))["title"] == "For your loan"
    for text in ("{", json.dumps({**policy, "days": 0}), json.dumps({**policy, "scopes": []})):
        file.write_text(text)
        refused = CliRunner().invoke(cli.app, ["app", "policy", application_id, "--file", str(file), "--data", str(serving.settings.data)])
        assert "is no policy" in str(refused.exception), text
    assert json.loads(run(serving, "app", "policy", application_id))["days"] == 30


def test_what_the_command_line_does_is_in_the_audit(serving: Serving) -> None:
    application_id = created(serving)["applicationId"]
    key = json.loads(run(serving, "key", "create", application_id, "--json"))["keyId"]
    run(serving, "key", "revoke", key)
    run(serving, "app", "disable", application_id)
    assert run(serving, "admin", "link", "--role", "viewer").startswith("http")
    newest = json.loads(run(serving, "admin", "audit", "--format", "json"))[:6]
    actions = ["export_audit", "invite_viewer", "disable_application", "revoke_key", "create_key", "create_application"]
    assert [(row["action"], row["operator"]) for row in newest] == [(action, "") for action in actions]
    assert (newest[3]["subject"], newest[4]["application"]) == (key, application_id)
