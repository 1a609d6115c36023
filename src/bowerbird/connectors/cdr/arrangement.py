"""An arrangement: what a person lets the recipient read at a holder, until when, and the tokens of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from bowerbird.connectors.cdr.holder import AGAIN, Holder, OAuthError, failure, find_holder, find_keys, read, send_form
from bowerbird.connectors.cdr.signed import (
    AuthorizationClaims,
    IdClaims,
    check_claims,
    half_hash,
    names_unknown_key,
    read_signed,
)
from bowerbird.connectors.cdr.software import challenge_of, sign, thumbprint
from bowerbird.model.json_value import JsonValue
from bowerbird.model.secrets import new_secret
from bowerbird.sdk.challenges import PersonBrowser
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import AuthorizationFailed, AuthorizationNeeded, Gone, NotUnderstood
from bowerbird.sdk.http import HttpResponse

SCOPES = "openid bank:accounts.basic:read bank:accounts.detail:read bank:transactions:read"
MAX_DAYS = 365
"""No consent to collect lasts longer than twelve months."""
_LEVELS = ("urn:cds.au:cdr:2", "urn:cds.au:cdr:3")
_TOKEN = re.compile(r"[!-~]{1,4000}", re.ASCII)


class _Pushed(msgspec.Struct, frozen=True):
    request_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str = ""
    id_token: str = ""
    scope: str = ""
    cdr_arrangement_id: str = ""


class _Introspected(msgspec.Struct, frozen=True):
    active: bool
    exp: int = 0
    cdr_arrangement_id: str = ""
    cnf: dict[str, str] = {}


class Begun(msgspec.Struct, frozen=True):
    """A login that waits for the person: sealed until they are back."""

    state: str
    nonce: str
    verifier: str
    holder: Holder
    arrangement: str = ""
    subject: str = ""


class Arrangement(msgspec.Struct, frozen=True):
    """What is kept between jobs. `began_with` is the word of the login it came from; `given` when the person gave it."""

    issuer: str
    id: str
    subject: str
    scope: str
    until: datetime
    given: datetime
    began_with: str
    refresh_token: str
    access_token: str
    access_until: datetime


def begin(holder: Holder, browser: PersonBrowser, kept: Arrangement | None, context: ConnectorContext) -> tuple[str, Begun]:
    """Push the request to the holder: the address that the person goes to. Access that is given again stays the same arrangement.

    Raises NotUnderstood.
    """
    same = kept if kept is not None and kept.issuer == holder.issuer else None
    arrangement, subject = (same.id, same.subject) if same else ("", "")
    begun = Begun(browser.state, new_secret(), new_secret(), holder, arrangement, subject)
    response = _push(begun, browser.return_url, context)
    if response.status == 400 and arrangement:  # the holder knows it no more
        begun = msgspec.structs.replace(begun, arrangement="")
        response = _push(begun, browser.return_url, context)
    pushed, joint = read(response, _Pushed, context.now), "&" if "?" in holder.authorization_endpoint else "?"
    query = urlencode({"client_id": context.settings.get("client_id", ""), "request_uri": pushed.request_uri})
    return f"{holder.authorization_endpoint}{joint}{query}", begun


def _push(begun: Begun, return_url: str, context: ConnectorContext) -> HttpResponse:
    client, days = context.settings.get("client_id", ""), min(MAX_DAYS, max(1, int(context.settings.get("days", MAX_DAYS))))
    wanted: dict[str, JsonValue] = {"sharing_duration": days * 86_400, "id_token": {"acr": {"essential": True, "values": list(_LEVELS)}}}
    if begun.arrangement:
        wanted["cdr_arrangement_id"] = begun.arrangement
    asked: dict[str, JsonValue] = {
        "iss": client, "aud": begun.holder.issuer, "client_id": client, "response_type": "code", "response_mode": "jwt",
        "redirect_uri": return_url, "scope": SCOPES, "state": begun.state, "nonce": begun.nonce, "claims": wanted,
        "code_challenge": challenge_of(begun.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    form = {"request": sign(asked, context.settings, context.now)}
    return send_form(begun.holder.pushed_authorization_request_endpoint, form, context)


def finish(begun: Begun, answer: Mapping[str, str], return_url: str, context: ConnectorContext) -> Arrangement:
    """What the person gave, from the holder's signed answer. Raises AuthorizationFailed."""
    holder, client = begun.holder, context.settings.get("client_id", "")
    if holder.issuer != context.settings.get("issuer"):
        raise AuthorizationFailed("invalid_issuer")
    if set(answer) != {"response"}:
        raise AuthorizationFailed("unsigned_response")
    keys = find_keys(holder, context)
    claims = read_signed(answer["response"], keys, AuthorizationClaims)
    check_claims(claims, holder.issuer, client, context.now)
    if claims.state != begun.state:
        raise AuthorizationFailed("invalid_state")
    if claims.error or not claims.code:
        raise AuthorizationFailed(claims.error)
    form = {
        "grant_type": "authorization_code",
        "code": claims.code,
        "redirect_uri": return_url,
        "code_verifier": begun.verifier,
    }
    tokens = _tokens(send_form(holder.token_endpoint, form, context), "invalid_grant", context)
    if names_unknown_key(tokens.id_token, keys):
        keys = find_keys(holder, context)
    subject = _subject(read_signed(tokens.id_token, keys, IdClaims), begun, tokens, context)
    return _kept(begun, tokens, subject, context)


def _subject(claims: IdClaims, begun: Begun, tokens: _Tokens, context: ConnectorContext) -> str:
    """Whom the holder knows the person as, from an ID token that was issued for this very login. Raises AuthorizationFailed."""
    client = context.settings.get("client_id", "")
    check_claims(claims, begun.holder.issuer, client, context.now)
    if claims.nonce != begun.nonce:
        raise AuthorizationFailed("invalid_nonce")
    if claims.azp not in (None, client):
        raise AuthorizationFailed("invalid_audience")
    if claims.acr not in _LEVELS:
        raise AuthorizationFailed("invalid_acr")
    if claims.at_hash not in (None, half_hash(tokens.access_token)) or claims.s_hash not in (None, half_hash(begun.state)):
        raise AuthorizationFailed("invalid_hash")
    if not claims.sub or begun.subject not in ("", claims.sub):
        raise AuthorizationFailed("invalid_subject")
    return claims.sub


def _kept(begun: Begun, tokens: _Tokens, subject: str, context: ConnectorContext) -> Arrangement:
    """The arrangement as the holder has it. Raises AuthorizationFailed where it is another than was answered."""
    if not tokens.refresh_token:
        raise AuthorizationFailed("invalid_token")
    form = {"token": tokens.refresh_token, "token_type_hint": "refresh_token"}
    found = read(send_form(begun.holder.introspection_endpoint, form, context), _Introspected, context.now)
    own = thumbprint(context.settings.get("certificate", ""))
    if not found.active or found.cnf.get("x5t#S256", own) != own:
        raise AuthorizationFailed("invalid_token")
    answered = tokens.cdr_arrangement_id
    if not answered or answered != found.cdr_arrangement_id or begun.arrangement not in ("", answered):
        raise AuthorizationFailed("invalid_arrangement")
    longest_s = int((context.now + timedelta(days=MAX_DAYS)).timestamp())
    until = datetime.fromtimestamp(max(0, min(longest_s, found.exp)), UTC)
    if until <= context.now:
        raise AuthorizationFailed("invalid_arrangement")
    return Arrangement(
        begun.holder.issuer,
        tokens.cdr_arrangement_id,
        subject,
        tokens.scope or SCOPES,
        until,
        context.now,
        begun.state,
        tokens.refresh_token,
        tokens.access_token,
        context.now + timedelta(seconds=tokens.expires_in),
    )


def _tokens(response: HttpResponse, word: str, context: ConnectorContext) -> _Tokens:
    """Raises AuthorizationFailed for what the holder refuses, or answers otherwise than the standard has it."""
    if response.status == 400:
        raise AuthorizationFailed(response.read(OAuthError).error or word)
    found = read(response, _Tokens, context.now)
    if found.token_type.lower() != "bearer" or not 0 < found.expires_in <= 3600 or _TOKEN.fullmatch(found.access_token) is None:
        raise AuthorizationFailed("invalid_token")
    if found.refresh_token and _TOKEN.fullmatch(found.refresh_token) is None:
        raise AuthorizationFailed("invalid_token")
    return found


def renewed(kept: Arrangement, context: ConnectorContext) -> Arrangement:
    """The same arrangement with a new token; what the holder gives is kept before it is used.

    Raises AuthorizationNeeded where the holder says that the token is good no more, and only there: the person gives access again. What
    else it refuses, or answers otherwise than the standard has it, is NotUnderstood.
    """
    form = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}
    try:
        tokens = _tokens(send_form(find_holder(context).token_endpoint, form, context), "invalid_request", context)
    except AuthorizationFailed as error:
        if str(error) == "invalid_grant":
            raise AuthorizationNeeded(AGAIN) from error
        raise NotUnderstood(f"the data holder renews no token: {error}") from error
    if tokens.cdr_arrangement_id not in ("", kept.id):
        raise NotUnderstood("the data holder renews the token of another arrangement")
    now = msgspec.structs.replace(
        kept,
        refresh_token=tokens.refresh_token or kept.refresh_token,
        access_token=tokens.access_token,
        access_until=context.now + timedelta(seconds=tokens.expires_in),
    )
    context.keep_secret(msgspec.json.encode(now).decode())
    return now


def withdraw(kept: Arrangement, holder: Holder, context: ConnectorContext) -> None:
    """End an arrangement at its holder. Raises Gone where it has ended before."""
    response = send_form(holder.cdr_arrangement_revocation_endpoint, {"cdr_arrangement_id": kept.id}, context)
    if response.status == 422:
        raise Gone("the data holder knows no such arrangement")
    if not 200 <= response.status < 300:
        raise failure(response, context.now)
