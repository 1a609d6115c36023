"""The published OpenAPI files, made into JSON Schema, and where our answers differ from them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.conformance.descriptions import Description, closed
from tests.conformance.exchange import Exchange
from tests.conformance.ours import operation_of

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("BOWERBIRD_REFERENCE_OPENAPI") or ROOT.parent / "shared" / "reference" / "openapi")
FILES = ("core.yml", "data.yml", "enrich.yml", "identity.yml", "affordability.yml", "reports.yml", "webhooks.yml")
IS_PRESENT = all((FOLDER / name).is_file() for name in FILES)


class Deviation(NamedTuple):
    """Something we answer that the published files do not describe. `operation` is our operationId."""

    operation: str
    status: int
    pointer: str
    what: str


@cache
def published() -> list[Description]:
    return [_description(yaml.safe_load((FOLDER / name).read_text("utf-8"))) for name in FILES]


def _description(document: dict[str, Any]) -> Description:
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        paths[path] = {method: _operation(value) for method, value in methods.items() if method in ("get", "post", "delete")}
    schemas = {name: closed(as_json_schema(schema)) for name, schema in document["components"]["schemas"].items()}
    return Description({"paths": paths, "components": {"schemas": schemas}}, formats=False)


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    """Schemas by status: the files write some statuses as text, some as numbers."""
    found: dict[str, Any] = {}
    for status, response in operation["responses"].items():
        content = (response.get("content") or {}).get("application/json")
        found[str(status)] = closed(as_json_schema(content["schema"])) if content else None
    return {"responses": found}


def as_json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of OpenAPI 3.0 as JSON Schema 2020-12: `nullable` becomes a type, what stands beside `$ref` counts for nothing."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    found: dict[str, Any] = {key: schema[key] for key in ("type", "enum", "required", "pattern", "minLength", "maxLength") if key in schema}
    if "properties" in schema:
        found["properties"] = {name: as_json_schema(field) for name, field in schema["properties"].items()}
    if "items" in schema:
        found["items"] = as_json_schema(schema["items"])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            found[key] = [as_json_schema(each) for each in schema[key]]
    if schema.get("nullable"):
        if "type" in found:
            found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def deviations(exchange: Exchange) -> set[Deviation]:
    """Of one exchange; none where the published files do not have the operation or the token speaks an older version,
    and of an answer that is no JSON."""
    if exchange.version != "3.0" or exchange.media_type not in ("", "application/json"):
        return set()
    for description in published():
        operation = description.operation_of(exchange)
        if operation is not None:
            return _deviations(description, operation["responses"], exchange)
    return set()


def _deviations(description: Description, responses: dict[str, Any], exchange: Exchange) -> set[Deviation]:
    name, status = operation_of(exchange), exchange.status
    if str(status) not in responses:
        return {Deviation(name, status, "", "the status is not described")}
    schema = responses[str(status)]
    if schema is None:
        return {Deviation(name, status, "", "a body where none is described")} if exchange.body else set()
    return {Deviation(name, status, *difference) for difference in description.differences(schema, exchange.json())}
