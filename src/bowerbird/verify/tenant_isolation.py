"""Isolation of applications: how every operation that takes an id answers another application's."""

from __future__ import annotations

import re
from typing import Any

from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.client import ApiError, Bowerbird
from bowerbird.client.request import Request, path
from bowerbird.model.ids import new_id
from bowerbird.model.json_value import JsonValue
from bowerbird.verify.life import connect, rows_of
from bowerbird.verify.report import expect
from bowerbird.verify.setup import SetUp

Answer = tuple[int, list[tuple[JsonValue, JsonValue, JsonValue]]]
"""The status, and code, title and detail of each error."""

_IDS = frozenset({"userId", "connectionId", "jobId", "accountId", "transactionId"})
_NAME = re.compile(r"\{(\w+)\}")


def check_tenant_isolation(copy: SetUp) -> str:
    """Another application's ids are answered like ids that do not exist, and nothing of it changes."""
    requests = 0
    with copy.server() as server, copy.client(server) as ours, Bowerbird(server.url, copy.theirs.secret) as theirs:
        ids = _someone(theirs)
        before = rows_of(theirs, ids["userId"])
        unknown = {name: new_id() for name in _IDS}
        for operation in _of_tenants():
            own = _answer(ours, operation, ids)
            expect(own[0] in (400, 403, 404), f"{operation.name}: another application's id is answered with {own[0]}")
            expect(own == _answer(ours, operation, unknown), f"{operation.name}: another application's id differs from an unknown one")
            requests += 1
        with Bowerbird(server.url, copy.ours.secret + "A") as stranger:
            for operation in _of_tenants():
                expect(_answer(stranger, operation, ids)[0] in (400, 401, 403, 404), f"{operation.name} answers a wrong key")
                requests += 1
        expect(rows_of(theirs, ids["userId"]) == before, "another application's transactions were changed")
        expect(theirs.list_connections(ids["userId"]).data[0].id == ids["connectionId"], "another application's connection is gone")
    return f"{requests} requests, {before.total()} transactions of another application: 0 seen, 0 changed"


def _someone(bank: Bowerbird) -> dict[str, str]:
    user = bank.create_user(email="verify@example.com").id
    job = connect(bank, user)
    bank.wait_for_job(job)
    found = {"userId": user, "jobId": job, "connectionId": bank.list_connections(user).data[0].id}
    row = next(iter(bank.iterate_transactions(user)))
    return {**found, "transactionId": row.id, "accountId": row.account}


def _of_tenants() -> list[Operation]:
    """Operations whose path takes ids of a tenant that this suite makes, those that remove last."""
    found = [each for each in OPERATIONS if (names := set(_NAME.findall(each.path))) and names <= _IDS and each.access != Access.PUBLIC]
    return sorted(found, key=lambda each: each.method == "DELETE")


def _answer(bank: Bowerbird, operation: Operation, ids: dict[str, str]) -> Answer:
    body: dict[str, Any] | None = {} if operation.body_kind == BodyKind.JSON else None
    try:
        bank.send(Request(operation.method, path(operation.path, **ids), Any, body=body))
    except ApiError as error:
        return error.status, [(each.get("code"), each.get("title"), each.get("detail")) for each in error.errors]
    return 200, []
