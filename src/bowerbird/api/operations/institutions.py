"""Institutions and connectors, for clients with a token and, under /public, for anybody."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.domain.institutions import connectors, institutions
from bowerbird.model.problem import Problem


async def list_connectors(request: ApiRequest) -> ApiResponse:
    return as_json(connectors.list_connectors(request.services.institutions, request.one("filter"), request.base))


async def list_public_connectors(request: ApiRequest) -> ApiResponse:
    return as_json(connectors.list_connectors(request.services.institutions, request.one("filter"), request.base, public=True))


async def get_connector(request: ApiRequest) -> ApiResponse:
    return as_json(
        connectors.get_connector(request.services.institutions, request.path["connectorId"], request.path["method"], request.base)
    )


async def list_institutions(request: ApiRequest) -> ApiResponse:
    return as_json(institutions.list_institutions(request.services.institutions, request.one("filter"), request.base))


async def list_public_institutions(request: ApiRequest) -> ApiResponse:
    return as_json(institutions.list_institutions(request.services.institutions, request.one("filter"), request.base, public=True))


async def get_institution(request: ApiRequest) -> ApiResponse:
    return as_json(institutions.get_institution(request.services.institutions, request.path["institutionId"], request.base))


async def get_logo(request: ApiRequest) -> ApiResponse:
    """The institution's initials as a picture: no bank's own logo is shipped."""
    name = request.path["logo"]
    full = name.endswith("-full.svg")
    institution = request.services.institutions.find(name.removesuffix(".svg").removesuffix("-full"))
    if institution is None or not name.endswith(".svg"):
        raise Problem(codes.INSTITUTION_NOT_FOUND)
    headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
    return ApiResponse(200, institutions.logo_svg(institution, full).encode(), "image/svg+xml", headers)
