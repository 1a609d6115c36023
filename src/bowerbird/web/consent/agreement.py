"""The agreement itself: what is shared, with whom, why and how long; agreed to, declined, extended or taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from bowerbird.domain.consents import consents
from bowerbird.domain.consents.person_sessions import hash_of
from bowerbird.domain.consents.policies import current_policy
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import SCOPES, AskedScope, Information, Policy
from bowerbird.web.consent.sign_in import finish, next_page, page_context
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


class AgreementView(NamedTuple):
    """A scope as a person reads it."""

    asked: AskedScope
    information: Information


def shown(policy: Policy) -> list[AgreementView]:
    return [AgreementView(asked, SCOPES[asked.scope]) for asked in policy.scopes]


def seal_of(policy: Policy) -> str:
    """What a form says of the policy it shows, so that nobody agrees to another one than they read."""
    return hash_of(msgspec.json.encode(policy).decode())


def show_consent(request: PageRequest) -> PageResponse:
    return _page(request, 200, "")


def _page(request: PageRequest, status: int, changed: str) -> PageResponse:
    def read(session: Session) -> dict[str, Any]:
        tenant = request.person.tenant
        policy = current_policy(session.in_application(tenant.application_id))
        return {"policy": policy, "active": consents.active_consent(session.of(tenant)), **page_context(request, session)}

    found = request.read(read, tenant=request.person.tenant.application_id)
    policy = found["policy"]
    ends = to_milliseconds(request.services.clock.now() + timedelta(days=policy.days))
    return request.show("consent/consent.html", status, scopes=shown(policy), seal=seal_of(policy), ends=ends, changed=changed, **found)


def give_consent(request: PageRequest) -> PageResponse:
    person, form = request.person, request.form

    def work(session: Session) -> bool:
        policy = current_policy(session.in_application(person.tenant.application_id))
        if seal_of(policy) != form.text("policy"):
            return False
        required = {asked.scope for asked in policy.scopes if asked.required}
        consents.give_consent(session.of(person.tenant), required | set(form.all("scope")))
        return True

    if not request.write(work, tenant=person.tenant.application_id):
        return _page(request, 409, "What is asked for has changed while you were reading. Please read it again.")
    return request.go(next_page(person))


def decline_consent(request: PageRequest) -> PageResponse:
    """Nothing begins; what was agreed to before stays as it was."""
    return finish(request)


def show_extend(request: PageRequest) -> PageResponse:
    def read(session: Session) -> dict[str, Any]:
        return {"active": consents.active_consent(session.of(request.person.tenant)), **page_context(request, session)}

    found = request.read(read, tenant=request.person.tenant.application_id)
    days = found["active"].policy.days if found["active"] else 0
    ends = to_milliseconds(request.services.clock.now() + timedelta(days=days))
    return request.show("consent/extend.html", ends=ends, **found)


def extend_consent(request: PageRequest) -> PageResponse:
    tenant = request.person.tenant
    extended = request.write(consents.extend_consent, tenant=tenant)
    if extended is None:
        text = "It ended meanwhile, or was taken back. You can agree anew."
        raise PageRefused(409, "There is nothing to extend", text, ("Read what is asked for", "/home/consent"))
    return request.go("/home/manage?done=extended")


def revoke_consent(request: PageRequest) -> PageResponse:
    tenant = request.person.tenant

    def work(session: Session) -> bool:
        active = consents.active_consent(session.of(tenant))
        if active is not None:
            consents.delete_consent(session.of(tenant), active.row.id)
        return active is not None

    request.write(work, tenant=tenant.application_id)
    return request.go("/home/manage?done=revoked")
