"""The page of the sandbox's limits: change and reset them."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.sandbox import limits as sandbox_limits
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of
from bowerbird.sandbox.pages.access import ROOT, number_of
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

LIMITS = f"{ROOT}/limits"
_CAPTIONS = {
    "token_ttl_seconds": ("Token lifetime", "seconds"),
    "token_requests_per_5_minutes": ("Token requests of one address", "in five minutes"),
    "sandbox_connections": ("Connections", "of an application to test banks"),
    "refreshes_per_connection_per_day": ("Refreshes of a connection", "in a day"),
    "sandbox_enrich_requests_per_month": ("Texts to enrich", "of an application in a month"),
    "sandbox_insights_per_day": ("Summaries, and reports", "of an application in a day"),
    "statement_max_bytes": ("Size of a statement", "bytes"),
    "csv_max_rows": ("Rows of a statement", "CSV"),
    "mfa_expiry_seconds": ("Time to answer a challenge", "seconds"),
    "step_seconds": ("Time for a step of a job", "seconds"),
}
_DONE = {"turned": "The limits apply from the next request on.", "reset": "All limits are reset to the settings."}


class LimitField(NamedTuple):
    """A limit with its field; `value` is what the field shows, `now` the limit in force, `configured` that of the settings."""

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
    controls = controls_of(services)
    configured = controls.configured if controls else services.limits
    fields = []
    for name in sandbox_limits.CHANGEABLE:
        caption, unit = _CAPTIONS[name]
        now, usual = getattr(services.limits, name), getattr(configured, name)
        hint = unit if now == usual else f"{unit}; {usual:,} in the settings"
        fields.append(LimitField(name, caption, hint, request.form.text(name) or str(now), now, usual, wrong.get(name, "")))
    changed = [field for field in fields if field.now != field.configured]
    return request.show("controls/limits.html", status, limits=fields, changed=changed, done=_DONE.get(request.one("done"), ""))


def update_limits(request: PageRequest) -> PageResponse:
    """Change only what differs from the limit in force, so that the others follow the settings."""
    changes: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name in sandbox_limits.CHANGEABLE:
        if not (text := request.form.text(name)):
            continue
        if not (value := number_of(text, sandbox_limits.HIGHEST)):
            wrong[name] = f"A whole number from 1 to {sandbox_limits.HIGHEST:,}."
        elif value != getattr(request.services.limits, name):
            changes[name] = value
    if wrong:
        return _page(request, 400, wrong)
    request.write(sandbox_limits.update_limits, changes, tenant=WHOLE_SANDBOX)
    return request.go(f"{LIMITS}?done=turned")


def reset_limits(request: PageRequest) -> PageResponse:
    request.write(sandbox_limits.reset_limits, tenant=WHOLE_SANDBOX)
    return request.go(f"{LIMITS}?done=reset")
