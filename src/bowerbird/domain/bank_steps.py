"""Steps that ask a bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from bowerbird import codes
from bowerbird.domain import connections
from bowerbird.domain.announcements import announce_accounts, announce_transactions
from bowerbird.domain.ingest import import_account, import_transactions
from bowerbird.domain.work import Asks, Done, Failed, Outcome, Work, verified
from bowerbird.domain.world import World
from bowerbird.model.job import StepTitle
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import Connector, Visit
from bowerbird.sdk.failures import Unavailable
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import users
from bowerbird.storage.unit_of_work import UnitOfWork


def _connector(world: World, work: Work) -> Connector:
    institution = world.institutions.find(work.job.institution_id)
    connector = world.plugins.connector_for(institution.origin) if institution else None
    if connector is None:
        raise Unavailable(f"no connector serves {work.job.institution_id}")
    return connector


def _visit(world: World, work: Work) -> Visit:
    return Visit(world.clock.now(), world.sandbox_seed, work.earlier_jobs, work.trouble, world.guard.pause)


def _log_in(world: World, work: Work) -> Outcome:
    login = world.storage.read_now(lambda uow: connections.login_of(world, uow, work.connection), tenant=work.job.application_id)
    institution = world.institutions.find(login.institution_id)
    if institution is not None and institution.origin != login.institution_id:
        login = type(login)(**{**{name: getattr(login, name) for name in login.__slots__}, "institution_id": institution.origin})
    outcome = world.guard.log_in(_connector(world, work), login, _visit(world, work))
    path = work.path(f"connections/{work.job.connection_id}")
    if isinstance(outcome, Challenge):
        return Asks(outcome, path)
    return Done(path, {"session": outcome.session}, verified(world, work))


def _answer(world: World, work: Work) -> Outcome:
    if "session" in work.note:
        return Done(note=work.note)  # this time the bank did not ask
    if "answers" not in work.note:
        return Failed(codes.MFA_EXPIRED, {"seconds": world.limits.mfa_expiry_seconds})
    connector, note = _connector(world, work), work.note
    logged_in: LoggedIn = world.guard.answer(connector, note["challenge"], note["answers"], _visit(world, work))
    return Done("", {"session": logged_in.session}, verified(world, work))


def _retrieve_accounts(world: World, work: Work) -> Outcome:
    profile, accounts = world.guard.accounts(_connector(world, work), work.note["session"], _visit(world, work))

    def write(uow: UnitOfWork) -> None:
        work.accounts = [(import_account(uow, work.tenant, work.source(world), account), account) for account in accounts]
        sealed = connections.seal_profile(world, uow, work.tenant, work.job.connection_id, asdict(profile))
        connection_rows.update_connection(uow, work.job.application_id, work.job.connection_id, profile=sealed)
        announce_accounts(world, uow, work.job, [account_id for account_id, _ in work.accounts])
        users.touch_user(uow, *work.tenant)

    return Done(work.filtered("accounts"), work.note, write)


def _retrieve_transactions(world: World, work: Work) -> Outcome:
    connector, visit, session = _connector(world, work), _visit(world, work), work.note["session"]
    accounts = [account for _, account in work.accounts] if work.accounts else world.guard.accounts(connector, session, visit)[1]
    listings = [
        (account, world.guard.transactions(connector, session, account, None, visit)) for account in accounts if not account.unavailable
    ]

    def write(uow: UnitOfWork) -> None:
        source = work.source(world)
        for account, listing in listings:
            account_id = import_account(uow, work.tenant, source, account)
            import_transactions(uow, work.tenant, source, account_id, account, listing, complete=True)
        announce_transactions(world, uow, work.job)
        users.touch_user(uow, *work.tenant)

    return Done(work.filtered("transactions"), None, write)


BANK_STEPS: dict[StepTitle, Callable[[World, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _log_in,
    StepTitle.MFA_CHALLENGE: _answer,
    StepTitle.RETRIEVE_ACCOUNTS: _retrieve_accounts,
    StepTitle.RETRIEVE_TRANSACTIONS: _retrieve_transactions,
}
