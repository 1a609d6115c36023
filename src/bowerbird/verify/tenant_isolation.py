"""Isolation: how every operation that takes an id answers the ids of another application, and of another user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.client import ApiError, Bowerbird
from bowerbird.client.request import Request
from bowerbird.model.ids import new_id
from bowerbird.model.json_value import JsonValue
from bowerbird.verify.life import Belongings, belongings, rows_of
from bowerbird.verify.report import expect
from bowerbird.verify.served import EMAIL, Served

Reply = tuple[int, list[tuple[JsonValue, JsonValue, JsonValue]]]
"""The status, and code, title and detail of each error."""


def check_tenant_isolation(served: Served) -> str:
    """Another application's ids are answered like ids that do not exist, and nothing of it changes."""
    ours, theirs, requests = served.ours, served.theirs, 0
    found = belongings(theirs)
    before, unknown = rows_of(theirs, found.user_id), Belongings({name: new_id() for name in found.ids})
    with Bowerbird(served.server.url, served.copy.ours.secret + "A") as stranger:
        for operation in _of_tenants(found):
            own = _answer(ours, operation, found)
            expect(own[0] in (400, 403, 404), f"{operation.name}: another application's id is answered with {own[0]}")
            expect(own == _answer(ours, operation, unknown), f"{operation.name}: another application's id differs from an unknown one")
            expect(_answer(stranger, operation, found)[0] in (400, 401, 403, 404), f"{operation.name} answers a wrong key")
            requests += 2
    for name, seen in _listed(ours, found).items():
        expect(not seen, f"{name} shows {seen} of another application")
    expect(rows_of(theirs, found.user_id) == before, "another application's transactions were changed")
    expect(theirs.list_connections(found.user_id).data[0].id == found.ids["connectionId"], "another application's connection is gone")
    return f"{requests} requests, {before.total()} transactions of another application: 0 seen, 0 changed"


def _listed(bank: Bowerbird, found: Belongings) -> dict[str, int]:
    """How many of a stranger's things each list shows that names no user."""
    users = sum(each.id == found.user_id for each in bank.list_users().data)
    events = sum(found.user_id in str(each) for each in bank.list_events().data)
    return {"the list of users": users, "the list of events": events, "events of a user": len(_events_of(bank, found.user_id))}


def _events_of(bank: Bowerbird, user_id: str) -> list[Any]:
    try:
        return list(bank.list_events(filter=f"user.id.eq('{user_id}')").data)
    except ApiError:
        return []


def check_own_users(served: Served) -> str:
    """What belongs to one user of an application is not found under another user of it."""
    bank, requests = served.ours, 0
    found, empty = belongings(bank), bank.create_user(email=EMAIL).id
    before = rows_of(bank, found.user_id)
    foreign = Belongings({**found.ids, "userId": empty})
    unknown = Belongings({**{name: new_id() for name in found.ids}, "userId": empty})
    for operation in _of_tenants(found):
        if not operation.names_user or operation.path.count("{") < 2:
            continue
        own = _answer(bank, operation, foreign)
        expect(own[0] in (400, 404), f"{operation.name}: what is another user's is answered with {own[0]}")
        expect(own == _answer(bank, operation, unknown), f"{operation.name}: what is another user's differs from what is unknown")
        requests += 1
    lists: dict[str, Sequence[object]] = {
        "accounts": bank.list_accounts(empty).data,
        "an account": bank.list_accounts(empty, filter=f"account.id.eq('{found.account_id}')").data,
        "transactions": bank.list_transactions(empty).data,
        "transactions of an account": bank.list_transactions(empty, filter=f"account.id.eq('{found.account_id}')").data,
        "connections": bank.list_connections(empty).data,
        "jobs": bank.list_jobs(empty).data,
        "identities": bank.list_identities(empty).data,
    }
    for name, seen in lists.items():
        expect(not seen, f"a user without a bank is shown {len(seen)} {name} of another user")
    expect(rows_of(bank, found.user_id) == before, "another user's transactions were changed")
    return f"{requests} operations and {len(lists)} lists under another user: 0 seen, 0 changed"


def _of_tenants(found: Belongings) -> list[Operation]:
    """Operations whose path takes ids that this suite makes, those that remove last."""
    chosen = [each for each in OPERATIONS if each.access is not Access.PUBLIC and found.names(each.path)]
    return sorted(chosen, key=lambda each: each.method == "DELETE")


def _answer(bank: Bowerbird, operation: Operation, ids: Belongings) -> Reply:
    body: dict[str, Any] | None = {} if operation.body_kind == BodyKind.JSON else None
    try:
        bank.send(Request(operation.method, ids.path(operation.path), Any, body=body))
    except ApiError as error:
        return error.status, [(each.get("code"), each.get("title"), each.get("detail")) for each in error.errors]
    return 200, []
