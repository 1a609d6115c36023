"""`bowerbird transaction` beside a server that runs on the same folder: what its pages say and do, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bowerbird import cli
from bowerbird.console import CommandRefused
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.reading_log import list_reads
from bowerbird.model.reading import Reader, ReadKind
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.serving import Application, Serving
from tests.web.audit_entries import entries_of
from tests.web.uploaded_files import upload

BENDIGO = next(bank for bank in BANKS if bank.name == "bendigo")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("lineage"), start=None) as running:
        yield running


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application("Budget app", production=True)


def invoke(serving: Serving, *arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["transaction", *arguments, "--data", str(serving.settings.data)])


def run(serving: Serving, *arguments: str) -> Any:
    result = invoke(serving, *arguments, "--json")
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def coffee(text: str) -> BankEntry:
    return BankEntry(FIRST, FIRST, -450, text, 100_000, "F0001A")


def user_with_a_coffee(app: Application) -> tuple[str, str]:
    """A user whose one transaction two files show; both ids."""
    user = app.new_user(email="gavin@hooli.com")
    for kind, text in (("csv", "WARATAH COFFEE CART"), ("ofx", "WARATAH COFFEE CART SYDNEY")):
        upload(app, user, BENDIGO.text_file(kind, [coffee(text)]), BENDIGO.institution)
    (row,) = app.transactions(user)
    return user, str(row["id"])


def ids_of(app: Application, user: str) -> list[str]:
    """The ids alone: what a command writes is enriched at the server's next look, half a minute later."""
    return [row["id"] for row in app.get(f"/users/{user}/transactions").json()["data"]]


def test_a_wrong_match_is_separated_and_joined_again(serving: Serving, app: Application) -> None:
    user, coffee_id = user_with_a_coffee(app)
    named = (app.id, user, coffee_id)
    before = run(serving, "sources", *named)
    assert [(each["kind"], each["description"], each["how"]) for each in before["sources"]] == [
        ("csv", "WARATAH COFFEE CART", ""),
        ("ofx", "WARATAH COFFEE CART SYDNEY", "day-amount-and-beginning 0.90"),
    ]
    source_id = before["sources"][1]["sourceId"]
    done = run(serving, "separate", *named, source_id)
    assert run(serving, "separate", *named, source_id) == done
    assert set(ids_of(app, user)) == {coffee_id, done["separatedId"]}
    parted = run(serving, "sources", *named)
    separation = {
        "transactionId": coffee_id, "separatedId": done["separatedId"], "sourceId": source_id, "operator": "the command line",
        "overruledBy": None,
    }  # fmt: skip
    assert parted["separated"] == [separation]
    assert run(serving, "sources", app.id, user, done["separatedId"])["separatedFrom"] == separation
    for _ in range(2):
        assert run(serving, "join", *named, source_id) == {"transactionId": coffee_id, "sourceId": source_id}
        assert ids_of(app, user) == [coffee_id]
    assert run(serving, "sources", *named) == before
    actions = [entry.action for entry in reversed(entries_of(serving, user_id=user)) if entry.subject == coffee_id]
    assert actions == ["show_transaction", *["separate_source"] * 2, "show_transaction", *["join_source"] * 2, "show_transaction"]
    reads = serving.services.read_now(list_reads, 9, tenant=Tenant(app.id, user))
    assert sum(row.reads for row in reads if (row.reader, row.kind) == (Reader.OPERATOR, ReadKind.TRANSACTIONS)) == 4


def test_people_read_columns(serving: Serving, app: Application) -> None:
    user, coffee_id = user_with_a_coffee(app)
    named = (app.id, user, coffee_id)
    source_id = run(serving, "sources", *named)["sources"][1]["sourceId"]
    assert invoke(serving, "separate", *named, source_id).stdout.endswith("is a transaction of its own\n")
    printed = invoke(serving, "sources", *named).stdout
    assert "SOURCE ID" in printed
    assert f"was separated from it by the command line, for the source {source_id}" in printed
    assert invoke(serving, "join", *named, source_id).stdout == f"{coffee_id} is one transaction again\n"


def test_a_proven_statement_refuses(serving: Serving, app: Application, pytestconfig: pytest.Config) -> None:
    user = app.new_user(email="gavin@hooli.com")
    for file in sorted(Path(pytestconfig.rootpath / "tests/samples/sequences/pdf-then-ofx").glob("[01]-*")):
        upload(app, user, file.read_bytes(), "AU04301")
    days = sorted({row["postDate"] for row in app.transactions(user)})
    inside = next(row for row in app.transactions(user) if row["postDate"] not in (days[0], days[-1]))
    source_id = run(serving, "sources", app.id, user, inside["id"])["sources"][1]["sourceId"]
    refused = invoke(serving, "separate", app.id, user, inside["id"], source_id)
    assert isinstance(refused.exception, CommandRefused)
    assert "nothing is changed: The statement of" in str(refused.exception)
    assert "adds up without a second one" in str(refused.exception)


@pytest.mark.parametrize("command", ["sources", "separate", "join"])
def test_ids_that_name_nothing_are_refused(serving: Serving, app: Application, command: str) -> None:
    user, coffee_id = user_with_a_coffee(app)
    other = serving.application("Other app", production=True)
    last = [] if command == "sources" else [coffee_id]
    for named in ((other.id, user, coffee_id), (app.id, other.new_user(), coffee_id), (app.id, user, user), ("no", "such", "ids")):
        refused = invoke(serving, command, *named, *last)
        assert isinstance(refused.exception, CommandRefused), (command, named)
        assert "bowerbird transaction sources" in str(refused.exception)
