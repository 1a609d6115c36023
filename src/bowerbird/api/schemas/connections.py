"""Connections, and what clients send to make and change them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.accounts import AccountClassView
from bowerbird.api.schemas.wire import REQUIRED, Currency, Id, InstitutionId, Moment, Money, ReferenceView, SelfLink, Url, Wire, words
from bowerbird.model.connection import ConnectionStatus, Method


class ConnectionLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    accounts: Url
    transactions: Url
    institution: Url | None = None
    user: Url | None = None


class ConnectionAccountLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    transactions: Url


class ConnectionAccount(Wire, kw_only=True):
    """An account as its connection shows it."""

    type: Literal["account"]
    id: Id
    name: str
    currency: Currency
    class_: AccountClassView = msgspec.field(name="class")
    account_no: str
    available_funds: Money | None
    balance: Money | None
    last_updated: Moment
    status: Literal["available", "unavailable"]
    links: ConnectionAccountLinks


class ConnectionAccounts(Wire, kw_only=True):
    type: Literal["list"]
    data: list[ConnectionAccount]


class PhysicalAddress(Wire, kw_only=True):
    address_line1: str
    address_line2: str | None
    address_line3: str | None
    city: str
    country: str | None = None
    country_code: str
    formatted_address: str
    postcode: str
    state: str


class ConnectionProfile(Wire, kw_only=True):
    """The customer's personal details as the institution holds them."""

    full_name: str
    first_name: str
    middle_name: str
    last_name: str
    email_addresses: list[str]
    phone_numbers: list[str]
    physical_addresses: list[PhysicalAddress]


class ConnectionView(Wire, kw_only=True):
    """`accounts`, `profile` and `links.user` only where one connection is read; `links.institution` only in the list."""

    type: Literal["connection"]
    id: Id
    method: Annotated[str, words(Method)]
    status: Annotated[str, words(ConnectionStatus)]
    created_date: Moment
    expiry_date: str
    last_used: Moment
    institution: ReferenceView
    accounts: ConnectionAccounts | None = None
    profile: ConnectionProfile | None = None
    links: ConnectionLinks


class ConnectionList(Wire, kw_only=True):
    type: Literal["list"]
    data: list[ConnectionView]
    links: SelfLink


class InstitutionChoice(Wire, kw_only=True):
    id: Annotated[InstitutionId | None, REQUIRED] = None


class CreateConnectionBody(Wire, kw_only=True):
    """Credentials and where they belong. `secondary_login_id` and `security_code` only where the institution asks for them."""

    login_id: Annotated[str | None, REQUIRED] = None
    password: Annotated[str | None, REQUIRED] = None
    institution: Annotated[InstitutionChoice | None, REQUIRED] = None
    secondary_login_id: str | None = None
    security_code: str | None = None


class UpdateConnectionBody(Wire, kw_only=True):
    """New credentials; what is not given stays as it is."""

    password: Annotated[str | None, REQUIRED] = None
    login_id: str | None = None
    secondary_login_id: str | None = None
    security_code: str | None = None


class RefreshScheduleBody(Wire, kw_only=True):
    """`everyHours`: the hours between refreshes, 0 for none; null for what is usual."""

    every_hours: Annotated[Annotated[int, msgspec.Meta(ge=0, le=720)] | None, REQUIRED] = None


class RefreshScheduleView(Wire, omit_defaults=False, kw_only=True):
    """How often the application's connections are refreshed by themselves: as it has set, and as it is for each kind; 0 hours: never."""

    type: Literal["refresh-schedule"]
    every_hours: int | None
    live_hours: int
    sandbox_hours: int
    links: SelfLink
