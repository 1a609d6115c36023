"""What an application asks its users for: its consent policy, with a preview, and where people go afterwards."""

from __future__ import annotations

from datetime import timedelta

from bowerbird.domain.access.applications import ApplicationRow, update_redirect
from bowerbird.domain.consents.person_sessions import NoUrl, redirect_url_of
from bowerbird.domain.consents.policies import PolicyNotValid, checked, current_policy
from bowerbird.domain.consents.policies import set_policy as store_policy
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import SCOPES, AskedScope, Policy
from bowerbird.web.consent.agreement import scopes_of
from bowerbird.web.dashboard.applications import address, find
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

WANTS = (("no", "Not requested"), ("optional", "Optional"), ("required", "Required"))
"""How much an application wants a scope: (value, in words)."""


def show_policy(request: PageRequest) -> PageResponse:
    application = find(request)
    policy = request.read(current_policy)
    return _page(request, 200, application, policy, "")


def _page(request: PageRequest, status: int, application: ApplicationRow, policy: Policy, wrong: str) -> PageResponse:
    """The form with what was typed, and how people see it."""
    asked = {scope.scope: scope for scope in policy.scopes}
    ends = to_milliseconds(request.services.clock.now() + timedelta(days=min(max(policy.days, 1), 3650)))
    preview = scopes_of(policy) if set(asked) <= SCOPES.keys() else []
    return request.show(
        "dashboard/policy.html", status, application=application, policy=policy, asked=asked, all_scopes=SCOPES, wants=WANTS,
        scopes=preview, ends=ends, wrong=wrong, here_path=f"{address(application.id)}/policy",
    )  # fmt: skip


def _typed(request: PageRequest) -> Policy:
    form = request.form
    scopes = tuple(
        AskedScope(scope=scope, title=form.text(f"title-{scope}"), description=form.text(f"text-{scope}"), required=wanted == "required")
        for scope in SCOPES
        if (wanted := form.text(f"want-{scope}")) in ("optional", "required")
    )
    return Policy(
        title=form.text("title"), description=form.text("description"), scopes=scopes, days=_number(form.text("days")),
        retains_data=form.text("retains") == "yes", retrieval_days=_number(form.text("retrieval_days")),
        cdr=form.text("cdr") == "yes",
    )  # fmt: skip


def _number(text: str) -> int:
    """A number of days; 0, which no policy has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def change_policy(request: PageRequest) -> PageResponse:
    """Change the policy for later consents, or only preview it: people who agreed before agreed to the previous one."""
    application, policy = find(request), _typed(request)
    try:
        checked(policy)
    except PolicyNotValid as error:
        return _page(request, 400, application, policy, str(error))
    if request.form.text("look"):
        request.audited = True  # nothing is changed
        return _page(request, 200, application, policy, "")
    request.write(store_policy, policy)
    return request.go(f"{address(application.id)}/policy?done=saved")


def change_redirect(request: PageRequest) -> PageResponse:
    """Where the consent pages send people at the end: one registered address, and no other."""
    application = find(request)
    try:
        url = redirect_url_of(request.form.text("redirect_url"))
    except NoUrl as error:
        raise PageRefused(400, "People cannot be sent there", f"Nothing was changed: {error}.", ("Back", address(application.id))) from None
    request.write(update_redirect, url)
    return request.go(f"{address(application.id)}?done=saved")
