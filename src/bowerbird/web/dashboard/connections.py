"""Connections from the dashboard: logging in to test banks, uploading statements, refreshing and deleting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

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
    if not login.login_id or not login.password:
        return users.user_page(request, 400, ["Enter the login and the password. Test banks need them too."])
    return _job_of(request, partial(connections.create_connection, login=login, production=application.production))


def create_statement(request: PageRequest) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)
    file = next(iter(request.form.files.get("statement", [])), None)
    if file is None or not file.content:
        return users.user_page(request, 400, ["Choose a file: a PDF, CSV or OFX statement as downloaded from the bank."])
    if len(file.content) > (limit := request.services.limits.statement_max_bytes):
        return users.user_page(request, 400, [f"The file is too large. The limit is {limit // 1024:,} KiB."])
    institution_id = request.form.text("institution") or None
    production = takes_statements(application.production, application.products)
    with keep_upload(request.services, tenant, file.content) or nullcontext() as upload:
        work = partial(statements.create_statement, institution_id=institution_id, upload=upload, production=production)
        return _job_of(request, work)


def refresh_connection(request: PageRequest) -> PageResponse:
    return _job_of(request, partial(_refresh, request.path["connection_id"]))


def _refresh(connection_id: str, session: Session) -> str:
    job_id, _ = connections.refresh_connection(session, connection_id)
    return job_id


def delete_connection(request: PageRequest) -> PageResponse:
    tenant, connection_id = users.tenant_of(request), request.path["connection_id"]
    request.write(connections.delete_connection, connection_id)
    return request.go(f"{users.address(tenant)}?done=disconnected")


def _job_of(request: PageRequest, work: Callable[[Session], str]) -> PageResponse:
    """Show the job that was started; a refusal is shown on the page with the form."""
    tenant = users.tenant_of(request)

    def start(session: Session) -> str:
        users.find(request, session)
        return work(session)

    try:
        job_id = request.write(start)
    except Problem as problem:
        return users.user_page(request, 400, [problem.detail])
    except Problems as several:
        return users.user_page(request, 400, [problem.detail for problem in several.problems])
    return request.go(f"{applications.address(tenant.application_id)}/jobs/{job_id}")
