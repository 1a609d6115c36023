"""Owners look after operators: roles, sessions, removal; and the machine's owner brings one back who lost password or authenticator."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.operators import audit, operators
from bowerbird.domain.operators.audit import COMMAND_LINE, AuditAction
from bowerbird.domain.services import Session
from bowerbird.model.reading import Role
from bowerbird.storage.rows import operators as rows
from bowerbird.storage.rows.operators import OperatorRow


class Account(NamedTuple):
    """An operator as owners see it. `seen` is when a session was last used (milliseconds); None without an open one."""

    id: str
    name: str
    role: Role
    has_totp: bool
    sessions: int
    seen: int | None


class LastOwner(Exception):
    """The change would leave the server without an owner."""


class UnknownOperator(Exception):
    """There is no such operator; it may have been removed since."""


def list_accounts(session: Session, now: int) -> list[Account]:
    """By name."""
    return [_account(session, row, now) for row in rows.all_operators(session.uow)]


def _account(session: Session, row: OperatorRow, now: int) -> Account:
    opened = operators.list_sessions(session, row.id, now)
    return Account(row.id, row.name, row.role, row.totp is not None, len(opened), opened[0].seen if opened else None)


def operator_names(session: Session) -> dict[str, str]:
    """Operator's id → name, of those there are."""
    return {row.id: row.name for row in rows.all_operators(session.uow)}


def _change(session: Session, operator_id: str, *, stays_owner: bool) -> OperatorRow:
    """The operator, whom no other unit of work changes before this one ends. Raises UnknownOperator and LastOwner."""
    known = rows.lock_operators(session.uow)
    row = next((each for each in known if each.id == operator_id), None)
    if row is None:
        raise UnknownOperator
    if row.role is Role.OWNER and not stays_owner and sum(each.role is Role.OWNER for each in known) == 1:
        raise LastOwner
    return row


def change_role(session: Session, operator_id: str, role: Role, now: int, by: AuditAction) -> None:
    """From the next page on; links that the operator made and that were not used end. Raises UnknownOperator and LastOwner."""
    row = _change(session, operator_id, stays_owner=role is Role.OWNER)
    rows.set_role(session.uow, row.id, role, now)
    rows.delete_links_by(session.uow, row.id)
    audit.record(session, by._replace(name=f"change_role_to_{role}", subject=row.id))


def end_sessions(session: Session, operator_id: str, by: AuditAction) -> None:
    """Raises UnknownOperator."""
    row = _change(session, operator_id, stays_owner=True)
    operators.delete_sessions(session, row.id)
    rows.delete_links_by(session.uow, row.id)
    audit.record(session, by._replace(name="end_sessions", subject=row.id))


def delete_operator(session: Session, operator_id: str, by: AuditAction) -> None:
    """Remove an operator with every session; the audit keeps the id. Raises UnknownOperator and LastOwner."""
    row = _change(session, operator_id, stays_owner=False)
    rows.delete_links_by(session.uow, row.id)
    rows.delete_operator(session.uow, row.id)
    audit.record(session, by._replace(name="delete_operator", subject=row.id))


def invite(session: Session, role: Role, now: int, by: AuditAction) -> str:
    """The secret of a one-time link that makes an operator with a role."""
    audit.record(session, by._replace(name=f"invite_{role}"))
    return operators.create_link(session, now, role, by=by.operator_id)


def recover(session: Session, name: str, now: int) -> str:
    """The secret of a link that sets a new password of an operator. Their sessions, earlier links and authenticator are gone.

    For who can reach the server's machine. Raises UnknownOperator.
    """
    row = rows.find_operator(session.uow, operators.name_of(name))
    if row is None:
        raise UnknownOperator
    operators.delete_sessions(session, row.id)
    rows.delete_links_of(session.uow, row.id)
    rows.delete_links_by(session.uow, row.id)
    rows.set_totp(session.uow, row.id, None, now)
    audit.record(session, AuditAction("recover_operator", COMMAND_LINE, subject=row.id))
    return operators.create_link(session, now, row.role, row.id)
