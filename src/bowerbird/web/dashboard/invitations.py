"""The way from a user to their consent page: opened here and now in the sandbox, or by a link that is sent to them."""

from __future__ import annotations

from bowerbird.domain.access import real_data
from bowerbird.domain.consents import auth_links
from bowerbird.domain.consents import person_sessions as sessions
from bowerbird.domain.consents.person_sessions import Intent
from bowerbird.domain.operators import server
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem, Problems
from bowerbird.web.consent import sign_in
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def open_consent_page(request: PageRequest) -> PageResponse:
    """Open the consent page as the user. In a sandbox only: no operator agrees on behalf of a real person."""
    applications.find(request)
    tenant = users.tenant_of(request)
    if why := server.why_closed(request.services):
        text = f"{why} Users of this server may be real people. Send them a link instead: only they can agree."
        raise PageRefused(403, "Only they can open it", text, ("Back", users.address(tenant)))
    request.read(sessions.require_open)
    return sign_in.begin(request, tenant, Intent(), check=real_data.require_sandbox)


def create_auth_link(request: PageRequest) -> PageResponse:
    """A link to send; without a mobile typed, its code goes to the user's own."""
    tenant, mobile = users.tenant_of(request), request.form.text("mobile") or None

    def make(session: Session) -> None:
        users.find(request, session)
        auth_links.create_auth_link(session.of(tenant), mobile)

    try:
        request.write(make, tenant=tenant.application_id)
    except Problem as problem:
        return users.user_page(request, 400, [problem.detail])
    except Problems as several:
        return users.user_page(request, 400, [problem.detail for problem in several.problems])
    return request.go(f"{users.address(tenant)}?done=linked")


def delete_auth_link(request: PageRequest) -> PageResponse:
    tenant = users.tenant_of(request)
    request.write(auth_links.delete_auth_link)
    return request.go(f"{users.address(tenant)}?done=unlinked")
