"""A person's own data behind a code to their own contact: who read it, a copy of everything, receipts of deletion."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select
from typer.testing import CliRunner

from bowerbird import cli
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.consents.receipts import receipts_of_deleted
from bowerbird.model.reading import ReadKind
from bowerbird.storage.database.tables import deletion_receipts, metadata, person_contacts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.web.consent import copies, own_data
from tests.api.fixtures import CSV, report_body
from tests.api.test_consent_gate import policy_of
from tests.postgres import Database
from tests.serving import Application, Serving, until
from tests.web.client import Pages
from tests.web.consent_session import Person
from tests.web.test_auth_link_pages import Sent, wrong_of

PATH = "/home/data"


@pytest.fixture
def sent(running: Serving) -> Iterator[Sent]:
    before, running.services.code_sender = running.services.code_sender, Sent()
    yield running.services.code_sender
    running.services.code_sender = before


@pytest.fixture
def agreed(gavin: Person) -> Person:
    """Gavin, whose bank is connected, on the page of his data sharing."""
    gavin.land()
    gavin.agree()
    gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    return gavin


def ask(person: Pages) -> int:
    return person.send(f"{PATH}/send", on=PATH).status_code


def prove(person: Pages, sent: Sent) -> None:
    assert ask(person) == 303
    assert person.send(f"{PATH}/check", {"code": sent.code}, on=PATH).status_code == 303


def rows_of(serving: Serving, table: Table, user: str) -> Sequence[Any]:
    chosen = select(table).where(table.c.user_id == user)
    return serving.services.read_now(lambda session: session.uow.rows(chosen), tenant=EVERY_TENANT)


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_token_alone_shows_nothing(agreed: Person, sent: Sent) -> None:
    page = agreed.get(PATH).text
    assert "the mobile number ending in 666" in page
    assert "410888" not in page
    for path in ("download/json", "download/csv", "receipts/00000000-0000-0000-0000-000000000000"):
        assert agreed.get(f"{PATH}/{path}").status_code == 403
    assert agreed.send(f"{PATH}/contact", on=PATH).status_code == 403
    assert sent.texts == []


def test_who_read_what_in_plain_words(agreed: Person, sent: Sent, ana: Pages) -> None:
    user, app = agreed.user_id, agreed.app
    for _ in range(3):
        app.get(f"/users/{user}/transactions")
    app.get(f"/users/{user}/accounts")
    ana.get(f"/dashboard/applications/{app.id}/users/{user}/transactions")
    prove(agreed, sent)
    page = words_of(agreed.get(PATH).text)
    assert "Budget app read your transactions 3 times." in page
    assert "Budget app read your accounts and balances once." in page
    assert "A person who runs this service read your transactions once." in page
    assert agreed.get("/home/manage").text.count('href="/home/data"') == 1


def test_every_kind_and_reason_has_words() -> None:
    assert set(own_data.KINDS) == set(ReadKind)


def test_everything_can_be_downloaded(agreed: Person, sent: Sent) -> None:
    app, user = agreed.app, agreed.user_id
    agreed.settled(str(agreed.upload(CSV).headers["location"]))
    app.transactions(user)
    prove(agreed, sent)
    answer = agreed.get(f"{PATH}/download/json")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    tables: dict[str, Any] = answer.json()
    assert tables["person"][0]["email"] == "gavin@hooli.com"
    assert {row["transaction"] for row in tables["transactions"]} == {row["id"] for row in app.transactions(user)}
    assert {row["account"] for row in tables["accounts"]} == {row["id"] for row in app.get(f"/users/{user}/accounts").json()["data"]}
    assert {row["connection"] for row in tables["connections"]} == {
        row["id"] for row in app.get(f"/users/{user}/connections").json()["data"]
    }
    assert {row["event"] for row in tables["events"]} == {
        row["id"] for row in app.get(f"/events?filter=user.id.eq('{user}')&limit=500").json()["data"]
    }
    assert {row["login"] for row in tables["connections"]} == {"gavinBelson", None}
    assert "hooli2016" not in answer.text
    packed = agreed.get(f"{PATH}/download/csv")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        files = {name: list(csv.DictReader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist() if "/" not in name}
    assert {row["transaction"]: row["amount"] for row in files["transactions.csv"]} == {
        row["transaction"]: row["amount"] for row in tables["transactions"]
    }
    assert set(files) == {f"{name}.csv" for name, rows in tables.items() if name != "made" and rows}
    assert agreed.get(f"{PATH}/download/xml").status_code == 404


def test_what_was_worked_out_is_in_the_copy(agreed: Person, sent: Sent) -> None:
    """What each transaction means, as the application reads it; a summary and a report with all figures; of others nothing."""
    app, user = agreed.app, agreed.user_id
    until(lambda: all(row["enrich"]["cleanDescription"] for row in app.transactions(user)), "every row is enriched")
    summary = app.post(f"/users/{user}/affordability").json()
    other = app.new_user()
    app.settled(app.connect(other, "hooli2016", "hooli2016"))
    own_accounts, theirs = ([str(row["id"]) for row in app.get(f"/users/{each}/accounts").json()["data"]] for each in (user, other))
    accounts = own_accounts + theirs
    for users, title in (([user], "Mine"), ([user, other], "Ours")):
        body = report_body(users, own_accounts if title == "Mine" else accounts)
        job = app.post("/reports", json=body | {"title": title})
        assert job.status_code == 202, job.text
        app.settled(job.json()["id"])
    prove(agreed, sent)
    text = agreed.get(f"{PATH}/download/json").text
    tables: dict[str, Any] = json.loads(text)
    meanings = {row["transaction"]: row for row in tables["meanings"]}
    for row in app.transactions(user):
        assert meanings[row["id"]]["clean_text"] == row["enrich"]["cleanDescription"]
        assert (meanings[row["id"]]["merchant"] or "") == (row["enrich"]["merchant"] or {}).get("businessName", "")
    affordability, mine, ours = sorted(tables["summaries"], key=lambda row: (row["kind"], row["about_people"]))
    assert (affordability["kind"], affordability["summary"], mine["title"]) == ("affordability", summary["id"], "Mine")
    assert set(affordability["figures"]) == {"income", "expenses", "affordability"}
    assert mine["figures"]["report"]
    assert mine["transactions"]
    own = {row["id"] for row in app.transactions(user)}
    assert (ours["figures"], ours["title"], ours["about_people"]) == (None, None, 2)
    assert set(ours["transactions"]) <= own
    assert not [row["id"] for row in app.transactions(other) if row["id"] in text]
    assert not [each for each in theirs if each in text]
    assert other not in text


COPIED = {
    "connections", "jobs", "uploads", "statements", "accounts", "transactions", "category_overrides", "corrections",
    "transaction_sources", "consents",
    "reading_log", "auth_links", "person_contacts", "deletion_receipts", "events", "users", "insight_snapshots", "insight_snapshot_users",
    "feeds", "access_endings",
}  # fmt: skip
LEFT_OUT = {
    "idempotency_keys": "answers that were given to the application, kept for a day",
    "enrichment_states": "how far the working out of meanings is",
    "vault_keys": "keys",
    "job_pages": "pages of a bank's listing on their way to transactions, gone when their job ends",
    "feed_amounts": "which amounts a budgeting app was sent of transactions that are copied",
    "readings": "rows of a file as read, which are transactions",
    "person_sessions": "what grants access",
    "messages": "that an event was sent on",
    "audit_entries": "what operators did; that they read is in the reading log",
}


def test_every_table_about_a_person_is_copied_or_left_out_for_a_reason() -> None:
    """A new table fails here: read it in `own_data`, or say why the person does not get it."""
    of_people = {table.name for table in metadata.sorted_tables if {"user_id", "user_ref"} & {*table.c.keys()}}
    assert of_people | {"users"} == COPIED | LEFT_OUT.keys()


def test_a_spreadsheet_runs_nothing() -> None:
    text = copies.as_csv([{"a": "=1+1", "b": "-12.30", "c": "@x", "d": None, "e": [1], "f": "-x"}])
    assert list(csv.reader(io.StringIO(text)))[1] == ["'=1+1", "-12.30", "'@x", "", "[1]", "'-x"]


def test_a_withdrawn_consent_leaves_a_receipt_without_anything_personal(agreed: Person, sent: Sent) -> None:
    app, user = agreed.app, agreed.user_id
    accounts = app.get(f"/users/{user}/accounts").json()["data"]
    count = len(app.transactions(user))
    assert agreed.send("/home/consent/revoke", on="/home/manage").status_code == 303
    prove(agreed, sent)
    link = re.search(r'href="(/home/data/receipts/[^"]+)"', agreed.get(PATH).text)
    assert link
    receipt = agreed.get(link[1])
    found: dict[str, Any] = receipt.json()
    assert found["reason"] == "revoked"
    assert found["deleted"] == {"bank_connections": 1, "accounts": len(accounts), "transactions": count, "statements": 0, "files": 0}
    personal = {"gavin", "Gavin", "Belson", "410888666", user, *(str(account["id"]) for account in accounts)}
    assert not [text for text in personal if text in receipt.text]
    assert json.loads(agreed.get(f"{PATH}/download/json").text)["transactions"] == []
    with closing(Person(agreed.serving, app, app.new_user(mobile="0410888777"))) as other:
        other.land()
        other.agree()
        prove(other, sent)
        assert other.get(link[1]).status_code == 404


def test_agreeing_to_less_leaves_a_receipt_and_the_same_again_none(agreed: Person, sent: Sent) -> None:
    tenant = Tenant(agreed.app.id, agreed.user_id)
    agreed.serving.services.write_now(set_policy, policy_of(), tenant=agreed.app.id)
    everything = ["account.basic", "account.detail", "transaction.detail", "customer.person.detail"]
    for scopes in (everything, everything[:2], everything[:2], everything):
        agreed.serving.services.write_now(consents.give_consent, scopes, tenant=tenant)
    rows = rows_of(agreed.serving, deletion_receipts, agreed.user_id)
    assert [(row.reason, row.accounts, row.transactions > 0) for row in rows] == [("narrowed", 0, True)]


def test_a_contact_changed_by_the_application_counts_only_once_the_person_says_so(agreed: Person, sent: Sent) -> None:
    assert agreed.app.post(f"/users/{agreed.user_id}", json={"mobile": "0410999111", "email": "thief@example.com"}).status_code == 200
    prove(agreed, sent)
    assert sent.texts[-1][0] == "61410888666"
    assert "Send codes to the mobile number ending in 111 from now on" in agreed.get(PATH).text
    agreed.serving.advance(minutes=1)
    assert agreed.send(f"{PATH}/contact", on=PATH).headers["location"] == f"{PATH}?done=contact"
    assert "Send codes to" not in agreed.get(PATH).text
    with closing(Person(agreed.serving, agreed.app, agreed.user_id)) as later:
        later.land(action="manage")
        assert ask(later) == 303
    assert sent.texts[-1][0] == "61410999111"


def test_who_came_by_an_auth_link_is_reached_where_its_code_went(running: Serving, app: Application, sent: Sent) -> None:
    user = app.new_user(email="jo@example.com")
    public = app.post(f"/users/{user}/auth_link", json={"mobile": "0410888555"}).json()["links"]["public"]
    with closing(Person(running, app, user)) as person:
        person.get("/links/" + public.rpartition("/")[2])
        person.send("/links/send", on="/links")
        person.send("/links/check", {"code": sent.code}, on="/links")
        person.agree()
        assert "the mobile number ending in 555" in person.get(PATH).text
    other = app.new_user(email="jo@example.com")
    with closing(Person(running, app, other)) as person:
        person.land()
        assert "once you have agreed" in person.get(PATH).text
        person.agree()
        assert "jo…@example.com" in person.get(PATH).text
        assert ask(person) == 303
    assert sent.texts[-1][0] == "jo@example.com"


def test_guesses_and_codes_are_limited(agreed: Person, sent: Sent) -> None:
    assert ask(agreed) == 303
    assert ask(agreed) == 429, "not twice within 30 seconds"
    for _ in range(5):
        assert agreed.send(f"{PATH}/check", {"code": wrong_of(sent.code)}, on=PATH).status_code == 400
    assert agreed.send(f"{PATH}/check", {"code": sent.code}, on=PATH).status_code == 400, "the right one is too late"
    for _ in range(4):
        agreed.serving.advance(seconds=31)
        assert ask(agreed) == 303
    agreed.serving.advance(seconds=31)
    assert ask(agreed) == 429, "five a day"
    agreed.serving.advance(days=1)
    agreed.app.forget_tokens()
    agreed.land(action="manage")
    assert ask(agreed) == 303
    agreed.serving.advance(minutes=11)
    assert agreed.send(f"{PATH}/check", {"code": sent.code}, on=PATH).status_code == 400, "a code holds for ten minutes"
    assert agreed.get(f"{PATH}/download/json").status_code == 403


def test_a_proof_ends_and_is_of_one_session(agreed: Person, sent: Sent) -> None:
    prove(agreed, sent)
    with closing(Person(agreed.serving, agreed.app, agreed.user_id)) as thief:
        thief.land(action="manage")
        assert thief.get(f"{PATH}/download/json").status_code == 403
    assert agreed.get(f"{PATH}/download/json").status_code == 200
    agreed.serving.advance(minutes=16)
    assert agreed.get(f"{PATH}/download/json").status_code == 403


def test_without_a_sender_the_page_says_so_once_there_is_real_data(agreed: Person) -> None:
    """The server of these tests has production applications: it is no sandbox, and codes only reach its log."""
    page = words_of(agreed.get(PATH).text)
    assert "cannot send codes" in page
    assert "Send code" not in page
    token = agreed.token("/home/manage")
    assert agreed.http.post(f"{PATH}/send", data={"csrf": token}).status_code == 429


def test_a_deleted_user_leaves_receipts_that_do_not_name_them(agreed: Person, ana: Pages) -> None:
    """By the API: what was deleted and when; found by who knows the id of the user, and shown to the operator."""
    app, user, serving = agreed.app, agreed.user_id, agreed.serving
    accounts, count = app.get(f"/users/{user}/accounts").json()["data"], len(app.transactions(user))
    agreed.settled(str(agreed.upload(CSV).headers["location"]))
    agreed.serving.services.write_now(set_policy, policy_of(), tenant=app.id)
    agreed.serving.services.write_now(consents.give_consent, ["account.basic", "transaction.detail"], tenant=Tenant(app.id, user))
    assert app.delete(f"/users/{user}").status_code == 204
    for table in (deletion_receipts, person_contacts):
        assert not rows_of(serving, table, user)
    (receipt,) = serving.services.read_now(receipts_of_deleted, user, tenant=app.id)
    assert (receipt.reason, receipt.connections, receipt.accounts) == ("user-deleted", 2, len(accounts) + 1)
    assert receipt.transactions > count
    stored = serving.services.read_now(lambda session: session.uow.rows(select(deletion_receipts)), tenant=EVERY_TENANT)
    personal = {user, "gavin", "Gavin", "Belson", "410888666", *(str(account["id"]) for account in accounts)}
    assert not [text for text in personal for row in stored if any(text in str(value) for value in row)]
    other = serving.application("Other app")
    assert serving.services.read_now(receipts_of_deleted, user, tenant=other.id) == []
    page = words_of(ana.get(f"/dashboard/applications/{app.id}").text)
    assert receipt.id in page
    assert "Users deleted last, by their receipts" in page
    assert "Users deleted last" not in words_of(ana.get(f"/dashboard/applications/{other.id}").text)
    printed = CliRunner().invoke(cli.app, ["app", "receipts", app.id, "--user", user, "--json", "--data", str(serving.settings.data)])
    (found,) = json.loads(printed.stdout)
    assert (found["receipt"], found["deleted"]["accounts"]) == (receipt.id, len(accounts) + 1)


def test_receipts_of_a_consent_stay_when_the_user_is_deleted(agreed: Person) -> None:
    agreed.send("/home/consent/revoke", on="/home/manage")
    assert agreed.app.delete(f"/users/{agreed.user_id}").status_code == 204
    rows = agreed.serving.services.read_now(receipts_of_deleted, agreed.user_id, tenant=agreed.app.id)
    assert {(row.reason, row.transactions > 0) for row in rows} == {("user-deleted", False), ("revoked", True)}
    assert len({row.consent_id for row in rows}) == 1


def test_the_same_on_postgresql(tmp_path: Path, database: Database) -> None:
    with Serving(tmp_path, **database.settings) as serving:
        sent = serving.services.code_sender = Sent()
        app = serving.application("Shared")
        with closing(Person(serving, app, app.new_user(email="gavin@hooli.com", mobile="0410888666"))) as person:
            person.land()
            person.agree()
            person.settled(person.connect("gavinBelson", "hooli2016"))
            prove(person, sent)
            tables = person.get(f"{PATH}/download/json").json()
            assert len(tables["transactions"]) == len(app.transactions(person.user_id))
            person.send("/home/consent/revoke", on="/home/manage")
            page = person.get(PATH).text
            assert "You withdrew your consent" in page
            assert "Shared read your transactions" in page
