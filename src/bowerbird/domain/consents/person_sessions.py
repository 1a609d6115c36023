"""Sessions of people on the consent pages: opened by a token or an auth link, with the jobs started in them and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bowerbird import codes
from bowerbird.domain.access import real_data
from bowerbird.domain.access.applications import PRODUCTS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Claims, Scope
from bowerbird.domain.services import Session
from bowerbird.model.consent import Action
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem
from bowerbird.model.secrets import hash_of, new_secret
from bowerbird.outbound.addresses import NotAllowed, is_loopback, read_url
from bowerbird.storage.rows import applications
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows.consents import PersonSessionRow

_LONGEST_STATE = 2000


@dataclass(frozen=True, slots=True)
class Intent:
    """What an application sends a person to do. `state` is its own text, returned to it at the end."""

    action: Action = Action.START
    state: str = ""
    institution_id: str = ""
    connection_id: str = ""


@dataclass(frozen=True, slots=True)
class PersonSession:
    """A session. `hash` is its key in the database, `link_id` the auth link that opened it; empty where a token did.

    `is_proven`: a code that was sent to the person's own contact was entered in it, a short while ago.
    """

    hash: str
    tenant: Tenant
    intent: Intent
    link_id: str
    job_ids: tuple[str, ...]
    finished: bool
    is_proven: bool = False


class NoUrl(ValueError):
    """An address that a browser cannot be sent to; its text says why."""


def intent_of(action: str, state: str, institution_id: str, connection_id: str) -> Intent | None:
    """The intent of a request's parameters; None for an unknown action or a `state` that is too long. Malformed ids are left out.

    A client that has no action may send the text null.
    """
    action = "" if action == "null" else action
    if action not in set(Action) or len(state) > _LONGEST_STATE:
        return None
    return Intent(Action(action), state, institution_id if len(institution_id) == 7 else "", connection_id if is_id(connection_id) else "")


def tenant_of(session: Session, claims: Claims) -> Tenant:
    """The user that a token is bound to. Raises Problem: another kind of token, an unknown user, a disabled application."""
    if claims.scope is not Scope.CLIENT_ACCESS:
        raise Problem(codes.FORBIDDEN)
    if not claims.user_id:
        raise Problem(codes.TOKEN_WITHOUT_USER)
    tenant = Tenant(claims.application_id, claims.user_id)
    require_open(session.of(tenant))
    return tenant


def require_open(session: Session) -> None:
    """Raises Problem where the user cannot use the pages: unknown, of a disabled application, or of one without Connections."""
    facts = applications.access_facts(session.uow, *session.tenant)
    if facts is None or facts.user_version is None:
        raise Problem(codes.TOKEN_USER_UNKNOWN)
    if facts.disabled:
        raise Problem(codes.ACCOUNT_DISABLED)
    if "connections" not in facts.products:
        raise Problem(codes.PRODUCT_NOT_ENABLED, product=PRODUCTS["connections"])


def require_current(session: Session, claims: Claims) -> None:
    """Raises Problem for a token that was made before its application was given production access: operators could make it."""
    facts = applications.access_facts(session.uow, *session.tenant)
    if facts is not None and facts.production and not claims.production:
        raise Problem(codes.INVALID_TOKEN, parameter="token")


def hold_access(session: Session) -> None:
    """Production access of the session's application begins before this unit of work or after it."""
    applications.lock_access(session.uow, session.application_id)


def create_session_for_token(session: Session, claims: Claims, intent: Intent, now_ms: int) -> str:
    """The secret of a session that a token opens. Raises Problem for a token of before its application had production access."""
    hold_access(session)
    require_current(session, claims)
    return create_session(session, intent, now_ms)


def create_session_for_operator(session: Session, intent: Intent, now_ms: int) -> str:
    """The secret of a session that an operator opens as a user. Raises Problem unless all data is a sandbox's."""
    hold_access(session)
    real_data.require_sandbox(session)
    return create_session(session, intent, now_ms)


def create_session(session: Session, intent: Intent, now_ms: int, link_id: str = "") -> str:
    """The secret of a new session. `now_ms` is the real time, not the sandbox clock's. The caller holds the application's access."""
    rows.delete_expired_sessions(session.uow, session.application_id, now_ms)
    secret = new_secret()
    row = PersonSessionRow(
        hash=hash_of(secret),
        application_id=session.application_id,
        user_id=session.user_id,
        action=intent.action,
        state=intent.state,
        institution_id=intent.institution_id,
        connection_id=intent.connection_id,
        link_id=link_id,
        job_ids=(),
        finished=False,
        expires_at_ms=now_ms + session.services.limits.person_session_seconds * 1000,
    )
    rows.insert_session(session.uow, row)
    return secret


def find_session(session: Session, secret: str, now_ms: int) -> PersonSession | None:
    """The session of a secret; None when it has expired, its user is deleted or its application is disabled."""
    row = rows.find_session(session.uow, hash_of(secret))
    if row is None or row.expires_at_ms <= now_ms:
        return None
    facts = applications.access_facts(session.uow, row.application_id, row.user_id)
    if facts is None or facts.user_version is None or facts.disabled:
        return None
    intent = Intent(row.action, row.state, row.institution_id, row.connection_id)
    is_proven = (row.proven_until_ms or 0) > now_ms
    return PersonSession(row.hash, Tenant(row.application_id, row.user_id), intent, row.link_id, row.job_ids, row.finished, is_proven)


def record_job(session: Session, person: PersonSession, job_id: str) -> None:
    """Add a job to those started in a session, which the application reads from the return address."""
    if job_id not in person.job_ids:
        rows.set_session_jobs(session.uow, person.tenant.application_id, person.hash, (*person.job_ids, job_id))


def finish_session(session: Session, person: PersonSession) -> None:
    """End a session, so that the next user of the browser cannot continue it."""
    rows.finish_session(session.uow, person.tenant.application_id, person.hash)


# ── The return address ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def redirect_url_of(text: str) -> str:
    """A return address in its stored form: https, or http on this machine; empty for none. Raises NoUrl."""
    url = text.strip()
    if not url:
        return ""
    try:
        target = read_url(url)
    except NotAllowed as error:
        raise NoUrl(f"the redirect URL cannot be used: {error}") from None
    if target.scheme != "https" and not is_loopback(target.host):
        raise NoUrl("the redirect URL must begin with https://; http:// is for this machine (localhost) only")
    return url


def return_address(redirect_url: str, person: PersonSession) -> str:
    """`redirect_url`, as the application registered it, with the session's jobs and state; empty without a registered address.

    A request cannot change where it leads.
    """
    if not redirect_url:
        return ""
    added = [("jobId", person.job_ids[-1]), ("jobIds", ",".join(person.job_ids))] if person.job_ids else []
    added += [("state", person.intent.state)] if person.intent.state else []
    parts = urlsplit(redirect_url)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ("jobId", "jobIds", "state")]
    return urlunsplit(parts._replace(query=urlencode([*own, *added])))
