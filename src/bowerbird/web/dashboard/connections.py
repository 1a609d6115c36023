"""Connecting from the dashboard: logins to test banks, statements, refreshing and letting go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.connections import connections
from bowerbird.domain.services import Session
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.uploads import keep_upload
from bowerbird.model.connection import Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def create_connection(request: PageRequest) -> PageResponse:
    application, form = applications.find(request), request.form
    login = Login(
        form.text("institution"), form.text("login_id"), form.raw("password"), form.text("secondary_login_id"), form.text("security_code")
    )
    tenant = users.tenant_of(request)
    if not login.login_id or not login.password:
        return users.user_page(request, 400, ["Type the login and the password: a test bank has them too."])
    return _job_of(
        request, lambda session: connections.create_connection(session.of(tenant), login, production=bool(application.production))
    )


def create_statement(request: PageRequest) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)
    file = next(iter(request.form.files.get("statement", [])), None)
    if file is None or not file.content:
        return users.user_page(request, 400, ["Choose a file: a PDF, CSV or OFX statement as the bank gives it."])
    if len(file.content) > (limit := request.services.limits.statement_max_bytes):
        return users.user_page(request, 400, [f"That file is too large: a statement has at most {limit // 1024:,} KiB here."])
    institution = request.form.text("institution") or None

    def work(session: Session) -> str:
        production = takes_statements(application.production, application.products)
        return statements.create_statement(session.of(tenant), institution, upload, production=production)

    with keep_upload(request.services, tenant, file.content) or nullcontext() as upload:
        return _job_of(request, work)


def refresh_connection(request: PageRequest) -> PageResponse:
    tenant, connection_id = users.tenant_of(request), request.path["connection_id"]
    return _job_of(request, lambda session: connections.refresh_connection(session.of(tenant), connection_id)[0])


def delete_connection(request: PageRequest) -> PageResponse:
    tenant, connection_id = users.tenant_of(request), request.path["connection_id"]
    request.write(connections.delete_connection, connection_id, tenant=tenant)
    return request.go(f"{users.address(tenant)}?done=disconnected")


def _job_of(request: PageRequest, work: Callable[[Session], str]) -> PageResponse:
    """See the job that was started; a refusal is told on the page whose form it was."""
    tenant = users.tenant_of(request)

    def start(session: Session) -> str:
        users.find(request, session)
        return work(session)

    try:
        job_id = request.write(start, tenant=tenant.application_id)
    except Problem as problem:
        return users.user_page(request, 400, [problem.detail])
    except Problems as several:
        return users.user_page(request, 400, [problem.detail for problem in several.problems])
    return request.go(f"{applications.address(tenant.application_id)}/jobs/{job_id}")
