"""Who may use the sandbox's control plane: programs on this machine, and programs with the admin token.

It moves clocks and creates applications, so access is narrow. A browser cannot be made to use it: pages of other sites are refused
by the headers that browsers add to every request, and names that only resolve to this machine by the Host header. A proxy on this
machine forwards requests of others: a header that proxies add refuses access, whether the proxy is trusted or not, and so does a
public address of the server. Where the
database is no sandbox every path of the control plane is refused to all.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bowerbird import codes
from bowerbird.api.hooks import Refuse
from bowerbird.api.http.proxies import find_forwarding_header
from bowerbird.api.http.request import ApiRequest
from bowerbird.domain.access.real_data import closed_problem, why_closed
from bowerbird.domain.services import Services
from bowerbird.model.http import ASGIApp, Receive, Scope, Send
from bowerbird.model.problem import Problem
from bowerbird.outbound.addresses import is_loopback
from bowerbird.sandbox.controls import WHOLE_SANDBOX

ROOT = "/_bowerbird"


def close_controls(app: ASGIApp, services: Services, refuse: Refuse) -> ASGIApp:
    """Refuse every request to the control plane, forks included, where the database is no sandbox."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        controls = scope["path"].startswith(ROOT)
        if controls and (reason := await services.storage.read(why_closed, tenant=WHOLE_SANDBOX)):
            await refuse(closed_problem(reason), send)
            return
        await app(scope, receive, send)

    return serve


def admit(request: ApiRequest) -> None:
    """Let the sandbox's owner use an operation of the control plane. Raises Problem for all others."""
    admit_owner(request, request.headers.get("authorization"))


def admit_owner(request: ApiRequest, authorization: str | None) -> None:
    """Let the sandbox's owner in; `authorization` is "Bearer" with the admin token. Raises Problem for all others."""
    headers = request.headers
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if site not in ("", "none", "same-origin") or (origin and urlsplit(origin).netloc != headers.get("host", "")):
        raise Problem(codes.CONTROL_CROSS_SITE, origin=(origin or "another site")[:200])
    if request.services.admin.admits(authorization):
        return
    if reason := _why_not_open(request):
        raise Problem(codes.CONTROL_TOKEN_NEEDED, parameter="Authorization", pointer="header/Authorization", reason=reason)


def _why_not_open(request: ApiRequest) -> str:
    """Why this request cannot be taken for one of this machine's programs; empty when it can."""
    if not is_loopback(request.client):
        return "this request came from another"
    if request.http_version == "1.0" or find_forwarding_header(request.headers):
        return "this request came through a proxy"
    if not is_loopback(urlsplit(request.base).hostname):
        return "this server has a public address"
    if not is_loopback(urlsplit(f"//{request.headers.get('host', '')}").hostname):
        return "the Host header of this request names another"
    return ""
