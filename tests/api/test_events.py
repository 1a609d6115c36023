"""Events: which ones happen, how they are read and filtered, and what a webhook may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bowerbird.model.event import EventType
from tests.api import expected_refusals
from tests.api.fixtures import CSV, NO_LISTENER, NO_ONE, STATEMENT_BANK, Fixtures, WatchedServing
from tests.api.response_checks import Refusal, refusal_of, refusals_of
from tests.serving import Application

WEBHOOKS = "/notifications/webhooks"


def event_types(app: Application, user: str = "", **query: str) -> list[str]:
    """Types of an application's events, oldest first."""
    filter = f"user.id.eq('{user}')" if user else ""
    listed = app.get("/events", params={"filter": filter, **query}).json()["data"]
    return [f"{event['entity']}.{event['eventType']}" for event in reversed(listed)]


def test_a_life_in_events(serving: WatchedServing) -> None:
    app = serving.application("Life")
    user = app.new_user()
    app.post(f"/users/{user}", json={"firstName": "Gavin"})
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    connection = job["links"]["source"].removeprefix(serving.url)
    connected = ["user.created", "user.updated", "connection.created", "connection.activated"]
    accounts = len(app.get(f"/users/{user}/accounts").json()["data"])
    read = ["account.updated"] * accounts + ["transactions.updated"]
    assert event_types(app, user) == [*connected, *read]
    app.settled(app.post(f"{connection}/refresh").json()["id"])
    assert event_types(app, user) == [*connected, *read], "a refresh that changes nothing is no event"
    app.settled(app.post(connection, json={"password": "wrong"}).json()["id"])
    app.settled(app.post(connection, json={"password": "wrong too"}).json()["id"])
    assert event_types(app, user)[-1] == "connection.invalidated"
    assert event_types(app, user).count("connection.invalidated") == 2
    app.delete(connection)
    assert event_types(app, user)[-1] == "connection.deleted"
    app.delete(f"/users/{user}")
    assert event_types(app, user) == ["user.deleted"]


def events_of(app: Application, user: str, entity: str) -> list[dict[str, Any]]:
    filter = f"user.id.eq('{user}'),event.entity.eq('{entity}')"
    rows: list[dict[str, Any]] = app.get("/events", params={"filter": filter}).json()["data"]
    return rows


def test_a_refresh_tells_of_what_it_brought(serving: WatchedServing) -> None:
    """A month later: the new transactions are one event that counts them; a balance that moved is none of its account."""
    app = serving.application("Refreshed")
    user = app.new_user()
    job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    connection, before = job["links"]["source"].removeprefix(serving.url), {row["id"]: row for row in app.transactions(user)}
    serving.clock.advance(timedelta(days=30))
    app.forget_tokens()
    app.settled(app.post(f"{connection}/refresh").json()["id"])
    after = {row["id"]: row for row in app.transactions(user)}
    changed = len(after.keys() - before.keys()) + len(before.keys() - after.keys())
    changed += sum(after[each] != before[each] for each in after.keys() & before.keys())
    event = events_of(app, user, "transactions")[0]
    assert changed > 20
    assert event["data"]["count"] == changed
    moved = {event["data"]["class"]["type"] for event in events_of(app, user, "account")}
    assert moved == {"credit-card", "loan"}, "what is due next has another day"


def test_events_of_accounts_and_transactions(fixtures: Fixtures) -> None:
    user, url = fixtures.ids["userId"], fixtures.serving.url
    home, bank = f"{url}/users/{user}", {"type": "institution", "id": "AU00000", "links": {"self": f"{url}/institutions/AU00000"}}
    connection_id = fixtures.ids["connectionId"]
    connection = {"type": "connection", "id": connection_id, "links": {"self": f"{home}/connections/{connection_id}"}}
    (event,) = events_of(fixtures.app, user, "transactions")
    listed = f"{home}/transactions?filter=connection.id.eq('{connection_id}')"
    count = len(fixtures.app.transactions(user))
    data = {"type": "transactions", "count": count, "institution": bank, "connection": connection, "links": {"self": listed}}
    assert (event["dataRef"], event["data"]) == (listed, data)
    assert fixtures.app.get(event["dataRef"]).json()["size"] == count
    for event in events_of(fixtures.app, user, "account"):
        account = fixtures.app.get(event["dataRef"]).json()
        shown = {name: account[name] for name in ("type", "id", "class", "currency", "status", "lastUpdated")}
        assert event["data"] == {**shown, "institution": bank, "connection": connection, "links": {"self": event["dataRef"]}}


def test_a_file_that_brings_nothing_is_no_event(serving: WatchedServing) -> None:
    app = serving.application("Twice")
    user = app.new_user()
    app.settled(app.upload(user, CSV, STATEMENT_BANK).json()["id"])
    once = event_types(app, user)
    assert once[-2:] == ["account.updated", "transactions.updated"]
    app.settled(app.upload(user, CSV, STATEMENT_BANK).json()["id"])
    assert [kind for kind in event_types(app, user)[len(once) :] if kind.endswith(".updated")] == []


def test_bad_credentials_make_an_event_and_an_absent_bank_none(serving: WatchedServing, fixtures: Fixtures) -> None:
    app = serving.application("Failures")
    user = app.new_user()
    app.settled(app.connect(user, "bighead", "password"))
    app.settled(app.connect(user, "jianYang", "nothotdog"))
    assert sorted(event_types(app, user)[1:]) == ["connection.created", "connection.created", "connection.invalidated"]
    accounts = len(fixtures.app.get(f"/users/{fixtures.second['userId']}/accounts").json()["data"])
    assert event_types(fixtures.app, fixtures.second["userId"]) == [
        "user.created",
        "connection.created",
        "connection.activated",
        *["account.updated"] * accounts,
        "transactions.updated",
        "consent.created",
    ]


def test_an_event_shows_what_it_is_about(fixtures: Fixtures) -> None:
    user, url = fixtures.ids["userId"], fixtures.serving.url
    listed = fixtures.app.get("/events", params={"filter": f"user.id.eq('{user}'),event.type.eq('connection.activated')"}).json()
    (event,) = listed["data"]
    assert (listed["count"], listed["size"]) == (1, 1)
    assert fixtures.app.get(f"/events/{event['id']}").json() == event
    path = f"{url}/users/{user}/connections/{fixtures.ids['connectionId']}"
    assert (event["dataRef"], event["userId"], event["data"]["links"]["self"]) == (path, user, path)
    assert (event["data"]["status"], event["data"]["mfaEnabled"]) == ("active", False)
    of_user = fixtures.app.get("/events", params={"filter": f"user.id.eq('{user}'),event.entity.eq('user')"}).json()["data"][0]
    assert of_user["data"] == {"type": "user", "id": user, "links": {"self": f"{url}/users/{user}"}, "email": "gavin@hooli.com"}


def test_filters_and_pages(fixtures: Fixtures) -> None:
    every = event_types(fixtures.app)
    assert event_types(fixtures.app, filter="event.entity.eq('account')") == [kind for kind in every if kind.startswith("account.")]
    assert event_types(fixtures.app, filter="event.type.eq('created')") == [kind for kind in every if kind.endswith(".created")]
    assert event_types(fixtures.app, filter="event.type.ne('user.created')") == [kind for kind in every if kind != "user.created"]
    assert event_types(fixtures.app, filter=f"user.id.eq('{NO_ONE}')") == []
    assert event_types(fixtures.app, filter=f"user.id.eq('{fixtures.theirs['userId']}')") == []
    paged, path = [], "/events?limit=3"
    while path:
        page = fixtures.app.get(path).json()
        assert page["size"] == len(every)
        paged += [event["id"] for event in page["data"]]
        path = page["links"].get("next", "")
    assert paged == [event["id"] for event in fixtures.app.get("/events").json()["data"]]
    for query in ("filter=user.name.eq('x')", "filter=user.id.gt('x')"):
        assert refusal_of(fixtures.app.get(f"/events?{query}")) == expected_refusals.FILTER


def test_the_next_page_of_events_and_messages_outlives_the_row_before_it(serving: WatchedServing) -> None:
    """The user of the last event seen is deleted, and their events with them: the rest of the list stays."""
    app = serving.application("Cursors")
    hook = app.post(WEBHOOKS, json=changes()).json()["id"]
    users = [app.new_user() for _ in range(6)]
    for path, last in (("/events", users[3]), (f"{WEBHOOKS}/{hook}/messages", users[2])):
        before = app.get(path).json()["data"]
        page = app.get(path, params={"limit": [row["id"] for row in before].index(_row_of(before, last)["id"]) + 1}).json()
        assert app.delete(f"/users/{last}").status_code == 204
        seen = [row["id"] for row in page["data"]]
        while following := page["links"].get("next"):
            page = app.get(following).json()
            seen += [row["id"] for row in page["data"]]
        assert seen == [row["id"] for row in before]


def _row_of(rows: list[dict[str, Any]], user: str) -> dict[str, Any]:
    return next(row for row in rows if user in repr(row))


@pytest.mark.parametrize("next", ["1", NO_ONE, "A" * 43, "A" * 44, "%20", "é", "x" * 5000])
def test_a_next_that_this_server_did_not_write(fixtures: Fixtures, next: str) -> None:
    assert refusal_of(fixtures.app.get("/events", params={"next": next})).code == "parameter-not-valid"


def test_a_next_of_another_kind_of_list(serving: WatchedServing) -> None:
    """This server wrote it, for a list whose cursors hold other things."""
    app = serving.application("Kinds")
    for _ in range(2):
        app.new_user()
    nexts = {path: app.get(path, params={"limit": 1}).json()["links"]["next"].rpartition("next=")[2] for path in ("/users", "/events")}
    assert refusal_of(app.get(f"/events?next={nexts['/users']}")).code == "parameter-not-valid"
    assert refusal_of(app.get(f"/users?next={nexts['/events']}")).code == "parameter-not-valid"


@pytest.mark.parametrize("whose", ["unknown", "theirs"])
def test_an_event_of_another_application(fixtures: Fixtures, whose: str) -> None:
    unknown_bank = NO_ONE if whose == "unknown" else fixtures.theirs["eventId"]
    assert refusal_of(fixtures.app.get(f"/events/{unknown_bank}")) == expected_refusals.not_found("event", "id")


def test_types(fixtures: Fixtures) -> None:
    listed = fixtures.app.get("/events/types").json()
    assert [each["id"] for each in listed["data"]] == [str(each) for each in EventType]
    assert listed["count"] == listed["size"] == 15
    for each in listed["data"]:
        assert fixtures.app.get(each["links"]["self"]).json() == each
    source = {"parameter": "eventTypeId", "pointer": "path/id"}
    refusal = Refusal(400, "path-parameter-not-valid", expected_refusals.NOT_VALID, "Event Type ID parameter is not valid", source)
    assert refusal_of(fixtures.app.get("/events/types/x")) == refusal


def changes(**fields: Any) -> dict[str, Any]:
    return {"url": f"http://{NO_LISTENER}/webhook", "subscribedEvents": ["user.created"], **fields}


def test_a_webhook_from_beginning_to_end(serving: WatchedServing) -> None:
    app = serving.application("Hooks")
    made = app.post(WEBHOOKS, json=changes(name="Ours", description="New people")).json()
    assert made["secret"].startswith("whsec_")
    path = f"{WEBHOOKS}/{made['id']}"
    shown = {key: value for key, value in made.items() if key != "secret"}
    assert app.get(path).json() == shown
    assert app.get(WEBHOOKS).json()["data"] == [shown]
    changed = app.post(path, json={"url": made["url"], "name": "Theirs", "subscribedEvents": "user.deleted"}).json()
    assert (changed["name"], changed["description"], changed["secret"]) == ("Theirs", "New people", made["secret"])
    assert changed["subscribedEvents"] == ["user.deleted"]
    assert app.post(WEBHOOKS, json=changes(url=f"http://{NO_LISTENER}/other")).status_code == 201, "the type is free again"
    assert app.delete(path).status_code == 204
    assert refusal_of(app.get(path)) == expected_refusals.not_found("webhook", "webhookId")


def test_every_wrong_field_is_named(serving: WatchedServing) -> None:
    app = serving.application("Faults")
    refusals = refusals_of(app.post(WEBHOOKS, json=changes(url="http://10.0.0.1/", name="x" * 256, subscribedEvents=["user.promoted"])))
    assert [(refusal.code, (refusal.source or {})["parameter"]) for refusal in refusals] == [
        ("invalid-content", "url"),
        ("invalid-content", "name"),
        ("invalid-content", "subscribedEvents"),
    ]
    assert app.get(WEBHOOKS).json()["data"] == []


def test_secrets_are_sealed(serving: WatchedServing) -> None:
    app = serving.application("Sealed")
    secret = app.post(WEBHOOKS, json=changes()).json()["secret"].removeprefix("whsec_").encode()
    for file in serving.settings.data.iterdir():
        assert secret not in file.read_bytes()
