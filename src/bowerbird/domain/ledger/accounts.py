"""Accounts of a user: listed, filtered, read."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.domain import filters
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.filters import EQUALITY
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import accounts as rows
from bowerbird.storage.rows.accounts import AccountRow as AccountRow  # noqa: PLC0414  (for those who list accounts)
from bowerbird.storage.rows.accounts import ConnectedAccountRow as ConnectedAccountRow  # noqa: PLC0414

_ALLOWED = {"account.id": EQUALITY, "connection.id": EQUALITY, "institution.id": EQUALITY}


def list_accounts(session: Session, filter_text: str | None) -> list[ConnectedAccountRow]:
    """Accounts that meet the filter, in the order they were first seen; none where the user did not agree to share them."""
    conditions = filters.accept(filter_text, _ALLOWED)
    if not read_scope(session).accounts:
        return []
    return [row for row in rows.connected_accounts_of_user(session.uow, *session.tenant) if filters.matches(conditions, _facts(row))]


def _facts(row: AccountRow) -> dict[str, tuple[str, ...]]:
    return {"account.id": (row.id,), "connection.id": (row.connection_id,), "institution.id": (row.institution_id,)}


def get_account(session: Session, account_id: str) -> ConnectedAccountRow:
    """Raises Problem when this user has no such account."""
    row = rows.find_connected_account(session.uow, *session.tenant, account_id) if read_scope(session).accounts else None
    if row is None:
        raise Problem(codes.ACCOUNT_NOT_FOUND, parameter="accountId")
    return row
