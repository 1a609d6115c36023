"""Auth links as rows: one a user, the newest."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from bowerbird.storage.database.consent_tables import auth_links
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_l = auth_links.c


def put_auth_link(uow: UnitOfWork, values: dict[str, object]) -> None:
    """In the place of the one before."""
    uow.execute(delete(auth_links).where(_l.application_id == values["application_id"], _l.user_id == values["user_id"]))
    uow.execute(insert(auth_links), values)


def find_auth_link(uow: UnitOfWork, application_id: str, user_id: str) -> AnyRow | None:
    return uow.row(select(auth_links).where(_l.application_id == application_id, _l.user_id == user_id))


def update_auth_link(uow: UnitOfWork, application_id: str, user_id: str, **values: object) -> None:
    uow.execute(update(auth_links).where(_l.application_id == application_id, _l.user_id == user_id).values(values))


def auth_link_of_secret(uow: UnitOfWork, secret_hash: str) -> AnyRow | None:
    """Across tenants on purpose: whoever opens a link says nothing but its secret."""
    return uow.row(select(auth_links).where(_l.secret_hash == secret_hash))


def replace_code(uow: UnitOfWork, link: AnyRow, changes: dict[str, object]) -> bool:
    """Put another code in the place of the one that was read, unless somebody else did meanwhile."""
    same = (_l.application_id == link.application_id, _l.id == link.id, _l.codes_sent == link.codes_sent)
    return uow.execute(update(auth_links).where(*same).values(changes)).rowcount == 1


def count_attempt(uow: UnitOfWork, link: AnyRow, most: int) -> bool:
    """Count a guess at the code that was read. False when it has had all its guesses, or is another by now."""
    same = (_l.application_id == link.application_id, _l.id == link.id, _l.codes_sent == link.codes_sent, _l.attempts < most)
    return uow.execute(update(auth_links).where(*same).values(attempts=_l.attempts + 1)).rowcount == 1
