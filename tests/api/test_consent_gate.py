"""What was agreed is what is read: refused scopes are not stored, less is deleted, more comes with the next refresh, an end ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.feed_pages import KeptPage, keep_page
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.consents.restrict import hider_of
from bowerbird.domain.services import Session
from bowerbird.model.consent import ACCOUNT_BASIC, ACCOUNT_DETAIL, PERSON_DETAIL, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.storage.database.tables import accounts, connections, uploads
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.banks import pages
from bowerbird.storage.rows.banks.pages import JobPageRow
from tests.api.fixtures import CSV, WatchedServing
from tests.serving import NOON, Application, Serving, until

CONSENT_ENDED = {
    "code": "forbidden-access",
    "title": "Forbidden Access",
    "detail": "The user's consent has expired or was revoked. Ask the user to give it again on the consent pages.",
}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("gate"), start=NOON, statement_files_kept_days="30") as started:
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application()


def policy_of(*, days_back: int = 730, days: int = 365, retains_data: bool = False) -> Policy:
    scopes = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    return Policy(title="t", description="d", scopes=scopes, retrieval_days=days_back, days=days, retains_data=retains_data)


def agree(serving: Serving, app: Application, user: str, *scopes: str, **asked: Any) -> str:
    """Put a policy in force that asks for every scope, and agree to some of them."""
    tenant = Tenant(app.id, user)

    def write(session: Any) -> str:
        set_policy(session.in_application(app.id), policy_of(**asked))
        return consents.give_consent(session.of(tenant), scopes)

    return serving.services.write_now(write, tenant=app.id)


def connected(app: Application, user: str) -> list[Any]:
    """The links of a job that connects the user, a step an entry."""
    return [step.get("result") for step in app.settled(app.connect(user, "gavinBelson", "hooli2016"))["steps"]]


def refreshed(app: Application, user: str) -> None:
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    job = app.settled(app.post(f"/users/{user}/connections/{connection}/refresh").json()["id"])
    assert {step["status"] for step in job["steps"]} == {"success"}, job


def accounts_of(app: Application, user: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = app.get(f"/users/{user}/accounts").json()["data"]
    return listed


def pages_of_job(session: Session, job: str) -> list[JobPageRow]:
    return pages.pages_of_job(session.uow, session.application_id, job)


def profile_of(app: Application, user: str) -> Any:
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    return app.get(f"/users/{user}/connections/{connection}").json().get("profile")


def test_refused_scopes_are_neither_stored_nor_served(serving: Serving, app: Application) -> None:
    user, whole = app.new_user(), app.new_user()
    connected(app, whole)
    agree(serving, app, user, ACCOUNT_BASIC)
    links = connected(app, user)
    assert [bool(link) for link in links] == [True, True, False]
    assert app.transactions(user) == []
    assert profile_of(app, user) is None
    ours, theirs = (sorted(accounts_of(app, each), key=lambda account: account["balance"]) for each in (user, whole))
    assert [each["name"] for each in ours] == [each["name"] for each in theirs]
    assert [each["balance"] for each in ours] == [each["balance"] for each in theirs]
    numbers = [each["accountNo"] for each in theirs]
    assert [each["accountNo"] for each in ours] == [shown_of(number) for number in numbers]
    assert [each["accountHolder"] for each in ours] == [None] * len(numbers)
    assert not [number for number in numbers if number != shown_of(number) and number in repr(stored_rows(serving, app, user))]


def shown_of(number: str) -> str:
    """A number without its details: a card's is masked already."""
    return number if number.startswith("x") else f"xxxx{number[-4:]}"


def stored_rows(serving: Serving, app: Application, user: str) -> list[Any]:
    """The rows of a user's accounts and connections."""

    def look(uow: Any) -> list[Any]:
        own = select(connections.c.id).where(connections.c.user_id == user)
        return [
            *uow.rows(select(accounts).where(accounts.c.connection_id.in_(own))),
            *uow.rows(select(connections.c.profile).where(connections.c.user_id == user)),
        ]

    return serving.services.storage.read_now(look, tenant=EVERY_TENANT)


def test_less_is_deleted_and_more_comes_back_under_the_same_ids(serving: Serving, app: Application) -> None:
    user = app.new_user()
    consent = agree(serving, app, user, *SCOPES)
    connected(app, user)
    before, rows_before = accounts_of(app, user), app.transactions(user)
    assert profile_of(app, user) is not None
    assert agree(serving, app, user, ACCOUNT_BASIC) == consent
    less = accounts_of(app, user)
    assert [each["id"] for each in less] == [each["id"] for each in before]
    assert [each["accountNo"] for each in less] == [shown_of(each["accountNo"]) for each in before]
    assert {(each.get("bsb"), each.get("unmaskedAccNum"), each.get("creditLimit"), each.get("meta")) for each in less} == {(None,) * 4}
    assert app.transactions(user) == []
    assert profile_of(app, user) is None
    assert agree(serving, app, user, *SCOPES) == consent
    refreshed(app, user)
    assert accounts_of(app, user) == before
    assert sorted(each["description"] for each in app.transactions(user)) == sorted(each["description"] for each in rows_before)
    assert profile_of(app, user) is not None


def test_pages_kept_of_a_listing_end_with_what_was_agreed(serving: Serving, app: Application) -> None:
    for scopes in ((ACCOUNT_BASIC,), ()):
        user = app.new_user()
        agree(serving, app, user, *SCOPES)
        job = app.connect(user, "gavinBelson", "hooli2016")
        app.settled(job)
        page = KeptPage("an account", None, [], "next")
        serving.services.write_now(keep_page, job, 0, page, tenant=Tenant(app.id, user))
        agree(serving, app, user, *scopes)
        assert serving.services.read_now(pages_of_job, job, tenant=Tenant(app.id, user)) == []


def test_days_before_the_agreed_are_dropped(serving: Serving, app: Application) -> None:
    user = app.new_user()
    agree(serving, app, user, *SCOPES)
    connected(app, user)
    everything = app.transactions(user)
    earliest = (NOON - timedelta(days=30)).date().isoformat()
    recent = [each for each in everything if not each["postDate"] or each["postDate"][:10] >= earliest]
    assert 0 < len(recent) < len(everything)
    agree(serving, app, user, *SCOPES, days_back=30)
    assert app.transactions(user) == recent
    refreshed(app, user)
    assert app.transactions(user) == recent
    assert all(interval["from"] >= earliest for each in accounts_of(app, user) for interval in each["transactionIntervals"])
    agree(serving, app, user, *SCOPES)
    refreshed(app, user)
    assert len(app.transactions(user)) == len(everything)
    assert [each for each in app.transactions(user) if each["id"] in {row["id"] for row in recent}] == recent


def test_a_file_without_transactions_is_deleted_after_it_was_read(serving: Serving, app: Application) -> None:
    user = app.new_user()
    agree(serving, app, user, ACCOUNT_BASIC, ACCOUNT_DETAIL, PERSON_DETAIL)
    job = app.settled(app.upload(user, CSV).json()["id"])
    assert [(step["status"], bool(step.get("result"))) for step in job["steps"]] == [
        ("success", True),
        ("success", True),
        ("success", False),
    ]
    assert app.transactions(user) == []
    assert [each["balance"] for each in accounts_of(app, user)] == ["95.50"]
    assert (
        serving.services.storage.read_now(lambda uow: uow.rows(select(uploads).where(uploads.c.user_id == user)), tenant=EVERY_TENANT) == []
    )


def test_transactions_without_accounts_say_nothing_of_the_account(serving: Serving, app: Application) -> None:
    user = app.new_user()
    agree(serving, app, user, TRANSACTION_DETAIL)
    connected(app, user)
    rows = app.transactions(user)
    assert rows
    assert not [row for row in rows if row.get("balance")]
    assert accounts_of(app, user) == []
    assert app.get(f"/users/{user}/accounts/{rows[0]['account']}").status_code == 404
    assert app.get(f"/users/{user}").json()["accounts"]["data"] == []


READING_SOURCES = ("connections", "connections/refresh", "connections/{connection}", "connections/{connection}/refresh", "statements")


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_an_end_deletes_and_refuses(serving: Serving, app: Application, how: str) -> None:
    user = app.new_user()
    consent = agree(serving, app, user, *SCOPES, days=1)
    connected(app, user)
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    account = accounts_of(app, user)[0]["id"]
    if how == "revoked":
        assert app.delete(f"/users/{user}/consents/{consent}").status_code == 204
    else:
        serving.advance(days=1)
        app.forget_tokens()
    assert app.transactions(user) == []
    assert accounts_of(app, user) == []
    assert app.get(f"/users/{user}/connections").json()["data"] == []
    assert app.get(f"/users/{user}/accounts/{account}").status_code == 404
    assert app.get(f"/users/{user}").json()["accounts"]["data"] == []
    bodies: dict[str, Any] = {
        "connections": {"json": {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}},
        "connections/{connection}": {"json": {"password": "hooli2016"}},
        "statements": {"data": {"institutionId": "AU00201"}, "files": {"statement": ("statement.csv", CSV)}},
    }
    for path in READING_SOURCES:
        answer = app.call("POST", f"/users/{user}/{path.format(connection=connection)}", **bodies.get(path, {}))
        assert answer.status_code == 403, path
        assert {name: answer.json()["data"][0][name] for name in CONSENT_ENDED} == CONSENT_ENDED

    until(lambda: not stored_rows(serving, app, user), "the rows to be deleted")
    agree(serving, app, user, *SCOPES)
    connected(app, user)
    assert app.transactions(user)


def test_what_a_policy_retains_stays_readable_as_it_was_agreed(serving: Serving, app: Application) -> None:
    user = app.new_user()
    consent = agree(serving, app, user, ACCOUNT_BASIC, TRANSACTION_DETAIL, retains_data=True)
    connected(app, user)
    before = accounts_of(app, user), app.transactions(user)
    assert app.delete(f"/users/{user}/consents/{consent}").status_code == 204
    after = accounts_of(app, user), app.transactions(user)
    assert [each["id"] for each in after[0]] == [each["id"] for each in before[0]]
    assert after[1] == before[1]
    assert app.post(f"/users/{user}/connections/refresh").status_code == 403


def test_a_user_who_never_agreed_is_bound_by_the_first_consent(serving: Serving, app: Application) -> None:
    user = app.new_user()
    connected(app, user)
    assert app.transactions(user)
    agree(serving, app, user, ACCOUNT_BASIC, ACCOUNT_DETAIL)
    assert app.transactions(user) == []
    assert accounts_of(app, user)


@pytest.mark.parametrize("written", ["GB29NWBK60161331926819", "GB29 NWBK 6016 1331 9268 19"])
def test_an_iban_is_hidden_in_a_name(written: str) -> None:
    assert hider_of("GB29NWBK60161331926819", None)(f"Current {written}") == "Current xxxx6819"
