"""Consents: what a user agreed to share, the reminders and the expiry of it, and what its end deletes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypedDict

from msgspec.structs import replace

from bowerbird import codes
from bowerbird.domain.connections import connections
from bowerbird.domain.consents.contacts import record_contact
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.narrowing import delete_data, delete_uncovered, let_enrich
from bowerbird.domain.consents.policies import list_policies, policy_to_agree_to
from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.domain.consents.receipts import count_stored, record_deletion
from bowerbird.domain.notifications.events import Happened, record_event
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import from_milliseconds, to_milliseconds
from bowerbird.model.consent import ConsentStatus, DeletionReason, Policy
from bowerbird.model.days import DAY_MS, day_number
from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id
from bowerbird.model.json_value import JsonObject
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows import users
from bowerbird.storage.rows.consents import ConsentRow as ConsentRow  # noqa: PLC0414  (api and web read it)
from bowerbird.storage.rows.feeds import feeds as feed_rows

REMINDER_DAYS = 90
"""A reminder every 90 days after a consent was last updated (published description of `consent.reminder`)."""
_ENGLISH = "en"
WARNING_DAYS = 7
"""A warning 7 days before a consent expires."""


class ConsentWithPolicy(NamedTuple):
    """A consent with the policy it agreed to. `latest_policy_id` is the policy that its application has in force."""

    row: ConsentRow
    policy: Policy
    latest_policy_id: str


class RequiredScope(ValueError):
    """A scope that the policy requires was not agreed to; its text is the scope."""


def notices_of(updated_ms: int, expires_ms: int) -> list[tuple[int, EventType]]:
    """The times of a consent's reminders, warning and expiry, in their order."""
    step = REMINDER_DAYS * DAY_MS
    notices = [(at_ms, EventType.CONSENT_REMINDER) for at_ms in range(updated_ms + step, expires_ms, step)]
    if expires_ms - WARNING_DAYS * DAY_MS > updated_ms:
        notices.append((expires_ms - WARNING_DAYS * DAY_MS, EventType.CONSENT_WARNING))
    return sorted([*notices, (expires_ms, EventType.CONSENT_EXPIRED)])


def next_notice(updated_ms: int, expires_ms: int, after_ms: int) -> int:
    return next((at_ms for at_ms, _ in notices_of(updated_ms, expires_ms) if at_ms > after_ms), expires_ms)


def announce_consent(session: Session, kind: EventType, consent_id: str, status: ConsentStatus) -> None:
    path = f"/users/{session.user_id}/consents/{consent_id}"
    data: JsonObject = {"type": "consent", "id": consent_id, "status": str(status), "links": {"self": path}}
    record_event(session, Happened(kind, path, data))


def give_consent(session: Session, agreed: Iterable[str], link_id: str = "", language: str = _ENGLISH) -> str:
    """Record that the user agrees to the policy in force: the consent's id. An active consent is renewed and keeps its id.

    `link_id` is the auth link by which they came; `language` is that of the page.
    Raises RequiredScope when `agreed` lacks a scope that the policy requires.
    """
    policy_row = policy_to_agree_to(session)
    policy = policy_row.document
    scopes = _agreed_scopes(policy, set(agreed))
    hold_user(session)
    record_contact(session, link_id)
    before = read_scope(session)
    active = rows.active_consent(session.uow, *session.tenant)
    if active is not None:
        terms = _terms(policy, active.created_at_ms)
        _renew(session, replace(active, policy_id=policy_row.id, scopes=scopes, language=language, **terms), policy)
        _delete_uncovered(session, active.id, before)
        return active.id
    row = _first_row(session, policy_row.id, policy, scopes, language)
    rows.insert_consent(session.uow, row)
    _delete_uncovered(session, row.id, before)
    announce_consent(session, EventType.CONSENT_CREATED, row.id, ConsentStatus.ACTIVE)
    users.touch_user(session.uow, *session.tenant)
    session.uow.after_commit(session.services.wake)
    return row.id


def _first_row(session: Session, policy_id: str, policy: Policy, scopes: frozenset[str], language: str) -> ConsentRow:
    now_ms = _later_than_before(session)
    expires_ms = now_ms + policy.days * DAY_MS
    return ConsentRow(
        id=new_id(),
        application_id=session.application_id,
        user_id=session.user_id,
        policy_id=policy_id,
        status=ConsentStatus.ACTIVE,
        scopes=scopes,
        **_terms(policy, now_ms),
        language=language,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        expires_at_ms=expires_ms,
        ended_at_ms=None,
        next_due_at_ms=next_notice(now_ms, expires_ms, now_ms),
    )


def _delete_uncovered(session: Session, consent_id: str, before: ReadScope) -> None:
    """Delete what is not agreed to any more, with a receipt; what more is agreed to is enriched."""
    scope = read_scope(session)
    if scope != before:
        let_enrich(session)
    if not scope.covers(before):
        stored = count_stored(session)
        delete_uncovered(session, before)
        record_deletion(session, consent_id, DeletionReason.NARROWED, stored)


def _agreed_scopes(policy: Policy, agreed: set[str]) -> frozenset[str]:
    for asked in policy.scopes:
        if asked.required and asked.scope not in agreed:
            raise RequiredScope(asked.scope)
    return frozenset(asked.scope for asked in policy.scopes if asked.scope in agreed)


def _later_than_before(session: Session) -> int:
    """Now in milliseconds: later than the user's earlier consents, also on a stopped clock."""
    earlier = rows.consents_of_user(session.uow, *session.tenant)
    return max([to_milliseconds(session.services.clock.now()), *(consent.created_at_ms + 1 for consent in earlier)])


class _Terms(TypedDict):
    earliest_day: int
    retains_data: bool


def _terms(policy: Policy, given_at_ms: int) -> _Terms:
    """What a consent takes from its policy. Data reaches back from the day the consent was first given, also after it was renewed."""
    given = day_number(from_milliseconds(given_at_ms).date())
    return _Terms(earliest_day=given - policy.retrieval_days, retains_data=policy.retains_data)


def _renew(session: Session, row: ConsentRow, policy: Policy) -> None:
    """Store an active consent's policy and scopes; it lasts the policy's number of days from now."""
    now_ms = to_milliseconds(session.services.clock.now())
    expires_ms = now_ms + policy.days * DAY_MS
    rows.renew_consent(
        session.uow, replace(row, updated_at_ms=now_ms, expires_at_ms=expires_ms, next_due_at_ms=next_notice(now_ms, expires_ms, now_ms))
    )
    announce_consent(session, EventType.CONSENT_UPDATED, row.id, ConsentStatus.ACTIVE)
    users.touch_user(session.uow, *session.tenant)
    session.uow.after_commit(session.services.wake)


def extend_consent(session: Session, language: str = _ENGLISH) -> str | None:
    """Extend the active consent by its policy's number of days from now, on a page in a language: its id; None when none is active."""
    hold_user(session)
    active = rows.active_consent(session.uow, *session.tenant)
    if active is None:
        return None
    _renew(session, replace(active, language=language), list_policies(session, [active.policy_id])[active.policy_id])
    return active.id


def active_consent(session: Session) -> ConsentWithPolicy | None:
    return next((consent for consent in list_consents(session) if consent.row.status is ConsentStatus.ACTIVE), None)


def has_active_consent(session: Session) -> bool:
    return rows.active_consent(session.uow, *session.tenant) is not None


def list_consents(session: Session) -> list[ConsentWithPolicy]:
    """All consents a user ever gave, newest first."""
    consents = rows.consents_of_user(session.uow, *session.tenant)
    policies = list_policies(session, {row.policy_id for row in consents})
    latest = rows.latest_policy(session.uow, session.application_id)
    return [ConsentWithPolicy(row, policies[row.policy_id], latest.id if latest is not None else row.policy_id) for row in consents]


def get_consent(session: Session, consent_id: str) -> ConsentRow:
    """An active consent. Raises Problem when this user has no such consent, or it has ended."""
    row = rows.find_consent(session.uow, *session.tenant, consent_id)
    if row is None or row.status is not ConsentStatus.ACTIVE:
        raise Problem(codes.CONSENT_NOT_FOUND, parameter="consentId")
    return row


def delete_consent(session: Session, consent_id: str) -> None:
    """Revoke a consent: the user's connections are deleted, and the data too unless the policy retains it. Raises Problem."""
    hold_user(session)
    now_ms = to_milliseconds(session.services.clock.now())
    end_consent(session, get_consent(session, consent_id), ConsentStatus.REVOKED, EventType.CONSENT_REVOKED, now_ms)


def revoke_active_consent(session: Session) -> None:
    """Revoke the active consent, if there is one."""
    hold_user(session)
    active = rows.active_consent(session.uow, *session.tenant)
    if active is not None:
        delete_consent(session, active.id)


def end_consent(session: Session, row: ConsentRow, status: ConsentStatus, kind: EventType, at_ms: int) -> None:
    """End a consent whose user is held: connections go, and the data unless the policy retains it."""
    stored = count_stored(session)
    for connection in connection_rows.connections_of_user(session.uow, *session.tenant):
        connections.end_connection(session, connection)
    if not row.retains_data:
        delete_data(session)
    record_deletion(session, row.id, DeletionReason(status), stored)
    feed_rows.delete_feeds(session.uow, *session.tenant)
    rows.end_consent(session.uow, session.application_id, row.id, status, at_ms)
    users.touch_user(session.uow, *session.tenant)
    announce_consent(session, kind, row.id, status)
