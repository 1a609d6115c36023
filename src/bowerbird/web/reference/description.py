"""The API's OpenAPI description, read once: its operations by group, each with parameters, body, responses and errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from bowerbird.codes import CATALOGUE, Entry
from bowerbird.web.reference.schemas import Field, Schema, Schemas

_METHODS = ("get", "post", "delete")
_FILES, _JSON = "multipart/form-data", "application/json"
_Described = tuple[str, str, Schema]
"""An operation of the description: (path, method, operation object)."""


class DescribedBody(NamedTuple):
    """The request body of an operation, with a sample."""

    media_type: str
    required: bool
    name: str
    about: str
    fields: tuple[Field, ...]
    sample: Schema


class DescribedResponse(NamedTuple):
    """A successful response; `name` is its schema's, `sample` JSON.

    `like` is the operation of the same group that describes the same schema, with its fields and sample; empty for the first one.
    """

    status: int
    phrase: str
    name: str
    about: str
    fields: tuple[Field, ...]
    sample: str
    like: str = ""


class RefusalGroup(NamedTuple):
    """The errors of an operation with one status."""

    status: int
    entries: tuple[Entry, ...]


class DescribedOperation(NamedTuple):
    """An operation. Without `scopes` it needs no authentication; with the scope `key` it takes the API key."""

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
    """The description that `describe` makes, an OpenAPI document; it is called once, by the first reader."""

    def __init__(self, describe: Callable[[], Schema]) -> None:
        self._describe = describe

    @cached_property
    def _document(self) -> Schema:
        return self._describe()

    @cached_property
    def version(self) -> str:
        return str(self._document["info"]["version"])

    @cached_property
    def groups(self) -> dict[str, OperationGroup]:
        schemas = Schemas(self._document["components"]["schemas"])
        by_group: dict[str, list[_Described]] = {tag["name"]: [] for tag in self._document["tags"]}
        for path, methods in self._document["paths"].items():
            for method, operation in methods.items():
                if method in _METHODS:
                    by_group[operation["tags"][0]].append((path, method, operation))
        about = {tag["name"]: tag["description"] for tag in self._document["tags"]}
        return {name: OperationGroup(name, about[name], tuple(_operations(schemas, listed))) for name, listed in by_group.items()}

    @cached_property
    def operations(self) -> dict[str, DescribedOperation]:
        """By operationId."""
        return {operation.id: operation for group in self.groups.values() for operation in group.operations}

    def named(self, name: str) -> DescribedOperation | None:
        """By the name of its handler: create_connection."""
        first, *others = name.split("_")
        return self.operations.get(first + "".join(word.capitalize() for word in others))

    @cached_property
    def by_entry(self) -> dict[str, list[DescribedOperation]]:
        """The operations that can answer with an entry of the catalogue, by the entry's key."""
        operations: dict[str, list[DescribedOperation]] = {}
        for operation in self.operations.values():
            for refused in operation.refusals:
                for entry in refused.entries:
                    operations.setdefault(entry.key, []).append(operation)
        return operations


def _operations(schemas: Schemas, described: list[_Described]) -> Iterator[DescribedOperation]:
    """The operations of a group. A schema is described at its first operation, and named at the others."""
    first: dict[str, str] = {}
    for _path, _method, operation in described:
        for response in _successes(schemas, operation):
            first.setdefault(response[2].get("title", ""), operation["operationId"])
    return (_operation(schemas, first, *operation) for operation in described)


def _operation(schemas: Schemas, first: dict[str, str], path: str, method: str, operation: Schema) -> DescribedOperation:
    parameters = [
        (one["in"], Field(one["name"], schemas.type_of(one["schema"]), one.get("required", False), one.get("description", ""),
                          tuple(map(str, one["schema"].get("enum", ())))))
        for one in operation.get("parameters", ())
    ]  # fmt: skip
    scopes = tuple(scope for way in operation["security"] for scopes in way.values() for scope in (scopes or ["key"]))
    refusals = [RefusalGroup(int(status), _entries(response)) for status, response in operation["responses"].items() if int(status) >= 400]
    responses = [_response(schemas, first, operation["operationId"], *success) for success in _successes(schemas, operation)]
    return DescribedOperation(
        operation["operationId"], operation["tags"][0], method.upper(), path, operation["summary"], scopes, tuple(parameters),
        _body(schemas, operation), tuple(responses), tuple(refusals),
    )  # fmt: skip


def _entries(response: Schema) -> tuple[Entry, ...]:
    """The catalogue's entries of an error response, whose examples are named by their keys."""
    names = response["content"][_JSON]["examples"]
    return tuple(CATALOGUE[name.replace(".", "/")] for name in names)


def _body(schemas: Schemas, operation: Schema) -> DescribedBody | None:
    if "requestBody" not in operation:
        return None
    media_type, content = next(iter(operation["requestBody"]["content"].items()))
    shape = schemas.resolved(content["schema"])
    sample = schemas.sample(shape, only_needed=media_type != _FILES)
    fields = sorted(schemas.fields(shape), key=lambda field: field.name.partition(".")[0] not in sample)  # what the sample has comes first
    return DescribedBody(
        media_type, operation["requestBody"]["required"], shape.get("title", ""), shape.get("description", ""), tuple(fields), sample
    )


def _successes(schemas: Schemas, operation: Schema) -> Iterator[tuple[int, str, Schema]]:
    """(status, phrase, schema) of every successful response; a schema that is not JSON has its media type as its title."""
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            continue
        media_type, content = next(iter(response.get("content", {"": {}}).items()))
        shapes = schemas.alternatives(content["schema"]) if media_type == _JSON else [{"title": media_type}]
        for shape in shapes:
            yield int(status), response["description"], shape


def _response(schemas: Schemas, first: dict[str, str], operation_id: str, status: int, phrase: str, shape: Schema) -> DescribedResponse:
    name = shape.get("title", "")
    like = first[name] if name and shape.get("properties") and first[name] != operation_id else ""
    if like or "properties" not in shape:
        return DescribedResponse(status, phrase, name, "", (), "", like)
    known = {title: elsewhere for title, elsewhere in first.items() if title != name}
    sample = json.dumps(schemas.sample(shape, only_needed=True), indent=2, ensure_ascii=False)
    return DescribedResponse(status, phrase, name, shape.get("description", ""), tuple(schemas.fields(shape, known)), sample)
