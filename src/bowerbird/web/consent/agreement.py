"""The agreement itself: what is shared, with whom, why and how long; agreed to, declined, extended or taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from bowerbird.domain import consents
from bowerbird.domain.consent_policies import current_policy
from bowerbird.domain.person_sessions import hash_of
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import SCOPES, AskedScope, Information, Policy
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web.consent.entrance import finish, frame, next_page
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


class Shown(NamedTuple):
    """A scope as a person reads it."""

    asked: AskedScope
    information: Information


def shown(policy: Policy) -> list[Shown]:
    return [Shown(asked, SCOPES[asked.scope]) for asked in policy.scopes]


def seal_of(policy: Policy) -> str:
    """What a form says of the policy it shows, so that nobody agrees to another one than they read."""
    return hash_of(msgspec.json.encode(policy).decode())


def show_consent(visit: Visit) -> Reply:
    return _page(visit, 200, "")


def _page(visit: Visit, status: int, changed: str) -> Reply:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        tenant = visit.person.tenant
        policy = current_policy(uow, tenant.application_id)
        return {"policy": policy, "active": consents.active_consent(uow, tenant), **frame(visit, uow)}

    found = visit.read(read, tenant=visit.person.tenant.application_id)
    policy = found["policy"]
    ends = to_milliseconds(visit.world.clock.now() + timedelta(days=policy.days))
    return visit.show("consent/consent.html", status, scopes=shown(policy), seal=seal_of(policy), ends=ends, changed=changed, **found)


def give_consent(visit: Visit) -> Reply:
    session, form = visit.person, visit.form

    def work(uow: UnitOfWork) -> bool:
        policy = current_policy(uow, session.tenant.application_id)
        if seal_of(policy) != form.text("policy"):
            return False
        required = {asked.scope for asked in policy.scopes if asked.required}
        consents.give_consent(visit.world, uow, session.tenant, required | set(form.all("scope")))
        return True

    if not visit.write(work, tenant=session.tenant.application_id):
        return _page(visit, 409, "What is asked for has changed while you were reading. Please read it again.")
    return visit.go(next_page(session))


def decline_consent(visit: Visit) -> Reply:
    """Nothing begins; what was agreed to before stays as it was."""
    return finish(visit)


def show_extend(visit: Visit) -> Reply:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        return {"active": consents.active_consent(uow, visit.person.tenant), **frame(visit, uow)}

    found = visit.read(read, tenant=visit.person.tenant.application_id)
    days = found["active"].policy.days if found["active"] else 0
    ends = to_milliseconds(visit.world.clock.now() + timedelta(days=days))
    return visit.show("consent/extend.html", ends=ends, **found)


def extend_consent(visit: Visit) -> Reply:
    tenant = visit.person.tenant
    extended = visit.write(lambda uow: consents.extend_consent(visit.world, uow, tenant), tenant=tenant.application_id)
    if extended is None:
        text = "It ended meanwhile, or was taken back. You can agree anew."
        raise Refusal(409, "There is nothing to extend", text, ("Read what is asked for", "/home/consent"))
    return visit.go("/home/manage?done=extended")


def revoke_consent(visit: Visit) -> Reply:
    tenant = visit.person.tenant

    def work(uow: UnitOfWork) -> bool:
        active = consents.active_consent(uow, tenant)
        if active is not None:
            consents.delete_consent(visit.world, uow, tenant, active.row.id)
        return active is not None

    visit.write(work, tenant=tenant.application_id)
    return visit.go("/home/manage?done=revoked")
