"""Which entries of the catalogue an operation can answer, and how the description of the API says so."""

from __future__ import annotations

import copy
import re
from itertools import groupby

from bowerbird import codes
from bowerbird.api.description.schemas import Schema, ref
from bowerbird.api.operation import Access, Operation
from bowerbird.codes import CATALOGUE, Entry, Where
from bowerbird.model.documents import JsonObject

STATUS_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "TooSlow",
    409: "Conflict",
    410: "Gone",
    413: "TooLong",
    415: "UnsupportedContentType",
    429: "TooManyRequests",
    500: "InternalServer",
    503: "ServiceUnavailable",
}
_CORRELATION_ID = "a4b0ae5e-7b2f-4c1c-9f0e-2d8f6f1f7a10"


def refusals_of_operation(operation: Operation) -> list[Entry]:
    """Every refusal the operation can answer, by status and then in the catalogue's order."""
    places = where(operation)
    found = [entry for entry in CATALOGUE.values() if entry.http is not None and not places.isdisjoint(entry.where)]
    return sorted(found, key=lambda entry: entry.http or 0)


def where(operation: Operation) -> frozenset[Where]:
    """The places of the catalogue that an operation is: its tags, and what follows from the rest of its row."""
    follows: dict[Where, bool] = {
        "*": True,
        "path": "{" in operation.path,
        "path-id": bool(re.search(r"\{\w+Id\}", operation.path)) and "webhook" not in operation.tags,  # which has a code of its own
        "control": operation.access is Access.CONTROL,
        "bearer": operation.access in (Access.SERVER, Access.OWN_USER),
        "client": operation.access is Access.OWN_USER,
        "creates": operation.creates,
        "posted": "body" in operation.tags and bool(operation.noun),
        "product": bool(operation.product),
    }
    return frozenset(place for place, is_here in follows.items() if is_here).union(operation.tags)


def refusals(operation: Operation) -> JsonObject:
    """The OpenAPI responses of an operation's refusals, by status."""
    return {
        str(status): _response(status or 0, list(entries))
        for status, entries in groupby(refusals_of_operation(operation), key=lambda entry: entry.http)
    }


def _response(status: int, entries: list[Entry]) -> JsonObject:
    headers = {"X-Correlation-Id": {"$ref": "#/components/headers/CorrelationId"}}
    if status in (429, 503) or codes.TOO_MANY_TOKEN_REQUESTS in entries:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": "; ".join(sorted({f"`{entry.code}`: {entry.description}" for entry in entries})),
        "headers": headers,
        "content": {
            "application/json": {
                "schema": ref(f"{STATUS_NAMES[status]}Error"),
                "examples": {_name(entry): {"$ref": f"#/components/examples/{_name(entry)}"} for entry in entries},
            }
        },
    }


def method_not_allowed() -> JsonObject:
    """The response of a path that exists, for a method it does not have."""
    response = _response(405, [codes.METHOD_NOT_ALLOWED])
    response["headers"]["Allow"] = {"description": "The methods there are", "required": True, "schema": {"type": "string"}}
    return response


def _name(entry: Entry) -> str:
    return entry.key.replace("/", ".")


def listed(*, of_controls: bool) -> list[Entry]:
    """Every entry that is an HTTP answer of the protocol, or of the sandbox's control plane as well."""
    described = [entry for entry in CATALOGUE.values() if entry.http is not None and not entry.of_feeds]
    return [entry for entry in described if of_controls or not entry.of_controls]


def examples(*, of_controls: bool) -> JsonObject:
    """One envelope for each entry that is an HTTP answer."""
    return {_name(entry): {"summary": entry.meaning.heading, "value": _envelope(entry)} for entry in listed(of_controls=of_controls)}


def _envelope(entry: Entry) -> JsonObject:
    title, detail = entry.answer({name: codes.SAMPLES.get(name, f"<{name}>") for name in entry.placeholders})
    error: JsonObject = {"type": "error", "code": entry.code, "title": title, "detail": detail}
    if entry.empty_source:
        error["source"] = {}
    return {"type": "list", "correlationId": _CORRELATION_ID, "data": [error]}


def error_schemas(known: dict[str, Schema], *, of_controls: bool) -> dict[str, Schema]:
    """The envelope for each status, its codes limited to those of the status; `known` has the general ones."""
    found: dict[str, Schema] = {}
    for status, name in STATUS_NAMES.items():
        found_codes = sorted({entry.code for entry in listed(of_controls=of_controls) if entry.http == status})
        if not found_codes:
            continue
        error: Schema = copy.deepcopy(known["Error"])
        error["title"] = f"{name}Reason"
        error["properties"]["code"] = {"type": "string", "enum": found_codes}
        envelope: Schema = copy.deepcopy(known["ErrorList"])
        envelope["title"] = f"{name}Error"
        envelope["properties"]["data"] = {"type": "array", "minItems": 1, "items": ref(error["title"])}
        found |= {error["title"]: error, envelope["title"]: envelope}
    return found
