"""Steps that read a statement."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bowerbird import codes
from bowerbird.domain.jobs.work import Outcome, StepSucceeded, Work, verified
from bowerbird.domain.ledger.ingest import Source, import_account, import_transactions, refuse_contradiction
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.notifications.announcements import announce_accounts, announce_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import let_go
from bowerbird.domain.statements.parsed_statements import record_parsed_statement
from bowerbird.domain.statements.records import covered_by, keep_statement
from bowerbird.domain.statements.unknown_layouts import products_of
from bowerbird.domain.statements.unnumbered import refuse_other_account
from bowerbird.domain.statements.uploads import read_upload
from bowerbird.model.job import StepTitle
from bowerbird.model.money import format_cents
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused, StatementRefused
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import users

log = structlog.get_logger()


def _statement(services: Services, work: Work) -> list[StatementAccount]:
    """The upload as accounts and transactions; read once a process, and again after a crash."""
    if work.statement is None:
        upload = read_upload(services, work.tenant, work.job.id)
        if upload is None:
            raise Refused(codes.STATEMENT_INVALID)
        institution = services.institutions.find(work.job.institution_id)
        origin = institution.origin if institution else ""
        work.kind, data = upload
        work.size = len(data)
        read = _read_pdf if work.kind == "pdf" else _read_text
        work.statement = read(services, work, data, origin)
    return work.statement


def _read_text(services: Services, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    layouts, max_rows = services.plugins.csv_layouts, services.limits.csv_max_rows
    return read_statement(data, origin, max_rows, layouts, institution_id=work.job.institution_id)


def _read_pdf(services: Services, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    """A PDF, read in a confined process. What was proven, seen or refused goes to the log, without a word of the statement."""
    try:
        examined = services.read_pdf(data, origin, _own_products(services, work))
    except Refused as refused:
        log.info("statement_refused", job=work.job.id, code=refused.entry.code, reason=str(getattr(refused, "reason", ""))[:300])
        raise
    proven, work.signs, work.score, work.finding = examined.statement, examined.signs, examined.score, examined.finding
    signs = list(examined.signs) or "no sign of alteration"
    log.info("statement_proven", job=work.job.id, layout=proven.layout_id, facts=len(proven.certificate.facts), signs=signs)
    return [proven]


def _own_products(services: Services, work: Work) -> dict[str, str]:
    return services.read_now(lambda session: products_of(session.of(work.tenant), work.job.institution_id), tenant=work.job.application_id)


def _refuse_other_account(services: Services, work: Work, statement: StatementAccount) -> None:
    services.read_now(
        lambda session: refuse_other_account(session.of(work.tenant), work.job.institution_id, statement), tenant=work.job.application_id
    )


def _refuse_contradiction(services: Services, work: Work, statement: StatementAccount) -> None:
    def check(session: Session) -> None:
        institution_id, days = work.job.institution_id, covered_by(statement)
        refuse_contradiction(session.of(work.tenant), institution_id, statement.account, statement.transactions, days)

    try:
        services.read_now(check, tenant=work.job.application_id)
    except ContradictionError as error:
        raise _refused(work, statement, error) from error


def _refused(work: Work, statement: StatementAccount, error: ContradictionError) -> Refused:
    """A contradiction in the words of the file's kind, with the first row that shows it."""
    if work.kind == "pdf":
        return StatementRefused(codes.STATEMENT_PARSING_ERROR, error.reason)
    place = error.place or 0
    row = statement.lines[place] if place < len(statement.lines) else place + 1
    amount = format_cents(statement.transactions[place].amount)
    return Refused(codes.CSV_INVALID_VALUE, row=row, field="amount", value=amount, reason=error.reason)


def _import(session: Session, work: Work, source: Source, statement: StatementAccount) -> str:
    """Store an account of a statement with its transactions. Raises Refused where another file came first that it contradicts."""
    account_id = import_account(session.of(work.tenant), source, statement.account)
    account, listing = statement.account, statement.transactions
    try:
        import_transactions(session.of(work.tenant), source, account_id, account, listing, complete=False, covers=covered_by(statement))
    except ContradictionError as error:
        raise _refused(work, statement, error) from error
    keep_statement(session, work, account_id, statement, source.moment)
    return account_id


def _verify_statement(services: Services, work: Work) -> Outcome:
    for each in _statement(services, work):
        if not each.numbered:
            _refuse_other_account(services, work, each)
        _refuse_contradiction(services, work, each)
    return StepSucceeded(work.path(f"connections/{work.job.connection_id}"), writes=verified(work))


def _statement_accounts(services: Services, work: Work) -> Outcome:
    statement = _statement(services, work)

    def write(session: Session) -> None:
        ids = [import_account(session.of(work.tenant), work.source(services), each.account) for each in statement]
        announce_accounts(session, work.job, ids)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("accounts"), writes=write)


def _statement_transactions(services: Services, work: Work) -> Outcome:
    statement = _statement(services, work)

    def write(session: Session) -> None:
        source = work.source(services)
        account_ids = [_import(session, work, source, each) for each in statement]
        announce_transactions(session, work.job)
        record_parsed_statement(session, work, statement, account_ids)
        let_go(session.of(work.tenant), work.job.id)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("transactions"), writes=write)


STATEMENT_STEPS: dict[StepTitle, Callable[[Services, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _verify_statement,
    StepTitle.RETRIEVE_ACCOUNTS: _statement_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _statement_transactions,
}
