"""The description of our own API itself: valid, complete, and good enough to generate a client from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from bowerbird import codes
from bowerbird.api.description.openapi import operation_id, render_openapi
from bowerbird.api.description.refusals import refusals_of_operation
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from tests.conformance.ours import own

URL = "https://bank.example/api"
DOCUMENT: dict[str, Any] = json.loads(render_openapi(URL))


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def nodes(value: Any, place: str = "#") -> Iterator[tuple[str, Any]]:
    yield place, value
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nodes(inner, f"{place}/{key}")


def test_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_document_is_made_once_for_a_public_url() -> None:
    assert render_openapi(URL) is render_openapi(URL)
    assert DOCUMENT["servers"] == [{"url": URL}]
    assert json.loads(render_openapi(f"{URL}/"))["servers"] == [{"url": URL}]


def test_every_reference_leads_somewhere_and_no_component_is_left_over() -> None:
    used = {value for place, value in nodes(DOCUMENT) if place.endswith("/$ref")}
    parts = {f"#/components/{kind}/{name}" for kind, members in DOCUMENT["components"].items() for name in members}
    assert used - parts == set()
    spare = {part for part in parts - used if "/schemas/" in part or "/examples/" in part}
    elsewhere = {
        f"#/components/examples/{entry.key.replace('/', '.')}"
        for entry in codes.CATALOGUE.values()
        if entry.arrives_with or entry.of_controls or entry.of_feeds
    }
    statuses = {f"#/components/schemas/{name}Error" for name in ("MethodNotAllowed", "Conflict", "Gone")}
    assert spare - elsewhere - statuses <= {"#/components/schemas/Error", "#/components/schemas/ErrorList"}


def test_no_mark_of_our_own_is_left_in_the_schemas() -> None:
    assert [place for place, _ in nodes(DOCUMENT["components"]["schemas"]) if re.search(r"/x-[\w-]+\Z|/default\Z", place)] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_operation_is_described(operation: Operation) -> None:
    """All that a generator needs: a name of its own, a summary, parameters, a body, schemas of what comes back."""
    found = described(operation)
    assert re.fullmatch(r"[a-z][A-Za-z]+", found["operationId"])
    assert found["summary"]
    assert {each["name"] for each in found.get("parameters", []) if each["in"] == "path"} == set(re.findall(r"\{(\w+)\}", operation.path))
    assert {each["name"] for each in found.get("parameters", []) if each["in"] == "query"} == set(operation.query or {})
    assert list(found.get("requestBody", {}).get("content", {})) == (
        [] if operation.body_kind is BodyKind.NONE else [operation.body_kind.value]
    )
    assert bool(found["security"]) is (operation.access is not Access.PUBLIC or operation.body_kind is BodyKind.FORM)
    for status, response in found["responses"].items():
        assert response["description"]
        assert "X-Correlation-Id" in response["headers"]
        assert ("content" in response) is (operation.answers.get(int(status), dict) is not None)


def test_operation_ids_are_unique() -> None:
    assert len({operation_id(operation) for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_refusal_of_a_request_is_described_somewhere() -> None:
    """No entry of the catalogue that is an HTTP answer is forgotten, but those that come with a later issue."""
    listed = {entry.key for operation in OPERATIONS for entry in refusals_of_operation(operation)}
    expected = {
        entry.key
        for entry in codes.CATALOGUE.values()
        if entry.http is not None and not (entry.arrives_with or entry.of_controls or entry.of_feeds)
    }
    assert expected - listed == {codes.METHOD_NOT_ALLOWED.key}


@pytest.mark.parametrize("name", DOCUMENT["components"]["examples"])
def test_example_is_what_the_schema_of_its_status_says(name: str) -> None:
    entry = codes.CATALOGUE[name.replace(".", "/")]
    value = DOCUMENT["components"]["examples"][name]["value"]
    (error,) = value["data"]
    assert codes.matching(entry.http, error["code"], error["title"], error["detail"]) is not None
    schemas = [
        schema
        for schema, described_as in own().document["components"]["schemas"].items()
        if schema.endswith("Reason") and entry.code in described_as["properties"]["code"]["enum"]
    ]
    assert any(not own().differences({"$ref": f"#/components/schemas/{schema.removesuffix('Reason')}Error"}, value) for schema in schemas)


def test_bodies_may_leave_out_what_answers_always_have() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["CreateConnectionBody"]["required"] == ["loginId", "password", "institution"]
    assert schemas["CreateConnectionBody"]["properties"]["loginId"] == {"type": "string"}
    assert {"type": "null"} in schemas["CreateConnectionBody"]["properties"]["securityCode"]["anyOf"]
    assert schemas["PostedUser"]["properties"]["businessAddress"] == {"$ref": "#/components/schemas/BusinessAddress"}
    assert "null" not in json.dumps(schemas["BusinessAddress"])
    assert "anyOf" in schemas["PostedBusinessAddress"]["properties"]["suburb"]
