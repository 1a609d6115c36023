"""The way from a user to their consent page: opened here and now in the sandbox, or by a link that is sent to them."""

from __future__ import annotations

from bowerbird.domain import auth_links
from bowerbird.domain import person_sessions as sessions
from bowerbird.domain.person_sessions import Errand
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web.consent import entrance
from bowerbird.web.dashboard import applications, people
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def open_consent_page(visit: Visit) -> Reply:
    """Be the user, at their consent page. In the sandbox only: nobody agrees in a real person's name."""
    application, tenant = applications.find(visit), people.tenant_of(visit)
    if application.production:
        text = "This application has production access, so its users are real people. Send them a link instead: only they can agree."
        raise Refusal(403, "Only they can open it", text, ("Back", people.address(tenant)))
    visit.read(lambda uow: sessions.require_open(uow, tenant), tenant=tenant.application_id)
    return entrance.begin(visit, tenant, Errand())


def create_auth_link(visit: Visit) -> Reply:
    """A link to send; without a mobile typed, its code goes to the user's own."""
    tenant, mobile = people.tenant_of(visit), visit.form.text("mobile") or None

    def make(uow: UnitOfWork) -> None:
        people.find(visit, uow)
        auth_links.create_auth_link(visit.world, uow, tenant, mobile)

    try:
        visit.write(make, tenant=tenant.application_id)
    except Problem as problem:
        return people.user_page(visit, 400, [problem.detail])
    except Problems as several:
        return people.user_page(visit, 400, [problem.detail for problem in several.problems])
    return visit.go(f"{people.address(tenant)}?done=linked")


def delete_auth_link(visit: Visit) -> Reply:
    tenant = people.tenant_of(visit)
    visit.write(lambda uow: auth_links.delete_auth_link(visit.world, uow, tenant), tenant=tenant.application_id)
    return visit.go(f"{people.address(tenant)}?done=unlinked")
