"""Institutions and connectors, for clients with a token and, under /public, for everyone."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas import ConnectorList, ConnectorView, InstitutionList, InstitutionView, ReferenceView, SelfLink
from bowerbird.api.schemas.institutions import ConnectorAuthorization, ConnectorInstitution, Logo, LogoColours, LogoLinks, Performance
from bowerbird.domain.institutions import connectors, institutions
from bowerbird.domain.institutions.connectors import Connector
from bowerbird.model.connection import Method
from bowerbird.model.institution import Captions, Catalogue, Institution
from bowerbird.model.problem import Problem

_FEATURES: dict[str, tuple[str, ...]] = {
    "accounts": ("accountNo", "name", "currency", "balance", "availableFunds", "lastUpdated", "accountHolder", "meta"),
    "transactions": ("status", "description", "date", "amount", "balance", "class"),
    "profile": ("fullName", "firstName", "lastName", "middleName", "phoneNumbers", "emailAddresses", "physicalAddresses"),
}
_NOT_MEASURED = Performance(average_duration_ms=None)

Sources = list[str]
"""Methods that give an attribute."""


async def list_connectors(request: ApiRequest) -> ApiResponse:
    return as_json(connector_list(request.services.institutions, request.one("filter"), request.base))


async def list_public_connectors(request: ApiRequest) -> ApiResponse:
    return as_json(connector_list(request.services.institutions, request.one("filter"), request.base, public=True))


async def get_connector(request: ApiRequest) -> ApiResponse:
    connector = connectors.get_connector(request.services.institutions, request.path["connectorId"], request.path["method"])
    return as_json(connector_view(connector, request.base))


async def list_institutions(request: ApiRequest) -> ApiResponse:
    return as_json(institution_list(request.services.institutions, request.one("filter"), request.base))


async def list_public_institutions(request: ApiRequest) -> ApiResponse:
    return as_json(institution_list(request.services.institutions, request.one("filter"), request.base, public=True))


async def get_institution(request: ApiRequest) -> ApiResponse:
    institution = institutions.get_institution(request.services.institutions, request.path["institutionId"])
    return as_json(institution_view(institution, request.base))


async def get_logo(request: ApiRequest) -> ApiResponse:
    """The institution's initials as a picture: no bank's own logo is shipped."""
    name = request.path["logo"]
    full = name.endswith("-full.svg")
    institution = request.services.institutions.find(name.removesuffix(".svg").removesuffix("-full"))
    if institution is None or not name.endswith(".svg"):
        raise Problem(codes.INSTITUTION_NOT_FOUND)
    headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
    return ApiResponse(200, institutions.logo_svg(institution, full).encode(), "image/svg+xml", headers)


def institution_reference(base: str, institution_id: str) -> ReferenceView:
    """An institution by its id and address, as connections and jobs name it."""
    return ReferenceView(type="institution", id=institution_id, links=SelfLink(self_=f"{base}/institutions/{institution_id}"))


def connector_list(catalogue: Catalogue, filter_text: str | None, base: str, *, public: bool = False) -> ConnectorList:
    data = [connector_view(connector, base) for connector in connectors.list_connectors(catalogue, filter_text)]
    links = SelfLink(self_=f"{base}/{'public/' if public else ''}connectors")
    return ConnectorList(type="list", total_count=len(data), data=data, links=links)


def institution_list(catalogue: Catalogue, filter_text: str | None, base: str, *, public: bool = False) -> InstitutionList:
    data = [institution_view(institution, base) for institution in institutions.list_institutions(catalogue, filter_text)]
    links = SelfLink(self_=f"{base}/{'public/' if public else ''}institutions")
    return InstitutionList(type="list", total_count=len(data), data=data, links=links)


def connector_view(connector: Connector, base: str) -> ConnectorView:
    institution, channel = connector
    return ConnectorView(
        type="connector",
        id=institution.id,
        method=channel.method,
        stage=channel.stage,
        status=connector.status,
        institution=ConnectorInstitution(
            type=institution.type,
            name=institution.name,
            short_name=institution.short_name,
            tier=institution.tier,
            country=institution.country,
            logo=_logo(institution, base),
            abn=institution.abn or None if channel.method is Method.OPEN_BANKING else None,
        ),
        scopes=list(channel.scopes),
        authorization=ConnectorAuthorization(type=channel.authorization, meta=_meta(channel.captions)),
        stats=_NOT_MEASURED,
        links=SelfLink(self_=f"{base}/connectors/{institution.id}/{channel.method}"),
    )


def institution_view(institution: Institution, base: str) -> InstitutionView:
    """The shape of version 2. What it has one field for comes from the first channel: web before openbanking, pdf and csv."""
    first = institution.channels[0]
    return InstitutionView(
        type="institution",
        id=institution.id,
        name=institution.name,
        short_name=institution.short_name,
        institution_type=institution.type,
        country=institution.country,
        service_name=institution.service_name,
        service_type=institution.service_type,
        login_id_caption=first.captions.login_id,
        password_caption=first.captions.password,
        secondary_login_id_caption=first.captions.secondary_login_id,
        security_code_caption=first.captions.security_code,
        forgotten_password_url=first.captions.forgotten_password_url,
        tier=institution.tier,
        authorization=first.authorization,
        features=_features(institution),
        stage=first.stage,
        status=Connector(institution, first).status,
        stats=_NOT_MEASURED,
        logo=_logo(institution, base),
        links=SelfLink(self_=f"{base}/institutions/{institution.id}"),
    )


def _logo(institution: Institution, base: str) -> Logo:
    file = f"{base}/public/logos/{institution.id}"
    links = LogoLinks(square=f"{file}.svg", full=f"{file}-full.svg")
    return Logo(type="image", colors=LogoColours(primary=institution.colour), links=links)


def _meta(captions: Captions) -> dict[str, str]:
    """OpenAPI `ConnectorAuthorizationMeta`: the captions there are, none for a method without login."""
    every = {
        "login_id_caption": captions.login_id,
        "password_caption": captions.password,
        "secondary_login_id_caption": captions.secondary_login_id,
        "security_code_caption": captions.security_code,
        "forgotten_password_url": captions.forgotten_password_url,
    }
    return {name: caption for name, caption in every.items() if caption is not None}


def _features(institution: Institution) -> dict[str, Sources | dict[str, Sources]]:
    """The sources of each attribute. A statement has no profile; only a login can be challenged."""
    sources = [channel.method.value for channel in institution.channels if channel.method is not Method.OPEN_BANKING]
    web = [source for source in sources if source == Method.WEB]
    is_challenged = any(channel.authorization.may_ask_back for channel in institution.channels)
    groups = {group: dict.fromkeys(attributes, web if group == "profile" else sources) for group, attributes in _FEATURES.items()}
    groups["accounts"]["meta"] = web
    return {"login": web, "mfaChallenge": web if is_challenged else [], **groups}
