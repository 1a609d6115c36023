"""Users: every field and check of version 3, in the literal shapes of the wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bowerbird.storage.database.tables import users
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api import expected_refusals
from tests.api.fixtures import Fixtures
from tests.api.response_checks import Refusal, refusal_of, refusals_of

pytestmark = pytest.mark.both_engines

GAVIN = {"email": "gavin@hooli.com", "mobile": "+61410888666", "firstName": "Gavin", "middleName": "", "lastName": "Belson"}
BUSINESS: dict[str, Any] = {
    "email": "gavin@hooli.com",
    "mobile": "+61410888999",
    "firstName": "Gavin",
    "middleName": "middle name",
    "lastName": "Belson",
    "businessName": "Manly Accounting PTY LTD",
    "businessIdNo": "16 7645 892",
    "businessIdNoType": "ABN",
    "businessAddress": {
        "addressLine1": "21 Sydney Rd",
        "addressLine2": "",
        "suburb": "Manly",
        "state": "NSW",
        "postcode": "2095",
        "countryCode": "AUS",
    },
    "verificationStatus": True,
    "verificationDate": "12/01/2024",
}
"""The two examples of the published description, verbatim."""

NO_ADDRESS = Refusal(400, "parameter-not-supplied", "Required parameter not supplied", "One of 'email' or 'mobile' is required.", {})
BAD_EMAIL = expected_refusals.not_valid("Provided email is in bad format.", "email", "user/email")
BAD_MOBILE = expected_refusals.not_valid("Provided mobile is in bad format.", "mobile", "user/mobile")
NO_BUSINESS_NAME = expected_refusals.not_supplied(
    "Business name is required when business number is provided.", "businessName", "user/businessName"
)
BAD_KIND = expected_refusals.not_valid("businessIdNoType value is not valid", "businessIdNoType", "user/businessIdNoType")


def bad_number(kind: str) -> Refusal:
    return expected_refusals.not_valid(f"Business number is not a valid {kind}.", "businessIdNo", "user/businessIdNo")


def stored(fixtures: Fixtures, user_id: str) -> bytes:
    from sqlalchemy import select

    row = fixtures.serving.services.storage.read_now(
        lambda uow: uow.row(select(users.c.details).where(users.c.id == user_id)), tenant=EVERY_TENANT
    )
    assert row is not None
    return bytes(row[0])


@pytest.mark.parametrize("example", [GAVIN, BUSINESS], ids=["for-all-users", "for-business-users"])
def test_the_documented_examples(fixtures: Fixtures, example: dict[str, Any]) -> None:
    answer = fixtures.app.post("/users", json=example)
    assert answer.status_code == 201
    user = answer.json()
    self_link = f"{fixtures.serving.url}/users/{user['id']}"
    digits = example["mobile"].lstrip("+")
    assert user == {"type": "user", "id": user["id"], **example, "mobile": digits, "links": {"self": self_link}}


def test_a_user_as_it_was_recorded(fixtures: Fixtures) -> None:
    """What was given and nothing null; a mobile that was not given is an empty text."""
    user = fixtures.app.post("/users", json={"email": "gavin@hooli.com"}).json()
    links = {"self": f"{fixtures.serving.url}/users/{user['id']}"}
    assert user == {"type": "user", "id": user["id"], "email": "gavin@hooli.com", "mobile": "", "links": links}
    assert fixtures.app.post(f"/users/{user['id']}", json={}).json() == user


def test_reading_a_new_user(fixtures: Fixtures) -> None:
    user_id = fixtures.app.post("/users", json=GAVIN).json()["id"]
    url = f"{fixtures.serving.url}/users/{user_id}"
    assert fixtures.app.get(f"/users/{user_id}").json() == {
        "type": "user",
        "id": user_id,
        "email": "gavin@hooli.com",
        "mobile": "61410888666",
        "name": "Gavin Belson",
        "firstName": "Gavin",
        "middleName": "",
        "lastName": "Belson",
        "connections": {"type": "list", "count": 0, "data": [], "links": {"self": f"{url}/connections"}},
        "accounts": {"type": "list", "count": 0, "data": [], "links": {"self": f"{url}/accounts"}},
        "links": {"self": url, **{name: f"{url}/{name}" for name in ("accounts", "connections", "transactions", "auth_link")}},
    }


def test_reading_a_business(fixtures: Fixtures) -> None:
    user_id = fixtures.app.post("/users", json=BUSINESS).json()["id"]
    user = fixtures.app.get(f"/users/{user_id}").json()
    assert {name: user[name] for name in BUSINESS} == {**BUSINESS, "mobile": "61410888999"}
    assert user["name"] == "Gavin middle name Belson"


def test_a_user_names_its_connections_and_accounts(fixtures: Fixtures) -> None:
    user = fixtures.call("get_user").json()
    url = f"{fixtures.serving.url}/users/{fixtures.ids['userId']}"
    connection = fixtures.ids["connectionId"]
    assert user["connections"]["data"] == [{"type": "connection", "id": connection, "links": {"self": f"{url}/connections/{connection}"}}]
    accounts = fixtures.call("list_accounts").json()["data"]
    assert user["accounts"]["count"] == len(accounts)
    assert user["accounts"]["data"] == [
        {"type": "account", "id": account["id"], "links": {"self": f"{url}/accounts/{account['id']}"}} for account in accounts
    ]


@pytest.mark.parametrize(
    "mobile",
    ["+61410888666", "61410888666", "0410888666", "0410 888 666", "+61 410 888 666", "(04) 1088 8666", "0410-888-666", " 0410888666 "],
)
def test_spellings_of_a_mobile(fixtures: Fixtures, mobile: str) -> None:
    """Digits with the country code; without one it is Australian."""
    assert fixtures.app.post("/users", json={"mobile": mobile}).json()["mobile"] == "61410888666"


@pytest.mark.parametrize(("mobile", "digits"), [("+1 650 253 0000", "16502530000"), ("+64 21 123 456", "6421123456")])
def test_a_mobile_from_elsewhere(fixtures: Fixtures, mobile: str, digits: str) -> None:
    assert fixtures.app.post("/users", json={"mobile": mobile}).json()["mobile"] == digits


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(
    "mobile",
    [
        "12",
        "abc",
        "+",
        "++61410888666",
        "0410888666x5",
        "tel:0410888666",
        "0410ABCDEF",
        "０４１０８８８６６６",
        "1" * 30,
        "0410888666;ext=1",
        "-",
        " ",
    ],
)
@pytest.mark.parametrize("name", ["create_user", "update_user"])
def test_mobiles_that_are_none(fixtures: Fixtures, name: str, mobile: str) -> None:
    assert refusal_of(fixtures.call(name, json={"email": "gavin@hooli.com", "mobile": mobile})) == BAD_MOBILE


@pytest.mark.parametrize("email", ["a@hooli.com", "A.B+c@HOOLI.com", "é@hooli.com", "a@é.com", "a@example.com", "a@shop.example.test"])
def test_emails(fixtures: Fixtures, email: str) -> None:
    """Kept as they are written."""
    assert fixtures.app.post("/users", json={"email": email}).json()["email"] == email


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(
    "email",
    [
        "a",
        "a@",
        "@hooli.com",
        "a@b",
        "a b@hooli.com",
        "a@hooli..com",
        "a@[127.0.0.1]",
        " a@hooli.com",
        "a@b@c.com",
        "=?utf-8?q?a=2C?=@hooli.com",
    ],
)
@pytest.mark.parametrize("name", ["create_user", "update_user"])
def test_emails_that_are_none(fixtures: Fixtures, name: str, email: str) -> None:
    assert refusal_of(fixtures.call(name, json={"email": email})) == BAD_EMAIL


ROWS: list[tuple[str, dict[str, Any], list[Refusal]]] = [
    ("nothing", {}, [NO_ADDRESS]),
    ("names-only", {"firstName": "Gavin"}, [NO_ADDRESS]),
    ("empty", {"email": "", "mobile": ""}, [NO_ADDRESS]),
    ("null", {"email": None, "mobile": None}, [NO_ADDRESS]),
    ("number-without-name", {"email": "a@hooli.com", "businessIdNo": "16 7645 892"}, [NO_BUSINESS_NAME]),
    ("number-and-empty-name", {"email": "a@hooli.com", "businessIdNo": "16 7645 892", "businessName": ""}, [NO_BUSINESS_NAME]),
    ("number-too-short", {"email": "a@hooli.com", "businessIdNo": "1", "businessName": "x"}, [bad_number("ABN or ACN")]),
    ("abn-of-letters", {"email": "a@b.com", "businessIdNo": "abc", "businessIdNoType": "ABN", "businessName": "x"}, [bad_number("ABN")]),
    ("acn-of-letters", {"email": "a@b.com", "businessIdNo": "abc", "businessIdNoType": "ACN", "businessName": "x"}, [bad_number("ACN")]),
    ("kind-unknown", {"email": "a@hooli.com", "businessIdNoType": "TFN", "businessName": "x"}, [BAD_KIND]),
    ("kind-in-lower-case", {"email": "a@hooli.com", "businessIdNoType": "abn", "businessName": "x"}, [BAD_KIND]),
    ("everything", {"email": "a", "mobile": "b", "businessIdNo": "c"}, [BAD_EMAIL, BAD_MOBILE, NO_BUSINESS_NAME, bad_number("ABN or ACN")]),
]  # fmt: skip


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(("name", "body", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_users_that_are_refused(fixtures: Fixtures, name: str, body: dict[str, Any], expected: list[Refusal]) -> None:
    assert refusals_of(fixtures.app.post("/users", json=body)) == expected


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"unknown": 1, "id": "x", "type": "y"}, {}),
    ({"lastName": "B"}, {"lastName": "B"}),
    ({"firstName": None, "email": None, "verificationStatus": None}, {}),
    ({"firstName": ""}, {"firstName": ""}),
    ({"email": "new@hooli.com"}, {"email": "new@hooli.com"}),
    ({"mobile": "0410 888 667"}, {"mobile": "61410888667"}),
    ({"EMAIL": "new@hooli.com", "lastname": "B"}, {"email": "new@hooli.com", "lastName": "B"}),
    ({"verificationStatus": False}, {"verificationStatus": False}),
    ({"businessAddress": {"state": "VIC"}}, {"businessAddress": {"state": "VIC"}}),
    ({"email": ""}, {"email": ""}),
    ({"mobile": ""}, {"mobile": ""}),
]


@pytest.mark.parametrize(("change", "changed"), CHANGES, ids=[str(change) for change, _ in CHANGES])
def test_an_update_leaves_what_is_not_given(fixtures: Fixtures, change: dict[str, Any], changed: dict[str, Any]) -> None:
    """Null is not given; an empty text clears, as long as an email or a mobile is left."""
    user = fixtures.app.post("/users", json=BUSINESS).json()
    answer = fixtures.app.post(f"/users/{user['id']}", json=change)
    assert answer.status_code == 200
    assert answer.json() == {**user, **changed}
    read = fixtures.app.get(f"/users/{user['id']}").json()
    assert {name: read[name] for name in BUSINESS} == {name: {**user, **changed}[name] for name in BUSINESS}


@pytest.mark.parametrize("change", [{"email": "", "mobile": ""}, {"email": "x"}, {"businessName": ""}, {"businessIdNo": "x"}])
def test_an_update_that_is_refused_changes_nothing(fixtures: Fixtures, change: dict[str, Any]) -> None:
    user = fixtures.app.post("/users", json=BUSINESS).json()
    before = fixtures.app.get(f"/users/{user['id']}").content
    assert refusal_of(fixtures.app.post(f"/users/{user['id']}", json=change)).status == 400
    assert fixtures.app.get(f"/users/{user['id']}").content == before


def test_a_key_given_twice(fixtures: Fixtures) -> None:
    """Of two equal keys the last one counts, as in every JSON library."""
    content = b'{"email":"a@hooli.com","email":"b@hooli.com"}'
    assert fixtures.app.post("/users", content=content).json()["email"] == "b@hooli.com"


def test_deep_values_under_unknown_keys_are_let_be(fixtures: Fixtures) -> None:
    content = b'{"email":"a@hooli.com","x":' + b"[" * 20 + b"]" * 20 + b"}"
    assert fixtures.app.post("/users", content=content).status_code == 201


@pytest.mark.parametrize(
    "given", [None, "application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"]
)
def test_content_types_of_json(fixtures: Fixtures, given: str | None) -> None:
    headers = {"Content-Type": given} if given else {}
    assert fixtures.app.post("/users", content=b'{"email":"a@hooli.com"}', headers=headers).status_code == 201


def test_personal_details_are_sealed_at_rest(fixtures: Fixtures) -> None:
    user_id = fixtures.app.new_user(email="secret@hooli.com", firstName="Secretive")
    assert b"ecret" not in stored(fixtures, user_id)


def test_a_deleted_user_is_gone(fixtures: Fixtures) -> None:
    user_id = fixtures.app.new_user()
    token = fixtures.app.token("CLIENT_ACCESS", user_id)
    answer = fixtures.app.delete(f"/users/{user_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    missing = expected_refusals.not_found("user", "userId")
    assert refusal_of(fixtures.app.delete(f"/users/{user_id}")) == missing
    assert refusal_of(fixtures.app.get(f"/users/{user_id}")) == missing
    assert refusal_of(fixtures.app.get(f"/users/{user_id}/connections", token=token)) == missing


def test_listing_users(fixtures: Fixtures) -> None:
    """Newest first, page by page, each as it was posted; also where the user at the end of a page is deleted before the next."""
    app = fixtures.serving.application("Listing")
    assert app.get("/users").json() == {"type": "list", "count": 0, "data": [], "links": {"self": f"{fixtures.serving.url}/users"}}
    made = []
    for number in range(7):
        fixtures.serving.clock.advance(timedelta(milliseconds=number % 2))
        made.append(app.post("/users", json={**GAVIN, "email": f"person{number}@hooli.com"}).json())
    wanted = {user["id"]: user for user in made}
    seen: list[dict[str, Any]] = []
    page = app.get("/users?limit=3").json()
    while True:
        seen += page["data"]
        if "next" not in page["links"]:
            break
        if len(seen) == 3:
            assert app.delete(f"/users/{seen[-1]['id']}").status_code == 204
        page = app.get(page["links"]["next"]).json()
    assert len(seen) == 7
    assert {user["id"]: user for user in seen} == wanted
    assert app.get("/users?limit=1").json()["data"] == seen[:1]
    assert app.get("/users").json()["count"] == 6


def test_users_are_for_the_server_alone(fixtures: Fixtures) -> None:
    app, other = fixtures.serving.application("Listing"), fixtures.serving.application("Another")
    user = app.new_user()
    assert refusal_of(app.get("/users", token=app.token("CLIENT_ACCESS", user))) == expected_refusals.FORBIDDEN
    assert other.get("/users").json()["data"] == []
    app.new_user()
    following = app.get("/users?limit=1").json()["links"]["next"]
    assert other.get(following).json()["data"] == []
    assert refusal_of(app.get("/users?next=garbage")) == refusal_of(app.get("/events?next=garbage"))
