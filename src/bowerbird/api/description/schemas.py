"""Schemas of bodies and answers, from the wire's shapes.

What msgspec says of a shape is true of its decoder; a client wants to know what is sent. So a field that is left out when it has
no value is described without null, and a body's field that must be sent is described as required, though its absence is answered
by the domain rather than by the decoder.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from bowerbird import codes
from bowerbird.api import schemas as shapes
from bowerbird.api.operation import Operation
from bowerbird.model.documents import JsonValue

Schema = dict[str, Any]
"""A part of the description, as JSON."""

Shape = type | types.UnionType
"""A struct of the wire, a union of them, or `str` or `dict` where no more is known."""

_PLACE = "#/components/schemas/"
_POSTED = "Posted"
_NOTHING_DECLARED = (None, str, dict)


def ref(name: str) -> Schema:
    return {"$ref": f"{_PLACE}{name}"}


def _members(shape: Shape) -> tuple[type, ...]:
    """The structs of a union, or the one there is."""
    return get_args(shape) if isinstance(shape, types.UnionType) else (shape,)


def schema_of_answer(shape: Shape) -> Schema:
    """Of one entry of an operation's `answers`."""
    if shape is str:
        return {"type": "string"}
    if shape is dict:
        return {"type": "object"}
    found = [ref(component_name(member.__name__)) for member in _members(shape)]
    return found[0] if len(found) == 1 else {"anyOf": found}


def component_name(name: str) -> str:
    """A component is named after its noun: `AccountView` is described as `Account`."""
    return name.removesuffix("View")


class Components:
    """The components of some operations. A shape that is both sent and answered has two: null may be sent, but is never answered."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        known = list(operations)
        answers = {
            member for each in known for shape in each.answers.values() if shape not in _NOTHING_DECLARED for member in _members(shape)
        }
        self.answered = _described({*answers, shapes.ErrorList})
        for schema in self.answered.values():
            _without_null(schema)
        if step := self.answered.get("StepResult"):
            step["properties"]["code"]["enum"] = sorted({entry.code for entry in codes.CATALOGUE.values() if entry.in_jobs})
        self.posted = {}
        for name, schema in _described({each.body for each in known if each.body is not None}).items():
            _with_required(schema)
            self._rename_refs(schema)
            self.posted[self._body_name(name)] = schema | {"title": self._body_name(name)}

    def of_body(self, operation: Operation) -> Schema:
        return ref(self._body_name(component_name(operation.body.__name__)))

    def _body_name(self, name: str) -> str:
        return f"{_POSTED}{name}" if name in self.answered else name

    def _rename_refs(self, node: JsonValue) -> None:
        """Point references inside a body at the bodies' own descriptions."""
        if isinstance(node, dict):
            if isinstance(target := node.get("$ref"), str):
                node["$ref"] = _PLACE + self._body_name(target.removeprefix(_PLACE))
            for inner in node.values():
                self._rename_refs(inner)
        elif isinstance(node, list):
            for inner in node:
                self._rename_refs(inner)


def _described(wanted: Iterable[type]) -> dict[str, Schema]:
    ordered = sorted(wanted, key=lambda shape: str(shape.__name__))
    _, components = msgspec.json.schema_components(ordered, ref_template=_PLACE + "{name}")
    return {
        component_name(name): {key: _named(part) if key not in ("title", "$ref") else component_name(part) for key, part in schema.items()}
        for name, schema in components.items()
    }


def _named(node: JsonValue) -> JsonValue:
    """A schema whose title and references are component names."""
    if isinstance(node, dict):
        return {
            key: component_name(inner) if key in ("title", "$ref") and isinstance(inner, str) else _named(inner)
            for key, inner in node.items()
        }
    return [_named(inner) for inner in node] if isinstance(node, list) else node


def _without_null(schema: Schema) -> None:
    """Fields that have a default are left out when they have it: null is never sent for them."""
    for name, field in schema.get("properties", {}).items():
        if name not in schema["required"]:
            schema["properties"][name] = _sent(field)


def _with_required(schema: Schema) -> None:
    for name, field in schema.get("properties", {}).items():
        if field.pop("x-required", False):
            schema["required"].append(name)
            schema["properties"][name] = _sent(field)
        else:
            field.pop("default", None)


def _sent(field: Schema) -> Schema:
    """A field's schema once null and the default are taken away."""
    kept = {key: value for key, value in field.items() if key not in ("default", "anyOf")}
    choices = [choice for choice in field.get("anyOf", []) if choice != {"type": "null"}]
    if "enum" in kept:
        kept["enum"] = [word for word in kept["enum"] if word is not None]
    if len(choices) == 1:
        return {**choices[0], **kept}
    return kept | ({"anyOf": choices} if choices else {})
