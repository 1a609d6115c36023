"""Connectors, and institutions as clients of version 2 know them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from bowerbird.api.schemas.wire import InstitutionId, SelfLink, Url, Wire, words
from bowerbird.model.connection import Method
from bowerbird.model.institution import Authorization, InstitutionType, ServiceStatus, ServiceType, Stage, Tier


class LogoColours(Wire, kw_only=True):
    primary: str


class LogoLinks(Wire, kw_only=True):
    square: Url
    full: Url


class Logo(Wire, kw_only=True):
    type: Literal["image"]
    colors: LogoColours
    links: LogoLinks


class Performance(Wire, kw_only=True):
    """How long an institution takes; null while it is not known."""

    average_duration_ms: dict[str, int] | None


class ConnectorInstitution(Wire, kw_only=True):
    type: Annotated[str, words(InstitutionType)]
    name: str
    short_name: str
    tier: Annotated[str, words(Tier)]
    country: str
    logo: Logo
    abn: str | None = None


class ConnectorAuthorization(Wire, kw_only=True):
    """What a person must give, and in `meta` what the institution calls it."""

    type: Annotated[str, words(Authorization)]
    meta: dict[str, str]


class ConnectorView(Wire, kw_only=True):
    type: Literal["connector"]
    id: InstitutionId
    method: Annotated[str, words(Method)]
    stage: Annotated[str, words(Stage)]
    status: Annotated[str, words(ServiceStatus)]
    institution: ConnectorInstitution
    scopes: list[str]
    authorization: ConnectorAuthorization
    stats: Performance
    links: SelfLink


class ConnectorList(Wire, kw_only=True):
    type: Literal["list"]
    total_count: int
    data: list[ConnectorView]
    links: SelfLink


class InstitutionView(Wire, kw_only=True):
    """An institution as clients of version 2 know it."""

    type: Literal["institution"]
    id: InstitutionId
    name: str
    short_name: str
    institution_type: Annotated[str, words(InstitutionType)]
    country: str
    service_name: str
    service_type: Annotated[str, words(ServiceType)]
    login_id_caption: str | None = None
    password_caption: str | None = None
    secondary_login_id_caption: str | None = None
    security_code_caption: str | None = None
    forgotten_password_url: str | None = None
    tier: Annotated[str, words(Tier)]
    authorization: Annotated[str, words(Authorization)]
    features: dict[str, Any]
    stage: Annotated[str, words(Stage)]
    status: Annotated[str, words(ServiceStatus)]
    stats: Performance
    logo: Logo
    links: SelfLink


class InstitutionList(Wire, kw_only=True):
    type: Literal["list"]
    total_count: int
    data: list[InstitutionView]
    links: SelfLink
