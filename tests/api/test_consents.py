"""Consents: given, read, revoked, and kept on the clock: reminded of, warned of, expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.consents import RequiredScope
from bowerbird.domain.consents.policies import PolicyNotValid, set_policy
from bowerbird.model.clock import wire_time
from bowerbird.model.consent import DEFAULT_POLICY, SCOPES, AskedScope, Policy
from tests.api.fixtures import WatchedServing
from tests.serving import NOON, Application, Serving, until

BASIC = AskedScope(scope="account.basic", title="t", description="d")
DETAIL = AskedScope(scope="transaction.detail", title="t", description="d")
OPTIONAL = AskedScope(scope="account.detail", title="t", description="d", required=False)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("consents")) as started:
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application()


def agree(serving: Serving, app: Application, user: str, *scopes: str) -> str:
    tenant = Tenant(app.id, user)
    services = serving.services
    return services.write_now(lambda session: consents.give_consent(session.of(tenant), scopes or SCOPES), tenant=app.id)


def ask_with(serving: Serving, app: Application, policy: Policy) -> str:
    return serving.services.write_now(lambda session: set_policy(session.in_application(app.id), policy).id, tenant=app.id)


def events_of(app: Application, user: str) -> list[str]:
    events = app.get(f"/events?filter=user.id.eq('{user}'),event.entity.eq('consent')").json()["data"]
    return [event["eventType"] for event in reversed(events)]


def test_a_consent_is_read_as_it_was_given(serving: Serving, app: Application) -> None:
    user = app.new_user()
    consent_id = agree(serving, app, user)
    listed = app.get(f"/users/{user}/consents").json()
    (consent,) = listed["data"]
    assert listed["size"] == 1
    assert consent["id"] == consent_id
    assert (consent["status"], consent["origin"]) == ("active", "user")
    assert consent["expiryDate"] == wire_time(serving.clock.now() + timedelta(days=365))
    assert [each["scope"] for each in consent["data"]["permissions"]] == [scope.scope for scope in DEFAULT_POLICY.scopes]
    assert all(each["consented"] and each["required"] for each in consent["data"]["permissions"])
    assert consent["links"]["consentPolicy"] == consent["links"]["latestConsentPolicy"]
    assert "revoked" not in consent
    assert events_of(app, user) == ["created"]


def test_a_policy_changes_for_those_to_come(serving: Serving, app: Application) -> None:
    user = app.new_user()
    agree(serving, app, user)
    policy_id = ask_with(serving, app, Policy(title="Fewer things", description="d", scopes=(DETAIL, OPTIONAL), days=30))
    (before,) = app.get(f"/users/{user}/consents").json()["data"]
    assert before["purpose"]["primary"]["title"] == DEFAULT_POLICY.title
    assert before["links"]["latestConsentPolicy"].endswith(policy_id)
    again = agree(serving, app, user, DETAIL.scope)
    (after,) = app.get(f"/users/{user}/consents").json()["data"]
    assert (after["id"], again) == (before["id"], before["id"])
    assert after["purpose"]["primary"]["title"] == "Fewer things"
    assert {each["scope"]: each["consented"] for each in after["data"]["permissions"]} == {DETAIL.scope: True, OPTIONAL.scope: False}
    assert events_of(app, user) == ["created", "updated"]
    with pytest.raises(RequiredScope):
        agree(serving, app, user, OPTIONAL.scope)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(title=" ", description="d", scopes=(DETAIL,)),
        Policy(title="t", description="d", scopes=()),
        Policy(title="t", description="d", scopes=(DETAIL, DETAIL)),
        Policy(title="t", description="d", scopes=(AskedScope(scope="everything", title="t", description="d"),)),
        Policy(title="t", description="d", scopes=(DETAIL,), days=0),
        Policy(title="t", description="d", scopes=(DETAIL,), days=366, cdr=True),
        Policy(title="t" * 3000, description="d", scopes=(DETAIL,)),
    ],
    ids=["no title", "nothing asked", "asked twice", "unknown scope", "no time", "more than 12 months of CDR", "endless"],
)
def test_a_policy_without_an_acceptable_choice_is_refused(serving: Serving, app: Application, policy: Policy) -> None:
    with pytest.raises(PolicyNotValid):
        ask_with(serving, app, policy)


def test_the_link_to_a_policy_answers(serving: Serving, app: Application) -> None:
    user = app.new_user()
    before = ask_with(serving, app, Policy(title="Old", description="d", scopes=(BASIC, OPTIONAL), days=90, retrieval_days=30))
    agree(serving, app, user, BASIC.scope)
    latest = ask_with(serving, app, Policy(title="New", description="d", scopes=(BASIC,), retains_data=True))
    links = app.get(f"/users/{user}/consents").json()["data"][0]["links"]
    policies = [app.get(links[name].removeprefix(serving.url)).json() for name in ("consentPolicy", "latestConsentPolicy")]
    assert [policy["id"] for policy in policies] == [before, latest]
    assert [policy["purpose"]["primary"]["title"] for policy in policies] == ["Old", "New"]
    assert [policy["durationDays"] for policy in policies] == [90, 365]
    assert [policy["data"]["retainData"] for policy in policies] == [False, True]
    assert [each["scope"] for each in policies[0]["data"]["permissions"]] == [BASIC.scope, OPTIONAL.scope]


@pytest.mark.parametrize("retains", [True, False])
def test_what_revoking_takes_away(serving: Serving, app: Application, retains: bool) -> None:
    ask_with(serving, app, Policy(title="t", description="d", scopes=(BASIC, DETAIL), retains_data=retains))
    user = app.new_user()
    consent_id = agree(serving, app, user, BASIC.scope, DETAIL.scope)
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    assert app.transactions(user)
    assert app.delete(f"/users/{user}/consents/{consent_id}").status_code == 204
    (consent,) = app.get(f"/users/{user}/consents").json()["data"]
    assert consent["status"] == "revoked"
    assert consent["revoked"] == wire_time(serving.clock.now())
    assert app.get(f"/users/{user}/connections").json()["data"] == []
    assert bool(app.transactions(user)) is retains
    assert bool(app.get(f"/users/{user}/accounts").json()["data"]) is retains
    assert events_of(app, user) == ["created", "revoked"]
    assert app.delete(f"/users/{user}/consents/{consent_id}").status_code == 404
    assert agree(serving, app, user, BASIC.scope, DETAIL.scope) != consent_id


def test_a_year_of_a_consent(tmp_path: Path) -> None:
    """Reminded every 90 days, warned 7 days before the end, ended with what the policy does not retain."""
    with WatchedServing(tmp_path, start=NOON) as serving:
        app = serving.application()
        ask_with(serving, app, Policy(title="t", description="d", scopes=(DETAIL,), days=200, retains_data=False))
        user = app.new_user()
        agree(serving, app, user, DETAIL.scope)
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        for days, kind in ((90, "reminder"), (90, "reminder"), (13, "warning"), (7, "expired")):
            serving.advance(days=days, minutes=1)
            app.forget_tokens()
            until(lambda wanted=kind: events_of(app, user)[-1:] == [wanted], f"{kind}")  # type: ignore[misc]
        assert app.get(f"/users/{user}/consents").json()["data"][0]["status"] == "expired"
        assert app.get(f"/users/{user}/connections").json()["data"] == []
        assert app.transactions(user) == []


def test_an_extension_begins_anew(serving: Serving, app: Application) -> None:
    user = app.new_user()
    tenant = Tenant(app.id, user)

    def extend() -> str | None:
        return serving.services.write_now(lambda session: consents.extend_consent(session.of(tenant)), tenant=app.id)

    assert extend() is None
    consent_id = agree(serving, app, user)
    serving.clock.advance(timedelta(days=1))
    app.forget_tokens()
    assert extend() == consent_id
    (consent,) = app.get(f"/users/{user}/consents").json()["data"]
    assert consent["expiryDate"] == wire_time(serving.clock.now() + timedelta(days=365))
    assert consent["created"] < consent["updated"]
