"""Schemas of the API's description for its pages: a row for each field, and a sample."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = dict[str, Any]

_DEEPEST = 6
_FORMATS = {"uuid": "id", "date-time": "moment", "binary": "file", "uri-reference": "path"}
_BY_FORMAT = {
    "uuid": "6f1d2c3b-8a4e-4f5d-9c7b-1e2f3a4b5c6d",
    "date-time": "2026-03-18T12:00:00Z",
    "uri-reference": "/users/6f1d2c3b-8a4e-4f5d-9c7b-1e2f3a4b5c6d/accounts",
    "binary": "statement.csv",
}
_BY_NAME: dict[str, Any] = {
    "loginId": "gavinBelson", "password": "hooli2016", "email": "gavin@hooli.com", "mobile": "+61410888666", "firstName": "Gavin",
    "lastName": "Belson", "amount": "-12.50", "balance": "1234.56", "availableFunds": "1234.56", "creditLimit": "5000.00",
    "currency": "AUD", "country": "AU", "institution": "AU00000", "institutionId": "AU00201",
    "url": "https://app.example/hook", "name": "Budget app",
    "subscribedEvents": ["connection.created", "transactions.updated"], "response": ["1234"], "message": "Hello",
    "mfa-response": ["1234"], "since": "2026-03-18T00:00:00Z", "eventType": "connection.created", "eventTypeId": "connection.created",
}  # fmt: skip
"""The sample values of fields, by their names."""
_NOTHING: Mapping[str, str] = {}
_TYPES: dict[str, Any] = {"string": str, "array": list}


class Field(NamedTuple):
    """A field of a body or a response, or a parameter. `name` is its path: `data[].links.self`."""

    name: str
    type: str
    required: bool
    about: str = ""
    choices: tuple[str, ...] = ()


class Schemas:
    """The named schemas of a description."""

    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named

    def resolved(self, schema: Schema) -> Schema:
        """The schema that a reference leads to."""
        while "$ref" in schema:
            schema = self._named[schema["$ref"].rpartition("/")[2]]
        return schema

    def alternatives(self, schema: Schema) -> list[Schema]:
        """The schemas that a schema allows, without null."""
        resolved = self.resolved(schema)
        options = map(self.resolved, resolved.get("anyOf", [resolved]))
        return [option for option in options if option.get("type") != "null"]

    def fields(self, schema: Schema, known: Mapping[str, str] = _NOTHING, place: str = "", deep: int = 0) -> Iterator[Field]:
        """A row for every field of an object, followed by those of its objects. `known`: where else a schema is described, by title."""
        required = schema.get("required", ())
        for name, own in schema.get("properties", {}).items():
            path = f"{place}.{name}" if place else name
            shapes = self.alternatives(own)
            choices = tuple(str(choice) for shape in shapes for choice in shape.get("enum", ()))
            about = own.get("description", "") or (shapes[0].get("description", "") if "$ref" in own else "")
            inner, below = shapes[0] if shapes else {}, path
            if inner.get("type") == "array":
                inner, below = self.resolved(inner.get("items", {})), f"{path}[]"
            elsewhere = known.get(inner.get("title", ""), "")
            yield Field(path, self.type_of(own), name in required, f"As in `{elsewhere}`." if elsewhere else about, choices)
            if deep < _DEEPEST and inner.get("type") == "object" and not elsewhere:
                yield from self.fields(inner, known, below, deep + 1)

    def type_of(self, schema: Schema) -> str:
        """The type in words."""
        options = self.resolved(schema).get("anyOf", ())
        nullable = any(self.resolved(option).get("type") == "null" for option in options)
        shapes = self.alternatives(schema)
        return " or ".join(dict.fromkeys(map(self._word, shapes))) + (" or null" if nullable else "")

    def _word(self, shape: Schema) -> str:
        kind = shape.get("type", "string")
        if kind == "array":
            return f"list of {self.type_of(shape.get('items', {}))}"
        return str(_FORMATS.get(shape.get("format", ""), shape.get("title", kind) if kind == "object" else kind))

    def sample(self, schema: Schema, name: str = "", *, only_needed: bool = False, deep: int = 0) -> Any:
        """A valid value. `only_needed` leaves out optional fields, unless nothing else is left and there is a sample of them."""
        shape = self.resolved(schema)
        if "anyOf" in shape:
            shape = self.alternatives(schema)[0]
        known = _BY_NAME.get(name)
        if (
            "enum" not in shape
            and type(known) is _TYPES.get(shape.get("type", "string"))
            and re.search(shape.get("pattern", ""), str(known))
        ):
            return known
        for keyword in ("examples", "enum"):
            if shape.get(keyword):
                return shape[keyword][0]
        if "default" in shape:
            return shape["default"]
        kind = shape.get("type", "object" if "properties" in shape else "string")
        if kind == "array":
            return [] if deep > _DEEPEST else [self.sample(shape.get("items", {}), name.removesuffix("s"), deep=deep + 1)]
        if kind == "object":
            needed = shape.get("required", ()) if only_needed else shape.get("properties", ())
            own = shape.get("properties", {})
            chosen = needed or [field for field in own if field in _BY_NAME or "default" in own[field]]
            shown = chosen if deep <= _DEEPEST else shape.get("required", ())
            return {field: self.sample(own[field], field, only_needed=only_needed, deep=deep + 1) for field in shown}
        return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(kind, self._text(shape))

    @staticmethod
    def _text(shape: Schema) -> str:
        pattern = str(shape.get("pattern", ""))
        if "AU" in pattern or "[A-Z]{2}[0-9]{5}" in pattern:
            return "AU00000"
        return _BY_FORMAT.get(str(shape.get("format", "")), "https://app.example" if shape.get("format") == "uri" else "text")
