"""Events, webhooks, consents and auth links. The receivers of these webhooks do not exist, and nothing is sent to them."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios.parts import NO_ONE, USER, Scenario, Step, application, refused, request, signed_in, token, with_user

_WEBHOOKS = "/notifications/webhooks"
_LINK = f"{USER}/auth_link"
_TEST = "/notifications/messages/test"
_ONE = {"url": "https://receiver.example/one", "subscribedEvents": ["consent.warning"]}
_MADE = request("POST", _WEBHOOKS, json=_ONE, save={"webhookId": "/id"})


def _own(*steps: Step) -> Scenario:
    """In an application of its own, which has no other webhooks."""
    return [application(), token(), *steps]


def _webhook(entry: Entry, **fields: str | list[str]) -> Scenario:
    return _own(refused(entry, "POST", _WEBHOOKS, json={**_ONE, **fields}))


def _get(entry: Entry, path: str) -> Scenario:
    return signed_in(refused(entry, "GET", path))


SCENARIOS: dict[Entry, Scenario] = {
    codes.REQUEST_BODY_NOT_VALID: _own(refused(codes.REQUEST_BODY_NOT_VALID, "POST", _WEBHOOKS, json={})),
    codes.EVENTS_NOT_SUPPORTED: _webhook(codes.EVENTS_NOT_SUPPORTED, subscribedEvents=["user.promoted"]),
    codes.EVENT_TYPE_UNKNOWN: _own(refused(codes.EVENT_TYPE_UNKNOWN, "POST", _TEST, json={"eventTypeId": "user.promoted"})),
    codes.WEBHOOK_URL_NOT_ALLOWED: _webhook(codes.WEBHOOK_URL_NOT_ALLOWED, url="https://169.254.169.254/latest"),
    codes.SINCE_NOT_VALID: _own(
        _MADE, refused(codes.SINCE_NOT_VALID, "POST", f"{_WEBHOOKS}/{{{{webhookId}}}}/replay", json={"since": "yesterday"})
    ),
    codes.EVENT_NOT_FOUND: _get(codes.EVENT_NOT_FOUND, f"/events/{NO_ONE}"),
    codes.EVENT_TYPE_NOT_FOUND: _get(codes.EVENT_TYPE_NOT_FOUND, "/events/types/user.promoted"),
    codes.WEBHOOK_NOT_FOUND: _get(codes.WEBHOOK_NOT_FOUND, f"{_WEBHOOKS}/{NO_ONE}"),
    codes.MESSAGE_NOT_FOUND: _own(_MADE, refused(codes.MESSAGE_NOT_FOUND, "GET", f"{_WEBHOOKS}/{{{{webhookId}}}}/messages/{NO_ONE}")),
    codes.PATH_PARAMETER_NOT_VALID: _get(codes.PATH_PARAMETER_NOT_VALID, f"{_WEBHOOKS}/me"),
    codes.EVENT_TYPE_NOT_VALID: _get(codes.EVENT_TYPE_NOT_VALID, "/events/types/promoted"),
    codes.WEBHOOK_EXISTS: _own(
        _MADE, refused(codes.WEBHOOK_EXISTS, "POST", _WEBHOOKS, json={**_ONE, "subscribedEvents": ["consent.reminder"]})
    ),
    codes.EVENT_ALREADY_SUBSCRIBED: _own(
        _MADE, refused(codes.EVENT_ALREADY_SUBSCRIBED, "POST", _WEBHOOKS, json={**_ONE, "url": "https://receiver.example/two"})
    ),
    codes.NO_WEBHOOKS_FOUND: _own(refused(codes.NO_WEBHOOKS_FOUND, "POST", _TEST, json={"eventTypeId": "consent.revoked"})),
    codes.IDENTITY_NOT_FOUND: with_user(refused(codes.IDENTITY_NOT_FOUND, "GET", f"{USER}/identities/{NO_ONE}")),
    codes.POLICY_NOT_FOUND: signed_in(refused(codes.POLICY_NOT_FOUND, "GET", f"/policies/{NO_ONE}")),
    codes.CONSENT_NOT_FOUND: with_user(refused(codes.CONSENT_NOT_FOUND, "DELETE", f"{USER}/consents/{NO_ONE}")),
    codes.AUTH_LINK_NOT_FOUND: with_user(refused(codes.AUTH_LINK_NOT_FOUND, "GET", _LINK)),
    codes.MOBILE_REQUIRED: with_user(refused(codes.MOBILE_REQUIRED, "POST", _LINK, json={})),
    codes.AUTH_LINK_GONE: with_user(
        request("POST", _LINK, json={"mobile": "+61410888666"}),
        request("DELETE", _LINK),
        refused(codes.AUTH_LINK_GONE, "GET", _LINK),
    ),
}
