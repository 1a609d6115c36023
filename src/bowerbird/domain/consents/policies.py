"""Policies: what an application asks its users for. A policy never changes: an application that asks for something else gets a new one."""

from __future__ import annotations

from collections.abc import Collection

from bowerbird import codes
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import DEFAULT_POLICY, SCOPES, Policy
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import consents as rows
from bowerbird.storage.rows.consents import PolicyRow as PolicyRow  # noqa: PLC0414  (api reads it)

_MAX_DAYS = 3650
_MAX_CDR_DAYS = 365
_MAX_TEXT = 2000


class PolicyNotValid(ValueError):
    """A policy that cannot be used; its text says what is wrong with it."""


def checked(policy: Policy) -> Policy:
    """The same policy. Raises PolicyNotValid."""
    texts = [policy.title, policy.description, *(text for asked in policy.scopes for text in (asked.title, asked.description))]
    if not all(text.strip() for text in texts):
        raise PolicyNotValid("Say something in every title and description: people decide by them.")
    if max(map(len, texts)) > _MAX_TEXT:
        raise PolicyNotValid(f"A title or description is longer than {_MAX_TEXT} characters: shorten it.")
    scopes = [asked.scope for asked in policy.scopes]
    if not scopes or len(set(scopes)) < len(scopes) or not set(scopes) <= SCOPES.keys():
        raise PolicyNotValid(f"Ask for at least one scope, each once, among {', '.join(SCOPES)}.")
    if not 1 <= policy.days <= _MAX_DAYS or not 1 <= policy.retrieval_days <= _MAX_DAYS:
        raise PolicyNotValid(f"A consent lasts, and data reaches back, from 1 to {_MAX_DAYS} days.")
    if policy.cdr and policy.days > _MAX_CDR_DAYS:
        raise PolicyNotValid(f"Under the Consumer Data Right a consent lasts 12 months at most: {_MAX_CDR_DAYS} days.")
    return policy


def set_policy(session: Session, policy: Policy) -> PolicyRow:
    """Put a policy in force for the session's application. Raises PolicyNotValid."""
    checked(policy)
    before, now_ms = rows.latest_policy(session.uow, session.application_id), to_milliseconds(session.services.clock.now())
    created = now_ms if before is None else max(now_ms, before.created_at_ms + 1)  # later than the one before, also on a stopped clock
    row = PolicyRow(new_id(), session.application_id, policy, created)
    rows.insert_policy(session.uow, row)
    return row


def current_policy(session: Session) -> Policy:
    """The policy in force for the session's application; nothing is stored."""
    row = rows.latest_policy(session.uow, session.application_id)
    return DEFAULT_POLICY if row is None else row.document


def policy_to_agree_to(session: Session) -> PolicyRow:
    """The policy in force, with its id. The default policy is stored when the first person agrees to it."""
    return rows.latest_policy(session.uow, session.application_id) or set_policy(session, DEFAULT_POLICY)


def get_policy(session: Session, policy_id: str) -> PolicyRow:
    """A policy that the application has or had in force. Raises Problem."""
    row = next(iter(rows.list_policies(session.uow, session.application_id, [policy_id])), None)
    if row is None:
        raise Problem(codes.POLICY_NOT_FOUND, parameter="policyId")
    return row


def list_policies(session: Session, policy_ids: Collection[str]) -> dict[str, Policy]:
    """Policies by id."""
    return {row.id: row.document for row in rows.list_policies(session.uow, session.application_id, policy_ids)}
