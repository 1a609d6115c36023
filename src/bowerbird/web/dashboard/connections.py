"""Connecting from the dashboard: logins to test banks, statements, refreshing and letting go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from bowerbird.domain import connections, statements
from bowerbird.domain.applications import takes_statements
from bowerbird.domain.uploads import keep_upload
from bowerbird.model.connection import Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web.dashboard import applications, people
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def create_connection(visit: Visit) -> Reply:
    application, form = applications.find(visit), visit.form
    login = Login(
        form.text("institution"), form.text("login_id"), form.raw("password"), form.text("secondary_login_id"), form.text("security_code")
    )
    tenant = people.tenant_of(visit)
    if not login.login_id or not login.password:
        return people.user_page(visit, 400, ["Type the login and the password: a test bank has them too."])
    return _job_of(
        visit, lambda uow: connections.create_connection(visit.world, uow, tenant, login, production=bool(application.production))
    )


def create_statement(visit: Visit) -> Reply:
    application, tenant = applications.find(visit), people.tenant_of(visit)
    file = next(iter(visit.form.files.get("statement", [])), None)
    if file is None or not file.content:
        return people.user_page(visit, 400, ["Choose a file: a PDF, CSV or OFX statement as the bank gives it."])
    if len(file.content) > (limit := visit.world.limits.statement_max_bytes):
        return people.user_page(visit, 400, [f"That file is too large: a statement has at most {limit // 1024:,} KiB here."])
    institution = visit.form.text("institution") or None

    def work(uow: UnitOfWork) -> str:
        production = takes_statements(bool(application.production), application.products)
        return statements.create_statement(visit.world, uow, tenant, institution, upload, production=production)

    with keep_upload(visit.world, tenant, file.content) or nullcontext() as upload:
        return _job_of(visit, work)


def refresh_connection(visit: Visit) -> Reply:
    tenant, connection_id = people.tenant_of(visit), visit.path["connection_id"]
    return _job_of(visit, lambda uow: connections.refresh_connection(visit.world, uow, tenant, connection_id)[0])


def delete_connection(visit: Visit) -> Reply:
    tenant, connection_id = people.tenant_of(visit), visit.path["connection_id"]
    visit.write(lambda uow: connections.delete_connection(visit.world, uow, tenant, connection_id), tenant=tenant.application_id)
    return visit.go(f"{people.address(tenant)}?done=disconnected")


def _job_of(visit: Visit, work: Callable[[UnitOfWork], str]) -> Reply:
    """See the job that was started; a refusal is told on the page whose form it was."""
    tenant = people.tenant_of(visit)

    def start(uow: UnitOfWork) -> str:
        people.find(visit, uow)
        return work(uow)

    try:
        job_id = visit.write(start, tenant=tenant.application_id)
    except Problem as problem:
        return people.user_page(visit, 400, [problem.detail])
    except Problems as several:
        return people.user_page(visit, 400, [problem.detail for problem in several.problems])
    return visit.go(f"{applications.address(tenant.application_id)}/jobs/{job_id}")
