"""Operators: the people who run this server and see its dashboard. A one-time link lets one choose a password.

They belong to no application, so that each of these functions runs on behalf of `NO_APPLICATION`. `now` is in milliseconds.
"""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import normalize

from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.operators.totp import is_required
from bowerbird.domain.services import Session
from bowerbird.model.days import DAY_S
from bowerbird.model.ids import new_id
from bowerbird.model.reading import ActionOutcome, Role
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.storage.rows import operators as rows
from bowerbird.storage.rows.operators import LinkRow, NamedSessionRow, OperatorRow, SessionRow

LINK_SECONDS = DAY_S
CODE_SECONDS = 300
"""Time to type the code of an authenticator after the password."""
_SEEN_EVERY_MS = 60_000
_LONGEST_NAME = 100


class Operator(NamedTuple):
    """An operator who is signed in. `session` is the stored hash of their session.

    `needs_totp`: before anything else, an authenticator is to be set up.
    """

    id: str
    name: str
    session: str
    role: Role = Role.OWNER
    has_totp: bool = False
    needs_totp: bool = False


class Invitation(NamedTuple):
    """What an unused link is for: a new operator with a role; or a new password of the operator with a name."""

    role: Role
    name: str


class NameTaken(Exception):
    """A link that makes a new operator was used with the name of another one: it never takes over that one."""


def name_of(text: str) -> str:
    """A name as it is stored and compared: lower case, usual letters, single blanks. Empty for what is no name."""
    name = " ".join(normalize("NFKC", text).casefold().split())
    return name if name.isprintable() and len(name) <= _LONGEST_NAME else ""


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_link(session: Session, now: int, role: Role = Role.OWNER, operator_id: str | None = None, *, by: str = "") -> str:
    """The secret of a new one-time link, which makes an operator, or sets the password of one. Only its hash is stored.

    `by` is the operator who made it: it ends with their right to make one.
    """
    secret = new_secret()
    rows.insert_link(session.uow, LinkRow(hash_of(secret), now + LINK_SECONDS * 1000, role, operator_id, by))
    return secret


def create_first_link(session: Session, now: int) -> str:
    """A link for the first operator, an owner; empty once there is one."""
    return "" if has_operator(session) else create_link(session, now)


def has_operator(session: Session) -> bool:
    """Whether an operator has chosen a password."""
    return rows.any_operator(session.uow)


def find_invitation(session: Session, secret: str, now: int) -> Invitation | None:
    """None for a link that has expired or was used."""
    link = rows.find_link(session.uow, hash_of(secret), now)
    if link is None:
        return None
    known = rows.get_operator(session.uow, link.operator_id) if link.operator_id else None
    return Invitation(link.role, known.name if known else "")


def use_link(session: Session, secret: str, name: str, password_hash: str, now: int, address: str = "") -> str | None:
    """Make the operator, or set the password of the one that the link names: the id, None for a link that has expired.

    Raises NameTaken, and the link stays as it was.
    """
    link = rows.find_link(session.uow, hash_of(secret), now)
    if link is None or not rows.use_link(session.uow, link.hash, now):
        return None
    if link.operator_id is not None:
        known = rows.get_operator(session.uow, link.operator_id)
        if known is None:
            return None
        change_password(session, known.id, password_hash, now)
        audit.record(session, AuditAction("use_recovery_link", known.id, address, subject=known.id))
        return known.id
    if rows.find_operator(session.uow, name) is not None:
        raise NameTaken
    row = OperatorRow(new_id(), name, password_hash, link.role, created=now, updated=now)
    rows.insert_operator(session.uow, row)
    audit.record(session, AuditAction("use_link", row.id, address, subject=row.id))
    return row.id


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Known(NamedTuple):
    """An operator who may sign in: the argon2 hash of their password, and whether a code is asked for after it."""

    id: str
    password: str
    has_totp: bool


def find_known(session: Session, name: str) -> Known | None:
    """None for an unknown name."""
    known = rows.find_operator(session.uow, name)
    return None if known is None else Known(known.id, known.password, known.totp is not None)


def record_refused(session: Session, action: str, operator_id: str, address: str) -> None:
    """Record that a known operator was refused, such as a wrong password."""
    audit.record(session, AuditAction(action, operator_id, address, outcome=ActionOutcome.REFUSED))


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_session(session: Session, operator_id: str, device: str, now: int) -> str:
    """The secret of a new session; a cookie that a browser sent never becomes one."""
    return _insert_session(session, operator_id, device, now, session.services.limits.operator_session_seconds)


def await_code(session: Session, operator_id: str, device: str, now: int) -> str:
    """The secret of what stands between a right password and the code: it opens no page."""
    return _insert_session(session, operator_id, device, now, CODE_SECONDS, awaits_code=True)


def _insert_session(session: Session, operator_id: str, device: str, now: int, seconds: int, *, awaits_code: bool = False) -> str:
    rows.delete_outdated(session.uow, now, now - session.services.limits.operator_idle_seconds * 1000)
    secret, expires = new_secret(), now + seconds * 1000
    row = SessionRow(hash_of(secret), operator_id, created=now, seen=now, expires=expires, device=device[:200], awaits_code=awaits_code)
    rows.insert_session(session.uow, row)
    return secret


def sign_in(session: Session, operator_id: str, device: str, now: int, address: str) -> str:
    """The secret of a new session, recorded in the audit."""
    audit.record(session, AuditAction("sign_in", operator_id, address))
    return create_session(session, operator_id, device, now)


def find_awaiting(session: Session, secret: str, now: int) -> tuple[str, str] | None:
    """Id and name of the operator who has typed the right password and not yet the code; None where the time for it is over."""
    row = rows.find_session(session.uow, hash_of(secret))
    return (row.operator_id, row.name) if row is not None and row.awaits_code and row.expires > now else None


def end_awaiting(session: Session, secret: str) -> None:
    """The code was right: what waited for it is over."""
    rows.delete_session(session.uow, hash_of(secret))


def find_session(session: Session, secret: str, now: int) -> tuple[Operator, bool] | None:
    """The operator who is signed in with a secret, and whether to record the session as used; None for an expired or unknown session."""
    row = rows.find_session(session.uow, hash_of(secret))
    if row is None or row.awaits_code or not _is_open(session, row, now):
        return None
    has_totp = row.totp is not None
    needs_totp = not has_totp and is_required(session, row.role)
    return Operator(row.operator_id, row.name, row.hash, row.role, has_totp, needs_totp), now - row.seen >= _SEEN_EVERY_MS


def _is_open(session: Session, row: SessionRow | NamedSessionRow, now: int) -> bool:
    return row.expires > now and row.seen + session.services.limits.operator_idle_seconds * 1000 > now


def list_sessions(session: Session, operator_id: str, now: int) -> list[SessionRow]:
    """The operator's open sessions, last used first."""
    return [row for row in rows.sessions_of(session.uow, operator_id) if not row.awaits_code and _is_open(session, row, now)]


def record_use(session: Session, session_hash: str, now: int) -> None:
    """Record that a session was used now."""
    rows.touch_session(session.uow, session_hash, now)


def delete_session(session: Session, session_hash: str) -> None:
    rows.delete_session(session.uow, session_hash)


def sign_out(session: Session, operator: Operator, address: str, *, everywhere: bool) -> None:
    """End this session, or every one of the operator."""
    audit.record(session, AuditAction("sign_out_everywhere" if everywhere else "sign_out", operator.id, address))
    if everywhere:
        delete_sessions(session, operator.id)
    else:
        delete_session(session, operator.session)


def revoke_session(session: Session, operator: Operator, session_id: str, address: str) -> bool:
    """End one of the operator's own sessions, named by its id; false where it has none of this id."""
    found = [row.hash for row in rows.sessions_of(session.uow, operator.id) if row.id == session_id]
    for session_hash in found:
        delete_session(session, session_hash)
        audit.record(session, AuditAction("revoke_session", operator.id, address, subject=session_id))
    return bool(found)


def delete_sessions(session: Session, operator_id: str) -> None:
    """End every session of an operator."""
    rows.delete_sessions_of(session.uow, operator_id)


def change_password(session: Session, operator_id: str, password_hash: str, now: int) -> None:
    """Every session of the operator ends, so that the old password is of no use."""
    rows.set_password(session.uow, operator_id, password_hash, now)
    delete_sessions(session, operator_id)


def replace_password(session: Session, operator: Operator, password_hash: str, device: str, now: int, address: str) -> str:
    """Change the operator's own password: the secret of the one session that goes on."""
    change_password(session, operator.id, password_hash, now)
    audit.record(session, AuditAction("change_password", operator.id, address))
    return create_session(session, operator.id, device, now)
