"""Identities: the personal details that banks hold of a user."""

from __future__ import annotations

from dataclasses import asdict

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas import IdentityAddress, IdentityLinks, IdentityList, IdentityView, Organisation
from bowerbird.domain.services import Session
from bowerbird.domain.users import identities
from bowerbird.domain.users.identities import Identity
from bowerbird.model.clock import from_milliseconds, wire_time


def _identity(request: ApiRequest, identity: Identity) -> IdentityView:
    connection, profile = identity.connection, identity.profile
    read_at_ms = connection.last_used_at_ms or connection.created_at_ms
    return IdentityView(
        type="identity",
        id=identity.id,
        created=wire_time(from_milliseconds(connection.created_at_ms)),
        updated=wire_time(from_milliseconds(read_at_ms)),
        source=connection.method,
        connection_id=connection.id,
        institution_id=connection.institution_id,
        full_name=profile.full_name,
        first_name=profile.first_name,
        last_name=profile.last_name,
        middle_name=profile.middle_name,
        phone_numbers=list(profile.phone_numbers),
        email_addresses=list(profile.email_addresses),
        physical_addresses=[IdentityAddress(type="home", **asdict(address)) for address in profile.physical_addresses],
        organisation=Organisation(),
        links=IdentityLinks(self_=f"{request.user_url}/identities/{identity.id}", job=f"{request.user_url}/connections/{connection.id}"),
    )


async def list_identities(request: ApiRequest) -> ApiResponse:
    data = [_identity(request, identity) for identity in await request.read(identities.list_identities)]
    return as_json(IdentityList(type="list", count=len(data), data=data))


def find_identity(request: ApiRequest, session: Session) -> Identity:
    """The identity the path names. Raises Problem when its user has none such."""
    return identities.get_identity(session, request.path["identityId"])


async def get_identity(request: ApiRequest) -> ApiResponse:
    return as_json(_identity(request, request.found))
