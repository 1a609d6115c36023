"""Connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bowerbird import codes
from bowerbird.api.accounts import connection_account
from bowerbird.api.call import Call
from bowerbird.api.jobs import job_reference
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes import (
    Connection,
    ConnectionAccounts,
    ConnectionChange,
    ConnectionLinks,
    ConnectionList,
    JobReferences,
    NewConnection,
    Reference,
    SelfLink,
)
from bowerbird.domain import connections, filters
from bowerbird.domain.filters import EQUALITY
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.connection import ConnectionStatus, Login
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage import accounts as account_rows
from bowerbird.storage import connections as rows
from bowerbird.storage.unit_of_work import UnitOfWork

_PROPERTIES = ("id", "status", "institution.id")
_ALLOWED = {f"{prefix}{name}": EQUALITY for prefix in ("", "connection.") for name in _PROPERTIES}
_LONGEST = 1024


def find_connection(call: Call, uow: UnitOfWork) -> Any:
    """The connection the path names."""
    return connections.find_connection(uow, call.tenant, call.path["connectionId"])


def _status(call: Call, status: str) -> str:
    """Clients of version 2 know three states."""
    if status == ConnectionStatus.INITIATED and call.token.version != "3.0":
        return ConnectionStatus.PENDING
    return status


def _connection(call: Call, row: Any, **more: Any) -> Connection:
    url, institution = call.user_url, row.institution_id
    by_institution = f"filter=institution.id.eq('{institution}')"
    institution_url = f"{call.base}/institutions/{institution}"
    ends = {"user": url} if more else {"institution": institution_url}
    return Connection(
        type="connection",
        id=row.id,
        method=row.method,
        status=_status(call, row.status),
        created_date=wire_time(from_milliseconds(row.created)),
        expiry_date="",
        last_used=wire_time(from_milliseconds(row.last_used)) if row.last_used is not None else None,
        institution=Reference(type="institution", id=institution, links=SelfLink(self_=institution_url)),
        links=ConnectionLinks(
            self_=f"{url}/connections/{row.id}",
            accounts=f"{url}/accounts?{by_institution}",
            transactions=f"{url}/transactions?{by_institution}",
            **ends,
        ),
        **more,
    )


async def list_connections(call: Call) -> Reply:
    conditions = filters.accept(call.one("filter"), _ALLOWED)
    found = await call.read(lambda uow: rows.connections_of_user(uow, *call.tenant))
    data = [_connection(call, row) for row in found if filters.matches(conditions, _facts(call, row))]
    return as_json(ConnectionList(type="list", data=data, links=SelfLink(self_=f"{call.user_url}/connections")))


def _facts(call: Call, row: Any) -> dict[str, tuple[str, ...]]:
    values = ((row.id,), (_status(call, row.status),), (row.institution_id,))
    return {f"{prefix}{name}": value for prefix in ("", "connection.") for name, value in zip(_PROPERTIES, values, strict=True)}


async def get_connection(call: Call) -> Reply:
    def look(uow: UnitOfWork) -> tuple[Sequence[Any], dict[str, Any] | None]:
        return account_rows.accounts_of_user(uow, *call.tenant), connections.profile_of(call.world, uow, call.found)

    accounts, held = await call.read(look)
    data = [connection_account(call, row) for row in accounts if row.connection_id == call.found.id]
    return as_json(_connection(call, call.found, accounts=ConnectionAccounts(type="list", data=data), profile=_profile(held)))


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


def _required(body: NewConnection) -> Login:
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


def _optional_texts(body: NewConnection | ConnectionChange) -> dict[str, str | None]:
    return {"secondaryLoginId": body.secondary_login_id, "securityCode": body.security_code}


def _check_texts(texts: dict[str, str | None]) -> None:
    problems = [
        Problem(codes.FIELD_NOT_VALID, parameter=name, pointer=f"connection/{name}", field=name)
        for name, text in texts.items()
        if text is not None and (len(text) > _LONGEST or "\0" in text)
    ]
    if problems:
        raise Problems(problems)


async def create_connection(call: Call) -> Reply:
    login = _required(call.body)
    return await call.create(
        lambda uow: connections.create_connection(call.world, uow, call.tenant, login, production=call.production),
        lambda job_id: as_json(job_reference(call, job_id), 202),
    )


async def update_connection(call: Call) -> Reply:
    body: ConnectionChange = call.body
    password = body.password
    if not password:
        raise Problem(codes.PASSWORD_REQUIRED, parameter="password", pointer="connection/password")
    given = {"login_id": body.login_id, "secondary_login_id": body.secondary_login_id, "security_code": body.security_code}
    changes = {name: text for name, text in given.items() if text}
    _check_texts({"loginId": body.login_id, "password": password, **_optional_texts(body)})
    return await _answer_job(
        call, lambda uow: connections.update_connection(call.world, uow, call.tenant, call.path["connectionId"], password, changes)
    )


async def refresh_connection(call: Call) -> Reply:
    return await _answer_job(call, lambda uow: connections.refresh_connection(call.world, uow, call.tenant, call.path["connectionId"]))


async def _answer_job(call: Call, work: Callable[[UnitOfWork], tuple[str, bool]]) -> Reply:
    """202 with a new job, 200 with the one that is at work already."""
    return await call.create(work, lambda made: as_json(job_reference(call, made[0]), 202 if made[1] else 200))


async def refresh_connections(call: Call) -> Reply:
    return await call.create(
        lambda uow: connections.refresh_connections(call.world, uow, call.tenant),
        lambda made: as_json(JobReferences(type="list", data=[job_reference(call, job_id) for job_id in made]), 202),
    )


async def delete_connection(call: Call) -> Reply:
    await call.write(lambda uow: connections.delete_connection(call.world, uow, call.tenant, call.path["connectionId"]))
    return NO_CONTENT


async def purge_connection(call: Call) -> Reply:
    await call.write(lambda uow: connections.purge_connection(call.world, uow, call.tenant, call.path["connectionId"]))
    return NO_CONTENT
