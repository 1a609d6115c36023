"""Institutions and connectors, for clients with a token and, under /public, for anybody."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.domain import connectors, institutions
from bowerbird.model.problem import Problem


async def list_connectors(call: Call) -> Reply:
    return as_json(connectors.list_connectors(call.world.institutions, call.one("filter"), call.base))


async def list_public_connectors(call: Call) -> Reply:
    return as_json(connectors.list_connectors(call.world.institutions, call.one("filter"), call.base, public=True))


async def get_connector(call: Call) -> Reply:
    return as_json(connectors.get_connector(call.world.institutions, call.path["connectorId"], call.path["method"], call.base))


async def list_institutions(call: Call) -> Reply:
    return as_json(institutions.list_institutions(call.world.institutions, call.one("filter"), call.base))


async def list_public_institutions(call: Call) -> Reply:
    return as_json(institutions.list_institutions(call.world.institutions, call.one("filter"), call.base, public=True))


async def get_institution(call: Call) -> Reply:
    return as_json(institutions.get_institution(call.world.institutions, call.path["institutionId"], call.base))


async def get_logo(call: Call) -> Reply:
    """The institution's initials as a picture: no bank's own logo is shipped."""
    name = call.path["logo"]
    full = name.endswith("-full.svg")
    institution = call.world.institutions.find(name.removesuffix(".svg").removesuffix("-full"))
    if institution is None or not name.endswith(".svg"):
        raise Problem(codes.INSTITUTION_NOT_FOUND)
    headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
    return Reply(200, institutions.logo_svg(institution, full).encode(), "image/svg+xml", headers)
