"""The registration of the operator's software product with a data holder.

Facts: the Consumer Data Standards 1.36.0, "Client Registration": a request that the product signs, with the Register's own statement of
it in it, which is good for ten minutes. Changing or deleting needs a token of the scope `cdr:registration`.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from bowerbird.connectors.cdr.holder import Holder, OAuthError, find_holder, send, send_form
from bowerbird.connectors.cdr.signed import unsigned_part
from bowerbird.connectors.cdr.software import sign
from bowerbird.model.json_value import JsonValue
from bowerbird.sdk.connector import ConnectorContext, Registration, RegistrationAction
from bowerbird.sdk.failures import NotUnderstood
from bowerbird.sdk.http import HttpRequest, HttpResponse, failure_of

_SCOPE = "cdr:registration"
_BEFORE = ". If this command was stopped before it could print an answer, the holder may have done then what was asked: it can say so"


class _SoftwareStatement(msgspec.Struct, frozen=True):
    """What is read of the Register's statement; the holder checks who signed it."""

    software_id: str
    redirect_uris: list[str]
    exp: int


class _Registered(msgspec.Struct, frozen=True):
    client_id: str


class _Token(msgspec.Struct, frozen=True):
    access_token: str


def register(asked: Registration, context: ConnectorContext) -> dict[str, str]:
    """Do what is asked at the holder of the settings: the settings that come of it, empty after a deletion. Raises NotUnderstood."""
    holder = find_holder(context)
    if not holder.registration_endpoint:
        raise NotUnderstood("the data holder's metadata name no registration endpoint")
    if asked.action is RegistrationAction.CREATE:
        return _registered(_send("POST", holder.registration_endpoint, _request(asked, context), {}, context), context)
    client_id = context.settings.get("client_id", "")
    if not client_id:
        raise NotUnderstood("the settings have no `client_id`: it is what the first registration answers")
    url, headers = f"{holder.registration_endpoint}/{quote(client_id, safe='')}", _authorized(holder, context)
    if asked.action is RegistrationAction.UPDATE:
        return _registered(_send("PUT", url, _request(asked, context), headers, context), context)
    answer = _send("DELETE", url, "", headers, context)
    if answer.status != 204:
        raise _refusal(answer, context)
    return {}


def _request(asked: Registration, context: ConnectorContext) -> str:
    """The registration request, signed. Raises NotUnderstood for a statement that is over or not for this server."""
    statement = _read(asked.statement)
    if statement.exp <= context.now.timestamp():
        raise NotUnderstood("the Register's statement is over: it is good for ten minutes, so fetch another")
    if asked.return_url not in statement.redirect_uris:
        raise NotUnderstood(f"the Register's statement does not name {asked.return_url} among its redirect_uris")
    claims: dict[str, JsonValue] = {
        "iss": statement.software_id, "aud": context.settings.get("issuer", ""), "redirect_uris": [asked.return_url],
        "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "PS256",
        "grant_types": ["client_credentials", "authorization_code", "refresh_token"], "response_types": ["code"],
        "application_type": "web", "id_token_signed_response_alg": "PS256", "authorization_signed_response_alg": "PS256",
        "request_object_signing_alg": "PS256", "software_statement": asked.statement,
    }  # fmt: skip
    return sign(claims, context.settings, context.now)


def _read(statement: str) -> _SoftwareStatement:
    try:
        return unsigned_part(statement, 1, _SoftwareStatement)
    except (IndexError, ValueError, msgspec.DecodeError) as error:
        raise NotUnderstood("this is no statement of the Register: three parts with a dot between them, as its API answers it") from error


def _authorized(holder: Holder, context: ConnectorContext) -> dict[str, str]:
    answer = send_form(holder.token_endpoint, {"grant_type": "client_credentials", "scope": _SCOPE}, context)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, context)
    return {"Authorization": f"Bearer {answer.read(_Token).access_token}"}


def _send(method: str, url: str, body: str, headers: dict[str, str], context: ConnectorContext) -> HttpResponse:
    own = {"Accept": "application/json", **({"Content-Type": "application/jwt"} if body else {}), **headers}
    return send(HttpRequest(method, url, own, body.encode()), context)


def _registered(answer: HttpResponse, context: ConnectorContext) -> dict[str, str]:
    if answer.status not in (200, 201):
        raise _refusal(answer, context)
    found = answer.read(_Registered).client_id
    if not found or not found.isprintable():
        raise NotUnderstood("the data holder answers no `client_id`")
    return {"client_id": found}


def _refusal(answer: HttpResponse, context: ConnectorContext) -> Exception:
    """What a holder refuses, by the standard's own word where it gives one."""
    try:
        error = msgspec.json.decode(answer.body, type=OAuthError).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = ""
    if answer.status in (400, 401, 403, 409):
        why = error if error.isascii() and error.replace("_", "").isalpha() else f"status {answer.status}"
        return NotUnderstood(f"the data holder refuses the registration: {why}{_BEFORE}")
    return failure_of(answer, context.now) or NotUnderstood(f"status {answer.status}")
