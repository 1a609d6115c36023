"""Connections: a user's standing link to an institution. Every change of one is a job."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import replace

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import record_if_real
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import end_access, end_secret, secret_of
from bowerbird.domain.consents.gate import read_scope, require_consent
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.returns import begin_again
from bowerbird.domain.notifications.announcements import announce_connection
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.files import delete_kept_files
from bowerbird.domain.users.users import hold_user
from bowerbird.model.account import Profile
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import ConnectionStatus, Login, Method
from bowerbird.model.days import DAY_MS
from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id
from bowerbird.model.institution import Channel, Institution
from bowerbird.model.job import JobKind, JobState, ReturnAddress
from bowerbird.model.problem import Problem, Problems, ProblemSource
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import connections as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.banks.pages import delete_pages_of_user
from bowerbird.storage.rows.connections import ConnectionChanges
from bowerbird.storage.rows.connections import ConnectionRow as ConnectionRow  # noqa: PLC0414  (what these verbs return)
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.vault.envelope import SealContext

BY_BANK = (Method.WEB, Method.OPEN_BANKING)
"""The methods by which a bank is asked, so that a connection can be refreshed."""
GIVE_ACCESS_AGAIN = (
    "Access to the bank has ended or was not given. Send the person to the consent pages with action=reauthorise and the connectionId: "
    "they give it again on the bank's own pages."
)
INSTITUTION = ProblemSource(parameter="institution.id", pointer="connection/institution/id")


def reachable(
    services: Services, institution_id: str, method: Method, *, production: bool, blame: ProblemSource = INSTITUTION
) -> tuple[Institution, Channel]:
    """The institution and its channel of this method.

    Raises Problem: unknown, disabled, not supported, or live without production access.
    """
    institution = services.institutions.find(institution_id)
    if institution is None:
        raise Problem(codes.INSTITUTION_UNKNOWN, **blame)
    if institution.disabled:
        raise Problem(codes.INSTITUTION_DISABLED, **blame)
    if not institution.sandbox and not production:
        raise Problem(codes.NO_PRODUCTION_ACCESS, **blame)
    channel = institution.channel(method)
    if channel is None or (method in BY_BANK and not can_be_asked(services, institution)):
        raise Problem(codes.INSTITUTION_NOT_SUPPORTED, **blame, institution=institution_id)
    return institution, channel


def can_be_asked(services: Services, institution: Institution) -> bool:
    """Whether a connector serves an institution, and has the settings it needs."""
    connector = services.plugins.connector_for(institution.origin)
    return connector is not None and services.guard.is_ready(connector)


def connection_place(application_id: str, user_id: str, connection_id: str, column: str) -> SealContext:
    """Where a sealed column of a connection stands."""
    return SealContext(application_id, user_id, "connections", connection_id, column)


def seal_login(session: Session, connection_id: str, login: Login) -> bytes:
    return session.services.vault.seal(session.uow, _encoded(login), connection_place(*session.tenant, connection_id, "login"))


def _encoded(login: Login) -> bytes:
    return msgspec.json.encode(login)


def login_of(session: Session, row: ConnectionRow) -> Login:
    """The login of a connection to a bank. Raises ValueError for one of statements, which has none."""
    if row.login is None:
        raise ValueError("this connection has no login")
    opened = session.services.vault.open(session.uow, row.login, connection_place(row.application_id, row.user_id, row.id, "login"))
    return msgspec.json.decode(opened, type=Login)


def seal_profile(session: Session, connection_id: str, profile: Profile) -> bytes:
    return session.services.vault.seal(
        session.uow, msgspec.json.encode(profile), connection_place(*session.tenant, connection_id, "profile")
    )


def profile_of(session: Session, row: ConnectionRow) -> Profile | None:
    """The customer's personal details as the bank holds them; None until accounts were read once, and where they are not shared."""
    if row.profile is None or not read_scope(session).identity:
        return None
    opened = session.services.vault.open(session.uow, row.profile, connection_place(row.application_id, row.user_id, row.id, "profile"))
    return msgspec.json.decode(opened, type=Profile)


def _fingerprint(services: Services, tenant: Tenant, login: Login) -> str:
    return services.vault.fingerprint(*tenant, login.institution_id, login.login_id, login.password, login.secondary_login_id)


def new_connection(services: Services, tenant: Tenant, institution: Institution, method: Method) -> ConnectionRow:
    """A connection's row before anything was tried."""
    return ConnectionRow(
        id=new_id(),
        application_id=tenant.application_id,
        user_id=tenant.user_id,
        institution_id=institution.id,
        method=method,
        status=ConnectionStatus.INITIATED,
        sandbox=institution.sandbox,
        login=None,
        fingerprint=None,
        profile=None,
        created_at_ms=to_milliseconds(services.clock.now()),
        last_used_at_ms=None,
    )


def insert_connection(session: Session, row: ConnectionRow) -> None:
    """Store a new connection and its event."""
    record_if_real(session, session.services.institutions.find(row.institution_id), row.method)
    rows.insert_connection(session.uow, row)
    announce_connection(session, EventType.CONNECTION_CREATED, row)


def create_connection(session: Session, login: Login, *, production: bool) -> str:
    """Store a connection and its first job in one unit of work; the job's id."""
    institution, channel = reachable(session.services, login.institution_id, Method.WEB, production=production)
    _require_login_fields(channel, login)
    hold_user(session)
    require_consent(session)
    _require_room(session, institution)
    row = new_connection(session.services, session.tenant, institution, Method.WEB)
    fingerprint = _fingerprint(session.services, session.tenant, login)
    waits_for = job_rows.last_in_line(session.uow, *session.tenant, fingerprint=fingerprint)
    sealed = seal_login(session, row.id, login)
    insert_connection(session, msgspec.structs.replace(row, login=sealed, fingerprint=fingerprint))
    users.touch_user(session.uow, *session.tenant)
    with_mfa = channel.authorization.may_ask_back
    return jobs.create_job(session, row.id, institution.id, JobKind.CONNECT, with_mfa=with_mfa, waits_for=waits_for)


def create_bank_connection(session: Session, institution_id: str, browser: ReturnAddress, *, production: bool) -> str:
    """The same for a bank whose own pages ask for the login: the job's id. The person is there, in the browser."""
    institution, _ = reachable(session.services, institution_id, Method.OPEN_BANKING, production=production)
    hold_user(session)
    require_consent(session)
    _require_room(session, institution)
    row = new_connection(session.services, session.tenant, institution, Method.OPEN_BANKING)
    insert_connection(session, msgspec.structs.replace(row, login=seal_login(session, row.id, Login(institution_id, "", ""))))
    users.touch_user(session.uow, *session.tenant)
    return jobs.create_job(session, row.id, institution.id, JobKind.CONNECT, browser=browser)


def _require_room(session: Session, institution: Institution) -> None:
    """Raises Problem where the application has as many connections to test banks as it may."""
    limit = session.services.limits.sandbox_connections
    if institution.sandbox and rows.count_sandbox_connections(session.uow, session.tenant.application_id, limit) >= limit:
        raise Problem(codes.TOO_MANY_SANDBOX_CONNECTIONS, limit=limit)


def _require_login_fields(channel: Channel, login: Login) -> None:
    """What an institution's login form asks for beyond login id and password."""
    asked = (
        ("secondaryLoginId", channel.captions.secondary_login_id, login.secondary_login_id),
        ("securityCode", channel.captions.security_code, login.security_code),
    )
    problems = [
        Problem(codes.SECONDARY_LOGIN_REQUIRED, parameter=name, pointer=f"connection/{name}", caption=caption)
        for name, caption, given in asked
        if caption is not None and not given
    ]
    if problems:
        raise Problems(problems)


def list_connections(session: Session) -> list[ConnectionRow]:
    """The user's connections, oldest first; none once the consent has ended."""
    return [] if read_scope(session).ended else rows.connections_of_user(session.uow, *session.tenant)


def get_connection(session: Session, connection_id: str) -> ConnectionRow:
    """Raises Problem when this user has no such connection, or the consent has ended."""
    row = None if read_scope(session).ended else rows.find_connection(session.uow, *session.tenant, connection_id)
    if row is None:
        raise Problem(codes.CONNECTION_NOT_FOUND, parameter="connectionId")
    return row


def update_connection(session: Session, connection_id: str, password: str, changes: Mapping[str, str]) -> tuple[str, bool]:
    """Store new credentials and a job that tries them: (job id, whether the job is new).

    A job that runs, or waits, begins anew with other credentials. A connection known to be bad is refused at once when nothing about its
    credentials has changed.
    """
    hold_user(session)
    require_consent(session)
    row = get_connection(session, connection_id)
    _require_web(row)
    old = login_of(session, row)
    login = replace(old, **{**changes, "password": password})
    if row.status == ConnectionStatus.INVALID and hmac.compare_digest(_encoded(login), _encoded(old)):
        raise Problem(codes.INVALID_CREDENTIALS)
    running = job_rows.unfinished_job(session.uow, session.tenant.application_id, connection_id)
    if running is not None and login == old:
        return running.id, False
    _require_enabled(session.services, row)
    fingerprint = _store_login(session, row, login, is_other=login != old)
    if running is not None:
        jobs.restart_job(session, running.id, fingerprint=fingerprint)
        return running.id, False
    return _again(session, msgspec.structs.replace(row, fingerprint=fingerprint), JobKind.UPDATE), True


def _store_login(session: Session, row: ConnectionRow, login: Login, *, is_other: bool) -> str:
    """Store credentials: their fingerprint. The access that other ones gave before is ended at the bank where a connector can."""
    if is_other and (secret := secret_of(session, row.id)) is not None:
        end_secret(session, row.institution_id, secret)
    fingerprint = _fingerprint(session.services, session.tenant, login)
    stored = ConnectionChanges(login=seal_login(session, row.id, login), fingerprint=fingerprint, status=ConnectionStatus.PENDING)
    if is_other:
        stored["secret"] = None
    rows.update_connection(session.uow, session.application_id, row.id, **stored)
    return fingerprint


def refresh_connection(session: Session, connection_id: str) -> tuple[str, bool]:
    """A job that reads the institution again: (job id, whether the job is new). A job that runs already is answered as it is."""
    hold_user(session)
    require_consent(session)
    row = get_connection(session, connection_id)
    if row.method not in BY_BANK:
        raise Problem(codes.CONNECTION_NOT_WEB, parameter="connectionId")
    running = job_rows.unfinished_job(session.uow, session.tenant.application_id, connection_id)
    if running is not None:
        return running.id, False
    if row.status == ConnectionStatus.INVALID:
        raise _not_refreshed(row)
    _require_enabled(session.services, row)
    _require_refreshes_left(session, connection_id)
    return _again(session, row, JobKind.REFRESH), True


def _not_refreshed(row: ConnectionRow) -> Problem:
    """Why a connection whose access is over cannot be refreshed: what the person has to do first."""
    if row.method is Method.OPEN_BANKING:
        return Problem(codes.USER_ACTION_REQUIRED, reason=GIVE_ACCESS_AGAIN)
    return Problem(codes.INVALID_CREDENTIALS)


def reauthorise_connection(session: Session, connection_id: str, browser: ReturnAddress) -> str:
    """A job in which the person gives access again at the bank's own pages: its id. The access that is there stays until then.

    A job that runs, or waits, begins anew in this browser; one whose person has just come back goes on with what they brought.
    """
    hold_user(session)
    require_consent(session)
    row = get_connection(session, connection_id)
    if row.method is not Method.OPEN_BANKING:
        raise Problem(codes.CONNECTION_NOT_WEB, parameter="connectionId")
    _require_enabled(session.services, row)
    running = job_rows.unfinished_job(session.uow, session.application_id, connection_id)
    if running is not None:
        begin_again(session, running.id, browser)
        return running.id
    users.touch_user(session.uow, *session.tenant)
    return jobs.create_job(session, row.id, row.institution_id, JobKind.UPDATE, browser=browser)


def refresh_connections(session: Session) -> list[str]:
    """A job for every connection that can be refreshed now; those that cannot (statements, bad credentials, limits) are left out."""
    hold_user(session)
    require_consent(session)
    job_ids = []
    for row in list_connections(session):
        try:
            job_ids.append(refresh_connection(session, row.id)[0])
        except Problem:
            continue
    return job_ids


def _again(session: Session, row: ConnectionRow, kind: JobKind) -> str:
    institution = session.services.institutions.find(row.institution_id)
    channel = institution.channel(row.method) if institution else None
    with_mfa = channel is not None and channel.authorization.may_ask_back
    waits_for = job_rows.last_in_line(session.uow, *session.tenant, fingerprint=row.fingerprint) if row.fingerprint else None
    users.touch_user(session.uow, *session.tenant)
    return jobs.create_job(session, row.id, row.institution_id, kind, with_mfa=with_mfa, waits_for=waits_for)


def _require_web(row: ConnectionRow) -> None:
    if row.method != Method.WEB:
        raise Problem(codes.CONNECTION_NOT_WEB, parameter="connectionId")


def _require_enabled(services: Services, row: ConnectionRow) -> None:
    institution = services.institutions.find(row.institution_id)
    if institution is None or institution.disabled:
        raise Problem(codes.INSTITUTION_DISABLED)


def _refreshes(session: Session, connection_id: str, now_ms: int) -> tuple[int, int | None]:
    """How many refreshes of a connection count toward the limit of a day, and when the oldest of them was."""
    return job_rows.refreshes_since(session.uow, session.application_id, connection_id, now_ms - DAY_MS)


def _require_refreshes_left(session: Session, connection_id: str) -> None:
    limit, now_ms = session.services.limits.refreshes_per_connection_per_day, to_milliseconds(session.services.clock.now())
    used, oldest_at_ms = _refreshes(session, connection_id, now_ms)
    if used >= limit:
        seconds = max(1, ((oldest_at_ms or now_ms) + DAY_MS - now_ms) // 1000 + 1)
        raise Problem(codes.TOO_MANY_REFRESHES, retry_after=seconds, limit=limit, seconds=seconds)


def has_refreshes_left(session: Session, connection_id: str, *, kept: int) -> bool:
    """Whether a connection may be refreshed today and `kept` times more."""
    used, _ = _refreshes(session, connection_id, to_milliseconds(session.services.clock.now()))
    return used + kept < session.services.limits.refreshes_per_connection_per_day


def delete_connection(session: Session, connection_id: str) -> None:
    """Remove a connection; its accounts and transactions stay. A job in flight ends as invalid-connection."""
    hold_user(session)
    end_connection(session, get_connection(session, connection_id))


def end_connection(session: Session, row: ConnectionRow) -> None:
    """The same for a connection whose user is held. Its access at the bank is ended there, or the person learns where they end it."""
    jobs.end_for_deleted_connection(session, row.id)
    end_access(session, row)
    delete_kept_files(session, connection_id=row.id)
    rows.delete_connection(session.uow, *session.tenant, row.id)
    announce_connection(session, EventType.CONNECTION_DELETED, msgspec.structs.replace(row, status=ConnectionStatus.DELETED))
    users.touch_user(session.uow, *session.tenant)


def replace_waiting_connections(session: Session, institution_id: str, job_ids: Collection[str]) -> None:
    """Delete the connections to an institution that were never read and whose job waits for the person, so that another can be tried.

    `job_ids` are the jobs of one person's session: those that an application started go on.
    """
    for row in rows.connections_of_user(session.uow, *session.tenant):
        job = job_rows.unfinished_job(session.uow, session.application_id, row.id)
        is_theirs = job is not None and job.id in job_ids and job.state is JobState.WAITING
        if is_theirs and row.institution_id == institution_id and row.last_used_at_ms is None:
            delete_connection(session, row.id)


def is_connecting_elsewhere(session: Session, institution_id: str) -> bool:
    """Whether a bank of the user is being connected for the first time that is not this one.

    Decided for this unit of work: another one that connects a bank of the user waits until it ends.
    """
    hold_user(session)
    fresh = [row for row in rows.connections_of_user(session.uow, *session.tenant) if row.last_used_at_ms is None]
    elsewhere = [row.id for row in fresh if row.institution_id != institution_id]
    return any(job_rows.unfinished_job(session.uow, session.application_id, connection_id) for connection_id in elsewhere)


def delete_failed_connections(session: Session, institution_id: str) -> None:
    """Delete the user's connections to an institution that were never read and have no unfinished job, so that another can be tried."""
    for row in rows.connections_of_user(session.uow, *session.tenant):
        never_read = row.institution_id == institution_id and row.method in BY_BANK and row.last_used_at_ms is None
        if never_read and job_rows.unfinished_job(session.uow, session.application_id, row.id) is None:
            delete_connection(session, row.id)


def purge_connection(session: Session, connection_id: str) -> None:
    """Remove the institution's accounts and transactions of this user; the connection stays and can be refreshed."""
    hold_user(session)
    row = get_connection(session, connection_id)
    if row.status != ConnectionStatus.ACTIVE:
        raise Problem(codes.CONNECTION_NOT_ACTIVE, parameter="connectionId")
    delete_kept_files(session, institution_id=row.institution_id)
    delete_pages_of_user(session.uow, *session.tenant)
    account_rows.delete_data_of_institution(session.uow, *session.tenant, row.institution_id)
    users.touch_user(session.uow, *session.tenant)
