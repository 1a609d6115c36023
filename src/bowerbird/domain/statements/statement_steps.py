"""Steps that read a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bowerbird import codes
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.jobs.work import Outcome, StepSucceeded, Work, verified
from bowerbird.domain.ledger.ingest import refuse_contradiction
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.notifications.announcements import announce_accounts, announce_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.column_mappings import approved_mappings, mapping_of_job, record_mapping
from bowerbird.domain.statements.decisions import undivided
from bowerbird.domain.statements.files import keep_or_delete_file
from bowerbird.domain.statements.parsed_statements import record_parsed_statement
from bowerbird.domain.statements.recognition import import_statement_account, recognise
from bowerbird.domain.statements.records import covered_by
from bowerbird.domain.statements.statement_import import import_statement
from bowerbird.domain.statements.unknown_layouts import products_of
from bowerbird.domain.statements.uploads import read_upload
from bowerbird.logs import log
from bowerbird.model.job import StepTitle
from bowerbird.model.money import format_cents
from bowerbird.model.statement import FileKind
from bowerbird.statements.refusal import Refused, StatementRefused, shown
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import accounts_of_user

_MAX_NOTES = 20


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
        read = _read_pdf if work.kind == FileKind.PDF else _read_export
        work.statement = read(services, work, data, origin)
    return work.statement


def _read_export(services: Services, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    """A file of any other kind, read in a confined process too."""
    work.mapping = services.read_now(mapping_of_job, work.job.id, tenant=work.tenant)
    approved = [] if work.mapping else services.read_now(approved_mappings, work.job.institution_id, tenant=work.tenant)
    accounts = services.read_export(data, origin, work.job.institution_id, work.reader, mapping=work.mapping, approved=approved)
    work.signs = tuple(shown(note) for note in dict.fromkeys(note for account in accounts for note in account.notes))[:_MAX_NOTES]
    return accounts


def _read_pdf(services: Services, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    """A PDF, read in a confined process. What was proven, seen or refused goes to the log, without a word of the statement."""
    try:
        examined = services.read_pdf(data, origin, services.read_now(products_of, work.job.institution_id, tenant=work.tenant), work.reader)
    except Refused as refused:
        log.info("statement_refused", job=work.job.id, code=refused.entry.code, reason=str(getattr(refused, "reason", ""))[:300])
        raise
    proven, work.signs, work.score, work.finding = examined.statement, examined.signs, examined.score, examined.finding
    signs = list(examined.signs) or "no sign of alteration"
    log.info("statement_proven", job=work.job.id, layout=proven.layout_id, facts=len(proven.certificate.facts), signs=signs)
    return [*proven.accounts]


@contextmanager
def _refusing(work: Work, statement: StatementAccount) -> Iterator[None]:
    """Refuse the file where it and what is stored cannot both be right."""
    try:
        yield
    except ContradictionError as error:
        raise _refused(work, statement, error) from error


def _check_account(session: Session, institution_id: str, statement: StatementAccount) -> None:
    """Raises Refused and ContradictionError."""
    row, _ = recognise(session, institution_id, statement)
    if row is not None:
        refuse_contradiction(session, row, statement.account, statement.transactions, covered_by(statement))


def _refused(work: Work, statement: StatementAccount, error: ContradictionError) -> Refused:
    """A contradiction in the words of the file's kind, with the first row that shows it."""
    if work.kind == FileKind.PDF:
        return StatementRefused(codes.STATEMENT_PARSING_ERROR, error.reason)
    place = error.place or 0
    row = statement.lines[place] if place < len(statement.lines) else place + 1
    amount = format_cents(statement.transactions[place].amount)
    return Refused(codes.CSV_INVALID_VALUE, row=row, field="amount", value=amount, reason=error.reason)


def _verify_statement(services: Services, work: Work) -> Outcome:
    for account in _statement(services, work):
        with _refusing(work, account):
            services.read_now(_check_account, work.job.institution_id, account, tenant=work.tenant)
    return StepSucceeded(work.path(f"connections/{work.job.connection_id}"), writes=verified(work))


def _statement_accounts(services: Services, work: Work) -> Outcome:
    statement = _statement(services, work)
    scope = services.read_now(read_scope, tenant=work.tenant)

    def write(session: Session) -> None:
        agreed, before = read_scope(session), accounts_of_user(session.uow, *work.tenant)
        for account in statement if agreed.stores_accounts else ():
            with _refusing(work, account), undivided(session):
                import_statement_account(session, work.source(services), account)
        if agreed.accounts:
            announce_accounts(session, work.job, before)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("accounts") if scope.accounts else "", writes=write)


def _statement_transactions(services: Services, work: Work) -> Outcome:
    statement = _statement(services, work)
    scope = services.read_now(read_scope, tenant=work.tenant)

    def write(session: Session) -> None:
        agreed, before, imported = read_scope(session), accounts_of_user(session.uow, *work.tenant), []
        for account in statement if agreed.transactions else ():
            with _refusing(work, account):
                imported.append(import_statement(session, work, work.source(services), account))
        if agreed.accounts:
            announce_accounts(session, work.job, before)
        if agreed.transactions:
            announce_transactions(session, work.job.connection_id, work.job.institution_id, sum(each.changed for each in imported))
            record_parsed_statement(session, work, statement, [each.account_id for each in imported])
            if work.mapping is not None:
                record_mapping(session, work.job, work.mapping)
        first_days = [days.first_day for account in statement if (days := covered_by(account))]
        keep_or_delete_file(session, work.job.id, min(first_days, default=None))
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("transactions") if scope.transactions else "", writes=write)


STATEMENT_STEPS: dict[StepTitle, Callable[[Services, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _verify_statement,
    StepTitle.RETRIEVE_ACCOUNTS: _statement_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _statement_transactions,
}
