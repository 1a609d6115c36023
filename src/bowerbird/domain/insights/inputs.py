"""What figures are made from, read in one go: the accounts that may be read, their rows of a period, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bowerbird import codes
from bowerbird.domain.insights.declarations import version_of_rules
from bowerbird.domain.insights.meaning import wire_parts
from bowerbird.domain.insights.rows import ClassifiedRow, classified_rows, readable_accounts
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.reports.inputs import LOANS, FigureInputs, SnapshotAccount, UncountedRow, balances_at_the_ends
from bowerbird.insights.wording import why
from bowerbird.model.connection import Method
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.money import parse_cents
from bowerbird.model.problem import Problem
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.connections import connections_of_user
from bowerbird.storage.rows.transactions import PostedTransaction, pending_of

PENDING = "It is pending: it may still change or go."


def read_inputs(session: Session, user_ids: Sequence[str], account_ids: Sequence[str] | None, period: ReportPeriod) -> FigureInputs:
    """Raises Problem for an account that none of the users has, where they have none at all, or in several currencies."""
    accounts = chosen_accounts(session, user_ids, account_ids)
    found = classified_rows(session, user_ids, None if account_ids is None else list(account_ids), period.first, period.last)
    sources = _sources(session, user_ids)
    of_account: dict[str, list[ClassifiedRow]] = {}
    for row in found:
        of_account.setdefault(row.account.id, []).append(row)
    return FigureInputs(
        period=period,
        accounts=tuple(
            _account(session, user_id, account, of_account.get(account.id, []), period.last, sources.get(account.connection_id, ""))
            for user_id, of_user in accounts.items()
            for account in of_user
        ),
        rows=tuple(map(figure_row, found)),
        streams={row.id: row.stream for row in found if row.stream is not None},
        left_out=tuple(_pending(session, [account for of_user in accounts.values() for account in of_user])),
        rules=version_of_rules(session),
    )


def chosen_accounts(session: Session, user_ids: Sequence[str], account_ids: Sequence[str] | None) -> dict[str, list[AccountRow]]:
    """The accounts of each user that figures are made of. Raises Problem as `read_inputs` does."""
    accounts = readable_accounts(session, user_ids, account_ids)
    every = [account for of_user in accounts.values() for account in of_user]
    if account_ids is not None and set(account_ids) - {account.id for account in every}:
        raise Problem(codes.ACCOUNT_NOT_FOUND, parameter="accounts")
    if not every:
        raise Problem(codes.NO_ACCOUNTS, parameter="accounts")
    if len({account.currency for account in every}) > 1:
        raise Problem(codes.MIXED_CURRENCIES, parameter="accounts")
    return accounts


def figure_row(row: ClassifiedRow) -> FigureRow:
    found = row.enrichment
    opening, own = wire_parts(row.text, row.cents > 0, row.account.account_class, row.declared)
    return FigureRow(
        id=row.id,
        account=row.account.id,
        day=row.day,
        cents=row.cents,
        leaf=_leaf(row),
        merchant=row.merchant,
        text=" ".join(row.text.split()),
        balance=row.balance,
        pair=row.pair,
        why=why(found),
        score=round(100 * found.score),
        document=row.document,
        enrichment=(documents.shared_part(row.document, opening), own),
        words=found.evidence.words,
    )


def _leaf(row: ClassifiedRow) -> str:
    """What a row is: interest that a loan adds to itself is paid by its repayments, which are counted."""
    return "loan_interest" if row.leaf == "debt_interest" and row.account.account_class in LOANS else row.leaf


def _pending(session: Session, accounts: Sequence[AccountRow]) -> list[UncountedRow]:
    """Rows that have not posted, with why no figure counts them."""
    by_ref = {account.ref: account.id for account in accounts}
    found = [row for user_ref in {each.user_ref for each in accounts} for row in pending_of(session.uow, user_ref, tuple(by_ref))]
    return [_uncounted(row, by_ref[row.account_ref]) for row in sorted(found, key=lambda row: row.id)]


def _uncounted(row: PostedTransaction, account_id: str) -> UncountedRow:
    fields = documents.fields_of(row.document)
    day = "" if fields.made is None else fields.made.isoformat()
    return UncountedRow(row.id, PENDING, account_id, day, " ".join(fields.description.split()), row.amount)


_SOURCES = {Method.WEB: "login", Method.OPEN_BANKING: "login at the bank", Method.PDF: "statement", Method.CSV: "statement (CSV)"}


def _sources(session: Session, user_ids: Sequence[str]) -> dict[str, str]:
    """Where the data of each connection comes from, in words."""
    of_users = (connections_of_user(session.uow, session.application_id, user_id) for user_id in user_ids)
    return {row.id: _SOURCES[row.method] for rows in of_users for row in rows}


def _account(session: Session, user_id: str, account: AccountRow, rows: list[ClassifiedRow], last: date, source: str) -> SnapshotAccount:
    opening, closing = _balances(account, rows, last)
    return SnapshotAccount(
        id=account.id,
        user_id=user_id,
        institution_id=account.institution_id,
        institution=session.services.institutions.name_of(account.institution_id, account.details.institution),
        connection_id=account.connection_id,
        account_class=account.account_class,
        product=account.product,
        name=account.name,
        number=account.number,
        holder=account.holder,
        currency=account.currency,
        ownership=account.details.ownership,
        status="unavailable" if account.unavailable else "available",
        last_updated_ms=account.last_updated,
        balance_cents=account.balance,
        available_cents=account.available,
        limit_cents=account.credit_limit,
        intervals=tuple((day_of_number(first).isoformat(), day_of_number(end).isoformat()) for first, end in account.intervals),
        opening_cents=opening,
        closing_cents=closing,
        source=source,
    )


def _balances(account: AccountRow, rows: list[ClassifiedRow], last: date) -> tuple[int | None, int | None]:
    """The balances before the first row and after the last, each from the rows' own; where the rows say none, nothing is known."""
    if not rows:
        return (account.balance, account.balance) if _is_current(account, last) else (None, None)
    ends = {min(row.day for row in rows), max(row.day for row in rows)}
    known = [(row.day, row.cents, parse_cents(row.balance) if row.balance else None) for row in rows if row.day in ends]
    return balances_at_the_ends(known)


def _is_current(account: AccountRow, last: date) -> bool:
    """Whether nothing of the account is later than the period: its balance is then the one at the end."""
    return all(end <= day_number(last) for _, end in account.intervals)
