"""Operators: the people who run this server and see its dashboard. A one-time link lets one choose a password."""

from __future__ import annotations

import hashlib
import secrets
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from bowerbird.domain.services import Limits, Session
from bowerbird.model.ids import new_id
from bowerbird.storage.rows import operators as rows

LINK_SECONDS = 86_400
_WINDOW_SECONDS = 900
_BY_ADDRESS, _BY_NAME = 20, 10
"""Attempts to sign in within the window, from one address and under one name."""
_SEEN_EVERY_MS = 60_000
_LONGEST_NAME = 100


class Operator(NamedTuple):
    """Somebody who is signed in. `session` is the hash under which the session is kept."""

    id: str
    name: str
    session: str


def _hash(secret: str) -> str:
    """What is stored of a session or a link. A plain hash is enough: each is 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def name_of(text: str) -> str:
    """A name as it is kept and compared: small letters, single blanks. Empty for what is no name."""
    name = " ".join(text.casefold().split())
    return name if name.isprintable() and len(name) <= _LONGEST_NAME else ""


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_link(session: Session, now: int) -> str:
    """The secret of a new one-time link: whoever holds it may set a password. Only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    rows.insert_link(session.uow, _hash(secret), now + LINK_SECONDS * 1000)
    return secret


def first_link(session: Session, now: int) -> str:
    """A link for the first operator; empty once there is one."""
    return "" if rows.any_operator(session.uow) else create_link(session, now)


def is_link_good(session: Session, secret: str, now: int) -> bool:
    return rows.is_link_good(session.uow, _hash(secret), now)


def use_link(session: Session, secret: str, name: str, password_hash: str, now: int) -> str | None:
    """Give a name its password, known or new, and end whatever session it had: the operator's id, None for a link that is over."""
    if not rows.use_link(session.uow, _hash(secret), now):
        return None
    found = rows.find_operator(session.uow, name)
    rows.forget_attempts(session.uow, [_subject("name", name)])
    if found is None:
        operator_id = new_id()
        rows.insert_operator(session.uow, {"id": operator_id, "name": name, "password": password_hash, "created": now, "updated": now})
        return operator_id
    change_password(session, found.id, password_hash, now)
    return str(found.id)


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def count_attempt(session: Session, name: str, address: str, now: int) -> int:
    """Count an attempt before it is made, so that many at once are no way around: seconds to wait, 0 when it may go on."""
    until = now + _WINDOW_SECONDS * 1000
    waits = [0]
    for subject, most in ((_subject("address", _network(address)), _BY_ADDRESS), (_subject("name", name), _BY_NAME)):
        count, ends = rows.count_attempt(session.uow, subject, now, until)
        if count > most:
            waits.append(max(1, (ends - now) // 1000))
    return max(waits)


def stored_password(session: Session, name: str) -> tuple[str, str] | None:
    """(operator's id, argon2 hash), None for a name that nobody has."""
    found = rows.find_operator(session.uow, name)
    return None if found is None else (found.id, found.password)


def forget_attempts(session: Session, name: str, address: str) -> None:
    rows.forget_attempts(session.uow, [_subject("address", _network(address)), _subject("name", name)])


def _subject(kind: str, value: str) -> str:
    return _hash(f"{kind} {value}")


def _network(address: str) -> str:
    """An address, or of IPv6 the network that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else address


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_session(session: Session, limits: Limits, operator_id: str, device: str, now: int) -> str:
    """The secret of a new session; nothing a browser brought along becomes one."""
    rows.delete_outdated(session.uow, now, now - limits.operator_idle_seconds * 1000)
    secret = secrets.token_urlsafe(32)
    expires = now + limits.operator_session_seconds * 1000
    values = {"hash": _hash(secret), "operator_id": operator_id, "created": now, "seen": now, "expires": expires, "device": device[:200]}
    rows.insert_session(session.uow, values)
    return secret


def find_session(session: Session, limits: Limits, secret: str, now: int) -> tuple[Operator, bool] | None:
    """Who is signed in with a secret, and whether that should be noted as seen; None when the session is over or never was."""
    row = rows.find_session(session.uow, _hash(secret))
    if row is None or row.expires <= now or row.seen + limits.operator_idle_seconds * 1000 <= now:
        return None
    return Operator(row.operator_id, row.name, row.hash), now - row.seen >= _SEEN_EVERY_MS


def change_password(session: Session, operator_id: str, password_hash: str, now: int) -> None:
    """Every session of the operator ends, so that who knew the old password is out."""
    rows.set_password(session.uow, operator_id, password_hash, now)
    rows.delete_sessions_of(session.uow, operator_id)
