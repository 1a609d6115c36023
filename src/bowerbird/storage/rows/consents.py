"""Policies, consents, auth links and the sessions of people on the consent pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from bowerbird.model.consent import Action, ConsentStatus, LinkState, Policy
from bowerbird.storage.database.tables import auth_links, consent_policies, consents, person_sessions
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork


class PolicyRow(StoredRow, frozen=True):
    """A policy of an application. It never changes; the newest is the one in force."""

    id: str
    application_id: str
    document: Policy
    created_at_ms: int


class ConsentRow(StoredRow, frozen=True):
    """A consent: data of days before `earliest_day` was not agreed to.

    While it is active `ended_at_ms` is None; `next_due_at_ms`, the next reminder, warning or expiry, is None afterwards.
    """

    id: str
    application_id: str
    user_id: str
    policy_id: str
    status: ConsentStatus
    scopes: frozenset[str]
    earliest_day: int
    retains_data: bool
    language: str
    created_at_ms: int
    updated_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None
    next_due_at_ms: int | None


class ConsentTerms(NamedTuple):
    """What of a consent decides what may be read. `status` and `scopes` as their columns store them."""

    id: str
    status: str
    scopes: str
    earliest_day: int
    retains_data: bool
    expires_at_ms: int


class AuthLinkRow(StoredRow, frozen=True):
    """A user's auth link. `secret`, `mobile` and `code` are sealed; `code` is None while no code is valid."""

    id: str
    application_id: str
    user_id: str
    secret_hash: str
    secret: bytes
    mobile: bytes
    state: LinkState
    created_at_ms: int
    expires_at_ms: int
    code: bytes | None = None
    code_expires_at_ms: int | None = None
    codes_sent: int = 0
    attempts: int = 0


class PersonSessionRow(StoredRow, frozen=True):
    """A person's session. `link_id` is empty where a token opened it, `institution_id` and `connection_id` where none was asked for."""

    hash: str
    application_id: str
    user_id: str
    action: Action
    state: str
    institution_id: str
    connection_id: str
    link_id: str
    job_ids: tuple[str, ...]
    finished: bool
    expires_at_ms: int
    proven_until_ms: int | None = None


_POLICY = select(*PolicyRow.columns(consent_policies))
_CONSENT = select(*ConsentRow.columns(consents))
TERMS = [consents.c[name] for name in ConsentTerms._fields]
LATEST_FIRST = consents.c.created_at_ms.desc()
"""No two consents of a user have one moment."""
_LATEST_TERMS = Prepared(
    select(*TERMS)
    .where(consents.c.application_id == bindparam("application_id"), consents.c.user_id == bindparam("user_id"))
    .order_by(LATEST_FIRST)
    .limit(1)
)
_AUTH_LINK = select(*AuthLinkRow.columns(auth_links))
_PERSON_SESSION = select(*PersonSessionRow.columns(person_sessions))


# ── Policies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def latest_policy(uow: UnitOfWork, application_id: str) -> PolicyRow | None:
    """The policy in force for an application."""
    own = _POLICY.where(consent_policies.c.application_id == application_id)
    return uow.one(PolicyRow, own.order_by(consent_policies.c.created_at_ms.desc(), consent_policies.c.id.desc()).limit(1))


def list_policies(uow: UnitOfWork, application_id: str, policy_ids: Collection[str]) -> list[PolicyRow]:
    own = (consent_policies.c.application_id == application_id, consent_policies.c.id.in_(policy_ids))
    return uow.all(PolicyRow, _POLICY.where(*own))


def insert_policy(uow: UnitOfWork, row: PolicyRow) -> None:
    uow.execute(insert(consent_policies), asdict(row))


# ── Consents ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _own_consents(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return consents.c.application_id == application_id, consents.c.user_id == user_id


def consents_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[ConsentRow]:
    """Newest first."""
    own = _CONSENT.where(*_own_consents(application_id, user_id))
    return uow.all(ConsentRow, own.order_by(LATEST_FIRST))


def find_consent(uow: UnitOfWork, application_id: str, user_id: str, consent_id: str) -> ConsentRow | None:
    return uow.one(ConsentRow, _CONSENT.where(*_own_consents(application_id, user_id), consents.c.id == consent_id))


def active_consent(uow: UnitOfWork, application_id: str, user_id: str) -> ConsentRow | None:
    return uow.one(ConsentRow, _CONSENT.where(*_own_consents(application_id, user_id), consents.c.status == ConsentStatus.ACTIVE))


def latest_terms(uow: UnitOfWork, application_id: str, user_id: str) -> ConsentTerms | None:
    """The terms of a user's latest consent, in any state; None for a user who never had one."""
    for row in uow.fetch(_LATEST_TERMS, {"application_id": application_id, "user_id": user_id}):
        return ConsentTerms(*row)
    return None


def insert_consent(uow: UnitOfWork, row: ConsentRow) -> None:
    uow.execute(insert(consents), asdict(row))


def renew_consent(uow: UnitOfWork, row: ConsentRow) -> None:
    """Store the policy, the scopes, the language and the times of an active consent."""
    own = (consents.c.application_id == row.application_id, consents.c.id == row.id)
    terms = {
        "policy_id": row.policy_id,
        "scopes": row.scopes,
        "earliest_day": row.earliest_day,
        "retains_data": row.retains_data,
        "language": row.language,
        "updated_at_ms": row.updated_at_ms,
        "expires_at_ms": row.expires_at_ms,
        "next_due_at_ms": row.next_due_at_ms,
    }
    uow.execute(update(consents).where(*own).values(terms))


def end_consent(uow: UnitOfWork, application_id: str, consent_id: str, status: ConsentStatus, ended_at_ms: int) -> None:
    own = (consents.c.application_id == application_id, consents.c.id == consent_id)
    uow.execute(update(consents).where(*own).values(status=status, ended_at_ms=ended_at_ms, updated_at_ms=ended_at_ms, next_due_at_ms=None))


# Across tenants: one worker serves the consents of every application.


def due_consents(uow: UnitOfWork, now_ms: int, limit: int) -> list[ConsentRow]:
    """Consents with a reminder, warning or expiry due by `now_ms`, the longest due first."""
    due = (consents.c.next_due_at_ms.is_not(None), consents.c.next_due_at_ms <= now_ms)
    return uow.all(ConsentRow, _CONSENT.where(*due).order_by(consents.c.next_due_at_ms).limit(limit))


def first_due(uow: UnitOfWork) -> int | None:
    earliest: int | None = uow.execute(select(func.min(consents.c.next_due_at_ms)).where(consents.c.next_due_at_ms.is_not(None))).scalar()
    return earliest


def claim_due(uow: UnitOfWork, row: ConsentRow, next_due_at_ms: int | None) -> bool:
    """Set a consent's next due time. False when another process did so first, or the consent has changed since it was read."""
    unchanged = (consents.c.application_id == row.application_id, consents.c.id == row.id, consents.c.next_due_at_ms == row.next_due_at_ms)
    return uow.execute(update(consents).where(*unchanged).values(next_due_at_ms=next_due_at_ms)).rowcount == 1


# ── Auth links: one a user, the newest ───────────────────────────────────────────────────────────────────────────────────────


def _own_link(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return auth_links.c.application_id == application_id, auth_links.c.user_id == user_id


def replace_auth_link(uow: UnitOfWork, row: AuthLinkRow) -> None:
    """Store a link in place of the user's previous one."""
    uow.execute(delete(auth_links).where(*_own_link(row.application_id, row.user_id)))
    uow.execute(insert(auth_links), asdict(row))


def find_auth_link(uow: UnitOfWork, application_id: str, user_id: str) -> AuthLinkRow | None:
    return uow.one(AuthLinkRow, _AUTH_LINK.where(*_own_link(application_id, user_id)))


def find_auth_link_by_secret(uow: UnitOfWork, secret_hash: str) -> AuthLinkRow | None:
    """Across tenants: a request that opens a link names nothing but its secret."""
    return uow.one(AuthLinkRow, _AUTH_LINK.where(auth_links.c.secret_hash == secret_hash))


def close_auth_link(uow: UnitOfWork, application_id: str, user_id: str, state: LinkState) -> None:
    uow.execute(update(auth_links).where(*_own_link(application_id, user_id)).values(state=state, code=None, code_expires_at_ms=None))


def close_auth_links(uow: UnitOfWork, application_id: str) -> None:
    """Delete every open link of an application's people, with its code."""
    open_links = (auth_links.c.application_id == application_id, auth_links.c.state == LinkState.OPEN)
    uow.execute(update(auth_links).where(*open_links).values(state=LinkState.DELETED, code=None, code_expires_at_ms=None))


def list_coded_links(uow: UnitOfWork, now_ms: int, most: int) -> list[AuthLinkRow]:
    """Across tenants: links with a valid code, the one sent last first."""
    valid = _AUTH_LINK.where(auth_links.c.code.is_not(None), auth_links.c.code_expires_at_ms > now_ms)
    return uow.all(AuthLinkRow, valid.order_by(auth_links.c.code_expires_at_ms.desc()).limit(most))


def _unchanged_link(link: AuthLinkRow) -> tuple[ColumnElement[bool], ...]:
    """The link, while it is as open as when it was read and no newer code was sent."""
    own = (*_own_link(link.application_id, link.user_id), auth_links.c.id == link.id)
    return *own, auth_links.c.state == link.state, auth_links.c.codes_sent == link.codes_sent


def replace_code(uow: UnitOfWork, link: AuthLinkRow, code: bytes, code_expires_at_ms: int) -> bool:
    """Store a new sealed code and count it. False when another request has sent one since the link was read."""
    sent = {"code": code, "code_expires_at_ms": code_expires_at_ms, "codes_sent": link.codes_sent + 1, "attempts": 0}
    return uow.execute(update(auth_links).where(*_unchanged_link(link)).values(sent)).rowcount == 1


def count_attempt(uow: UnitOfWork, link: AuthLinkRow, most: int) -> bool:
    """Count a guess at the code that was read, whose row others then wait for. False when `most` guesses are counted, the code was used,
    or a newer one was sent since."""
    valid = (*_unchanged_link(link), auth_links.c.code.is_not(None), auth_links.c.attempts < most)
    return uow.execute(update(auth_links).where(*valid).values(attempts=auth_links.c.attempts + 1)).rowcount == 1


def use_code(uow: UnitOfWork, link: AuthLinkRow) -> bool:
    """Delete the code that was read. True for one caller only."""
    valid = (*_unchanged_link(link), auth_links.c.code.is_not(None))
    return uow.execute(update(auth_links).where(*valid).values(code=None, code_expires_at_ms=None)).rowcount == 1


# ── Sessions of people ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _own_session(application_id: str, session_hash: str) -> tuple[ColumnElement[bool], ...]:
    return person_sessions.c.application_id == application_id, person_sessions.c.hash == session_hash


def insert_session(uow: UnitOfWork, row: PersonSessionRow) -> None:
    uow.execute(insert(person_sessions), asdict(row))


def find_session(uow: UnitOfWork, session_hash: str) -> PersonSessionRow | None:
    """Across tenants: a browser sends nothing but its secret."""
    return uow.one(PersonSessionRow, _PERSON_SESSION.where(person_sessions.c.hash == session_hash))


def set_session_jobs(uow: UnitOfWork, application_id: str, session_hash: str, job_ids: tuple[str, ...]) -> None:
    uow.execute(update(person_sessions).where(*_own_session(application_id, session_hash)).values(job_ids=job_ids))


def finish_session(uow: UnitOfWork, application_id: str, session_hash: str) -> None:
    uow.execute(update(person_sessions).where(*_own_session(application_id, session_hash)).values(finished=True))


def delete_expired_sessions(uow: UnitOfWork, application_id: str, now_ms: int) -> None:
    uow.execute(
        delete(person_sessions).where(person_sessions.c.application_id == application_id, person_sessions.c.expires_at_ms <= now_ms)
    )


def delete_sessions(uow: UnitOfWork, application_id: str) -> None:
    """End every session of an application's people."""
    uow.execute(delete(person_sessions).where(person_sessions.c.application_id == application_id))
