"""Limits of the sandbox, turned and put back."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.sandbox import limits as sandbox_limits
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.web.controls.access import ROOT, number_of
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

LIMITS = f"{ROOT}/limits"
_CAPTIONS = {
    "token_ttl_seconds": ("Life of a token", "seconds"),
    "token_requests_per_5_minutes": ("Tokens for one address", "in five minutes"),
    "sandbox_connections": ("Connections", "of an application to test banks"),
    "refreshes_per_connection_per_day": ("Refreshes of a connection", "in a day"),
    "statement_max_bytes": ("Size of a statement", "bytes"),
    "csv_max_rows": ("Rows of a statement", "CSV"),
    "mfa_expiry_seconds": ("Time to answer a bank", "seconds"),
    "step_seconds": ("Time a bank has for a step", "seconds"),
}
_TOLD = {"turned": "The limits hold from the next call on.", "reset": "All limits are as in the settings again."}


class LimitField(NamedTuple):
    """A limit with its field; `value` is what stands there, `now` what holds, `configured` what the settings say."""

    name: str
    caption: str
    hint: str
    value: str
    now: int
    configured: int
    wrong: str


def show_limits(request: PageRequest) -> PageResponse:
    return _page(request, 200, {})


def _page(request: PageRequest, status: int, wrong: dict[str, str]) -> PageResponse:
    services = request.services
    configured = services.controls.configured if services.controls else services.limits
    shown = []
    for name in sandbox_limits.TURNABLE:
        caption, unit = _CAPTIONS[name]
        now, usual = getattr(services.limits, name), getattr(configured, name)
        hint = unit if now == usual else f"{unit}; {usual:,} in the settings"
        shown.append(LimitField(name, caption, hint, request.form.text(name) or str(now), now, usual, wrong.get(name, "")))
    turned = [each for each in shown if each.now != each.configured]
    return request.show("controls/limits.html", status, limits=shown, turned=turned, done=_TOLD.get(request.one("done"), ""))


def update_limits(request: PageRequest) -> PageResponse:
    """Only what differs from what holds is turned, so that the others go on following the settings."""
    changes: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name in sandbox_limits.TURNABLE:
        if not (text := request.form.text(name)):
            continue
        if not (found := number_of(text, sandbox_limits.HIGHEST)):
            wrong[name] = f"A whole number from 1 to {sandbox_limits.HIGHEST:,}."
        elif found != getattr(request.services.limits, name):
            changes[name] = found
    if wrong:
        return _page(request, 400, wrong)
    request.write(sandbox_limits.turn_limits, changes, tenant=EVERY_TENANT)
    return request.go(f"{LIMITS}?done=turned")


def reset_limits(request: PageRequest) -> PageResponse:
    request.write(sandbox_limits.reset_limits, tenant=EVERY_TENANT)
    return request.go(f"{LIMITS}?done=reset")
