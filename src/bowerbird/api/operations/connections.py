"""Connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.operations.accounts import connection_account
from bowerbird.api.operations.jobs import job_reference
from bowerbird.api.schemas import (
    ConnectionAccounts,
    ConnectionLinks,
    ConnectionList,
    ConnectionView,
    CreateConnectionBody,
    JobReferences,
    ReferenceView,
    SelfLink,
    UpdateConnectionBody,
)
from bowerbird.domain import filters
from bowerbird.domain.connections import connections
from bowerbird.domain.filters import EQUALITY
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.connection import ConnectionStatus, Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import connections as rows

_PROPERTIES = ("id", "status", "institution.id")
_ALLOWED = {f"{prefix}{name}": EQUALITY for prefix in ("", "connection.") for name in _PROPERTIES}
_LONGEST = 1024


def find_connection(request: ApiRequest, session: Session) -> Any:
    """The connection the path names."""
    return connections.find_connection(session, request.path["connectionId"])


def _status(request: ApiRequest, status: str) -> str:
    """Clients of version 2 know three states."""
    if status == ConnectionStatus.INITIATED and request.token.version != "3.0":
        return ConnectionStatus.PENDING
    return status


def _connection(request: ApiRequest, row: Any, **more: Any) -> ConnectionView:
    url, institution = request.user_url, row.institution_id
    by_institution = f"filter=institution.id.eq('{institution}')"
    institution_url = f"{request.base}/institutions/{institution}"
    ends = {"user": url} if more else {"institution": institution_url}
    return ConnectionView(
        type="connection",
        id=row.id,
        method=row.method,
        status=_status(request, row.status),
        created_date=wire_time(from_milliseconds(row.created)),
        expiry_date="",
        last_used=wire_time(from_milliseconds(row.last_used)) if row.last_used is not None else None,
        institution=ReferenceView(type="institution", id=institution, links=SelfLink(self_=institution_url)),
        links=ConnectionLinks(
            self_=f"{url}/connections/{row.id}",
            accounts=f"{url}/accounts?{by_institution}",
            transactions=f"{url}/transactions?{by_institution}",
            **ends,
        ),
        **more,
    )


async def list_connections(request: ApiRequest) -> ApiResponse:
    conditions = filters.accept(request.one("filter"), _ALLOWED)
    found = await request.read(lambda session: rows.connections_of_user(session.uow, *request.tenant))
    data = [_connection(request, row) for row in found if filters.matches(conditions, _facts(request, row))]
    return as_json(ConnectionList(type="list", data=data, links=SelfLink(self_=f"{request.user_url}/connections")))


def _facts(request: ApiRequest, row: Any) -> dict[str, tuple[str, ...]]:
    values = ((row.id,), (_status(request, row.status),), (row.institution_id,))
    return {f"{prefix}{name}": value for prefix in ("", "connection.") for name, value in zip(_PROPERTIES, values, strict=True)}


async def get_connection(request: ApiRequest) -> ApiResponse:
    def look(session: Session) -> tuple[Sequence[Any], dict[str, Any] | None]:
        return account_rows.accounts_of_user(session.uow, *request.tenant), connections.profile_of(session, request.found)

    accounts, held = await request.read(look)
    data = [connection_account(request, row) for row in accounts if row.connection_id == request.found.id]
    return as_json(_connection(request, request.found, accounts=ConnectionAccounts(type="list", data=data), profile=_profile(held)))


def _profile(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    return {
        "fullName": stored["full_name"],
        "firstName": stored["first_name"],
        "middleName": stored["middle_name"],
        "lastName": stored["last_name"],
        "emailAddresses": stored["email_addresses"],
        "phoneNumbers": stored["phone_numbers"],
        "physicalAddresses": stored["physical_addresses"],
    }


def _required(body: CreateConnectionBody) -> Login:
    """The login a body names. Raises Problems with one entry for each field that is missing or out of bounds."""
    institution_id = body.institution.id if body.institution else None
    missing = [
        (body.login_id, codes.LOGIN_ID_REQUIRED, "loginId"),
        (body.password, codes.PASSWORD_REQUIRED, "password"),
        (institution_id, codes.INSTITUTION_ID_REQUIRED, "institution/id"),
    ]
    problems = [
        Problem(entry, parameter=name.replace("/", "."), pointer=f"connection/{name}") for value, entry, name in missing if not value
    ]
    if problems:
        raise Problems(problems)
    _check_texts({"loginId": body.login_id, "password": body.password, **_optional_texts(body)})
    return Login(institution_id or "", body.login_id or "", body.password or "", body.secondary_login_id or "", body.security_code or "")


def _optional_texts(body: CreateConnectionBody | UpdateConnectionBody) -> dict[str, str | None]:
    return {"secondaryLoginId": body.secondary_login_id, "securityCode": body.security_code}


def _check_texts(texts: dict[str, str | None]) -> None:
    problems = [
        Problem(codes.FIELD_NOT_VALID, parameter=name, pointer=f"connection/{name}", field=name)
        for name, text in texts.items()
        if text is not None and (len(text) > _LONGEST or "\0" in text)
    ]
    if problems:
        raise Problems(problems)


async def create_connection(request: ApiRequest) -> ApiResponse:
    login = _required(request.body)
    return await request.create(
        lambda session: connections.create_connection(session, login, production=request.production),
        lambda job_id: as_json(job_reference(request, job_id), 202),
    )


async def update_connection(request: ApiRequest) -> ApiResponse:
    body: UpdateConnectionBody = request.body
    password = body.password
    if not password:
        raise Problem(codes.PASSWORD_REQUIRED, parameter="password", pointer="connection/password")
    given = {"login_id": body.login_id, "secondary_login_id": body.secondary_login_id, "security_code": body.security_code}
    changes = {name: text for name, text in given.items() if text}
    _check_texts({"loginId": body.login_id, "password": password, **_optional_texts(body)})
    return await _answer_job(
        request,
        lambda session: connections.update_connection(session, request.path["connectionId"], password, changes),
    )


async def refresh_connection(request: ApiRequest) -> ApiResponse:
    return await _answer_job(request, lambda session: connections.refresh_connection(session, request.path["connectionId"]))


async def _answer_job(request: ApiRequest, work: Callable[[Session], tuple[str, bool]]) -> ApiResponse:
    """202 with a new job, 200 with the one that is at work already."""
    return await request.create(work, lambda made: as_json(job_reference(request, made[0]), 202 if made[1] else 200))


async def refresh_connections(request: ApiRequest) -> ApiResponse:
    return await request.create(
        connections.refresh_connections,
        lambda made: as_json(JobReferences(type="list", data=[job_reference(request, job_id) for job_id in made]), 202),
    )


async def delete_connection(request: ApiRequest) -> ApiResponse:
    await request.write(connections.delete_connection, request.path["connectionId"])
    return NO_CONTENT


async def purge_connection(request: ApiRequest) -> ApiResponse:
    await request.write(connections.purge_connection, request.path["connectionId"])
    return NO_CONTENT
