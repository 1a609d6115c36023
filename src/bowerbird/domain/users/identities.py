"""Identities: the personal details that each bank holds of a user."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from bowerbird import codes
from bowerbird.domain.connections.connections import ConnectionRow, list_connections, profile_of
from bowerbird.domain.services import Session
from bowerbird.model.account import Profile
from bowerbird.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Identity:
    """The personal details that came with a connection, which has one identity at most."""

    id: str
    connection: ConnectionRow
    profile: Profile


def list_identities(session: Session) -> list[Identity]:
    """The user's identities, those of the oldest connection first. A connection without a login brings none."""
    profiles = [(row, profile_of(session, row)) for row in list_connections(session)]
    return [Identity(identity_id(row.id), row, profile) for row, profile in profiles if profile is not None]


def get_identity(session: Session, id: str) -> Identity:
    """Raises Problem when the user has no such identity."""
    row = next((row for row in list_connections(session) if identity_id(row.id) == id), None)
    profile = None if row is None else profile_of(session, row)
    if row is not None and profile is not None:
        return Identity(id, row, profile)
    raise Problem(codes.IDENTITY_NOT_FOUND, parameter="identityId")


def identity_id(connection_id: str) -> str:
    """The id of a connection's identity follows from the connection's: it stays the same when the bank is asked again."""
    return str(uuid5(UUID(connection_id), "identity"))
