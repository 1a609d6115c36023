"""Refusals in the literal words of the wire: written out here a second time on purpose, so that a change of the catalogue shows."""

from __future__ import annotations

from tests.api.response_checks import Refusal

_AUTHORIZATION = {"parameter": "Authorization", "pointer": "header/Authorization"}
_ACCEPT = {"parameter": "Accept", "pointer": "header/Accept"}
_CONTENT_TYPE = {"parameter": "Content-Type", "pointer": "header/Content-Type"}
NOT_VALID = "Parameter value is not valid"
NOT_SUPPLIED = "Required parameter not supplied"

INVALID_TOKEN = Refusal(
    401,
    "invalid-authorization-token",
    "Invalid authorization token.",
    "Bearer token is missing, malformed or unknown.",
    _AUTHORIZATION,
)
EXPIRED = Refusal(403, "access-denied", "Access denied.", "Token has expired")
DISABLED = Refusal(
    403, "forbidden-access", "Forbidden Access", "Your account has been disabled. Please contact the operator of this server."
)
FORBIDDEN = Refusal(403, "forbidden-access", "Forbidden Access", "Access to this resource is forbidden")
UNAUTHORIZED = Refusal(401, "unauthorized-access", "Unauthorized access", "You are not authorized to access this resource")
UNBOUND = Refusal(
    401,
    "invalid-authorization-request",
    "Invalid authorization request.",
    "This CLIENT_ACCESS token is bound to no user. Request one with userId.",
)
PATH_UNKNOWN = Refusal(404, "resource-not-found", "Requested resource is not found", "Requested path does not exist.")
INVALID_HTTP = Refusal(400, "invalid-content", "Invalid request content", "Request is not valid HTTP.")
MULTIPART = Refusal(400, "invalid-content", "Invalid request content", "Posted statement is not a complete multipart form.")
STATEMENT = Refusal(
    400,
    "invalid-request-content",
    "Invalid request content",
    "Statement is not valid",
    {"parameter": "statement", "pointer": "statement/statement"},
)
FILTER = Refusal(
    400,
    "parameter-not-valid",
    NOT_VALID,
    "The provided filter parameter is in invalid format or unsupported",
    {"parameter": "filter"},
)


def product(name: str) -> Refusal:
    return Refusal(403, "access-denied", "Access denied.", f"Please contact us to have your API key enabled for {name}.")


def id_not_valid(noun: str, parameter: str) -> Refusal:
    source = {"parameter": parameter, "pointer": f"path/{parameter}"}
    code = "path-parameter-not-valid" if noun.lower() in NOT_FOUND else "parameter-not-valid"
    return Refusal(400, code, NOT_VALID, f"{noun} ID value is not valid", source)


NOT_FOUND = {
    "webhook": "Webhook with provided id doesn't exist.",
    "message": "Message not found.",
    "event": "Requested event does not exist.",
}
"""What the description of webhooks says in words of its own."""


def not_found(noun: str, parameter: str) -> Refusal:
    detail = NOT_FOUND.get(noun, f"Requested {noun} does not exist.")
    return Refusal(404, "resource-not-found", "Requested resource is not found", detail, {"parameter": parameter})


def accept(given: str) -> Refusal:
    detail = f"Accept type {given} is not supported on requested endpoint."
    return Refusal(400, "unsupported-accept", "Accept type is not supported.", detail, _ACCEPT)


def content_type(given: str) -> Refusal:
    detail = f"Content type {given} is not supported on requested endpoint."
    return Refusal(415, "unsupported-content-type", "Requested content type is not supported.", detail, _CONTENT_TYPE)


def method(given: str) -> Refusal:
    detail = f"Method {given} is not allowed on requested endpoint."
    return Refusal(405, "method-not-allowed", "Requested method is not allowed.", detail)


def posted(noun: str) -> Refusal:
    detail = f"Posted {noun} is not in valid format." if noun != "request" else "Posted request not valid."
    return Refusal(400, "invalid-content", "Invalid request content", detail)


def body_too_long(limit: int) -> Refusal:
    return Refusal(413, "request-not-valid", "Request Too Long", f"Request body is larger than the limit of {limit} bytes.")


def statement_too_long(limit: int) -> Refusal:
    detail = f"Statement is larger than the limit of {limit} bytes."
    return Refusal(413, "request-not-valid", "Request Too Long", detail, {"parameter": "statement"})


def not_supplied(detail: str, parameter: str, pointer: str) -> Refusal:
    return Refusal(400, "parameter-not-supplied", NOT_SUPPLIED, detail, {"parameter": parameter, "pointer": pointer})


def not_valid(detail: str, parameter: str, pointer: str | None = None) -> Refusal:
    source = {"parameter": parameter} | ({"pointer": pointer} if pointer else {})
    return Refusal(400, "parameter-not-valid", NOT_VALID, detail, source)
