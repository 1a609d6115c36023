"""The API's description, read once: its operations by group, each with what it takes, answers and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from bowerbird.codes import CATALOGUE, Entry
from bowerbird.web.reference.schemas import Field, Schema, Schemas

_METHODS = ("get", "post", "delete")
_FILES, _JSON = "multipart/form-data", "application/json"
_Told = tuple[str, str, dict[str, Any]]
"""An operation as the description has it: (path, method, what it says)."""


class DescribedBody(NamedTuple):
    """What an operation takes. `sample` fits it."""

    media_type: str
    required: bool
    name: str
    about: str
    fields: tuple[Field, ...]
    sample: Any


class DescribedResponse(NamedTuple):
    """A good answer; `name` is its schema's, `sample` JSON.

    `like` is the operation of the same group that has the same shape, with its fields and sample; empty where they stand here.
    """

    status: int
    phrase: str
    name: str
    about: str
    fields: tuple[Field, ...]
    sample: str
    like: str = ""


class RefusalGroup(NamedTuple):
    """What an operation can refuse with a status."""

    status: int
    entries: tuple[Entry, ...]


class DescribedOperation(NamedTuple):
    """One operation. `scopes` empty: it is open to everybody; `key` instead: it takes the API key."""

    id: str
    group: str
    method: str
    path: str
    summary: str
    scopes: tuple[str, ...]
    parameters: tuple[tuple[str, Field], ...]
    body: DescribedBody | None
    answers: tuple[DescribedResponse, ...]
    refusals: tuple[RefusalGroup, ...]

    @property
    def keyed(self) -> bool:
        return self.scopes == ("key",)

    @property
    def address(self) -> str:
        return f"/docs/{self.group}#{self.id}"


class OperationGroup(NamedTuple):
    name: str
    about: str
    operations: tuple[DescribedOperation, ...]


class ApiReference:
    """`describe` makes the description, an OpenAPI document; it is asked once, by the first reader."""

    def __init__(self, describe: Callable[[], dict[str, Any]]) -> None:
        self._describe = describe

    @cached_property
    def _document(self) -> dict[str, Any]:
        return self._describe()

    @cached_property
    def version(self) -> str:
        return str(self._document["info"]["version"])

    @cached_property
    def groups(self) -> dict[str, OperationGroup]:
        schemas = Schemas(self._document["components"]["schemas"])
        found: dict[str, list[_Told]] = {tag["name"]: [] for tag in self._document["tags"]}
        for path, methods in self._document["paths"].items():
            for method, told in methods.items():
                if method in _METHODS:
                    found[told["tags"][0]].append((path, method, told))
        about = {tag["name"]: tag["description"] for tag in self._document["tags"]}
        return {name: OperationGroup(name, about[name], tuple(_operations(schemas, each))) for name, each in found.items()}

    @cached_property
    def operations(self) -> dict[str, DescribedOperation]:
        """By operationId."""
        return {operation.id: operation for group in self.groups.values() for operation in group.operations}

    def named(self, name: str) -> DescribedOperation | None:
        """By the name of its handler: create_connection."""
        first, *others = name.split("_")
        return self.operations.get(first + "".join(word.capitalize() for word in others))

    @cached_property
    def telling(self) -> dict[str, list[DescribedOperation]]:
        """By the key of an entry of the catalogue: the operations that can refuse so."""
        found: dict[str, list[DescribedOperation]] = {}
        for operation in self.operations.values():
            for refused in operation.refusals:
                for entry in refused.entries:
                    found.setdefault(entry.key, []).append(operation)
        return found


def _operations(schemas: Schemas, told: list[_Told]) -> Iterator[DescribedOperation]:
    """The operations of a group. A shape is described where it comes first, and only named where it comes again."""
    first: dict[str, str] = {}
    for _path, _method, each in told:
        for shape in _good(schemas, each):
            first.setdefault(shape[2].get("title", ""), each["operationId"])
    return (_operation(schemas, first, *each) for each in told)


def _operation(schemas: Schemas, first: dict[str, str], path: str, method: str, told: dict[str, Any]) -> DescribedOperation:
    given = [
        (each["in"], Field(each["name"], schemas.type_of(each["schema"]), each.get("required", False), each.get("description", ""),
                           tuple(map(str, each["schema"].get("enum", ())))))
        for each in told.get("parameters", ())
    ]  # fmt: skip
    scopes = tuple(scope for way in told["security"] for scopes in way.values() for scope in (scopes or ["key"]))
    refusals = [RefusalGroup(int(status), _entries(answer)) for status, answer in told["responses"].items() if int(status) >= 400]
    own = [_shape(schemas, first, told["operationId"], *each) for each in _good(schemas, told)]
    return DescribedOperation(
        told["operationId"], told["tags"][0], method.upper(), path, told["summary"], scopes, tuple(given), _body(schemas, told),
        tuple(own), tuple(refusals),
    )  # fmt: skip


def _entries(answer: dict[str, Any]) -> tuple[Entry, ...]:
    """The entries of the catalogue, whose examples carry their keys."""
    names = answer["content"][_JSON]["examples"]
    return tuple(CATALOGUE[name.replace(".", "/")] for name in names)


def _body(schemas: Schemas, told: dict[str, Any]) -> DescribedBody | None:
    if "requestBody" not in told:
        return None
    media_type, content = next(iter(told["requestBody"]["content"].items()))
    shape = schemas.resolved(content["schema"])
    sample = schemas.sample(shape, only_needed=media_type != _FILES)
    fields = sorted(schemas.fields(shape), key=lambda field: field.name.partition(".")[0] not in sample)  # what the sample has comes first
    return DescribedBody(
        media_type, told["requestBody"]["required"], shape.get("title", ""), shape.get("description", ""), tuple(fields), sample
    )


def _good(schemas: Schemas, told: dict[str, Any]) -> Iterator[tuple[int, str, Schema]]:
    """(status, phrase, schema) of every good answer; something that is no JSON has its media type for a title, nothing has none."""
    for status, answer in told["responses"].items():
        if int(status) >= 400:
            continue
        media_type, content = next(iter(answer.get("content", {"": {}}).items()))
        shapes = schemas.alternatives(content["schema"]) if media_type == _JSON else [{"title": media_type}]
        for shape in shapes:
            yield int(status), answer["description"], shape


def _shape(schemas: Schemas, first: dict[str, str], operation: str, status: int, phrase: str, shape: Schema) -> DescribedResponse:
    name = shape.get("title", "")
    like = first[name] if name and shape.get("properties") and first[name] != operation else ""
    if like or "properties" not in shape:
        return DescribedResponse(status, phrase, name, "", (), "", like)
    known = {title: elsewhere for title, elsewhere in first.items() if title != name}
    sample = json.dumps(schemas.sample(shape, only_needed=True), indent=2, ensure_ascii=False)
    return DescribedResponse(status, phrase, name, shape.get("description", ""), tuple(schemas.fields(shape, known)), sample)
