"""Consents: a person's agreement, its moments on the clock, and what its end takes away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.consents.policies import policies_of, policy_to_agree_to
from bowerbird.domain.notifications.events import Happened, record_event
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import from_milliseconds, to_milliseconds, wire_time
from bowerbird.model.consent import ConsentStatus, Policy
from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, AnyRow
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows import users

_DAY_MS = 86_400_000
REMINDER_DAYS = 90
"""A reminder for every so many days since a consent was last touched (published description of `consent.reminder`)."""
WARNING_DAYS = 14
"""A warning so long before a consent expires. [decided]"""


class ConsentWithStatus(NamedTuple):
    """A consent with the policy it agreed to, as it is read. `latest_policy_id` is the policy its application asks with today."""

    row: Any
    policy: Policy
    latest_policy_id: str


class RequiredScope(ValueError):
    """Something the policy cannot do without was not agreed to: names it."""


def _moments(updated: int, expires: int) -> list[tuple[int, EventType]]:
    """When something is to be said of a consent, and what; its expiry last."""
    step = REMINDER_DAYS * _DAY_MS
    moments = [(moment, EventType.CONSENT_REMINDER) for moment in range(updated + step, expires, step)]
    if expires - WARNING_DAYS * _DAY_MS > updated:
        moments.append((expires - WARNING_DAYS * _DAY_MS, EventType.CONSENT_WARNING))
    return sorted([*moments, (expires, EventType.CONSENT_EXPIRED)])


def _next_moment(updated: int, expires: int, after: int) -> int:
    return next((moment for moment, _ in _moments(updated, expires) if moment > after), expires)


def _announce(session: Session, kind: EventType, consent_id: str, status: ConsentStatus) -> None:
    path = f"/users/{session.tenant.user_id}/consents/{consent_id}"
    data = {"type": "consent", "id": consent_id, "status": str(status), "links": {"self": path}}
    record_event(session, Happened(kind, path, data))


def give_consent(session: Session, agreed: Iterable[str]) -> str:
    """Agree to the policy of today: the consent's id. One that is active is brought up to date, and keeps its id.

    Raises RequiredScope when a scope is missing that the policy requires.
    """
    kept = policy_to_agree_to(session)
    agreed = set(agreed)
    for asked in kept.policy.scopes:
        if asked.required and asked.scope not in agreed:
            raise RequiredScope(asked.scope)
    scopes = ",".join(each.scope for each in kept.policy.scopes if each.scope in agreed)
    now = to_milliseconds(session.services.clock.now())
    expires = now + kept.policy.days * _DAY_MS
    terms = {"policy_id": kept.id, "scopes": scopes, "updated": now, "expires": expires, "next_due": _next_moment(now, expires, now)}
    active = rows.active_consent(session.uow, *session.tenant)
    consent_id = new_id() if active is None else str(active.id)
    if active is not None:
        rows.update_consent(session.uow, session.tenant.application_id, active.id, **terms)
        _announce(session, EventType.CONSENT_UPDATED, active.id, ConsentStatus.ACTIVE)
    else:
        own = {
            "id": consent_id,
            "application_id": session.tenant.application_id,
            "user_id": session.tenant.user_id,
            "status": ConsentStatus.ACTIVE,
        }
        rows.insert_consent(session.uow, {**own, **terms, "created": now, "ended": None})
        _announce(session, EventType.CONSENT_CREATED, consent_id, ConsentStatus.ACTIVE)
    users.touch_user(session.uow, *session.tenant)
    session.uow.after_commit(session.services.wake)
    return consent_id


def extend_consent(session: Session) -> str | None:
    """Let the active consent last as long again from now: its id, None when there is none."""
    active = rows.active_consent(session.uow, *session.tenant)
    if active is None:
        return None
    policy = policies_of(session, [active.policy_id])[active.policy_id]
    now = to_milliseconds(session.services.clock.now())
    expires = now + policy.days * _DAY_MS
    rows.update_consent(
        session.uow, session.tenant.application_id, active.id, updated=now, expires=expires, next_due=_next_moment(now, expires, now)
    )
    _announce(session, EventType.CONSENT_UPDATED, active.id, ConsentStatus.ACTIVE)
    users.touch_user(session.uow, *session.tenant)
    return str(active.id)


def active_consent(session: Session) -> ConsentWithStatus | None:
    return next((view for view in list_consents(session) if view.row.status == ConsentStatus.ACTIVE), None)


def list_consents(session: Session) -> list[ConsentWithStatus]:
    """All consents a user ever gave, newest first."""
    found = rows.consents_of_user(session.uow, *session.tenant)
    policies = policies_of(session, {row.policy_id for row in found})
    latest = rows.latest_policy(session.uow, session.tenant.application_id)
    return [ConsentWithStatus(row, policies[row.policy_id], latest.id if latest is not None else row.policy_id) for row in found]


def find_consent(session: Session, consent_id: str) -> AnyRow:
    """Raises Problem when this user has no such consent, or it has ended."""
    row = rows.find_consent(session.uow, *session.tenant, consent_id)
    if row is None or row.status != ConsentStatus.ACTIVE:
        raise Problem(codes.CONSENT_NOT_FOUND, parameter="consentId")
    return row


def delete_consent(session: Session, consent_id: str) -> None:
    """Revoke a consent: its connections end, and its data goes where the policy does not retain it."""
    row = find_consent(session, consent_id)
    now = to_milliseconds(session.services.clock.now())
    _end(session, row, ConsentStatus.REVOKED, EventType.CONSENT_REVOKED, now)


def _end(session: Session, row: Any, status: ConsentStatus, kind: EventType, moment: int) -> None:
    tenant = Tenant(row.application_id, row.user_id)
    policy = policies_of(session.in_application(tenant.application_id), [row.policy_id])[row.policy_id]
    for connection in connection_rows.connections_of_user(session.uow, *tenant):
        connections.delete_connection(session.of(tenant), connection.id)
    if not policy.retains_data:
        account_rows.delete_data_of_user(session.uow, *tenant)
    rows.update_consent(session.uow, tenant.application_id, row.id, status=status, ended=moment, updated=moment, next_due=None)
    users.touch_user(session.uow, *tenant)
    _announce(session.of(tenant), kind, row.id, status)


def keep_due(services: Services, most: int) -> int:
    """Remind, warn and end what is due, each in its own unit of work: how many were moved on. On a worker thread."""
    now = to_milliseconds(services.clock.now())
    due = services.read_now(lambda session: rows.due_consents(session.uow, now, most), tenant=EVERY_TENANT)
    for row in due:
        services.write_from_thread(lambda session, found=row: _keep(session, found), tenant=row.application_id)  # type: ignore[misc]
    return len(due)


def _keep(session: Session, row: Any) -> None:
    moment = row.next_due
    kind = next(kind for at, kind in _moments(row.updated, row.expires) if at == moment)
    following = None if kind is EventType.CONSENT_EXPIRED else _next_moment(row.updated, row.expires, moment)
    if not rows.claim_due(session.uow, row, following):
        return
    if kind is EventType.CONSENT_EXPIRED:
        _end(session, row, ConsentStatus.EXPIRED, kind, moment)
    else:
        _announce(session.of(Tenant(row.application_id, row.user_id)), kind, row.id, ConsentStatus.ACTIVE)


def expiry_text(row: Any) -> str:
    """When a consent ends, as the wire says it."""
    return wire_time(from_milliseconds(row.expires))
