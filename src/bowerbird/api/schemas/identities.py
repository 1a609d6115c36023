"""Identities on the wire. Texts that a bank does not give are empty, as published."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.connections import PhysicalAddress
from bowerbird.api.schemas.wire import Id, InstitutionId, Moment, Url, Wire, words
from bowerbird.model.connection import Method


class IdentityLinks(Wire, kw_only=True):
    """`job` leads to the connection, as in the published examples."""

    self_: Url = msgspec.field(name="self")
    job: Url


class IdentityAddress(PhysicalAddress, kw_only=True):
    type: Literal["home"]


class Organisation(Wire, omit_defaults=False, kw_only=True):
    """What a bank holds of a business. Connections here are of people: every text is empty."""

    agent_first_name: str = ""
    agent_last_name: str = ""
    agent_role: str = ""
    business_name: str = ""
    legal_name: str = ""
    short_name: str = ""
    abn: str = ""
    acn: str = ""
    is_acn_registered: bool = msgspec.field(default=False, name="isACNCRegistered")
    industry_code: str = ""
    industry_code_version: str = ""
    organisation_type: str = ""
    registered_country: str = ""


class IdentityView(Wire, omit_defaults=False, kw_only=True):
    type: Literal["identity"]
    id: Id
    created: Moment
    updated: Moment
    source: Annotated[str, words(Method)]
    connection_id: Id = msgspec.field(name="connectionID")
    institution_id: InstitutionId = msgspec.field(name="institutionID")
    full_name: str
    first_name: str
    last_name: str
    middle_name: str
    title: str = ""
    date_of_birth: str = msgspec.field(default="", name="DOB")
    occupation_code: str = ""
    occupation_code_version: str = ""
    phone_numbers: list[str]
    email_addresses: list[str]
    physical_addresses: list[IdentityAddress]
    organisation: Organisation
    links: IdentityLinks


class IdentityList(Wire, kw_only=True):
    type: Literal["list"]
    count: int
    data: list[IdentityView]
