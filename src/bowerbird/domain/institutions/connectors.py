"""Connectors: every way of reaching an institution."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.filters import EQUALITY, MEMBERSHIP, FilterOperator
from bowerbird.model.connection import Method
from bowerbird.model.ids import is_institution_id
from bowerbird.model.institution import (
    Authorization,
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


class Connector(NamedTuple):
    """One way of reaching one institution."""

    institution: Institution
    channel: Channel

    @property
    def status(self) -> ServiceStatus:
        """What clients see: a disabled institution is out, even where its entry says otherwise."""
        return ServiceStatus.MAJOR_OUTAGE if self.institution.disabled else self.channel.status


def list_connectors(catalogue: Catalogue, filter_text: str | None) -> list[Connector]:
    """All connectors of institutions that are not disabled, in the order of their ids. Raises Problem for a filter that is not valid."""
    conditions = filters.accept(filter_text, _ALLOWED, _TYPES)
    return [
        Connector(institution, channel)
        for institution in catalogue
        if not institution.disabled
        for channel in institution.channels
        if filters.matches(conditions, _facts(institution, channel))
    ]


def get_connector(catalogue: Catalogue, connector_id: str, method: str) -> Connector:
    """One connector, a disabled institution's too. Raises Problem."""
    if not is_institution_id(connector_id):
        raise Problem(codes.ID_NOT_VALID, noun="Connector", parameter="connectorId", pointer="path/connectorId")
    known = _SPELLINGS.get(method, method)
    if known not in {each.value for each in Method}:
        raise Problem(codes.METHOD_NOT_VALID, parameter="method", pointer="path/method")
    institution = catalogue.find(connector_id)
    channel = institution.channel(Method(known)) if institution else None
    if institution is None or channel is None:
        raise Problem(codes.CONNECTOR_NOT_FOUND)
    return Connector(institution, channel)


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
