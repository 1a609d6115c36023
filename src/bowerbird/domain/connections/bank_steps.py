"""Steps that ask a bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from bowerbird import codes
from bowerbird.domain.connections import connections
from bowerbird.domain.jobs.work import Outcome, StepFailed, StepSucceeded, WaitForPerson, Work, verified
from bowerbird.domain.ledger.ingest import import_account, import_transactions
from bowerbird.domain.notifications.announcements import announce_accounts, announce_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.model.job import StepTitle
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import Connector, ConnectorContext
from bowerbird.sdk.failures import Unavailable
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import users


def _connector(services: Services, work: Work) -> Connector:
    institution = services.institutions.find(work.job.institution_id)
    connector = services.plugins.connector_for(institution.origin) if institution else None
    if connector is None:
        raise Unavailable(f"no connector serves {work.job.institution_id}")
    return connector


def _context(services: Services, work: Work) -> ConnectorContext:
    return ConnectorContext(services.clock.now(), services.sandbox_seed, work.earlier_jobs, work.scenario, services.guard.pause)


def _log_in(services: Services, work: Work) -> Outcome:
    login = services.read_now(connections.login_of, work.connection, tenant=work.job.application_id)
    institution = services.institutions.find(login.institution_id)
    if institution is not None and institution.origin != login.institution_id:
        login = type(login)(**{**{name: getattr(login, name) for name in login.__slots__}, "institution_id": institution.origin})
    outcome = services.guard.log_in(_connector(services, work), login, _context(services, work))
    path = work.path(f"connections/{work.job.connection_id}")
    if isinstance(outcome, Challenge):
        return WaitForPerson(outcome, path)
    return StepSucceeded(path, {"session": outcome.session}, verified(services, work))


def _answer(services: Services, work: Work) -> Outcome:
    if "session" in work.note:
        return StepSucceeded(note=work.note)  # this time the bank did not ask
    if "answers" not in work.note:
        return StepFailed(codes.MFA_EXPIRED, {"seconds": services.limits.mfa_expiry_seconds})
    connector, note = _connector(services, work), work.note
    logged_in: LoggedIn = services.guard.answer(connector, note["challenge"], note["answers"], _context(services, work))
    return StepSucceeded("", {"session": logged_in.session}, verified(services, work))


def _retrieve_accounts(services: Services, work: Work) -> Outcome:
    profile, accounts = services.guard.accounts(_connector(services, work), work.note["session"], _context(services, work))

    def write(session: Session) -> None:
        work.accounts = [(import_account(session.of(work.tenant), work.source(services), account), account) for account in accounts]
        sealed = connections.seal_profile(session.of(work.tenant), work.job.connection_id, asdict(profile))
        connection_rows.update_connection(session.uow, work.job.application_id, work.job.connection_id, profile=sealed)
        announce_accounts(session, work.job, [account_id for account_id, _ in work.accounts])
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("accounts"), work.note, write)


def _retrieve_transactions(services: Services, work: Work) -> Outcome:
    connector, context, session = _connector(services, work), _context(services, work), work.note["session"]
    accounts = [account for _, account in work.accounts] if work.accounts else services.guard.accounts(connector, session, context)[1]
    listings = [
        (account, services.guard.transactions(connector, session, account, None, context))
        for account in accounts
        if not account.unavailable
    ]

    def write(session: Session) -> None:
        source = work.source(services)
        for account, listing in listings:
            account_id = import_account(session.of(work.tenant), source, account)
            import_transactions(session.of(work.tenant), source, account_id, account, listing, complete=True)
        announce_transactions(session, work.job)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("transactions"), None, write)


BANK_STEPS: dict[StepTitle, Callable[[Services, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _log_in,
    StepTitle.MFA_CHALLENGE: _answer,
    StepTitle.RETRIEVE_ACCOUNTS: _retrieve_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _retrieve_transactions,
}
