"""Institutions and the ways of reaching them: what the catalogue of institutions holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bowerbird.model.connection import Method


class InstitutionType(StrEnum):
    """The wire's kinds of institution (OpenAPI `ConnectorInstitutionResource.type`)."""

    BANK = "Bank"
    FOREIGN_BANK = "Bank (Foreign)"
    TEST_BANK = "Test Bank"
    CREDIT_UNION = "Credit Union"
    FINANCIAL_SERVICES = "Financial Services"
    SUPERANNUATION = "Superannuation"
    BUILDING_SOCIETY = "Building Society"
    GOVERNMENT = "Government"


class ServiceType(StrEnum):
    """What an institution's online service is for. Only clients of version 2 read it."""

    PERSONAL = "Personal Banking"
    BUSINESS = "Business Banking"
    CARD = "Card Access"
    TEST = "Test"
    SUPERANNUATION = "Superannuation"
    GOVERNMENT = "Government Services"


class Tier(StrEnum):
    """Weight in the market, 1 the heaviest."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


class Stage(StrEnum):
    """How far a way of reaching an institution has matured. Consent pages usually leave `alpha` out."""

    LIVE = "live"
    BETA = "beta"
    ALPHA = "alpha"


class ServiceStatus(StrEnum):
    """How well it works at present. Every status but `major-outage` is worth a try."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded-performance"
    PARTIAL_OUTAGE = "partial-outage"
    MAJOR_OUTAGE = "major-outage"
    MAINTENANCE = "under-maintenance"


class Authorization(StrEnum):
    """What a person must give. `other` needs no login at all: a statement is uploaded."""

    USER = "user"
    TOKEN = "token"
    OTHER = "other"
    USER_MFA = "user-mfa"
    USER_MFA_INTERMITTENT = "user-mfa-intermittent"

    @property
    def may_ask_back(self) -> bool:
        """Whether a login can lead to a challenge of a second factor."""
        return self in (Authorization.USER_MFA, Authorization.USER_MFA_INTERMITTENT)


@dataclass(frozen=True, slots=True)
class Captions:
    """What the institution itself calls the fields of its login form. None: it has no such field."""

    login_id: str | None = None
    password: str | None = None
    secondary_login_id: str | None = None
    security_code: str | None = None
    forgotten_password_url: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """One way of reaching one institution: what the wire calls a connector."""

    method: Method
    stage: Stage
    status: ServiceStatus
    authorization: Authorization
    scopes: tuple[str, ...]
    captions: Captions = Captions()


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution. `channels` in the order web, openbanking, pdf, csv; never empty.

    `origin` is the id under which connectors and statement layouts know it; it differs from `id` only where an operator has
    mapped the id. `sandbox` marks generated data, open to every application. A `disabled` institution is left out of the lists
    and takes no new connection, while what was read from it before keeps its name and logo.
    """

    id: str
    origin: str
    name: str
    short_name: str
    type: InstitutionType
    tier: Tier
    country: str
    service_name: str
    service_type: ServiceType
    colour: str
    channels: tuple[Channel, ...]
    abn: str | None = None
    sandbox: bool = False
    disabled: bool = False

    def channel(self, method: Method) -> Channel | None:
        return next((channel for channel in self.channels if channel.method is method), None)


class Catalogue:
    """All institutions of this server. Iterates in the order of their ids."""

    def __init__(self, institutions: Mapping[str, Institution]) -> None:
        self._by_id = dict(sorted(institutions.items()))
        self._by_origin = {institution.origin: institution for institution in self._by_id.values()}

    def __iter__(self) -> Iterator[Institution]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, institution_id: str) -> Institution | None:
        return self._by_id.get(institution_id)

    def name_of(self, institution_id: str, named: str | None) -> str:
        """The name of an account's bank: what its source names, else the institution that it was connected as. Names may be ids."""
        known = self.find(named or institution_id)
        return known.name if known else named or institution_id

    def with_enabled(self, origin: str) -> Catalogue:
        """The same catalogue, its institution of an origin no longer disabled."""
        return Catalogue({each.id: replace(each, disabled=each.disabled and each.origin != origin) for each in self})

    def known_as(self, origin: str) -> Institution | None:
        """The institution that a connector or a layout calls `origin`."""
        return self._by_origin.get(origin)
