"""The OpenAPI description of the control plane, apart from that of the protocol."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

import msgspec

from bowerbird import __version__
from bowerbird.api.description.refusals import error_schemas, examples, refusals
from bowerbird.api.operation import Operation
from bowerbird.api.schemas import ErrorList

_ABOUT = (
    "Controls the sandbox: response codes on demand, faults, limits, the clock. Open to programs on the server's own machine, and to "
    "programs elsewhere that send the admin token; closed once the server has a production application."
)
OpenApi = dict[str, Any]
"""A part of an OpenAPI document."""
Shape = Any
"""A type that a body or an answer is decoded to: a Struct, a union, dict or None."""

_PLACE = "#/components/schemas/"


def render_control_openapi(operations: tuple[Operation, ...], public_url: str) -> bytes:
    return json.dumps(document(operations, public_url), separators=(",", ":")).encode()


def document(operations: tuple[Operation, ...], url: str) -> OpenApi:
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    admin = {"type": "http", "scheme": "bearer", "description": "The admin token"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bowerbird: control plane of the sandbox", "version": __version__, "description": _ABOUT},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": {**_schemas(operations), **error_schemas(of_controls=True)},
            "examples": examples(of_controls=True),
            "headers": {"CorrelationId": {"required": True, "schema": {"type": "string"}}, "RetryAfter": {"schema": {"type": "integer"}}},
            "securitySchemes": {"admin": admin},
        },
    }


def _schemas(operations: tuple[Operation, ...]) -> OpenApi:
    shapes = {shape for each in operations for shape in (each.body, *each.answers.values()) if shape not in (None, dict)}
    ordered = sorted({*shapes, ErrorList}, key=lambda shape: str(shape.__name__))
    return dict(msgspec.json.schema_components(ordered, ref_template=_PLACE + "{name}")[1])


def _schema(shape: Shape) -> dict[str, str]:
    return {"type": "object"} if shape is dict else {"$ref": f"{_PLACE}{shape.__name__}"}


def _described(operation: Operation) -> OpenApi:
    first, *others = operation.name.split("_")
    described: dict[str, Any] = {
        "operationId": first + "".join(word.capitalize() for word in others),
        "summary": operation.summary,
        "security": [{}, {"admin": []}],
        "responses": {str(status): _answer(status, shape) for status, shape in operation.answers.items()} | refusals(operation),
    }
    if names := re.findall(r"\{(\w+)\}", operation.path):
        described["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    if operation.body is not None:
        described["requestBody"] = {"content": {operation.body_kind.value: {"schema": _schema(operation.body)}}}
    return described


def _answer(status: int, shape: Shape) -> OpenApi:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    return answer if shape is None else answer | {"content": {"application/json": {"schema": _schema(shape)}}}
