"""The description of our own API, generated from the URL map, the shapes and the catalogue."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from bowerbird import __version__
from bowerbird.api.description.refusals import error_schemas, examples, method_not_allowed, refusals
from bowerbird.api.description.schemas import Components, schema_of_answer
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.schemas.wire import INSTITUTION_PATTERN, UUID_PATTERN
from bowerbird.domain.access.idempotency import HEADER as KEY_HEADER
from bowerbird.domain.access.idempotency import KEY_PATTERN
from bowerbird.domain.access.tokens import VERSIONS, Scope
from bowerbird.domain.filters import MAX_LENGTH
from bowerbird.domain.insights.enrich import ACCOUNT_TYPES, LONGEST, SHORTEST
from bowerbird.domain.services import PAGE_SIZE
from bowerbird.model.connection import Method
from bowerbird.model.documents import JsonObject

_UUID = {"type": "string", "format": "uuid", "pattern": UUID_PATTERN}
_INSTITUTION = {"type": "string", "pattern": INSTITUTION_PATTERN, "examples": ["AU00000"]}
_PATH_PARAMETERS: dict[str, JsonObject] = {
    "connectorId": _INSTITUTION,
    "institutionId": _INSTITUTION,
    "method": {"type": "string", "enum": [method.value for method in Method]},
    "logo": {"type": "string", "pattern": INSTITUTION_PATTERN.removesuffix("$") + "(-full)?[.]svg$", "examples": ["AU00000.svg"]},
}
_QUERY_PARAMETERS: dict[str, JsonObject] = {
    "filter": {"type": "string", "maxLength": MAX_LENGTH},
    "limit": {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE, "default": PAGE_SIZE},
    "next": {"type": "string"},
    "q": {"type": "string", "minLength": SHORTEST, "maxLength": LONGEST},
    "institution": _INSTITUTION,
    "country": {"type": "string", "pattern": "^[A-Za-z]{2}$"},
    "mcc": {"type": "string", "pattern": "^[0-9]{4}$"},
    "accountType": {"type": "string", "enum": [account.value for account in ACCOUNT_TYPES]},
    "amount": {"type": "string", "pattern": "^-?[0-9]{1,9}(\\.[0-9]{1,2})?$"},
}
_REQUIRED = {"q", "institution", "country"}
_HEADERS = {
    "CorrelationId": {"description": "The request's id, as in the server's log", "required": True, "schema": _UUID},
    "RetryAfter": {"description": "Seconds until it is worth trying again", "schema": {"type": "integer", "minimum": 1}},
}


@dataclass(frozen=True, slots=True, eq=False)
class DescribedApi:
    """One of the server's APIs. `errors_of_controls` adds the refusals of the sandbox's control plane; groups are the document's tags."""

    title: str
    about: str
    operations: tuple[Operation, ...]
    security: JsonObject
    errors_of_controls: bool = False


_ABOUT = (
    "A self-hosted open-banking aggregation server that speaks the Basiq v3 wire protocol. Bowerbird is a project of its own: it is "
    "not affiliated with, endorsed by or a product of Basiq. Every refusal is an entry of the catalogue of response codes; an unknown "
    "path answers 404 and a method that a path does not have answers 405, both in the same envelope."
)
PROTOCOL = DescribedApi(
    "Bowerbird",
    _ABOUT,
    OPERATIONS,
    {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of POST /token"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Basic <API key>`, the key as it is"},
    },
)


@lru_cache(maxsize=4)
def render_openapi(public_url: str, api: DescribedApi = PROTOCOL) -> bytes:
    """The description as JSON, with `public_url` as the one server."""
    return json.dumps(document(public_url, api), separators=(",", ":")).encode()


def document(public_url: str, api: DescribedApi = PROTOCOL) -> JsonObject:
    """The description: OpenAPI 3.1."""
    components = Components(api.operations)
    paths: JsonObject = {}
    for operation in api.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, components)
    errors = error_schemas(components.answered, of_controls=api.errors_of_controls)
    return {
        "openapi": "3.1.0",
        "info": {"title": api.title, "version": __version__, "description": api.about, "license": _LICENCE},
        "servers": [{"url": public_url.rstrip("/") or "/"}],
        "tags": _tags(api.operations),
        "paths": paths,
        "components": {
            "schemas": {**components.answered, **components.posted, **errors},
            "responses": {"MethodNotAllowed": method_not_allowed()},
            "examples": examples(of_controls=api.errors_of_controls),
            "headers": _HEADERS,
            "securitySchemes": api.security,
        },
    }


_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def operation_id(operation: Operation) -> str:
    """create_connection → createConnection."""
    first, *others = operation.name.split("_")
    return first + "".join(word.capitalize() for word in others)


_SHARED = {
    "accounts": "Accounts, in the shape of the token's version.",
    "transactions": "Transactions of a user.",
    "statements": "Statements.",
}
"""Groups whose operations share a module, with their descriptions."""


def _group(operation: Operation) -> str:
    """The group of an operation: the last word of its path where groups share a module, else its module."""
    word = next(part for part in reversed(operation.path.split("/")) if part and not part.startswith("{"))
    return word if word in _SHARED else operation.handler.__module__.rpartition(".")[2]


def _tags(operations: tuple[Operation, ...]) -> list[dict[str, str]]:
    modules = dict.fromkeys((_group(operation), operation.handler.__module__) for operation in operations)
    described = {group: (sys.modules[module].__doc__ or "").partition("\n")[0] for group, module in modules}
    return [{"name": group, "description": _SHARED.get(group, text)} for group, text in described.items()]


def _operation(operation: Operation, components: Components) -> JsonObject:
    described: JsonObject = {
        "operationId": operation_id(operation),
        "tags": [_group(operation)],
        "summary": operation.summary,
        "security": _security(operation),
    }
    if parameters := _parameters(operation):
        described["parameters"] = parameters
    if operation.body_kind is not BodyKind.NONE:
        described["requestBody"] = _request_body(operation, components)
    described["responses"] = {**{str(status): _answer(operation, status) for status in sorted(operation.answers)}, **refusals(operation)}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.body_kind is BodyKind.FORM:
        return [{"apiKey": []}]
    if operation.access is Access.CONTROL:
        return [{}, {"admin": []}]
    scopes = {
        Access.PUBLIC: [],
        Access.SERVER: [Scope.SERVER_ACCESS],
        Access.OWN_USER: [Scope.SERVER_ACCESS, Scope.CLIENT_ACCESS],
    }[operation.access]
    return [{"bearer": [scope.value]} for scope in scopes]


def _parameters(operation: Operation) -> list[JsonObject]:
    other = {"type": "string"} if operation.access is Access.CONTROL else _UUID
    found: list[JsonObject] = [
        {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS.get(name, other)}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    for name, description in (operation.query or {}).items():
        required: JsonObject = {"required": True} if name in _REQUIRED else {}
        found.append({"name": name, "in": "query", **required, "description": description, "schema": _QUERY_PARAMETERS[name]})
    if operation.body_kind is BodyKind.FORM:
        version = {"type": "string", "enum": list(VERSIONS)}
        about = "The version that all requests with the token will speak"
        found.append({"name": "basiq-version", "in": "header", "required": True, "description": about, "schema": version})
    if operation.creates:
        key = {"type": "string", "pattern": KEY_PATTERN}
        found.append({"name": KEY_HEADER, "in": "header", "required": False, "description": _ABOUT_KEY, "schema": key})
    return found


_ABOUT_KEY = "Sent again under the same key within a day, the same request is answered as it was and makes nothing new"


def _request_body(operation: Operation, components: Components) -> JsonObject:
    if operation.body_kind is BodyKind.JSON:
        return {"required": not operation.body_optional, "content": {operation.body_kind.value: {"schema": components.of_body(operation)}}}
    if operation.body_kind is BodyKind.FORM:
        scope = {"type": "string", "enum": [scope.value for scope in Scope], "default": Scope.SERVER_ACCESS.value}
        form = {
            "type": "object",
            "properties": {"scope": scope, "userId": _UUID | {"description": "Binds a CLIENT_ACCESS token to a user"}},
        }
        return {"required": False, "content": {operation.body_kind.value: {"schema": form}}}
    statement = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream", "description": "A CSV or PDF file"}
    parts = {
        "type": "object",
        "required": ["institutionId", "statement"],
        "properties": {"institutionId": _INSTITUTION, "statement": statement},
    }
    encoding = {"statement": {"contentType": "text/csv, application/pdf, application/octet-stream"}}
    return {"required": True, "content": {operation.body_kind.value: {"schema": parts, "encoding": encoding}}}


def _answer(operation: Operation, status: int) -> JsonObject:
    shape = operation.answers[status]
    answer: JsonObject = {
        "description": HTTPStatus(status).phrase,
        "headers": {"X-Correlation-Id": {"$ref": "#/components/headers/CorrelationId"}},
    }
    if shape is not None:
        answer["content"] = {operation.media_type: {"schema": schema_of_answer(shape)}}
        answer["content"] |= {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in operation.also}
    return answer
