"""Steps that read a statement."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bowerbird import codes
from bowerbird.domain.announcements import announce_accounts, announce_transactions
from bowerbird.domain.ingest import import_account, import_transactions
from bowerbird.domain.new_prints import products_of
from bowerbird.domain.readings import keep_reading
from bowerbird.domain.statement_files import let_go
from bowerbird.domain.statement_records import covered_by, keep_statement
from bowerbird.domain.unnumbered import refuse_other_account
from bowerbird.domain.uploads import read_upload
from bowerbird.domain.work import Done, Outcome, Work, verified
from bowerbird.domain.world import World
from bowerbird.model.job import StepTitle
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage import users
from bowerbird.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


def _statement(world: World, work: Work) -> list[StatementAccount]:
    """The upload as accounts and transactions; read once a process, and again after a crash."""
    if work.statement is None:
        upload = read_upload(world, work.tenant, work.job.id)
        if upload is None:
            raise Refused(codes.STATEMENT_INVALID)
        institution = world.institutions.find(work.job.institution_id)
        origin = institution.origin if institution else ""
        work.kind, data = upload
        work.size = len(data)
        read = _read_pdf if work.kind == "pdf" else _read_text
        work.statement = read(world, work, data, origin)
    return work.statement


def _read_text(world: World, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    layouts, max_rows = world.plugins.csv_layouts, world.limits.csv_max_rows
    return read_statement(data, origin, max_rows, layouts, institution_id=work.job.institution_id)


def _read_pdf(world: World, work: Work, data: bytes, origin: str) -> list[StatementAccount]:
    """A PDF, read in a confined process. What was proven, seen or refused goes to the log, without a word of the statement."""
    try:
        examined = world.read_pdf(data, origin, _own_products(world, work))
    except Refused as refused:
        log.info("statement_refused", job=work.job.id, code=refused.entry.code, reason=str(getattr(refused, "reason", ""))[:300])
        raise
    proven, work.signs, work.score, work.finding = examined.statement, examined.signs, examined.score, examined.finding
    signs = list(examined.signs) or "no sign of alteration"
    log.info("statement_proven", job=work.job.id, layout=proven.layout_id, facts=len(proven.certificate.facts), signs=signs)
    return [proven]


def _own_products(world: World, work: Work) -> dict[str, str]:
    return world.storage.read_now(lambda uow: products_of(uow, work.tenant, work.job.institution_id), tenant=work.job.application_id)


def _refuse_other_account(world: World, work: Work, statement: StatementAccount) -> None:
    world.storage.read_now(
        lambda uow: refuse_other_account(uow, work.tenant, work.job.institution_id, statement), tenant=work.job.application_id
    )


def _verify_statement(world: World, work: Work) -> Outcome:
    for each in _statement(world, work):
        if not each.numbered:
            _refuse_other_account(world, work, each)
    return Done(work.path(f"connections/{work.job.connection_id}"), {}, verified(world, work))


def _statement_accounts(world: World, work: Work) -> Outcome:
    statement = _statement(world, work)

    def write(uow: UnitOfWork) -> None:
        ids = [import_account(uow, work.tenant, work.source(world), each.account) for each in statement]
        announce_accounts(world, uow, work.job, ids)
        users.touch_user(uow, *work.tenant)

    return Done(work.filtered("accounts"), {}, write)


def _statement_transactions(world: World, work: Work) -> Outcome:
    statement = _statement(world, work)

    def write(uow: UnitOfWork) -> None:
        source, account_ids = work.source(world), []
        for each in statement:
            account_id = import_account(uow, work.tenant, source, each.account)
            account_ids.append(account_id)
            covers = covered_by(each)
            import_transactions(uow, work.tenant, source, account_id, each.account, each.transactions, complete=False, covers=covers)
            keep_statement(uow, work, account_id, each, source.moment)
        announce_transactions(world, uow, work.job)
        keep_reading(world, uow, work, statement, account_ids)
        let_go(world, uow, work.tenant, work.job.id)
        users.touch_user(uow, *work.tenant)

    return Done(work.filtered("transactions"), None, write)


STATEMENT_STEPS: dict[StepTitle, Callable[[World, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _verify_statement,
    StepTitle.RETRIEVE_ACCOUNTS: _statement_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _statement_transactions,
}
