"""Users."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes import PostedUser, Reference, References, SelfLink, User, UserLinks
from bowerbird.domain import users
from bowerbird.domain.users import Business, UserDetails
from bowerbird.storage import accounts as account_rows
from bowerbird.storage import connections as connection_rows
from bowerbird.storage.unit_of_work import UnitOfWork

_BUSINESS = Business.__struct_fields__
_NAMES = ("first_name", "middle_name", "last_name")


def _posted(call: Call, user_id: str, details: UserDetails) -> PostedUser:
    given = {name: getattr(details, name) for name in (*_NAMES, *_BUSINESS)}
    return PostedUser(
        type="user",
        id=user_id,
        email=details.email or "",
        mobile=details.mobile or "",
        links=SelfLink(self_=f"{call.base}/users/{user_id}"),
        **given,
    )


async def create_user(call: Call) -> Reply:
    return await call.create(
        lambda uow: users.create_user(call.world, uow, call.token.application_id, call.body),
        lambda made: as_json(_posted(call, *made), 201),
        user=lambda made: made[0],
    )


async def update_user(call: Call) -> Reply:
    details = await call.write(lambda uow: users.update_user(call.world, uow, call.tenant, call.body))
    return as_json(_posted(call, call.path["userId"], details))


async def delete_user(call: Call) -> Reply:
    await call.write(lambda uow: users.delete_user(call.world, uow, call.tenant))
    return NO_CONTENT


async def get_user(call: Call) -> Reply:
    def look(uow: UnitOfWork) -> tuple[UserDetails, list[str], list[str]]:
        details = users.get_user(call.world, uow, call.tenant)
        accounts = [row.id for row in account_rows.accounts_of_user(uow, *call.tenant)]
        connections = [row.id for row in connection_rows.connections_of_user(uow, *call.tenant)]
        return details, accounts, connections

    details, accounts, connections = await call.read(look)
    url = call.user_url
    business = {name: getattr(details, name) for name in _BUSINESS}
    return as_json(
        User(
            type="user",
            id=call.path["userId"],
            email=details.email or "",
            mobile=details.mobile or "",
            name=" ".join(part for part in (details.first_name, details.middle_name, details.last_name) if part),
            first_name=details.first_name or "",
            middle_name=details.middle_name or "",
            last_name=details.last_name or "",
            accounts=_references("account", f"{url}/accounts", accounts),
            connections=_references("connection", f"{url}/connections", connections),
            links=UserLinks(self_=url, accounts=f"{url}/accounts", connections=f"{url}/connections", transactions=f"{url}/transactions"),
            **business,
        )
    )


def _references(kind: str, url: str, ids: list[str]) -> References:
    data = [Reference(type=kind, id=each, links=SelfLink(self_=f"{url}/{each}")) for each in ids]
    return References(type="list", count=len(ids), data=data, links=SelfLink(self_=url))
