"""Auth links of a user."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes import consents as s
from bowerbird.domain import auth_links
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.storage.unit_of_work import AnyRow, UnitOfWork


def find_auth_link(call: Call, uow: UnitOfWork) -> AnyRow:
    """The user's link that works."""
    found: AnyRow = auth_links.find_auth_link(call.world, uow, call.tenant)
    return found


def _auth_link(call: Call, link: auth_links.AuthLink, link_id: str | None = None) -> s.AuthLink:
    links = s.AuthLinkLinks(public=f"{call.base}/links/{link.secret}", self_=f"{call.user_url}/auth_link")
    expires_at = wire_time(from_milliseconds(link.expires))
    return s.AuthLink(type="auth_link", id=link_id, user_id=link.user_id, mobile=f"+{link.mobile}", expires_at=expires_at, links=links)


async def create_auth_link(call: Call) -> Reply:
    mobile = call.body.mobile
    return await call.create(
        lambda uow: auth_links.create_auth_link(call.world, uow, call.tenant, mobile), lambda link: as_json(_auth_link(call, link), 201)
    )


async def get_auth_link(call: Call) -> Reply:
    link = await call.read(lambda uow: auth_links.get_auth_link(call.world, uow, call.tenant))
    return as_json(_auth_link(call, link, link.id))


async def delete_auth_link(call: Call) -> Reply:
    await call.write(lambda uow: auth_links.delete_auth_link(call.world, uow, call.tenant))
    return NO_CONTENT
