"""The gate: what a user agreed to decides what of them is read, whether a bank, a file, the API or a page asks.

Every other module asks here and nowhere else.
"""

from __future__ import annotations

from bowerbird import codes
from bowerbird.domain.consents.read_scope import UNRESTRICTED, ReadScope, scope_of
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import ConsentStatus
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.consents import ConsentTerms


def read_scope(session: Session) -> ReadScope:
    """What may be stored and read of the session's user, by their latest consent."""
    if session.scope is not None:
        return session.scope
    return scope_of_terms(session, rows.latest_terms(session.uow, *session.tenant))


def scope_of_terms(session: Session, terms: ConsentTerms | None) -> ReadScope:
    """The scope of the terms of a user's latest consent; None for a user who never had one."""
    if terms is None:
        return UNRESTRICTED
    ended = terms.status != ConsentStatus.ACTIVE or terms.expires_at_ms <= to_milliseconds(session.services.clock.now())
    return scope_of(terms.id, terms.scopes, terms.earliest_day, ended, bool(terms.retains_data))


def with_scope(session: Session) -> Session:
    """The same session, which reads the scope once for everything that follows in it."""
    return session.within(read_scope(session))


def require_consent(session: Session) -> None:
    """Raises Problem where the user's consent has ended: nothing is read of them any more."""
    if read_scope(session).ended:
        raise Problem(codes.CONSENT_ENDED)


def may_still_be_read(session: Session, then: ReadScope | None, at_ms: int) -> bool:
    """Whether what was read of the user at a moment may be read today: they are there, and agree to no less than they did.

    `then` is what they agreed to at that moment, None where it was not noted: their consent must be as old as the moment.
    """
    if users.find_user(session.uow, *session.tenant) is None:
        return False
    scope = read_scope(session)
    if then is not None:
        return scope.covers(then)
    latest = next(iter(rows.consents_of_user(session.uow, *session.tenant)), None)
    return latest is None or (not scope.ended and latest.updated_at_ms < at_ms)
