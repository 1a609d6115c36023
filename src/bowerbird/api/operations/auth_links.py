"""Auth links of a user."""

from __future__ import annotations

from functools import partial

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas import consents as s
from bowerbird.domain.consents import auth_links
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time


def require_auth_link(request: ApiRequest, session: Session) -> auth_links.AuthLinkRow:
    """The user's valid link. Raises Problem without one."""
    return auth_links.require_auth_link(session)


def _view(request: ApiRequest, link: auth_links.AuthLink, link_id: str | None = None) -> s.AuthLinkView:
    links = s.AuthLinkLinks(public=f"{request.base}/links/{link.secret}", self_=f"{request.user_url}/auth_link")
    expires_at = wire_time(from_milliseconds(link.expires_at_ms))
    return s.AuthLinkView(type="auth_link", id=link_id, user_id=link.user_id, mobile=link.mobile, expires_at=expires_at, links=links)


async def create_auth_link(request: ApiRequest) -> ApiResponse:
    return await request.create(
        partial(auth_links.create_auth_link, mobile=request.body.mobile),
        lambda link: as_json(_view(request, link), 201),
    )


async def get_auth_link(request: ApiRequest) -> ApiResponse:
    link = await request.read(auth_links.get_auth_link)
    return as_json(_view(request, link, link.id))


async def delete_auth_link(request: ApiRequest) -> ApiResponse:
    await request.write(auth_links.delete_auth_link)
    return NO_CONTENT
