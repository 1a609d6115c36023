"""Which stored account a statement is of.

A number tells, also where it is written otherwise. Where it is crossed out, names no branch or is missing, as in a bank's plain export, the
statement is of the one account of its institution that its transactions show it to be of. The first export without a number that is
shown to be of none founds the institution's one account without a number; a later one is refused, so that two accounts never silently
become one. Two stored accounts that a statement shows to be one become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.ledger.account_import import (
    compare,
    completeness_of,
    find_numbered,
    list_alike,
    merge_accounts,
    number_account,
    update_account,
)
from bowerbird.domain.ledger.card_masking import mask_account
from bowerbird.domain.ledger.evidence import Evidence, evidence_of
from bowerbird.domain.ledger.ingest import Source
from bowerbird.domain.ledger.listed_days import days_of
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Session
from bowerbird.domain.statements.records import covered_by
from bowerbird.domain.users.users import hold_user
from bowerbird.model.account import BankAccount
from bowerbird.model.account_numbers import NumberMatch
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import UNKNOWN_NAME, UNKNOWN_NUMBER, StatementAccount
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows.accounts import AccountRow


class Recognised(NamedTuple):
    """The stored account of a statement, None where it is a new one, and further stored accounts that are the same."""

    row: AccountRow | None
    others: list[AccountRow]


def recognise(session: Session, institution_id: str, statement: StatementAccount) -> Recognised:
    """The stored account a statement is of.

    Raises Refused (missing-required-field) for a statement that may be of several accounts, or that has no number and is shown to be of
    none where such statements have an account already.
    """
    account = mask_account(statement.account)
    stored = list_alike(session, institution_id, account.currency)
    equal = find_numbered(session, institution_id, account) if statement.numbered else None
    shown, likely = _candidates(session, [row for row in stored if row != equal], account, statement)
    unnumbered = [row for row in stored if row.number == UNKNOWN_NUMBER]
    same = [*([] if equal is None else [equal]), *shown]
    if not same and not statement.numbered and any(row.transaction_count for row in unnumbered):
        raise _not_one_account()
    same = same or (likely if statement.numbered else unnumbered)
    if any(compare(one, other) is NumberMatch.DIFFERENT for one, other in combinations(same, 2)):
        raise _not_one_account()
    empty = [row for row in unnumbered if same and row not in same and not row.transaction_count]
    found = sorted([*same, *empty], key=_age)
    return Recognised(found[0], found[1:]) if found else Recognised(None, [])


def _candidates(
    session: Session, stored: list[AccountRow], account: BankAccount, statement: StatementAccount
) -> tuple[list[AccountRow], list[AccountRow]]:
    """The stored accounts that a statement's transactions show it to be of, and those that its number alone makes likely."""
    shown: list[AccountRow] = []
    likely: list[AccountRow] = []
    for row in stored:
        match = compare(row, account)
        if match is NumberMatch.DIFFERENT:
            continue
        evidence = evidence_of(session, row, statement.transactions, covered_by(statement))
        if evidence is Evidence.SHOWN:
            shown.append(row)
        elif evidence is Evidence.OPEN and match is NumberMatch.WITHOUT_BRANCH:
            likely.append(row)
    return shown, likely


def _age(row: AccountRow) -> tuple[bool, str]:
    """Orders accounts by which of them stays: one with transactions, then the one first seen."""
    return row.transaction_count == 0, row.id


def _not_one_account() -> Refused:
    return Refused(codes.CSV_MISSING_FIELD, field="accountNo")


def import_statement_account(session: Session, source: Source, statement: StatementAccount) -> str:
    """Recognise or create a statement's account, and bring its figures up to date; its id.

    An account takes the number of the statement that says most of it. Raises Refused as `recognise` does, and ContradictionError where
    two stored accounts are shown to be one and cannot be.
    """
    hold_user(session)
    row, others = recognise(session, source.institution_id, statement)
    account = _named_apart(session, source, mask_account(statement.account))
    if row is None:
        return update_account(session, source, account, None)
    for other in others:
        row = merge_accounts(session, row, other, source.job_id)
    if completeness_of(row) > completeness_of(account):
        account = _as_numbered(account, row)
    elif completeness_of(row) < completeness_of(account):
        number_account(session, row, account)
    return update_account(session, source, account, row)


def _named_apart(session: Session, source: Source, account: BankAccount) -> BankAccount:
    """An account without a number, its name with what no other one without a number has: its institution and its currency."""
    if account.name != UNKNOWN_NAME:
        return account
    institution = session.services.institutions.find(source.institution_id)
    return replace(account, name=f"{UNKNOWN_NAME}, {institution.short_name if institution else source.institution_id}, {account.currency}")


def _as_numbered(account: BankAccount, row: AccountRow) -> BankAccount:
    """A statement's account under the number that is stored, because it says more."""
    name = row.number if account.name == account.number or account.name.startswith(UNKNOWN_NAME) else account.name
    return replace(account, name=name, number=row.number, bsb=row.details.bsb, masked_number=row.details.masked_number)


def join_accounts(session: Session, source: Source, account_id: str, listing: Sequence[BankTransaction]) -> str:
    """Make one with a feed's account what statements without its whole number have founded, where the feed's listing shows it; its id."""
    row = _find(session, account_id)
    if not _less_numbered(session, row):
        return account_id
    hold_user(session)
    row = _find(session, account_id)
    for other in _less_numbered(session, row):
        if evidence_of(session, other, listing, days_of(listing)) is Evidence.SHOWN:
            with suppress(ContradictionError):
                kept, gone = sorted((row, other), key=_age)
                row = merge_accounts(session, kept, gone, source.job_id)
    return row.id


def _find(session: Session, account_id: str) -> AccountRow:
    row = account_rows.find_account(session.uow, *session.tenant, account_id)
    if row is None:
        raise LookupError(f"the account {account_id} is gone")
    return row


def _less_numbered(session: Session, row: AccountRow) -> list[AccountRow]:
    """The accounts that may be the same, because the numbers do not say."""
    stored = list_alike(session, row.institution_id, row.currency)
    return [other for other in stored if compare(other, row) in (NumberMatch.OPEN, NumberMatch.WITHOUT_BRANCH)]
