"""Operators: the people who run this server and see its dashboard. A one-time link lets one choose a password.

They belong to no application, so that each of these functions runs on behalf of `NO_APPLICATION`. `now` is in milliseconds.
Passwords are hashed by argon2id, slow on purpose, and as slow for an unknown name.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bowerbird.domain.services import Session
from bowerbird.model.days import DAY_S
from bowerbird.model.ids import new_id
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.storage.rows import operators as rows
from bowerbird.storage.rows.operators import NamedSessionRow, OperatorRow, SessionRow

LINK_SECONDS = DAY_S
_SEEN_EVERY_MS = 60_000
_LONGEST_NAME = 100


class Operator(NamedTuple):
    """An operator who is signed in. `session` is the stored hash of their session."""

    id: str
    name: str
    session: str


def name_of(text: str) -> str:
    """A name as it is stored and compared: lower case, single blanks. Empty for what is no name."""
    name = " ".join(text.casefold().split())
    return name if name.isprintable() and len(name) <= _LONGEST_NAME else ""


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_link(session: Session, now: int) -> str:
    """The secret of a new one-time link, which lets its holder set a password. Only its hash is stored."""
    secret = new_secret()
    rows.insert_link(session.uow, hash_of(secret), now + LINK_SECONDS * 1000)
    return secret


def create_first_link(session: Session, now: int) -> str:
    """A link for the first operator; empty once there is one."""
    return "" if has_operator(session) else create_link(session, now)


def has_operator(session: Session) -> bool:
    """Whether an operator has chosen a password."""
    return rows.any_operator(session.uow)


def is_link_valid(session: Session, secret: str, now: int) -> bool:
    return rows.is_link_valid(session.uow, hash_of(secret), now)


def use_link(session: Session, secret: str, name: str, password_hash: str, now: int) -> str | None:
    """Set the password of a known or new name and end its sessions: the operator's id, None for a link that has expired."""
    if not rows.use_link(session.uow, hash_of(secret), now):
        return None
    known = rows.find_operator(session.uow, name)
    if known is None:
        operator_id = new_id()
        rows.insert_operator(session.uow, OperatorRow(operator_id, name, password_hash, created=now, updated=now))
        return operator_id
    change_password(session, known.id, password_hash, now)
    return known.id


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def stored_password(session: Session, name: str) -> tuple[str, str] | None:
    """(operator's id, argon2 hash), None for an unknown name."""
    known = rows.find_operator(session.uow, name)
    return None if known is None else (known.id, known.password)


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_session(session: Session, operator_id: str, device: str, now: int) -> str:
    """The secret of a new session; a cookie that a browser sent never becomes one."""
    limits = session.services.limits
    rows.delete_outdated(session.uow, now, now - limits.operator_idle_seconds * 1000)
    secret = new_secret()
    expires = now + limits.operator_session_seconds * 1000
    rows.insert_session(session.uow, SessionRow(hash_of(secret), operator_id, created=now, seen=now, expires=expires, device=device[:200]))
    return secret


def find_session(session: Session, secret: str, now: int) -> tuple[Operator, bool] | None:
    """The operator who is signed in with a secret, and whether to record the session as used; None for an expired or unknown session."""
    row = rows.find_session(session.uow, hash_of(secret))
    if row is None or not _is_open(session, row, now):
        return None
    return Operator(row.operator_id, row.name, row.hash), now - row.seen >= _SEEN_EVERY_MS


def _is_open(session: Session, row: SessionRow | NamedSessionRow, now: int) -> bool:
    return row.expires > now and row.seen + session.services.limits.operator_idle_seconds * 1000 > now


def list_sessions(session: Session, operator_id: str, now: int) -> list[SessionRow]:
    """The operator's open sessions, last used first."""
    return [row for row in rows.sessions_of(session.uow, operator_id) if _is_open(session, row, now)]


def record_use(session: Session, session_hash: str, now: int) -> None:
    """Record that a session was used now."""
    rows.touch_session(session.uow, session_hash, now)


def delete_session(session: Session, session_hash: str) -> None:
    rows.delete_session(session.uow, session_hash)


def delete_sessions(session: Session, operator_id: str) -> None:
    """End every session of an operator."""
    rows.delete_sessions_of(session.uow, operator_id)


def change_password(session: Session, operator_id: str, password_hash: str, now: int) -> None:
    """Every session of the operator ends, so that the old password is of no use."""
    rows.set_password(session.uow, operator_id, password_hash, now)
    delete_sessions(session, operator_id)


SHORTEST, LONGEST = 12, 256
_FEWEST_DIFFERENT = 5

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's parameters: 19 MiB and some 30 ms a try."""

_request_queue = BoundedSemaphore(2)
"""At most two at once: a flood of guesses must not use up the machine's memory."""

_UNKNOWN = _hasher.hash("the password of an unknown name")


def weakness(password: str, name: str) -> str | None:
    """Why a password is refused, in words for the person who chose it; None when it is accepted."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; several words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password)) < _FEWEST_DIFFERENT or (name and password.casefold().replace(name.casefold(), "") == ""):
        return "That password is easy to guess: use several words."
    return None


def hash_password(password: str) -> str:
    with _request_queue:
        return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one. With None, for an unknown name, it takes as long and is wrong."""
    with _request_queue:
        try:
            _hasher.verify(stored or _UNKNOWN, password[: 2 * LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None
