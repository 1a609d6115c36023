"""Identities: the personal details that banks hold of a user."""

from __future__ import annotations

from tests.api.expected_refusals import product
from tests.api.fixtures import CSV, NO_ONE, Fixtures, WatchedServing
from tests.api.response_checks import refusal_of


def test_a_bank_brings_one_identity(fixtures: Fixtures) -> None:
    user, connection = fixtures.ids["userId"], fixtures.ids["connectionId"]
    listed = fixtures.app.get(f"/users/{user}/identities").json()
    assert (listed["type"], listed["count"], len(listed["data"])) == ("list", 1, 1)
    (identity,) = listed["data"]
    assert fixtures.app.get(f"/users/{user}/identities/{identity['id']}").json() == identity
    profile = fixtures.app.get(f"/users/{user}/connections/{connection}").json()["profile"]
    for field in ("fullName", "firstName", "middleName", "lastName", "phoneNumbers", "emailAddresses"):
        assert identity[field] == profile[field]
    assert [{**address, "type": "home"} for address in profile["physicalAddresses"]] == identity["physicalAddresses"]
    assert (identity["connectionID"], identity["institutionID"], identity["source"]) == (connection, "AU00000", "web")
    assert identity["links"]["job"].endswith(f"/users/{user}/connections/{connection}")
    assert identity["fullName"] == "Gavin Belson"
    assert (identity["DOB"], identity["organisation"]["isACNCRegistered"]) == ("", False)


def test_an_identity_of_others_is_unknown(fixtures: Fixtures) -> None:
    """Asked for under another user or by another application, it is answered like one that never was."""
    identity = fixtures.ids["identityId"]
    assert fixtures.app.get(f"/users/{fixtures.ids['userId']}/identities/{identity}").status_code == 200
    for app, user in ((fixtures.app, fixtures.second["userId"]), (fixtures.other, fixtures.theirs["userId"])):
        asked = [app.get(f"/users/{user}/identities/{id}") for id in (identity, NO_ONE)]
        assert [answer.status_code for answer in asked] == [404, 404]
        assert refusal_of(asked[0]) == refusal_of(asked[1])
        assert app.get(f"/users/{user}/identities").json()["data"] == []
    assert fixtures.other.get(f"/users/{fixtures.ids['userId']}/identities").status_code == 404


def test_an_identity_keeps_its_id_and_goes_with_its_connection(serving: WatchedServing) -> None:
    app = serving.application("Identities")
    user = app.new_user()
    assert app.get(f"/users/{user}/identities").json() == {"type": "list", "count": 0, "data": []}
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    (before,) = app.get(f"/users/{user}/identities").json()["data"]
    path = f"/users/{user}/connections/{before['connectionID']}"
    app.settled(app.post(f"{path}/refresh").json()["id"])
    (after,) = app.get(f"/users/{user}/identities").json()["data"]
    assert (after["id"], after["created"]) == (before["id"], before["created"])
    assert app.delete(path).status_code == 204
    assert app.get(f"/users/{user}/identities/{before['id']}").status_code == 404


def test_a_statement_brings_none(serving: WatchedServing) -> None:
    app = serving.application("Statements")
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    assert app.get(f"/users/{user}/identities").json()["data"] == []


def test_without_the_product(serving: WatchedServing) -> None:
    app = serving.application("None", products="connections")
    assert refusal_of(app.get(f"/users/{app.new_user()}/identities")) == product("Identity")
