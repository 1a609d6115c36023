"""Tokens and access."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios.parts import (
    CONNECTIONS,
    DELETE_USER,
    HOOLI,
    NEW_USER,
    NO_ONE,
    RESET_LIMITS,
    USER,
    Scenario,
    Step,
    advance,
    application,
    control,
    fault,
    limits,
    refused,
    says,
    signed_in,
    token,
    with_user,
)

LIVE = {**HOOLI, "institution": {"id": "AU00201"}}
_VERSION = {"basiq-version": "3.0"}
_BOUND = {"Authorization": "Bearer {{clientToken}}"}


def _no_token(entry: Entry, headers: dict[str, str] | None = None, **form: str) -> Scenario:
    return [token(says(entry), headers, **form)]


def _client_token(**form: str) -> Step:
    return token(None, None, scope="CLIENT_ACCESS", **form) | {"save": {"clientToken": "/access_token"}}


SCENARIOS: dict[Entry, Scenario] = {
    codes.INVALID_TOKEN: [refused(codes.INVALID_TOKEN, "GET", "/connectors", {"Authorization": "Bearer x"})],
    codes.UNAUTHORIZED_ACCESS: with_user(
        _client_token(userId="{{userId}}"), refused(codes.UNAUTHORIZED_ACCESS, "GET", f"/users/{NO_ONE}/jobs", _BOUND)
    ),
    codes.UNKNOWN_SCOPE: _no_token(codes.UNKNOWN_SCOPE, scope="ADMIN"),
    codes.TOKEN_USER_UNKNOWN: _no_token(codes.TOKEN_USER_UNKNOWN, scope="CLIENT_ACCESS", userId=NO_ONE),
    codes.TOKEN_WITHOUT_USER: with_user(_client_token(), refused(codes.TOKEN_WITHOUT_USER, "GET", f"{USER}/jobs", _BOUND)),
    codes.TOKEN_EXPIRED: [limits(tokenTtlSeconds=1), token(), RESET_LIMITS, advance(2), refused(codes.TOKEN_EXPIRED, "GET", "/connectors")],
    codes.PRODUCT_NOT_ENABLED: [
        application(products="none"),
        token(),
        NEW_USER,
        refused(codes.PRODUCT_NOT_ENABLED, "POST", CONNECTIONS, json=HOOLI),
        DELETE_USER,
    ],
    codes.FORBIDDEN: signed_in(_client_token(), refused(codes.FORBIDDEN, "GET", "/connectors", _BOUND)),
    codes.ACCOUNT_DISABLED: [
        application(),
        token(),
        control("POST", "/applications/{{applicationId}}", json={"disabled": True}),
        refused(codes.ACCOUNT_DISABLED, "GET", "/connectors"),
    ],
    codes.CONSENT_ENDED: with_user(refused(codes.CONSENT_ENDED, "POST", CONNECTIONS, fault(codes.CONSENT_ENDED), json=HOOLI)),
    codes.INSIGHTS_NOT_SHARED: with_user(refused(codes.INSIGHTS_NOT_SHARED, "POST", f"{USER}/income", fault(codes.INSIGHTS_NOT_SHARED))),
    codes.NO_PRODUCTION_ACCESS: with_user(refused(codes.NO_PRODUCTION_ACCESS, "POST", CONNECTIONS, json=LIVE)),
    codes.AUTHORIZATION_REQUIRED: _no_token(codes.AUTHORIZATION_REQUIRED, _VERSION),
    codes.AUTHORIZATION_NOT_VALID: _no_token(codes.AUTHORIZATION_NOT_VALID, {**_VERSION, "Authorization": "x"}),
    codes.VERSION_REQUIRED: _no_token(codes.VERSION_REQUIRED, {"Authorization": "Basic x"}),
    codes.VERSION_NOT_SUPPORTED: _no_token(codes.VERSION_NOT_SUPPORTED, {"Authorization": "Basic x", "basiq-version": "0.9"}),
    codes.UNKNOWN_API_KEY: _no_token(codes.UNKNOWN_API_KEY, {**_VERSION, "Authorization": "Basic x"}),
}
