"""What is stored of each statement: its period, its balances and what was proven; and whether an account's statements join."""

from __future__ import annotations

from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.ingest import Imported
from bowerbird.domain.ledger.listed_days import CoveredDays
from bowerbird.domain.services import Session
from bowerbird.domain.statements.continuity import Break, StatementPeriod, breaks_of
from bowerbird.logs import log
from bowerbird.model.days import day_number
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows.statements import NamedStatementRow as NamedStatementRow  # noqa: PLC0414  (for those who read records)
from bowerbird.storage.rows.statements import StatementRow as StatementRow  # noqa: PLC0414


def period_of(statement: StatementAccount) -> StatementPeriod | None:
    """The days a statement covers and its balances. A text file covers the days of its rows; None where it has none."""
    if isinstance(statement, ProvenStatement):
        first, last = (day_number(day) for day in statement.period)
        return StatementPeriod(first, last, statement.opening, statement.closing)
    days = [day_number(row.posted) for row in statement.transactions if row.posted is not None]
    if not days:
        return None
    if not statement.ends_known:
        return StatementPeriod(min(days), max(days), None, None)
    oldest, newest = statement.transactions[0], statement.transactions[-1]
    opening = None if oldest.balance is None else oldest.balance - oldest.amount
    return StatementPeriod(min(days), max(days), opening, newest.balance)


def covered_by(statement: StatementAccount) -> CoveredDays | None:
    """The days a statement covers; None where it has no posted row."""
    period = period_of(statement)
    is_period = isinstance(statement, ProvenStatement)
    return (
        None
        if period is None
        else CoveredDays(period.first_day, period.last_day, statement.proved > 0, is_period, statement.ends_known or not statement.proved)
    )


def record_statement(
    session: Session, work: Work, account_id: str, statement: StatementAccount, moment_ms: int, imported: Imported
) -> None:
    """Store a statement's record with what its import added, and say in the log where the account's statements do not join."""
    scope = read_scope(session)
    period = period_of(statement)
    period = period and period.since(scope.earliest_day)
    if period is None:
        return
    if not scope.accounts:
        period = period._replace(opening=None, closing=None)
    is_whole = period == period_of(statement)
    period = period._replace(undecided=tuple(day for day in imported.undecided if scope.earliest_day <= day[0]))
    proven = statement if isinstance(statement, ProvenStatement) else None
    row = StatementRow(
        job_id=work.job.id,
        account_id=account_id,
        application_id=work.tenant.application_id,
        user_id=work.tenant.user_id,
        layout=proven.layout_id if proven else None,
        **period._asdict(),
        proved=statement.proved,
        certificate=list(proven.certificate.facts) if proven and scope.is_whole and is_whole else [],
        signs=list(work.signs),
        score=work.score,
        created=moment_ms,
        first_new_id=imported.first_new_id,
        last_new_id=imported.last_new_id,
    )
    rows.insert_statement(session.uow, row)
    for gap in list_breaks(session, account_id):
        log.warning("statements_do_not_join", account=account_id, where=str(gap))


def list_statements(session: Session) -> list[NamedStatementRow]:
    """What was proven of a user's statements, oldest period first."""
    return rows.statements_of_user(session.uow, *session.tenant) if read_scope(session).transactions else []


def list_statements_of_job(session: Session, job_id: str) -> list[StatementRow]:
    """What one uploaded file came to, an account a row."""
    return rows.statements_of_job(session.uow, session.application_id, job_id) if read_scope(session).transactions else []


def list_breaks(session: Session, account_id: str) -> list[Break]:
    """Where an account's statements do not join."""
    readable = read_scope(session).transactions
    stored = rows.statements_of_account(session.uow, session.application_id, account_id) if readable else []
    return breaks_of([period_of_record(row) for row in stored])


def period_of_record(row: StatementRow) -> StatementPeriod:
    """The days and balances of a stored statement."""
    return StatementPeriod(row.first_day, row.last_day, row.opening, row.closing, row.mismatch, tuple(row.undecided))
