"""The rows that figures are made of: what each is beside all others, and only what the person agreed to share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from bowerbird import cli
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights.enrichment import count_enriched
from bowerbird.domain.insights.rows import ClassifiedRow, classified_rows
from bowerbird.domain.services import Session
from bowerbird.insights.classify import Kind
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.fixtures import WatchedServing, read_by_bank
from tests.serving import NOON, Application, Serving
from tests.web.audit_entries import entries_of

FIRST, LAST = date(2025, 9, 1), date(2026, 3, 17)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("rows"), start=NOON) as started:
        yield started


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application()


@pytest.fixture(scope="module")
def user(app: Application) -> str:
    return read_by_bank(app)["userId"]


def rows_of(serving: Serving, app: Application, *users: str, accounts: set[str] | None = None, first: date = FIRST) -> list[ClassifiedRow]:
    return list(serving.services.read_now(classified_rows, users, accounts, first, LAST, tenant=app.id))


def test_every_posted_row_of_the_period_once_and_oldest_first(serving: Serving, app: Application, user: str) -> None:
    found = rows_of(serving, app, user)
    listed = [
        row for row in app.transactions(user) if row["status"] == "posted" and FIRST.isoformat() <= row["postDate"][:10] <= LAST.isoformat()
    ]
    assert sorted(row.id for row in found) == sorted(row["id"] for row in listed)
    assert [row.day for row in found] == sorted(row.day for row in found)
    of_wire = {row["id"]: row for row in listed}
    assert all(of_wire[row.id]["description"] == row.text and of_wire[row.id]["account"] == row.account.id for row in found)
    assert {row.leaf for row in found if "SALARY" in row.text} == {"salary"}
    assert {row.stream.category for row in found if row.stream and row.leaf == "salary"} == {"salary"}


def test_pairs_are_of_two_accounts_and_add_up_to_nothing(serving: Serving, app: Application, user: str) -> None:
    by_id = {row.id: row for row in rows_of(serving, app, user)}
    paired = [(row, by_id[row.pair]) for row in by_id.values() if row.pair and row.pair in by_id]
    assert paired
    for row, other in paired:
        assert other.pair == row.id
        assert row.cents + other.cents == 0
        assert row.account.id != other.account.id
        assert "own_transfer" in {row.leaf, other.leaf}


def test_the_other_side_is_known_only_where_its_account_is_asked_for(serving: Serving, app: Application, user: str) -> None:
    whole = rows_of(serving, app, user)
    one = next(row.account.id for row in whole if row.pair)
    alone = rows_of(serving, app, user, accounts={one})
    assert {row.account.id for row in alone} == {one}
    assert [row.id for row in alone] == [row.id for row in whole if row.account.id == one]
    assert not [row for row in alone if row.pair]


def test_a_pair_across_the_edge_of_a_period_is_seen(serving: Serving, app: Application, user: str) -> None:
    for row in [row for row in rows_of(serving, app, user) if row.pair][:6]:
        again = next(found for found in rows_of(serving, app, user, first=row.day) if found.id == row.id)
        assert (again.pair, again.leaf) == (row.pair, row.leaf)


def agree(serving: Serving, app: Application, user: str, *scopes: str) -> None:
    asked = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    policy = Policy(title="t", description="d", scopes=asked, retrieval_days=730, days=365, retains_data=False)

    def write(session: Session) -> None:
        set_policy(session.in_application(app.id), policy)
        consents.give_consent(session.of(Tenant(app.id, user)), scopes)

    serving.services.write_now(write, tenant=app.id)


def test_nothing_is_read_that_was_not_agreed_to(serving: Serving) -> None:
    app = serving.application("Asking")
    user = read_by_bank(app)["userId"]
    agree(serving, app, user, *SCOPES)
    assert rows_of(serving, app, user)
    agree(serving, app, user, TRANSACTION_DETAIL)
    assert app.transactions(user)
    assert rows_of(serving, app, user) == []
    agree(serving, app, user, ACCOUNT_BASIC)
    assert rows_of(serving, app, user) == []


def test_an_application_reads_no_user_of_another(serving: Serving, app: Application, user: str) -> None:
    assert rows_of(serving, serving.application("Theirs"), user) == []


def test_what_an_application_says_counts_most(
    serving: Serving, app: Application, user: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `bowerbird insights override`, beside the server."""
    folder = serving.services.storage.url.removeprefix("sqlite:///").removesuffix("/bowerbird.db")
    row = next(row for row in rows_of(serving, app, user) if row.leaf == "salary")

    def override(*arguments: str) -> object:
        monkeypatch.setattr(sys, "argv", ["bowerbird", "insights", "override", app.id, *arguments, "--data", folder])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code

    def again() -> ClassifiedRow:
        return next(found for found in rows_of(serving, app, user) if found.id == row.id)

    assert override(user, row.id, "gig") == 0
    assert (again().leaf, again().evidence.kind, again().confidence) == ("gig", Kind.OVERRIDE, 1.0)
    assert override(user, row.id) == 0
    assert again().enrichment == row.enrichment
    assert override(user, row.id, "nonsense") == 1
    assert override(user, user, "gig") == 1
    assert "has no transaction" in capsys.readouterr().err
    entries = [entry for entry in entries_of(serving, user_id=user) if entry.action == "set_category"]
    assert [(entry.subject, entry.application_id) for entry in entries] == [(row.id, app.id)] * 2


def test_status_counts_who_is_enriched(serving: Serving, user: str) -> None:
    folder = serving.services.storage.url.removeprefix("sqlite:///").removesuffix("/bowerbird.db")
    command = [sys.executable, "-m", "bowerbird", "insights", "status", "--data", folder, "--json"]
    shown = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert user
    assert (shown["users"], shown["enriched"]) == serving.services.read_now(count_enriched, tenant=EVERY_TENANT)
