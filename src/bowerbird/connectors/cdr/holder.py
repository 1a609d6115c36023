"""A data holder: what it says of itself, and requests to it. Nothing leaves for a host that the operator's settings do not name."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from bowerbird.connectors.cdr.signed import KeySet
from bowerbird.connectors.cdr.software import proof_of_client
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import (
    AccountUnavailable,
    AuthorizationNeeded,
    Failure,
    Gone,
    InvalidCredentials,
    NotUnderstood,
    Unavailable,
    UserActionRequired,
)
from bowerbird.sdk.http import HttpRequest, HttpResponse, failure_of

T = TypeVar("T")

AGAIN = "Sharing with this data holder has ended or was taken back. Give access again on the data holder's own pages."
_ENDED = ("Authorisation/RevokedConsent", "Authorisation/InvalidConsent", "Authorisation/InvalidArrangement")

_REFUSED = ("invalid_client", "unauthorized_client")


class Holder(msgspec.Struct, frozen=True):
    """A holder's metadata, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str
    introspection_endpoint: str
    code_challenge_methods_supported: list[str] = []
    tls_client_certificate_bound_access_tokens: bool = False
    cdr_arrangement_revocation_endpoint: str = ""
    registration_endpoint: str = ""


class OAuthError(msgspec.Struct, frozen=True):
    error: str = ""


class _CdsError(msgspec.Struct, frozen=True):
    code: str = ""


class _CdsErrors(msgspec.Struct, frozen=True):
    errors: list[_CdsError] = []


def find_holder(context: ConnectorContext) -> Holder:
    """The metadata of the holder of the settings. Raises NotUnderstood where it is another's or does not do what the standard asks for."""
    issuer = context.settings.get("issuer", "")
    found = _published(f"{issuer.rstrip('/')}/.well-known/openid-configuration", Holder, context)
    if found.issuer != issuer:
        raise NotUnderstood("the data holder's metadata name another issuer")
    if "S256" not in found.code_challenge_methods_supported or not found.tls_client_certificate_bound_access_tokens:
        raise NotUnderstood("the data holder offers no PKCE with S256, or no tokens that are bound to the certificate")
    if not is_named(found.authorization_endpoint, context):
        raise NotUnderstood("the data holder's login is at a host that the settings do not name")
    return found


def find_keys(holder: Holder, context: ConnectorContext) -> KeySet:
    """The keys that it publishes, as they are now: none is kept from before."""
    return _published(holder.jwks_uri, KeySet, context)


def _published(url: str, kind: type[T], context: ConnectorContext) -> T:
    """What a holder publishes for everyone: that it does not says nothing of the access that a person gave."""
    response = send(HttpRequest("GET", url, {"Accept": "application/json"}), context)
    if 200 <= response.status < 300:
        return response.read(kind)
    found = failure_of(response, context.now) or NotUnderstood(f"status {response.status}")
    raise Unavailable(str(found)) if isinstance(found, InvalidCredentials | UserActionRequired | Gone) else found


def is_named(url: str, context: ConnectorContext) -> bool:
    """Whether an address is https at a host of the settings: the issuer's, that of the resources, or one of `hosts`."""
    named = {urlsplit(context.settings.get(name, "")).netloc for name in ("issuer", "resources")}
    named |= {host.strip() for host in context.settings.get("hosts", "").split(",")}
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.netloc) and parts.netloc in named


def send(request: HttpRequest, context: ConnectorContext) -> HttpResponse:
    """Raises NotUnderstood for an address that the settings do not name."""
    if not is_named(request.url, context):
        raise NotUnderstood("an address at a host that the settings do not name")
    return context.http.send(request)


def send_form(url: str, form: dict[str, str], context: ConnectorContext) -> HttpResponse:
    """A request of the software product, which shows who it is. Raises NotUnderstood where the holder refuses that."""
    fields = {**proof_of_client(context.settings, context.settings.get("issuer", ""), context.now), **form}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    response = send(HttpRequest("POST", url, headers, urlencode(fields).encode()), context)
    if response.status == 401 or (response.status == 400 and _oauth_error(response) in _REFUSED):
        raise NotUnderstood("the data holder refuses the software product, its key or its certificate")
    return response


def _oauth_error(response: HttpResponse) -> str:
    try:
        return msgspec.json.decode(response.body, type=OAuthError).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def read(response: HttpResponse, kind: type[T], now: datetime) -> T:
    """The answer, or its failure by the standard's own code where it gives one."""
    if 200 <= response.status < 300:
        return response.read(kind)
    raise failure(response, now)


def failure(response: HttpResponse, now: datetime) -> Failure:
    """What an answer other than success means, by the standard's own code where it gives one."""
    try:
        errors = msgspec.json.decode(response.body, type=_CdsErrors).errors
    except (msgspec.DecodeError, UnicodeDecodeError):
        errors = []
    code = errors[0].code if errors else ""
    if code.endswith(_ENDED) or response.status == 401:
        return AuthorizationNeeded(AGAIN)
    if code.endswith("Authorisation/AdrStatusNotActive"):
        return NotUnderstood("the accreditation or the software product of the settings is not active")
    if code.endswith(("Authorisation/UnavailableBankingAccount", "Resource/Unavailable")):
        return AccountUnavailable("the data holder does not share this account now")
    if response.status == 403:
        return UserActionRequired("the data holder refuses this part of the data")
    return failure_of(response, now) or NotUnderstood(f"status {response.status}")
