"""People who run the server, their sessions and one-time links. They belong to no application."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert, or_, select, text, update

from bowerbird.storage.database.tables import operator_links, operator_sessions, operators, sign_in_attempts
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork


class OperatorRow(StoredRow, frozen=True):
    """An operator. `password` is an argon2 hash."""

    id: str
    name: str
    password: str
    created: int
    updated: int


class SessionRow(StoredRow, frozen=True):
    """An operator's session. `seen` is when it was last used, `device` what the browser calls itself."""

    hash: str
    operator_id: str
    created: int
    seen: int
    expires: int
    device: str


class NamedSessionRow(StoredRow, frozen=True):
    """A session with its operator's name."""

    hash: str
    operator_id: str
    seen: int
    expires: int
    name: str


_EXPIRED_AT_ONCE = 100
_OPERATOR = select(*OperatorRow.columns(operators))
_SESSION = select(*SessionRow.columns(operator_sessions))


def insert_operator(uow: UnitOfWork, row: OperatorRow) -> None:
    uow.execute(insert(operators), msgspec.structs.asdict(row))


def find_operator(uow: UnitOfWork, name: str) -> OperatorRow | None:
    return uow.one(OperatorRow, _OPERATOR.where(operators.c.name == name))


def any_operator(uow: UnitOfWork) -> bool:
    return uow.row(select(operators.c.id).limit(1)) is not None


def set_password(uow: UnitOfWork, operator_id: str, password: str, moment: int) -> None:
    uow.execute(update(operators).where(operators.c.id == operator_id).values(password=password, updated=moment))


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def insert_session(uow: UnitOfWork, row: SessionRow) -> None:
    uow.execute(insert(operator_sessions), msgspec.structs.asdict(row))


def find_session(uow: UnitOfWork, session_hash: str) -> NamedSessionRow | None:
    """A session, whether it has expired or not."""
    joined = operator_sessions.join(operators, operators.c.id == operator_sessions.c.operator_id)
    chosen = select(*NamedSessionRow.columns(operator_sessions, operators)).select_from(joined)
    return uow.one(NamedSessionRow, chosen.where(operator_sessions.c.hash == session_hash))


def sessions_of(uow: UnitOfWork, operator_id: str) -> list[SessionRow]:
    """Last used first."""
    own = operator_sessions.c.operator_id == operator_id
    return uow.all(SessionRow, _SESSION.where(own).order_by(operator_sessions.c.seen.desc(), operator_sessions.c.hash))


def touch_session(uow: UnitOfWork, session_hash: str, moment: int) -> None:
    uow.execute(update(operator_sessions).where(operator_sessions.c.hash == session_hash).values(seen=moment))


def delete_session(uow: UnitOfWork, session_hash: str) -> None:
    uow.execute(delete(operator_sessions).where(operator_sessions.c.hash == session_hash))


def delete_sessions_of(uow: UnitOfWork, operator_id: str) -> None:
    uow.execute(delete(operator_sessions).where(operator_sessions.c.operator_id == operator_id))


def delete_outdated(uow: UnitOfWork, now: int, idle_since: int) -> None:
    """Delete sessions and links that have expired."""
    over = or_(operator_sessions.c.expires <= now, operator_sessions.c.seen <= idle_since)
    uow.execute(delete(operator_sessions).where(over))
    uow.execute(delete(operator_links).where(operator_links.c.expires <= now))


# ── One-time links ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def insert_link(uow: UnitOfWork, link_hash: str, expires: int) -> None:
    uow.execute(insert(operator_links), {"hash": link_hash, "expires": expires})


def is_link_valid(uow: UnitOfWork, link_hash: str, now: int) -> bool:
    good = (operator_links.c.hash == link_hash, operator_links.c.expires > now)
    return uow.row(select(operator_links.c.hash).where(*good)) is not None


def use_link(uow: UnitOfWork, link_hash: str, now: int) -> bool:
    """Delete a link: true for one caller only."""
    good = (operator_links.c.hash == link_hash, operator_links.c.expires > now)
    return uow.execute(delete(operator_links).where(*good)).rowcount == 1


# ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


_COUNT = text(
    "INSERT INTO sign_in_attempts (subject, count, until) VALUES (:subject, 1, :until) ON CONFLICT (subject) DO UPDATE SET "
    "count = CASE WHEN sign_in_attempts.until <= :now THEN 1 ELSE sign_in_attempts.count + 1 END, "
    "until = CASE WHEN sign_in_attempts.until <= :now THEN excluded.until ELSE sign_in_attempts.until END RETURNING count, until"
)


def count_attempt(uow: UnitOfWork, subject: str, now: int, until: int) -> tuple[int, int]:
    """Count one more: (attempts in the present window, when it ends). A new window lasts until `until`."""
    row = uow.row(_COUNT, {"subject": subject, "now": now, "until": until})
    return (int(row[0]), int(row[1])) if row else (1, until)


def delete_expired_attempts(uow: UnitOfWork, now: int) -> None:
    """Delete counts whose window is over, a bounded number."""
    expired = (
        select(sign_in_attempts.c.subject).where(sign_in_attempts.c.until <= now).limit(_EXPIRED_AT_ONCE).with_for_update(skip_locked=True)
    )
    uow.execute(delete(sign_in_attempts).where(sign_in_attempts.c.subject.in_(expired)))


def delete_attempts(uow: UnitOfWork, subjects: Sequence[str]) -> None:
    uow.execute(delete(sign_in_attempts).where(sign_in_attempts.c.subject.in_(subjects)))
