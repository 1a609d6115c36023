"""What a description of an API says about an exchange: the operation it belongs to, and where its body differs from the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import jsonschema_rs

from tests.conformance.exchange import Exchange

Schema = dict[str, Any]


class Difference(NamedTuple):
    """`pointer` into the body, with `*` for any place of a list; `what` in words that name the field or the value."""

    pointer: str
    what: str


class Description:
    """An OpenAPI document whose schemas are JSON Schema 2020-12 and closed: a field that is not described is a difference."""

    def __init__(self, document: dict[str, Any], *, formats: bool) -> None:
        self.document = document
        self._formats = formats
        self._validators: dict[str, Any] = {}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Paths as patterns; the ones with fewer parameters first, so that /refresh is not taken for an id."""
        ordered = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), path) for path in ordered]

    def template_of(self, method: str, path: str) -> str | None:
        """The path template whose operation answers, None where there is no such operation."""
        return next(
            (found for pattern, found in self._patterns if pattern.match(path) and method.lower() in self.document["paths"][found]), None
        )

    def operation_of(self, exchange: Exchange) -> dict[str, Any] | None:
        template = self.template_of(exchange.method, exchange.path)
        found: dict[str, Any] | None = self.document["paths"][template][exchange.method.lower()] if template else None
        return found

    def differences(self, schema: Schema, body: Any) -> set[Difference]:
        """Where a body differs from a schema; from the nearest of several alternatives."""
        branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
        return min((self._of_branch(branch, body) for branch in branches), key=len)

    def _of_branch(self, schema: Schema, body: Any) -> set[Difference]:
        key = str(schema)
        if key not in self._validators:
            root = {**schema, "components": {"schemas": self.document["components"]["schemas"]}}
            self._validators[key] = jsonschema_rs.Draft202012Validator(root, validate_formats=self._formats)
        return {difference for error in self._validators[key].iter_errors(body) for difference in _differences_of(error, body)}


def _differences_of(error: Any, body: Any) -> Iterator[Difference]:
    path = error.instance_path
    pointer = "".join(f"/{'*' if isinstance(part, int) else part}" for part in path) or "/"
    detail = error.kind.as_dict()
    match error.kind.name:
        case "required":
            yield Difference(pointer, f"{str(detail['property']).strip(chr(34))} is missing")
        case "additionalProperties":
            yield from (Difference(pointer, f"{name} is not described") for name in detail["unexpected"])
        case "type":
            yield Difference(pointer, f"{_kind(_at(body, path))} where another type is described")
        case "enum":
            yield Difference(pointer, f"{_at(body, path)!r} is not among the values")
        case name:
            yield Difference(pointer, f"{name}: {error.message}")


def _at(body: Any, path: list[str | int]) -> Any:
    for part in path:
        body = body[part]
    return body


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def closed(schema: Any) -> Any:
    """The schema with every object limited to what it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema and "$ref" not in schema:
        found["additionalProperties"] = False
    return found
