"""What is kept of each statement: its period, its balances and what was proven; and whether an account's statements join."""

from __future__ import annotations

import json

import structlog

from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.listed_days import CoveredDays
from bowerbird.domain.services import Session
from bowerbird.domain.statements.continuity import Break, StatementPeriod, breaks_of
from bowerbird.model.days import day_number
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import statements as rows

log = structlog.get_logger()


def period_of(statement: StatementAccount) -> StatementPeriod | None:
    """The days a statement covers and its balances. A text file covers the days of its rows; None where it has none."""
    if isinstance(statement, ProvenStatement):
        first, last = (day_number(day) for day in statement.period)
        return StatementPeriod(first, last, statement.opening, statement.closing)
    days = [day_number(row.posted) for row in statement.transactions if row.posted is not None]
    if not days:
        return None
    oldest, newest = statement.transactions[0], statement.transactions[-1]
    opening = None if oldest.balance is None else oldest.balance - oldest.amount
    return StatementPeriod(min(days), max(days), opening, newest.balance)


def covered_by(statement: StatementAccount) -> CoveredDays | None:
    """The days a statement speaks of; None where it has no posted row."""
    period = period_of(statement)
    is_period = isinstance(statement, ProvenStatement)
    return None if period is None else CoveredDays(period.first_day, period.last_day, statement.proved > 0, is_period)


def keep_statement(session: Session, work: Work, account_id: str, statement: StatementAccount, moment: int) -> None:
    """Store a statement's record, and say in the log where the account's statements do not join."""
    period = period_of(statement)
    if period is None:
        return
    values = {
        "job_id": work.job.id,
        "account_id": account_id,
        "application_id": work.tenant.application_id,
        "user_id": work.tenant.user_id,
        "layout": statement.layout_id if isinstance(statement, ProvenStatement) else None,
        **period._asdict(),
        "proved": statement.proved,
        "certificate": json.dumps(statement.certificate.facts if isinstance(statement, ProvenStatement) else []),
        "signs": json.dumps(work.signs),
        "score": work.score,
        "created": moment,
    }
    rows.insert_statement(session.uow, values)
    for each in continuity_of(session.in_application(work.tenant.application_id), account_id):
        log.warning("statements_do_not_join", account=account_id, where=str(each))


def continuity_of(session: Session, account_id: str) -> list[Break]:
    """Where an account's statements do not join."""
    kept = rows.statements_of_account(session.uow, session.application_id, account_id)
    return breaks_of([StatementPeriod(row.first_day, row.last_day, row.opening, row.closing) for row in kept])
