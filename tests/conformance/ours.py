"""Whether an exchange is what our own OpenAPI describes: status, headers, media type, body, and the catalogue entry of a refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from bowerbird import codes
from bowerbird.api.description.openapi import render_openapi
from bowerbird.api.schemas.wire import UUID_PATTERN
from tests.conformance.descriptions import Description, closed
from tests.conformance.exchange import Exchange

_NO_OPERATION = {
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    413: "TooLongError",
    400: "BadRequestError",
    408: "TooSlowError",
    503: "ServiceUnavailableError",
}
_OWN_ERRORS = re.compile(r"#/components/schemas/(\w+Error|ErrorList)\Z")


@cache
def own() -> Description:
    document = json.loads(render_openapi("http://127.0.0.1"))
    document["components"]["schemas"] = {name: closed(schema) for name, schema in document["components"]["schemas"].items()}
    return Description(document, formats=True)


def operation_of(exchange: Exchange) -> str:
    """The operationId, or "-" where there is no operation."""
    found = own().operation_of(exchange)
    return str(found["operationId"]) if found else "-"


def breaches(exchange: Exchange) -> list[str]:
    """Everything an answer does that our description does not say."""
    operation = own().operation_of(exchange)
    found = list(_of_headers(exchange))
    if operation is None:
        name = _NO_OPERATION.get(exchange.status)
        if name is None:
            return [*found, f"{exchange.status} where there is no operation"]
        return [*found, *_of_body(exchange, {"$ref": f"#/components/schemas/{name}"}), *_of_catalogue(exchange, None)]
    response = operation["responses"].get(str(exchange.status))
    if response is None:
        return [*found, f"{exchange.status} is not described"]
    content = response.get("content")
    if content is None:
        return [*found, *([] if exchange.body == b"" else ["a body where none is described"])]
    if exchange.media_type not in content:
        return [*found, f"media type {exchange.media_type} is not described"]
    described = content[exchange.media_type]
    if exchange.media_type == "application/json":
        found += _of_body(exchange, described["schema"])
    return found + list(_of_catalogue(exchange, described.get("examples")))


def _of_headers(exchange: Exchange) -> Iterator[str]:
    if not re.match(UUID_PATTERN, exchange.headers.get("x-correlation-id", "")):
        yield "no correlation id"
    if exchange.status == 204 and (exchange.headers.get("content-type") or exchange.headers.get("content-length")):
        yield "204 with a content type or length"
    if exchange.status == 429 and not exchange.headers.get("retry-after", "").isdigit():
        yield "429 without Retry-After"
    if exchange.status == 405 and not exchange.headers.get("allow"):
        yield "405 without Allow"


def _of_body(exchange: Exchange, schema: dict[str, Any]) -> list[str]:
    try:
        body = exchange.json()
    except ValueError:
        return ["the body is no JSON"]
    return [f"{pointer} {what}" for pointer, what in own().differences(schema, body)]


def _of_catalogue(exchange: Exchange, examples: dict[str, Any] | None) -> Iterator[str]:
    if exchange.status < 400:
        return
    body = exchange.json()
    if body.get("correlationId") != exchange.headers.get("x-correlation-id"):
        yield "the correlation id of body and header differ"
    for error in body["data"]:
        entry = codes.matching(exchange.status, error["code"], error["title"], error["detail"])
        if entry is None:
            yield f"not of the catalogue: {error}"
        elif examples is not None and entry.key.replace("/", ".") not in examples:
            yield f"{entry.key} is not among the refusals described for {exchange.status}"
