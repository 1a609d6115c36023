"""Tokens and users."""

from __future__ import annotations

from typing import Literal

import msgspec

from bowerbird.api.schemas.accounts import PageLinks
from bowerbird.api.schemas.wire import Id, ReferenceView, SelfLink, Url, Wire
from bowerbird.domain.users.users import Business


class Token(Wire, rename=None, kw_only=True):
    """A bearer token; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int


class PostedUser(Business, kw_only=True):
    """A user as created or updated: what was given, nothing null."""

    type: Literal["user"]
    id: Id
    email: str
    mobile: str
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    links: SelfLink


class UserList(Wire, kw_only=True):
    """A page of users, newest first: `count` of them."""

    type: Literal["list"]
    count: int
    data: list[PostedUser]
    links: PageLinks


class References(Wire, kw_only=True):
    type: Literal["list"]
    count: int
    data: list[ReferenceView]
    links: SelfLink


class UserLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    accounts: Url
    connections: Url
    transactions: Url
    auth_link: Url = msgspec.field(name="auth_link")


class UserView(Business, kw_only=True):
    """A user with references to what hangs on it; a text that was never given is empty."""

    type: Literal["user"]
    id: Id
    email: str
    mobile: str
    name: str
    first_name: str
    middle_name: str
    last_name: str
    connections: References
    accounts: References
    links: UserLinks
