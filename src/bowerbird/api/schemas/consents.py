"""Consents and auth links (OpenAPI `core.yml`)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.wire import Id, Moment, SelfLink, Url, Wire, words
from bowerbird.model.consent import SCOPES, ConsentStatus


class Purpose(Wire, kw_only=True):
    title: str
    description: str


class ConsentPurpose(Wire, kw_only=True):
    primary: Purpose
    other: bool | None


class PermissionInformation(Wire, kw_only=True):
    name: str
    description: str
    attribute_list: list[str]


class AskedPermission(Wire, kw_only=True):
    """A scope with what it shares and why it is asked for."""

    scope: Annotated[str, words(SCOPES)]
    required: bool
    entity: str
    information: PermissionInformation
    purpose: Purpose


class Permission(AskedPermission, kw_only=True):
    """The same with the person's decision."""

    consented: bool


class ConsentData(Wire, kw_only=True):
    retain_data: bool
    initial_retrieval_days: int
    organisation: bool | None
    permissions: list[Permission]


class ConsentLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    consent_policy: Url
    latest_consent_policy: Url


class ConsentView(Wire, kw_only=True):
    """What a user agreed to share. `revoked` only where it was."""

    type: Literal["consent"]
    id: Id
    created: Moment
    updated: Moment
    expiry_date: Moment
    origin: Literal["user"]
    status: Annotated[str, words(ConsentStatus)]
    purpose: ConsentPurpose
    data: ConsentData
    revoked: Moment | None = None
    links: ConsentLinks


class ConsentList(Wire, kw_only=True):
    type: Literal["list"]
    size: int
    data: list[ConsentView]
    links: SelfLink


class PolicyData(Wire, kw_only=True):
    retain_data: bool
    initial_retrieval_days: int
    permissions: list[AskedPermission]


class PolicyView(Wire, kw_only=True):
    """What an application asks its users to agree to. A policy never changes."""

    type: Literal["policy"]
    id: Id
    created: Moment
    duration_days: int
    purpose: ConsentPurpose
    data: PolicyData
    links: SelfLink


class CreateAuthLinkBody(Wire, kw_only=True):
    """The mobile that the code is sent to, where it is not the user's own."""

    mobile: str | None = None


class AuthLinkLinks(Wire, kw_only=True):
    """`public` is the address to hand to the person."""

    public: Url
    self_: Url = msgspec.field(name="self")


class AuthLinkView(Wire, kw_only=True):
    """A valid link. `id` is not in the answer that makes it, as published."""

    type: Literal["auth_link"]
    id: Id | None = None
    user_id: Id
    mobile: str
    expires_at: Moment
    links: AuthLinkLinks
