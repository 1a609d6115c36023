"""Connections of users to institutions."""

from __future__ import annotations

from typing import NamedTuple, TypedDict, Unpack

from sqlalchemy import ColumnElement, bindparam, delete, select, update

from bowerbird.model.connection import ConnectionStatus, Method
from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import connections
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork


class ConnectionRow(StoredRow, frozen=True):
    """A connection. `login`, `profile`, `secret` and `messages` are sealed; those and `fingerprint` are None where there is none yet."""

    id: str
    application_id: str
    user_id: str
    institution_id: str
    method: Method
    status: ConnectionStatus
    sandbox: bool
    login: bytes | None
    fingerprint: str | None
    profile: bytes | None
    created_at_ms: int
    last_used_at_ms: int | None
    secret: bytes | None = None
    refresh_at_ms: int | None = None
    refresh_failures: int = 0
    messages: bytes | None = None


class ConnectionPlace(NamedTuple):
    """A connection and whose it is."""

    id: str
    application_id: str
    user_id: str


class ConnectionChanges(TypedDict, total=False):
    """The columns of a connection that change after it was made."""

    status: ConnectionStatus
    login: bytes
    fingerprint: str
    profile: bytes | None
    secret: bytes | None
    access_hash: str | None
    messages: bytes | None
    last_used_at_ms: int
    refresh_at_ms: int | None
    refresh_failures: int


_CONNECTION = select(*ConnectionRow.columns(connections))


def _own(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return unindexed(connections.c.application_id) == application_id, connections.c.user_id == user_id


_OWN = (connections.c.application_id == bindparam("application_id"), connections.c.user_id == bindparam("user_id"))
_ONE_OF_USER = Prepared(_CONNECTION.where(*_OWN, connections.c.id == bindparam("connection_id")), typed=True)
_OLDEST_FIRST = (connections.c.created_at_ms, connections.c.id)
_ALL_OF_USER = Prepared(_CONNECTION.where(*_OWN).order_by(*_OLDEST_FIRST), typed=True)
_IDS_OF_USER = Prepared(select(connections.c.id).where(*_OWN).order_by(*_OLDEST_FIRST), typed=True)


def insert_connection(uow: UnitOfWork, row: ConnectionRow) -> None:
    uow.insert(connections, row.values())


def find_connection(uow: UnitOfWork, application_id: str, user_id: str, connection_id: str) -> ConnectionRow | None:
    values = {"application_id": application_id, "user_id": user_id, "connection_id": connection_id}
    return uow.one(ConnectionRow, _ONE_OF_USER, values)


def places_of_access(uow: UnitOfWork, access_hash: str) -> list[ConnectionPlace]:
    """Across tenants: the connections whose kept secret stands for an access, by the keyed hash of the bank's own id of it."""
    chosen = select(connections.c.id, connections.c.application_id, connections.c.user_id)
    return [ConnectionPlace(*row) for row in uow.rows(chosen.where(connections.c.access_hash == access_hash))]


def connections_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[ConnectionRow]:
    """Oldest first."""
    return uow.all(ConnectionRow, _ALL_OF_USER, {"application_id": application_id, "user_id": user_id})


def connection_ids_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[str]:
    """Ids of a user's connections, oldest first."""
    return [row[0] for row in uow.fetch(_IDS_OF_USER, {"application_id": application_id, "user_id": user_id})]


def update_connection(uow: UnitOfWork, application_id: str, connection_id: str, **changes: Unpack[ConnectionChanges]) -> bool:
    """False when the connection is gone."""
    return uow.update(connections, {"application_id": application_id, "id": connection_id}, changes) == 1


def delete_connection(uow: UnitOfWork, application_id: str, user_id: str, connection_id: str) -> None:
    uow.execute(delete(connections).where(*_own(application_id, user_id), connections.c.id == connection_id))


def delete_profiles(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete the personal details that a user's banks have shown."""
    uow.execute(update(connections).where(*_own(application_id, user_id)).values(profile=None))


def delete_messages(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete the sentences of a user's banks."""
    uow.execute(update(connections).where(*_own(application_id, user_id)).values(messages=None))


def count_sandbox_connections(uow: UnitOfWork, application_id: str, most: int) -> int:
    """Counted up to `most`."""
    own = (connections.c.application_id == application_id, connections.c.sandbox)
    return count_up_to(uow, select(connections.c.sandbox).where(*own), most)


def connection_of_method(uow: UnitOfWork, application_id: str, user_id: str, institution_id: str, method: Method) -> ConnectionRow | None:
    """The user's oldest connection to an institution by one method: where further statements go."""
    same = (connections.c.institution_id == institution_id, connections.c.method == method)
    return uow.one(ConnectionRow, _CONNECTION.where(*_own(application_id, user_id), *same).order_by(connections.c.created_at_ms).limit(1))
