"""Connectors: every way of reaching an institution, listed, filtered and told one by one."""

from __future__ import annotations

from typing import Any

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import EQUALITY, MEMBERSHIP, FilterOperator
from bowerbird.model.connection import Method
from bowerbird.model.ids import is_institution_id
from bowerbird.model.institution import (
    Authorization,
    Captions,
    Catalogue,
    Channel,
    Institution,
    InstitutionType,
    ServiceStatus,
    Stage,
    Tier,
)
from bowerbird.model.problem import Problem

_SPELLINGS = {"open-banking": Method.OPEN_BANKING}
"""Filters say `open-banking` where bodies say `openbanking`; both are understood everywhere."""

_ALLOWED = {
    "connector.id": MEMBERSHIP,
    "connector.method": MEMBERSHIP,
    "connector.status": MEMBERSHIP,
    "connector.stage": MEMBERSHIP,
    "connector.scopes": MEMBERSHIP,
    "connector.authorization.type": MEMBERSHIP,
    "connector.connectorEngine": EQUALITY,
    "connector.connectorCategory": EQUALITY,
    "connector.institution.id": MEMBERSHIP,
    "connector.institution.name": MEMBERSHIP,
    "connector.institution.shortName": MEMBERSHIP,
    "connector.institution.country": MEMBERSHIP,
    "connector.institution.tier": MEMBERSHIP,
    "connector.institution.type": MEMBERSHIP,
}


def institution_id(operator: FilterOperator, value: str) -> str:
    """Reader of an institution id in a filter."""
    if not is_institution_id(value):
        raise filters.not_valid()
    return value


_ENGINES = filters.one_of(("chrome", "node"))
_TYPES = {
    "connector.id": institution_id,
    "connector.institution.id": institution_id,
    "connector.method": filters.one_of(Method, _SPELLINGS),
    "connector.status": filters.one_of((*ServiceStatus, "under-improvement")),
    "connector.stage": filters.one_of(Stage),
    "connector.authorization.type": filters.one_of(Authorization),
    "connector.connectorEngine": _ENGINES,
    "connector.connectorCategory": _ENGINES,
    "connector.institution.tier": filters.one_of(Tier),
    "connector.institution.type": filters.one_of(InstitutionType),
}


def list_connectors(catalogue: Catalogue, filter_text: str | None, base_url: str, *, public: bool = False) -> dict[str, Any]:
    """All connectors of institutions that are not disabled, in the order of their ids (OpenAPI `ConnectorsList`)."""
    conditions = filters.accept(filter_text, _ALLOWED, _TYPES)
    data = [
        _resource(institution, channel, base_url)
        for institution in catalogue
        if not institution.disabled
        for channel in institution.channels
        if filters.matches(conditions, _facts(institution, channel))
    ]
    path = "public/connectors" if public else "connectors"
    return {"type": "list", "totalCount": len(data), "data": data, "links": {"self": f"{base_url}/{path}"}}


def get_connector(catalogue: Catalogue, connector_id: str, method: str, base_url: str) -> dict[str, Any]:
    """One connector (OpenAPI `Connector`), a disabled institution's too."""
    if not is_institution_id(connector_id):
        raise Problem(codes.ID_NOT_VALID, noun="Connector", parameter="connectorId", pointer="path/connectorId")
    known = _SPELLINGS.get(method, method)
    if known not in {each.value for each in Method}:
        raise Problem(codes.METHOD_NOT_VALID, parameter="method", pointer="path/method")
    institution = catalogue.find(connector_id)
    channel = institution.channel(Method(known)) if institution else None
    if institution is None or channel is None:
        raise Problem(codes.CONNECTOR_NOT_FOUND)
    return _resource(institution, channel, base_url)


def status_of(institution: Institution, channel: Channel) -> ServiceStatus:
    """What clients are told: a disabled institution is out, whatever its entry says."""
    return ServiceStatus.MAJOR_OUTAGE if institution.disabled else channel.status


def logo(institution: Institution, base_url: str) -> dict[str, Any]:
    """OpenAPI `InstitutionLogoResource`."""
    file = f"{base_url}/public/logos/{institution.id}"
    return {"type": "image", "colors": {"primary": institution.colour}, "links": {"square": f"{file}.svg", "full": f"{file}-full.svg"}}


def _facts(institution: Institution, channel: Channel) -> dict[str, tuple[str, ...]]:
    """What filters compare. Only a web connector runs on an engine, and ours needs no browser."""
    engine = ("node",) if channel.method is Method.WEB else ()
    return {
        "connector.id": (institution.id,),
        "connector.method": (channel.method,),
        "connector.status": (channel.status,),
        "connector.stage": (channel.stage,),
        "connector.scopes": channel.scopes,
        "connector.authorization.type": (channel.authorization,),
        "connector.connectorEngine": engine,
        "connector.connectorCategory": engine,
        "connector.institution.id": (institution.id,),
        "connector.institution.name": (institution.name,),
        "connector.institution.shortName": (institution.short_name,),
        "connector.institution.country": (institution.country,),
        "connector.institution.tier": (institution.tier,),
        "connector.institution.type": (institution.type,),
    }


def _resource(institution: Institution, channel: Channel, base_url: str) -> dict[str, Any]:
    described = {
        "type": institution.type.value,
        "name": institution.name,
        "shortName": institution.short_name,
        "tier": institution.tier.value,
        "country": institution.country,
        "logo": logo(institution, base_url),
    }
    if channel.method is Method.OPEN_BANKING and institution.abn:
        described["abn"] = institution.abn
    return {
        "type": "connector",
        "id": institution.id,
        "method": channel.method.value,
        "stage": channel.stage.value,
        "status": status_of(institution, channel).value,
        "institution": described,
        "scopes": list(channel.scopes),
        "authorization": {"type": channel.authorization.value, "meta": _meta(channel.captions)},
        "stats": {"averageDurationMs": None},
        "links": {"self": f"{base_url}/connectors/{institution.id}/{channel.method.value}"},
    }


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
