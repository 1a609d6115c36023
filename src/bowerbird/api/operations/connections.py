"""Connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.operations.accounts import connection_account
from bowerbird.api.operations.institutions import institution_reference
from bowerbird.api.operations.jobs import job_reference
from bowerbird.api.schemas import (
    ConnectionAccounts,
    ConnectionLinks,
    ConnectionList,
    ConnectionProfile,
    ConnectionView,
    CreateConnectionBody,
    JobReferences,
    PhysicalAddress,
    RefreshScheduleView,
    SelfLink,
    UpdateConnectionBody,
)
from bowerbird.domain import filters
from bowerbird.domain.access.network import network_of
from bowerbird.domain.connections import connections, schedule
from bowerbird.domain.connections.connections import ConnectionRow
from bowerbird.domain.connections.end_notices import end_by_notice
from bowerbird.domain.filters import EQUALITY
from bowerbird.domain.ledger.accounts import list_accounts
from bowerbird.domain.services import Session
from bowerbird.logs import log
from bowerbird.model.account import Profile
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.connection import ConnectionStatus, Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.plugins.guard import ConnectorBusy, ConnectorTimeout
from bowerbird.sdk.connector import EndNotice
from bowerbird.sdk.failures import AuthorizationFailed, Failure

REVOKED = "/arrangements/revoke"
"""The path that the Consumer Data Standards give a recipient, behind the base address that it registers."""
_NOTICE_AGAIN_S = 60
_PROPERTIES = ("id", "status", "institution.id")
_ALLOWED = {f"{prefix}{name}": EQUALITY for prefix in ("", "connection.") for name in _PROPERTIES}
_LONGEST = 1024


def find_connection(request: ApiRequest, session: Session) -> ConnectionRow:
    """The connection the path names. Raises Problem when its user has none such."""
    return connections.get_connection(session, request.path["connectionId"])


def _status(request: ApiRequest, status: ConnectionStatus) -> ConnectionStatus:
    """Clients of version 2 know three states."""
    if status == ConnectionStatus.INITIATED and request.token.version != "3.0":
        return ConnectionStatus.PENDING
    return status


def _connection(
    request: ApiRequest, row: ConnectionRow, accounts: ConnectionAccounts | None = None, profile: ConnectionProfile | None = None
) -> ConnectionView:
    """With its accounts, a connection links to its user; in a list, to its institution."""
    url, institution = request.user_url, row.institution_id
    by_institution = f"filter=institution.id.eq('{institution}')"
    reference = institution_reference(request.base, institution)
    return ConnectionView(
        type="connection",
        id=row.id,
        method=row.method,
        status=_status(request, row.status),
        created_date=wire_time(from_milliseconds(row.created_at_ms)),
        expiry_date="",
        last_used=wire_time(from_milliseconds(row.last_used_at_ms or row.created_at_ms)),
        institution=reference,
        links=ConnectionLinks(
            self_=f"{url}/connections/{row.id}",
            accounts=f"{url}/accounts?{by_institution}",
            transactions=f"{url}/transactions?{by_institution}",
            user=url if accounts else None,
            institution=None if accounts else reference.links.self_,
        ),
        accounts=accounts,
        profile=profile,
    )


async def list_connections(request: ApiRequest) -> ApiResponse:
    conditions = filters.accept(request.one("filter"), _ALLOWED)
    data = [
        _connection(request, row)
        for row in await request.read(connections.list_connections)
        if filters.matches(conditions, _facts(request, row))
    ]
    return as_json(ConnectionList(type="list", data=data, links=SelfLink(self_=f"{request.user_url}/connections")))


def _facts(request: ApiRequest, row: ConnectionRow) -> dict[str, tuple[str, ...]]:
    values = ((row.id,), (_status(request, row.status),), (row.institution_id,))
    return {f"{prefix}{name}": value for prefix in ("", "connection.") for name, value in zip(_PROPERTIES, values, strict=True)}


async def get_connection(request: ApiRequest) -> ApiResponse:
    return as_json(request.found)


def find_connection_with_data(request: ApiRequest, session: Session) -> ConnectionView:
    """The connection the path names with its accounts and the customer's personal details. Raises Problem as `find_connection` does."""
    row = find_connection(request, session)
    accounts = [account for account in list_accounts(session, None) if account.connection_id == row.id]
    profile = connections.profile_of(session, row)
    listed = ConnectionAccounts(type="list", data=[connection_account(request, account) for account in accounts])
    return _connection(request, row, listed, _profile(profile) if profile else None)


def _profile(profile: Profile) -> ConnectionProfile:
    return ConnectionProfile(
        full_name=profile.full_name,
        first_name=profile.first_name,
        middle_name=profile.middle_name,
        last_name=profile.last_name,
        email_addresses=list(profile.email_addresses),
        phone_numbers=list(profile.phone_numbers),
        physical_addresses=[PhysicalAddress(**asdict(address)) for address in profile.physical_addresses],
    )


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
        partial(connections.create_connection, login=login, production=request.production),
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
    work = partial(connections.update_connection, connection_id=request.path["connectionId"], password=password, changes=changes)
    return await _answer_job(request, work)


async def refresh_connection(request: ApiRequest) -> ApiResponse:
    return await _answer_job(request, partial(connections.refresh_connection, connection_id=request.path["connectionId"]))


async def _answer_job(request: ApiRequest, work: Callable[[Session], tuple[str, bool]]) -> ApiResponse:
    """202 with a new job, 200 with the one that runs already."""
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


async def get_refresh_schedule(request: ApiRequest) -> ApiResponse:
    hours, live_hours, sandbox_hours = await request.read(schedule.get_schedule)
    links = SelfLink(self_=f"{request.base}/extras/refresh-schedule")
    view = RefreshScheduleView(type="refresh-schedule", every_hours=hours, live_hours=live_hours, sandbox_hours=sandbox_hours, links=links)
    return as_json(view)


async def update_refresh_schedule(request: ApiRequest) -> ApiResponse:
    await request.write(schedule.update_schedule, request.body.every_hours)
    return await get_refresh_schedule(request)


async def end_arrangement(request: ApiRequest) -> ApiResponse:
    """End the connection whose access has ended at its bank. Raises Problem for what the bank has not signed.

    An arrangement that is not kept here, or was given again since, is answered alike: nothing is left to end.
    """
    if (seconds := await request.context.token_limit(f"notice {network_of(request.client)}")) > 0:
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=seconds)
    scheme, _, bearer = request.headers.get("authorization", "").strip().partition(" ")
    notice = EndNotice(f"{request.base}{REVOKED}", bearer.strip() if scheme.lower() == "bearer" else "", request.body)
    try:
        await asyncio.to_thread(end_by_notice, request.services, notice)
    except AuthorizationFailed:
        raise Problem(codes.NOTICE_NOT_SIGNED) from None
    except (Failure, ConnectorBusy, ConnectorTimeout) as error:
        log.warning("end_notice_not_read", why=type(error).__name__)
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=_NOTICE_AGAIN_S) from None
    return ApiResponse(204)
