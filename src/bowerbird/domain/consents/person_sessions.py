"""People at the consent pages: a session from a token or an auth link, what it began, and where it returns to."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bowerbird import codes
from bowerbird.domain.access.applications import PRODUCTS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Claims, Scope
from bowerbird.domain.services import Session
from bowerbird.model.ids import is_id
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import AnyRow
from bowerbird.storage.rows import applications, users
from bowerbird.storage.rows import person_sessions as rows

_LONGEST_STATE = 2000
_LONGEST_URL = 2000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Action(StrEnum):
    """What an application sends a person here for (contract §10). `START` is sent as nothing at all."""

    START = ""
    CONNECT = "connect"
    MANAGE = "manage"
    EXTEND = "extend"
    UPDATE = "update"
    REAUTHORISE = "reauthorise"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person is here for. `state` is the application's own, said again at the end."""

    action: Action = Action.START
    state: str = ""
    institution_id: str = ""
    connection_id: str = ""


@dataclass(frozen=True, slots=True)
class PersonSession:
    """Somebody at the pages. `hash` is what the session is kept under, `link_id` the auth link that led here."""

    hash: str
    tenant: Tenant
    intent: Intent
    link_id: str
    job_ids: tuple[str, ...]
    finished: bool


class NoUrl(ValueError):
    """An address that nobody can be sent to: says why."""


def hash_of(secret: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def intent_of(action: str, state: str, institution_id: str, connection_id: str) -> Intent | None:
    """What was asked for, None when it makes no sense. Ids that cannot be any are left out: the person chooses then."""
    if action not in set(Action) or len(state) > _LONGEST_STATE:
        return None
    return Intent(Action(action), state, institution_id if len(institution_id) == 7 else "", connection_id if is_id(connection_id) else "")


def tenant_of(session: Session, claims: Claims) -> Tenant:
    """The person a token is bound to. Raises Problem: a token of another kind, or nobody's, or of a disabled application."""
    if claims.scope is not Scope.CLIENT_ACCESS:
        raise Problem(codes.FORBIDDEN)
    if not claims.user_id:
        raise Problem(codes.TOKEN_WITHOUT_USER)
    tenant = Tenant(claims.application_id, claims.user_id)
    require_open(session.of(tenant))
    return tenant


def require_open(session: Session) -> None:
    """Raises Problem where an application's people cannot come to the pages: nobody's, a disabled application's, or without the product."""
    facts = applications.access_facts(session.uow, *session.tenant)
    if facts is None or facts[3] is None:
        raise Problem(codes.TOKEN_USER_UNKNOWN)
    if facts[0]:
        raise Problem(codes.ACCOUNT_DISABLED)
    if "connections" not in facts[2].split(","):
        raise Problem(codes.PRODUCT_NOT_ENABLED, product=PRODUCTS["connections"])


def create_session(session: Session, intent: Intent, now: int, link_id: str = "") -> str:
    """The secret of a new session; nothing a browser brought along becomes one. `now` is people's time, in milliseconds."""
    rows.delete_outdated(session.uow, session.tenant.application_id, now)
    secret = secrets.token_urlsafe(32)
    values = {
        "hash": hash_of(secret),
        "application_id": session.tenant.application_id,
        "user_id": session.tenant.user_id,
        "action": intent.action,
        "state": intent.state,
        "institution_id": intent.institution_id,
        "connection_id": intent.connection_id,
        "link_id": link_id,
        "job_ids": "",
        "finished": False,
        "expires": now + session.services.limits.person_session_seconds * 1000,
    }
    rows.insert_session(session.uow, values)
    return secret


def find_session(session: Session, secret: str, now: int) -> PersonSession | None:
    """Who holds a secret; None when the session is over, or its person or application has gone or may no longer."""
    row = rows.find_session(session.uow, hash_of(secret))
    if row is None or row.expires <= now or users.find_user(session.uow, row.application_id, row.user_id) is None:
        return None
    facts = applications.access_facts(session.uow, row.application_id, row.user_id)
    if facts is None or facts[0]:
        return None
    intent = Intent(Action(row.action), row.state, row.institution_id, row.connection_id)
    job_ids = tuple(filter(None, row.job_ids.split(",")))
    return PersonSession(row.hash, Tenant(row.application_id, row.user_id), intent, row.link_id, job_ids, row.finished)


def record_job(session: Session, person: PersonSession, job_id: str) -> None:
    """Remember a job that was begun here; the application hears of it at the end."""
    if job_id not in person.job_ids:
        job_ids = ",".join((*person.job_ids, job_id))
        rows.update_session(session.uow, person.tenant.application_id, person.hash, job_ids=job_ids)


def finish_session(session: Session, person: PersonSession) -> None:
    """Nothing more is done with it, so that whoever uses the browser next is not this person."""
    rows.update_session(session.uow, person.tenant.application_id, person.hash, finished=True)


# ── Where it ends ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def redirect_url_of(text: str) -> str:
    """An address to return to, as it is registered: https, or http on this machine. Raises NoUrl. Empty: nowhere."""
    url = text.strip()
    if not url:
        return ""
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or any(mark in url for mark in " \\\"'<>#"):
        raise NoUrl(f"the redirect URL must be at most {_LONGEST_URL} plain characters, without blanks, quotes and #")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise NoUrl("the redirect URL's host or port cannot be read") from None
    if "@" in parts.netloc or not host:
        raise NoUrl("the redirect URL needs a host, and no user name")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise NoUrl("the redirect URL must begin with https://; http:// is for this machine (localhost) only")
    return url


def return_address(application: AnyRow, person: PersonSession) -> str:
    """Where a person goes at the end, with what the application hears; empty when it has registered nothing.

    Only the registered address, whatever a request says: there is nothing to steer.
    """
    registered: str = application.redirect_url
    if not registered:
        return ""
    told = [("jobId", person.job_ids[-1]), ("jobIds", ",".join(person.job_ids))] if person.job_ids else []
    told += [("state", person.intent.state)] if person.intent.state else []
    parts = urlsplit(registered)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ("jobId", "jobIds", "state")]
    return urlunsplit(parts._replace(query=urlencode([*own, *told])))
