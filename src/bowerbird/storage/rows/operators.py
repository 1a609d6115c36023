"""People who run the server, their sessions and one-time links, which belong to no application; and the audit of what they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import delete, func, insert, or_, select, text, update

from bowerbird.model.reading import ActionOutcome, Role
from bowerbird.storage.database.keyset import ColumnCondition, KeyedRow, Keyset, KeysetPage, ListCursor
from bowerbird.storage.database.tables import audit_entries, operator_links, operator_sessions, operators, sign_in_attempts
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork


class OperatorRow(StoredRow, frozen=True):
    """An operator. `password` is an argon2 hash; `totp` and `totp_offered` are sealed."""

    id: str
    name: str
    password: str
    role: Role
    created: int
    updated: int
    totp: bytes | None = None
    totp_offered: bytes | None = None
    totp_step: int = 0


class SessionRow(StoredRow, frozen=True):
    """An operator's session. `seen` is when it was last used, `device` what the browser calls itself.

    `awaits_code`: the password was right, and the code of the authenticator is still to come.
    """

    hash: str
    operator_id: str
    created: int
    seen: int
    expires: int
    device: str
    awaits_code: bool = False

    @property
    def id(self) -> str:
        """Names the session to its operator; it opens nothing."""
        return self.hash[:16]


class NamedSessionRow(StoredRow, frozen=True):
    """A session with its operator's name, role and sealed secret of an authenticator."""

    hash: str
    operator_id: str
    seen: int
    expires: int
    name: str
    awaits_code: bool
    role: Role
    totp: bytes | None


class LinkRow(StoredRow, frozen=True):
    """A one-time link. It makes a new operator with this role; or sets the password of one, where it names an operator.

    `invited_by` is the operator who made it; empty: the command line, or the server's first start.
    """

    hash: str
    expires: int
    role: Role
    operator_id: str | None = None
    invited_by: str = ""


_EXPIRED_AT_ONCE = 100
_OPERATOR = select(*OperatorRow.columns(operators))
_SESSION = select(*SessionRow.columns(operator_sessions))


def insert_operator(uow: UnitOfWork, row: OperatorRow) -> None:
    uow.execute(insert(operators), msgspec.structs.asdict(row))


def find_operator(uow: UnitOfWork, name: str) -> OperatorRow | None:
    return uow.one(OperatorRow, _OPERATOR.where(operators.c.name == name))


def get_operator(uow: UnitOfWork, operator_id: str) -> OperatorRow | None:
    return uow.one(OperatorRow, _OPERATOR.where(operators.c.id == operator_id))


def all_operators(uow: UnitOfWork) -> list[OperatorRow]:
    """By name."""
    return uow.all(OperatorRow, _OPERATOR.order_by(operators.c.name))


def lock_operators(uow: UnitOfWork) -> list[OperatorRow]:
    """All of them; no other unit of work changes one before this one ends."""
    return uow.all(OperatorRow, _OPERATOR.order_by(operators.c.id).with_for_update())


def set_role(uow: UnitOfWork, operator_id: str, role: Role, moment: int) -> None:
    uow.execute(update(operators).where(operators.c.id == operator_id).values(role=role, updated=moment))


def delete_operator(uow: UnitOfWork, operator_id: str) -> None:
    """With its sessions and links."""
    uow.execute(delete(operators).where(operators.c.id == operator_id))


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

_LINK = select(*LinkRow.columns(operator_links))


def insert_link(uow: UnitOfWork, row: LinkRow) -> None:
    uow.execute(insert(operator_links), msgspec.structs.asdict(row))


def find_link(uow: UnitOfWork, link_hash: str, now: int) -> LinkRow | None:
    """A link that has neither expired nor been used."""
    return uow.one(LinkRow, _LINK.where(operator_links.c.hash == link_hash, operator_links.c.expires > now))


def use_link(uow: UnitOfWork, link_hash: str, now: int) -> bool:
    """Delete a link: true for one caller only."""
    good = (operator_links.c.hash == link_hash, operator_links.c.expires > now)
    return uow.execute(delete(operator_links).where(*good)).rowcount == 1


def delete_links_by(uow: UnitOfWork, operator_id: str) -> None:
    """Links that an operator made and that were not used."""
    uow.execute(delete(operator_links).where(operator_links.c.invited_by == operator_id))


def delete_links_of(uow: UnitOfWork, operator_id: str) -> None:
    uow.execute(delete(operator_links).where(operator_links.c.operator_id == operator_id))


# ── Authenticators ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_totp_offered(uow: UnitOfWork, operator_id: str, sealed: bytes) -> None:
    """Codes of an earlier secret count no more: the first period whose code is taken is any, wherever the clock stood before."""
    uow.execute(update(operators).where(operators.c.id == operator_id).values(totp_offered=sealed, totp_step=0))


def set_totp(uow: UnitOfWork, operator_id: str, sealed: bytes | None, moment: int) -> None:
    """Use an authenticator from now on, or none. What was offered is gone."""
    uow.execute(update(operators).where(operators.c.id == operator_id).values(totp=sealed, totp_offered=None, updated=moment))


def use_totp_step(uow: UnitOfWork, operator_id: str, step: int) -> bool:
    """Use up the code of a period, and those of earlier ones: true for one caller only."""
    unused = (operators.c.id == operator_id, operators.c.totp_step < step)
    return uow.execute(update(operators).where(*unused).values(totp_step=step)).rowcount == 1


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


# ── The audit ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_c = audit_entries.c
_COPIED_AT_ONCE = 1000


class AuditRow(KeyedRow, frozen=True):
    """An entry of the audit, only ever added (`storage.database.append_only`). `created` in milliseconds.

    `operator_id` is empty for the command line and the server itself.

    `deletes_before_ms` says that the retention deleted what is older.
    """

    created: int
    operator_id: str
    action: str
    outcome: ActionOutcome
    application_id: str
    user_id: str
    subject: str
    address: str
    deletes_before_ms: int | None = None


_INSERT_ENTRY = insert(audit_entries)


def insert_entry(uow: UnitOfWork, row: AuditRow) -> None:
    uow.execute(_INSERT_ENTRY, row.values())


def _keyset(conditions: dict[str, str]) -> Keyset[AuditRow]:
    """Of several conditions the first one chooses the rows, and the others are looked for among them."""
    known = [(name, value) for name, value in conditions.items() if value]
    filtered = [ColumnCondition(name, (value,)) for name, value in known[1:]]
    return Keyset(AuditRow, audit_entries, dict(known[:1]), filtered=filtered)


def list_entries(uow: UnitOfWork, conditions: dict[str, str], seen: ListCursor | None, limit: int) -> KeysetPage[AuditRow]:
    """Newest first. `conditions`: user_id, operator_id, action; an empty value is none."""
    return _keyset(conditions).page(uow, seen, limit)


def count_entries(uow: UnitOfWork, conditions: dict[str, str]) -> int:
    """Counted as far as a Keyset counts."""
    return _keyset(conditions).count(uow)


_OLDEST_ENTRY = Prepared(select(func.min(_c.created)))


def oldest_moment(uow: UnitOfWork) -> int | None:
    """When the oldest entry was made (milliseconds); None without one."""
    moment = uow.fetch(_OLDEST_ENTRY, {})[0][0]
    return None if moment is None else int(moment)


def delete_entries_before(uow: UnitOfWork, before_ms: int, most: int) -> int:
    """Delete up to `most` entries; how many. The triggers allow it once an entry of `deletes_before_ms` says so."""
    oldest = select(_c.position).where(_c.created < before_ms).order_by(_c.created, _c.position).limit(most)
    return uow.execute(delete(audit_entries).where(_c.position.in_(oldest.scalar_subquery()))).rowcount


def newest_position(uow: UnitOfWork) -> int:
    """0 without an entry."""
    row = uow.row(select(func.max(_c.position)))
    return int(row[0] or 0) if row else 0


def copy_entries(source: UnitOfWork, target: UnitOfWork) -> None:
    """Add the entries that `target`, an earlier state of the same server, does not have."""
    for rows in _behind(source, newest_position(target)):
        target.execute(insert(audit_entries), rows)


def _behind(source: UnitOfWork, position: int) -> Iterator[list[dict[str, object]]]:
    while rows := source.rows(select(audit_entries).where(_c.position > position).order_by(_c.position).limit(_COPIED_AT_ONCE)):
        yield [dict(row._mapping) for row in rows]  # noqa: SLF001  (its public name, in SQLAlchemy's own words)
        position = int(rows[-1].position)


def overwrite_entries(uow: UnitOfWork) -> None:
    """What `verify` tries, and the triggers refuse."""
    uow.execute(update(audit_entries).values(operator_id=""))


def erase_entries(uow: UnitOfWork) -> None:
    """The same with a deletion."""
    uow.execute(delete(audit_entries))
