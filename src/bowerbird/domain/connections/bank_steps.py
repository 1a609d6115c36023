"""Steps that ask a bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from msgspec.structs import replace as replace_fields

from bowerbird import codes
from bowerbird.domain.connections import connections
from bowerbird.domain.connections.bank_access import end_secret, open_secret
from bowerbird.domain.connections.bank_messages import keep_messages
from bowerbird.domain.connections.feed_pages import FeedReader, keep_secret
from bowerbird.domain.connections.quotas import count_request
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.jobs.returns import RETURN_SECONDS
from bowerbird.domain.jobs.work import (
    Outcome,
    StepFailed,
    StepSucceeded,
    TryAgainAt,
    WaitForPerson,
    WaitForReturn,
    Work,
    verified,
    write_in_step,
)
from bowerbird.domain.ledger.account_import import import_account
from bowerbird.domain.notifications.announcements import announce_accounts, announce_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.statement_import import import_listing
from bowerbird.logs import log
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.job import Checkpoint, JobKind, PendingApproval, PendingRedirect, StepTitle
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.guard import connector_name, upstream_of
from bowerbird.sdk.challenges import AwaitApproval, Challenge, LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.connector import Connector, ConnectorContext
from bowerbird.sdk.failures import AccountUnavailable, Failure, Gone, NotUnderstood, RateLimited, Unavailable
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.accounts import accounts_of_user

_ATTENDED = (JobKind.CONNECT, JobKind.UPDATE)
"""Jobs of a person who has just given their login."""
CHALLENGE_UNASKED = "challenge-unasked"
"""The reason of a job that ends because a bank would ask a person who is not there."""
APPROVAL_CANCELLED = "approval-cancelled"
"""The reason of a job whose person did not want to approve in the bank's app."""


def wait_for_answer(work: Work, title: StepTitle, challenge: Challenge | AwaitApproval | None) -> Outcome:
    """The outcome of a step in which the bank asks the person something: they answer where they are there."""
    if challenge is not None and (title is StepTitle.MFA_CHALLENGE or work.job.kind in _ATTENDED):
        return WaitForPerson(challenge, "")
    return StepFailed(codes.USER_ACTION_REQUIRED_AT_BANK, reason=CHALLENGE_UNASKED)


def _connector(services: Services, work: Work) -> Connector:
    institution = services.institutions.find(work.job.institution_id)
    connector = services.plugins.connector_for(institution.origin) if institution else None
    if connector is None:
        raise Unavailable(f"no connector serves {work.job.institution_id}")
    return connector


def _context(services: Services, work: Work, browser: PersonBrowser | None = None) -> ConnectorContext:
    upstream = upstream_of(_connector(services, work))
    given = ConnectorContext(
        services.clock.now(),
        services.sandbox_seed,
        work.earlier_jobs,
        work.scenario,
        services.guard.pause,
        secret=_secret_of(services, work),
        keep_secret=partial(keep_secret, services, work),
        browser=browser,
        job=work.job.id,
        is_again=work.job.attempts > 0,
    )
    if upstream is None or upstream.quota is None:
        return given
    return replace(given, count_request=partial(count_request, services, work, upstream.quota))


def _secret_of(services: Services, work: Work) -> str | None:
    """What the connector remembers of the connection."""
    if work.connection is None or work.secret is None:
        return None
    return services.read_now(open_secret, replace_fields(work.connection, secret=work.secret), tenant=work.tenant)


def _log_in(services: Services, work: Work) -> Outcome:
    if work.connection is None:
        return StepFailed(codes.INVALID_CONNECTION)
    path = work.path(f"connections/{work.job.connection_id}")
    if work.checkpoint.redirect is not None:
        return _go_on_after_return(services, work, work.checkpoint.redirect, path)
    login = services.read_now(connections.login_of, work.connection, tenant=work.job.application_id)
    institution = services.institutions.find(login.institution_id)
    if institution is not None and institution.origin != login.institution_id:
        login = replace(login, institution_id=institution.origin)
    address = work.checkpoint.browser
    browser = PersonBrowser(address.url, new_secret()) if address is not None else None
    outcome = services.guard.log_in(_connector(services, work), login, _context(services, work, browser))
    if isinstance(outcome, Redirect):
        return WaitForReturn(PendingRedirect(outcome.url, outcome.state, hash_of(browser.state if browser else "")))
    if isinstance(outcome, Challenge | AwaitApproval):
        return WaitForPerson(outcome, path)
    return StepSucceeded(path, Checkpoint(session=outcome.session), verified(work))


def _go_on_after_return(services: Services, work: Work, redirect: PendingRedirect, path: str) -> Outcome:
    """Go on with a login at the bank's own pages; the person has come back, or their time is over."""
    if redirect.answer is None:
        return StepFailed(codes.BROWSER_EXPIRED, {"seconds": RETURN_SECONDS})
    entered = services.guard.returned(_connector(services, work), redirect.state, redirect.answer, _context(services, work))

    def write(session: Session) -> None:
        verified(work)(session)
        if entered.replaces is not None:
            end_secret(session, work.job.institution_id, entered.replaces)

    return StepSucceeded(path, Checkpoint(session=entered.session), write)


def _answer(services: Services, work: Work) -> Outcome:
    checkpoint = work.checkpoint
    if checkpoint.session is not None:
        return StepSucceeded(checkpoint=checkpoint)  # this time the bank did not ask
    if checkpoint.approval is not None:
        return _look_for_approval(services, work, checkpoint.approval)
    if checkpoint.challenge is None or checkpoint.answers is None:
        return StepFailed(codes.MFA_EXPIRED, {"seconds": services.limits.mfa_expiry_seconds})
    answered = services.guard.answer(_connector(services, work), checkpoint.challenge, checkpoint.answers, _context(services, work))
    return StepSucceeded("", Checkpoint(session=answered.session), verified(work))


def _look_for_approval(services: Services, work: Work, approval: PendingApproval) -> Outcome:
    """Ask the bank whether the person has approved; at the end of their time once more. A bank that is away then is asked again."""
    if approval.is_cancelled:
        return StepFailed(codes.USER_ACTION_REQUIRED_AT_BANK, reason=APPROVAL_CANCELLED)
    connector, is_last = _connector(services, work), to_milliseconds(services.clock.now()) >= approval.until_ms
    try:
        outcome = services.guard.approved(connector, work.checkpoint.challenge or "", _context(services, work))
    except (RateLimited, Unavailable) as failure:
        if is_last or isinstance(failure, Gone):
            return StepFailed(failure.entry)
        wait_s = max(approval.poll_s, failure.seconds if isinstance(failure, RateLimited) else 0)
        return TryAgainAt(min(to_milliseconds(services.clock.now() + timedelta(seconds=wait_s)), approval.until_ms))
    if isinstance(outcome, LoggedIn):
        return StepSucceeded("", Checkpoint(session=outcome.session), verified(work))
    return StepFailed(codes.MFA_EXPIRED, {"seconds": approval.seconds}) if is_last else WaitForPerson(outcome, "")


def _session_of(work: Work) -> str:
    """The connector's session after the login. Raises RuntimeError in a step before it."""
    if work.checkpoint.session is None:
        raise RuntimeError("the login left no session")
    return work.checkpoint.session


def _retrieve_accounts(services: Services, work: Work) -> Outcome:
    messages: list[str] = []
    context = replace(_context(services, work), show_messages=messages.extend)
    keep = partial(keep_messages, connection_id=work.job.connection_id, texts=messages)
    try:
        profile, accounts = services.guard.accounts(_connector(services, work), _session_of(work), context)
    except Failure:
        if messages:
            write_in_step(services, work, keep)
        raise

    def write(session: Session) -> None:
        agreed, source = read_scope(session), work.source(services)
        before, work.accounts = accounts_of_user(session.uow, *work.tenant), accounts
        for account in accounts if agreed.stores_accounts else ():
            import_account(session, source, account)
        sealed = connections.seal_profile(session, work.job.connection_id, profile) if agreed.identity and profile else None
        connection_rows.update_connection(session.uow, work.job.application_id, work.job.connection_id, profile=sealed)
        if messages or (work.connection is not None and work.connection.messages is not None):
            keep(session)
        if agreed.accounts:
            announce_accounts(session, work.job, before)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("accounts"), work.checkpoint, write, shows_accounts=True)


def _retrieve_transactions(services: Services, work: Work) -> Outcome:
    connector, session = _connector(services, work), _session_of(work)
    accounts = work.accounts
    if not accounts:
        if not services.read_now(read_scope, tenant=work.tenant).transactions:
            return StepSucceeded()
        accounts = services.guard.accounts(connector, session, _context(services, work))[1]
    reader = FeedReader(services, work, connector, session, _context(services, work), accounts)
    if not reader.is_agreed:
        return StepSucceeded()
    listings = _listings(reader, work, accounts)

    def write(session: Session) -> None:
        agreed, source, changed = read_scope(session), work.source(services), 0
        before = accounts_of_user(session.uow, *work.tenant)
        if not agreed.transactions:
            return
        for account, listing in listings:
            if listing is None:
                import_account(session, source, replace(account, unavailable=True))
                continue
            changed += import_listing(session, source, account, listing)
        if agreed.accounts:
            announce_accounts(session, work.job, before)
        announce_transactions(session, work.job.connection_id, work.job.institution_id, changed)
        users.touch_user(session.uow, *work.tenant)

    return StepSucceeded(work.filtered("transactions"), writes=write)


def _listings(reader: FeedReader, work: Work, accounts: list[BankAccount]) -> list[tuple[BankAccount, list[BankTransaction] | None]]:
    """Each account with its listing; None for one that cannot be read now, though the others can."""
    listings: list[tuple[BankAccount, list[BankTransaction] | None]] = []
    for account in accounts:
        if account.unavailable:
            continue
        try:
            listings.append((account, reader.read(account)))
        except AccountUnavailable as error:
            log.warning("account_unavailable", job=work.job.id, why=str(error)[:200])
            listings.append((account, None))
    return listings


def _in_place(step: Callable[[Services, Work], Outcome]) -> Callable[[Services, Work], Outcome]:
    """The step, among the customers that a connector reads at once. Raises ConnectorBusy where it has too many.

    A NotUnderstood ends the job with a sentence that sends the operator to the log: what it says is logged.
    """

    def run(services: Services, work: Work) -> Outcome:
        connector = _connector(services, work)
        try:
            with services.guard.place(connector):
                return step(services, work)
        except NotUnderstood as failure:
            log.warning("bank_not_understood", job=work.job.id, connector=connector_name(connector), why=str(failure)[:200])
            raise

    return run


BANK_STEPS: dict[StepTitle, Callable[[Services, Work], Outcome]] = {
    StepTitle.VERIFY_CREDENTIALS: _in_place(_log_in),
    StepTitle.MFA_CHALLENGE: _in_place(_answer),
    StepTitle.RETRIEVE_ACCOUNTS: _in_place(_retrieve_accounts),
    StepTitle.RETRIEVE_TRANSACTIONS: _in_place(_retrieve_transactions),
}
