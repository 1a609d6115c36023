"""Users."""

from __future__ import annotations

from functools import partial

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json, in_portions
from bowerbird.api.operations.events import page_links
from bowerbird.api.schemas import PostedUser, References, ReferenceView, SelfLink, UserLinks, UserList, UserView
from bowerbird.domain.paging import paging_of
from bowerbird.domain.services import Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import Business, UserDetails, UserWithIds

_BUSINESS = Business.__struct_fields__
_NAMES = ("first_name", "middle_name", "last_name")


def _posted(request: ApiRequest, user_id: str, details: UserDetails) -> PostedUser:
    given = {name: getattr(details, name) for name in (*_NAMES, *_BUSINESS)}
    return PostedUser(
        type="user",
        id=user_id,
        email=details.email or "",
        mobile=details.mobile or "",
        links=SelfLink(self_=f"{request.base}/users/{user_id}"),
        **given,
    )


async def list_users(request: ApiRequest) -> ApiResponse:
    paging = paging_of(request.one("limit"), request.one("next"), request.services.limits.page_size)
    page = await request.read_aside(users.list_users, paging)
    data = await in_portions(page.users, lambda user: _posted(request, user.id, user.details))
    links = page_links(request, "/users", page.next, paging)
    return as_json(UserList(type="list", count=len(data), data=data, links=links))


async def create_user(request: ApiRequest) -> ApiResponse:
    return await request.create(
        partial(users.create_user, details=request.body),
        lambda made: as_json(_posted(request, *made), 201),
        user=lambda made: made[0],
    )


async def update_user(request: ApiRequest) -> ApiResponse:
    details = await request.write(users.update_user, request.body)
    return as_json(_posted(request, request.path["userId"], details))


async def delete_user(request: ApiRequest) -> ApiResponse:
    await request.write(users.delete_user)
    return NO_CONTENT


def find_user(_request: ApiRequest, session: Session) -> UserWithIds:
    """The user the path names."""
    return users.get_user_with_ids(session)


async def get_user(request: ApiRequest) -> ApiResponse:
    details, accounts, connections = request.found
    url = request.user_url
    business = {name: getattr(details, name) for name in _BUSINESS}
    return as_json(
        UserView(
            type="user",
            id=request.path["userId"],
            email=details.email or "",
            mobile=details.mobile or "",
            name=" ".join(part for part in (details.first_name, details.middle_name, details.last_name) if part),
            first_name=details.first_name or "",
            middle_name=details.middle_name or "",
            last_name=details.last_name or "",
            accounts=_references("account", f"{url}/accounts", accounts),
            connections=_references("connection", f"{url}/connections", connections),
            links=_links(url),
            **business,
        )
    )


def _links(url: str) -> UserLinks:
    lists = {name: f"{url}/{name}" for name in ("accounts", "connections", "transactions", "auth_link")}
    return UserLinks(self_=url, **lists)


def _references(kind: str, url: str, ids: list[str]) -> References:
    data = [ReferenceView(type=kind, id=item_id, links=SelfLink(self_=f"{url}/{item_id}")) for item_id in ids]
    return References(type="list", count=len(ids), data=data, links=SelfLink(self_=url))
