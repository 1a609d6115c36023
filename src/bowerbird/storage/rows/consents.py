"""Policies and consents as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from bowerbird.model.consent import ConsentStatus
from bowerbird.storage.database.consent_tables import consent_policies, consents
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_c, _p = consents.c, consent_policies.c


def latest_policy(uow: UnitOfWork, application_id: str) -> AnyRow | None:
    """The policy an application asks with now."""
    newest = select(consent_policies).where(_p.application_id == application_id).order_by(_p.created.desc(), _p.id.desc()).limit(1)
    return uow.row(newest)


def policies(uow: UnitOfWork, application_id: str, policy_ids: Sequence[str]) -> Sequence[AnyRow]:
    return uow.rows(select(consent_policies).where(_p.application_id == application_id, _p.id.in_(policy_ids)))


def insert_policy(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(consent_policies), values)


def consents_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> Sequence[AnyRow]:
    """Newest first."""
    own = (_c.application_id == application_id, _c.user_id == user_id)
    return uow.rows(select(consents).where(*own).order_by(_c.created.desc(), _c.id.desc()))


def find_consent(uow: UnitOfWork, application_id: str, user_id: str, consent_id: str) -> AnyRow | None:
    own = (_c.application_id == application_id, _c.user_id == user_id, _c.id == consent_id)
    return uow.row(select(consents).where(*own))


def active_consent(uow: UnitOfWork, application_id: str, user_id: str) -> AnyRow | None:
    own = (_c.application_id == application_id, _c.user_id == user_id, _c.status == ConsentStatus.ACTIVE)
    return uow.row(select(consents).where(*own))


def insert_consent(uow: UnitOfWork, values: dict[str, object]) -> None:
    uow.execute(insert(consents), values)


def update_consent(uow: UnitOfWork, application_id: str, consent_id: str, **values: object) -> None:
    uow.execute(update(consents).where(_c.application_id == application_id, _c.id == consent_id).values(values))


# ── Across tenants on purpose: whoever keeps consents keeps those of all ─────────────────────────────────────────────────────


def due_consents(uow: UnitOfWork, now: int, limit: int) -> Sequence[AnyRow]:
    """Those whose moment has come, the longest due first."""
    return uow.rows(select(consents).where(_c.next_due.is_not(None), _c.next_due <= now).order_by(_c.next_due).limit(limit))


def first_due(uow: UnitOfWork) -> int | None:
    found = uow.row(select(func.min(_c.next_due)).where(_c.next_due.is_not(None)))
    return None if found is None else found[0]


def claim_due(uow: UnitOfWork, row: AnyRow, next_due: int | None) -> bool:
    """Move a consent on to its next moment, unless another process did, or it changed meanwhile."""
    same = (_c.application_id == row.application_id, _c.id == row.id, _c.next_due == row.next_due)
    return uow.execute(update(consents).where(*same).values(next_due=next_due)).rowcount == 1
