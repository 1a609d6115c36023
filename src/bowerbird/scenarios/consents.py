"""Consents and auth links."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.scenarios.steps import NO_ONE, USER, Scenario, refused, request, with_user

_LINK = f"{USER}/auth_link"

SCENARIOS: dict[Entry, Scenario] = {
    codes.CONSENT_NOT_FOUND: with_user(refused(codes.CONSENT_NOT_FOUND, "DELETE", f"{USER}/consents/{NO_ONE}")),
    codes.AUTH_LINK_NOT_FOUND: with_user(refused(codes.AUTH_LINK_NOT_FOUND, "GET", _LINK)),
    codes.MOBILE_REQUIRED: with_user(refused(codes.MOBILE_REQUIRED, "POST", _LINK, json={})),
    codes.AUTH_LINK_GONE: with_user(
        request("POST", _LINK, json={"mobile": "+61410888666"}),
        request("DELETE", _LINK),
        refused(codes.AUTH_LINK_GONE, "GET", _LINK),
    ),
}
