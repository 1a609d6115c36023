"""Connections from the dashboard: logging in to test banks, uploading statements, refreshing and deleting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TypeVar

from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.connections import connections
from bowerbird.domain.services import Session
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.uploads import keep_upload
from bowerbird.model.connection import Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.statements.refusal import shown
from bowerbird.web.consent.uploads import MAX_UPLOADS
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

T = TypeVar("T")


def create_connection(request: PageRequest) -> PageResponse:
    application, form = applications.find(request), request.form
    login = Login(
        form.text("institution"), form.text("login_id"), form.raw("password"), form.text("secondary_login_id"), form.text("security_code")
    )
    if not login.login_id or not login.password:
        return users.user_page(request, 400, ["Fill in every field of the login; a test bank needs them too."])
    return _job_of(request, partial(connections.create_connection, login=login, production=application.production))


def create_statement(request: PageRequest) -> PageResponse:
    """Start a job for each file, and go to the job of a single one, or to the list of several."""
    tenant, files = users.tenant_of(request), [file for file in request.form.files.get("statement", []) if file.content]
    if not files:
        return users.user_page(request, 400, ["Choose a file: a PDF, CSV, Excel or OFX statement as downloaded from the bank."])
    if len(files) > MAX_UPLOADS:
        return users.user_page(request, 400, [f"Choose at most {MAX_UPLOADS} files at once."])
    limit = request.services.limits.statement_max_bytes
    if any(len(file.content) > limit for file in files):
        return users.user_page(request, 400, [f"The file is too large. The limit is {limit // 1024:,} KiB."])
    if len(files) == 1:
        return _upload(request, files[0].content, partial(_job_of, request))
    wrong = [f"{shown(file.name)}: {text}" for file in files for text in _upload(request, file.content, partial(_problems_of, request))]
    return users.user_page(request, 400, wrong) if wrong else request.go(f"{users.address(tenant)}/statements")


def _upload(request: PageRequest, content: bytes, start: Callable[[Callable[[Session], str]], T]) -> T:
    application, institution_id = applications.find(request), request.form.text("institution") or None
    production = takes_statements(application.production, application.products)
    with keep_upload(request.services, users.tenant_of(request), content) or nullcontext() as upload:
        return start(partial(statements.create_statement, institution_id=institution_id, upload=upload, production=production))


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
    job_id, problems = _start(request, work)
    if problems:
        return users.user_page(request, 400, problems)
    return request.go(f"{applications.address(request.path['application_id'])}/jobs/{job_id}")


def _problems_of(request: PageRequest, work: Callable[[Session], str]) -> list[str]:
    """Start a job of several; what kept it from starting, empty where nothing did."""
    return _start(request, work)[1]


def _start(request: PageRequest, work: Callable[[Session], str]) -> tuple[str, list[str]]:
    """The id of a job that was started, or the problems that kept it from starting."""

    def start(session: Session) -> str:
        users.find(request, session)
        return work(session)

    try:
        return request.write(start), []
    except Problem as problem:
        return "", [problem.detail]
    except Problems as several:
        return "", [problem.detail for problem in several.problems]
