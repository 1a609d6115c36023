"""Bodies that cannot be read as what they claim to be, for every operation that takes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from bowerbird.api.operation import BodyKind, Operation
from tests.api import expected_refusals
from tests.api.fixtures import BY_NAME, Fixtures, body_of, contents, path_of, with_body
from tests.api.response_checks import refusal_of, refusals_of

JSON = with_body(BodyKind.JSON)
NOUNS = {
    "create_user": "user",
    "update_user": "user",
    "create_connection": "connection",
    "update_connection": "connection",
    "create_mfa_response": "MFA response",
    "create_auth_link": "auth link",
    "create_webhook": "request",
    "update_webhook": "request",
    "replay_webhook": "request",
    "create_test_message": "request",
    "create_income": "income",
    "create_expenses": "expenses",
    "create_affordability": "affordability",
    "create_report": "report",
    "update_own_rules": "rules",
    "update_refresh_schedule": "refresh schedule",
    "update_category": "category",
}
pytestmark = pytest.mark.usefixtures("nothing_written")
TYPE = {"Content-Type": "application/json"}
DEEP = 100_000
IDS = lambda value: value.name if isinstance(value, Operation) else None  # noqa: E731


def ids_of(fixtures: Fixtures, operation: Operation) -> dict[str, str]:
    """MFA answers go to a job that waits for them."""
    return {**fixtures.ids, "jobId": fixtures.waiting_job} if operation.name == "create_mfa_response" else fixtures.ids


def sent(fixtures: Fixtures, operation: Operation, content: bytes, headers: dict[str, str] | None = None) -> Any:
    return fixtures.app.call(operation.method, path_of(operation, ids_of(fixtures, operation)), content=content, headers=headers or TYPE)


def test_every_operation_with_a_body_is_here() -> None:
    assert {operation.name for operation in JSON} == set(NOUNS)


def good(operation: Operation) -> bytes:
    return json.dumps(body_of(operation)["json"]).encode()


NO_JSON: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda good: b"",
    "blank": lambda good: b" \n",
    "null": lambda good: b"null",
    "number": lambda good: b"1",
    "text": lambda good: b'"text"',
    "list": lambda good: b"[]",
    "list-of-one": lambda good: b"[" + good + b"]",
    "true": lambda good: b"true",
    "half": lambda good: good[: len(good) // 2],
    "without-its-end": lambda good: good[:-1],
    "twice": lambda good: good + good,
    "something-behind": lambda good: good + b" x",
    "single-quotes": lambda good: good.replace(b'"', b"'"),
    "comma-behind": lambda good: good[:-1] + b",}",
    "comment": lambda good: b"/* x */" + good,
    "nul-behind": lambda good: good + b"\x00",
    "nul-before": lambda good: b"\x00" + good,
    "not-utf-8": lambda good: good[:-1] + b',"x":"\xff"}',
    "overlong-utf-8": lambda good: good[:-1] + b',"x":"\xc0\x80"}',
    "utf-8-surrogate": lambda good: good[:-1] + b',"x":"\xed\xa0\x80"}',
    "utf-16": lambda good: good.decode().encode("utf-16"),
    "byte-order-mark": lambda good: b"\xef\xbb\xbf" + good,
    "control-character": lambda good: good[:-1] + b',"x":"a\x01b"}',
    "line-break-in-a-text": lambda good: good[:-1] + b',"x":"a\nb"}',
    "lone-surrogate": lambda good: good[:-1] + b',"x":"\\ud800"}',
    "swapped-surrogates": lambda good: good[:-1] + b',"x":"\\udc00\\ud800"}',
    "bad-escape": lambda good: good[:-1] + b',"x":"\\x41"}',
    "not-a-number": lambda good: good[:-1] + b',"x":NaN}',
    "infinity": lambda good: good[:-1] + b',"x":Infinity}',
    "beyond-a-double": lambda good: good[:-1] + b',"x":1e999}',
    "number-of-5000-digits": lambda good: good[:-1] + b',"x":' + b"9" * 5000 + b"}",
    "leading-zero": lambda good: good[:-1] + b',"x":01}',
    "deep-lists": lambda good: b"[" * DEEP + b"]" * DEEP,
    "deep-lists-open": lambda good: b"[" * DEEP,
    "deep-objects": lambda good: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep-under-an-unknown-key": lambda good: good[:-1] + b',"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "form": lambda good: b"email=gavin%40hooli.com&password=x",
    "xml": lambda good: b"<user/>",
}


@pytest.mark.parametrize(
    ("operation", "name"), [(each, name) for each in JSON for name in NO_JSON if name != "empty" or not each.body_optional], ids=IDS
)
def test_what_is_no_json_object(fixtures: Fixtures, operation: Operation, name: str) -> None:
    answer = sent(fixtures, operation, NO_JSON[name](good(operation)))
    assert refusal_of(answer) == expected_refusals.posted(NOUNS[operation.name])


NO_TEXT: list[object] = [1, 1.5, True, ["text"], {"a": "b"}]
NO_OBJECT: list[object] = ["text", 1, True, [], [{}]]
WRONG: dict[str, list[object]] = {
    "businessAddress": NO_OBJECT,
    "institution": NO_OBJECT,
    "verificationStatus": ["true", 1, 0, [True], {}],
    "dryRun": ["true", 1, 0, [True], {}],
    "rules": ["text", 1, True, {"a": "b"}, [1]],
    "everyHours": ["6", 1.5, True, [6], {"a": "b"}],
    "subscribedEvents": [1, True, {"a": "b"}, [1], [["user.created"]], [None]],
    "accounts": ["text", 1, True, {"a": "b"}, [1]],
    "filters": ["text", 1, True, {"a": "b"}, [1]],
    "mfa-response": ["1234", 1234, {"0": "1234"}, [1234], [None], [["1234"]], True],
}
FIELDS = [(operation, field.encode_name) for operation in JSON for field in msgspec.structs.fields(operation.body)]
WRONG_FIELDS = [(operation, name, value) for operation, name in FIELDS for value in WRONG.get(name, NO_TEXT)]


@pytest.mark.parametrize(("operation", "field", "value"), WRONG_FIELDS, ids=IDS)
def test_a_field_of_the_wrong_type(fixtures: Fixtures, operation: Operation, field: str, value: object) -> None:
    content = json.dumps({**body_of(operation)["json"], field: value}).encode()
    assert refusal_of(sent(fixtures, operation, content)) == expected_refusals.posted(NOUNS[operation.name])


INNER = [
    ("create_user", "businessAddress", "state", 1),
    ("create_user", "businessAddress", "postcode", 2095),
    ("update_user", "businessAddress", "countryCode", ["AUS"]),
    ("create_connection", "institution", "id", 0),
    ("create_connection", "institution", "id", ["AU00000"]),
    ("create_connection", "institution", "id", {"id": "AU00000"}),
]


@pytest.mark.parametrize(("name", "outer", "inner", "value"), INNER)
def test_a_field_inside_a_field_of_the_wrong_type(fixtures: Fixtures, name: str, outer: str, inner: str, value: object) -> None:
    operation = BY_NAME[name]
    content = json.dumps({**body_of(operation)["json"], outer: {inner: value}}).encode()
    assert refusal_of(sent(fixtures, operation, content)) == expected_refusals.posted(NOUNS[name])


@pytest.mark.parametrize("operation", JSON, ids=IDS)
def test_a_key_twice_in_different_case(fixtures: Fixtures, operation: Operation) -> None:
    """Keys are matched without regard to case, so these are the same key with two values: neither is guessed."""
    key, value = next(iter(body_of(operation)["json"].items()))
    content = json.dumps({key: value, key.upper(): value}).encode()
    assert refusal_of(sent(fixtures, operation, content)) == expected_refusals.posted(NOUNS[operation.name])


@pytest.mark.parametrize(
    "given",
    ["text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "json"],
)
@pytest.mark.parametrize("operation", JSON, ids=IDS)
def test_a_content_type_that_is_not_json(fixtures: Fixtures, operation: Operation, given: str) -> None:
    answer = sent(fixtures, operation, good(operation), {"Content-Type": given})
    assert refusal_of(answer) == expected_refusals.content_type(given)


def test_a_long_content_type_is_quoted_in_part(fixtures: Fixtures) -> None:
    answer = sent(fixtures, BY_NAME["create_user"], b"{}", {"Content-Type": "text/" + "x" * 5000})
    assert refusal_of(answer) == expected_refusals.content_type("text/" + "x" * 95)


@pytest.mark.parametrize("given", ["application/x-www-form-urlencoded", "text/csv", "application/pdf", "multipart/mixed; boundary=b"])
def test_a_statement_that_is_no_form(fixtures: Fixtures, given: str) -> None:
    answer = sent(fixtures, BY_NAME["create_statement"], b"x", {"Content-Type": given})
    assert refusal_of(answer) == expected_refusals.content_type(given.partition(";")[0])


def test_a_statement_without_content_type(fixtures: Fixtures) -> None:
    assert refusal_of(fixtures.app.post(f"/users/{fixtures.ids['userId']}/statements")) == expected_refusals.content_type("none")


@pytest.mark.parametrize("operation", JSON, ids=IDS)
def test_a_body_of_one_byte_too_many(fixtures: Fixtures, operation: Operation) -> None:
    content = good(operation)
    answer = sent(fixtures, operation, content + b" " * (1_048_577 - len(content)))
    assert refusal_of(answer) == expected_refusals.body_too_long(1_048_576)


# ── Texts that no text field takes ───────────────────────────────────────────────────────────────────────────────────────────

USER_TEXTS = ["firstName", "middleName", "lastName", "businessName", "verificationDate", "email", "mobile", "businessIdNo"]
ADDRESS_TEXTS = ["addressLine1", "addressLine2", "suburb", "state", "postcode", "countryCode"]
UNPRINTABLE = {
    "nul": "a\0b",
    "line-break": "a\nb",
    "escape": "a\x1bb",
    "delete": "a\x7fb",
    "direction": "a\u202eb",
    "zero-width": "a\u200bb",
    "unassigned": "a\uffffb",
    "256-characters": "a" * 256,
}


@pytest.mark.parametrize("kind", UNPRINTABLE)
@pytest.mark.parametrize("field", USER_TEXTS)
@pytest.mark.parametrize("name", ["create_user", "update_user"])
def test_a_text_of_a_user_that_cannot_be_shown(fixtures: Fixtures, name: str, field: str, kind: str) -> None:
    fields = {"email": "gavin@hooli.com", "businessName": "Hooli", field: UNPRINTABLE[kind]}
    assert expected_refusals.not_valid(f"{field} value is not valid", field, f"user/{field}") in refusals_of(
        fixtures.call(name, json=fields)
    )


@pytest.mark.parametrize("kind", UNPRINTABLE)
@pytest.mark.parametrize("field", ADDRESS_TEXTS)
def test_a_text_of_an_address_that_cannot_be_shown(fixtures: Fixtures, field: str, kind: str) -> None:
    fields = {"email": "gavin@hooli.com", "businessAddress": {field: UNPRINTABLE[kind]}}
    pointer = f"user/businessAddress/{field}"
    assert refusal_of(fixtures.call("create_user", json=fields)) == expected_refusals.not_valid(
        f"{field} value is not valid", field, pointer
    )


@pytest.mark.parametrize("text", ["a\0b", "a" * 1025], ids=["nul", "1025-characters"])
@pytest.mark.parametrize("field", ["loginId", "password", "secondaryLoginId", "securityCode"])
@pytest.mark.parametrize("name", ["create_connection", "update_connection"])
def test_a_text_of_a_login_that_no_bank_takes(fixtures: Fixtures, name: str, field: str, text: str) -> None:
    fields = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}, field: text}
    expected = expected_refusals.not_valid(f"{field} value is not valid", field, f"connection/{field}")
    assert refusal_of(fixtures.call(name, json=fields)) == expected


def test_two_bad_fields_are_two_errors(fixtures: Fixtures) -> None:
    refusals = refusals_of(fixtures.call("create_user", json={"email": "x", "mobile": "y"}))
    assert refusals == [
        expected_refusals.not_valid("Provided email is in bad format.", "email", "user/email"),
        expected_refusals.not_valid("Provided mobile is in bad format.", "mobile", "user/mobile"),
    ]


def test_contents_would_show_a_change(fixtures: Fixtures) -> None:
    """The guard of this module is worth something: equal before, different after a write, equal again after its undoing."""
    before = contents(fixtures.serving.services)
    made = fixtures.call("create_webhook").json()["id"]
    assert contents(fixtures.serving.services) != before
    fixtures.app.delete(f"/notifications/webhooks/{made}")
    assert contents(fixtures.serving.services) == before
