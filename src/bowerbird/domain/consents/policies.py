"""Policies: what an application asks its users for. One that was agreed to stays as it was; a change is a new one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import DEFAULT_POLICY, SCOPES, Policy
from bowerbird.model.ids import new_id
from bowerbird.storage.rows import consents as rows

_MOST_DAYS = 3650
_MAX_TEXT = 2000
_decode = msgspec.json.Decoder(Policy).decode


class PolicyNotValid(ValueError):
    """A policy nobody could agree to: says what is wrong with it."""


class KeptPolicy(NamedTuple):
    """A policy under its id."""

    id: str
    policy: Policy


def checked(policy: Policy) -> Policy:
    """Raises PolicyNotValid."""
    texts = [policy.title, policy.description, *(text for each in policy.scopes for text in (each.title, each.description))]
    if not all(text.strip() for text in texts):
        raise PolicyNotValid("Say something in every title and description: people decide by them.")
    if max(map(len, texts)) > _MAX_TEXT:
        raise PolicyNotValid(f"A title or description is longer than {_MAX_TEXT} characters: shorten it.")
    named = [each.scope for each in policy.scopes]
    if not named or len(set(named)) < len(named) or not set(named) <= SCOPES.keys():
        raise PolicyNotValid(f"Ask for at least one scope, each once, among {', '.join(SCOPES)}.")
    if not 1 <= policy.days <= _MOST_DAYS or not 1 <= policy.retrieval_days <= _MOST_DAYS:
        raise PolicyNotValid(f"A consent lasts, and data reaches back, from 1 to {_MOST_DAYS} days.")
    return policy


def set_policy(session: Session, policy: Policy) -> KeptPolicy:
    """Ask with this policy from now on. Raises PolicyNotValid."""
    kept = KeptPolicy(new_id(), checked(policy))
    document = msgspec.json.encode(policy).decode()
    before, now = rows.latest_policy(session.uow, session.application_id), to_milliseconds(session.services.clock.now())
    created = now if before is None else max(now, before.created + 1)  # the newest is the last, also on a clock that stands
    rows.insert_policy(session.uow, {"id": kept.id, "application_id": session.application_id, "document": document, "created": created})
    return kept


def current_policy(session: Session) -> Policy:
    """What an application asks with, without making it an id."""
    row = rows.latest_policy(session.uow, session.application_id)
    return DEFAULT_POLICY if row is None else _decode(row.document)


def policy_to_agree_to(session: Session) -> KeptPolicy:
    """The policy of today under an id that stays: the default one is written down when it is first agreed to."""
    row = rows.latest_policy(session.uow, session.application_id)
    return set_policy(session, DEFAULT_POLICY) if row is None else KeptPolicy(row.id, _decode(row.document))


def policies_of(session: Session, policy_ids: Iterable[str]) -> dict[str, Policy]:
    """The policies that were agreed to, by id."""
    return {row.id: _decode(row.document) for row in rows.policies(session.uow, session.application_id, list(policy_ids))}
