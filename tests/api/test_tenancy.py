"""The tenancy matrix (tests/api/tenancy.py), asked of a real server: no operation reveals or changes anything of another tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird import codes
from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api import tenancy
from tests.api.fixtures import BY_NAME, NO_ONE, WatchedServing, agreed, at_rest, notified, path_of, read_by_file, report_body, stand_up
from tests.api.tenancy import (
    CHECKS,
    GUARDED,
    MALFORMED,
    MATRIX,
    NAMING,
    PUBLIC_PARAMETERS,
    UNKNOWN,
    ComparedAnswer,
    TwoTenants,
    ask,
    expected,
)
from tests.postgres import Postgres

SETTINGS: dict[str, Any] = {"token_requests_per_5_minutes": 1_000_000, "token_ttl_seconds": 10**9}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def tenants(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoTenants]:
    folder = tmp_path_factory.mktemp("tenancy")
    shared: dict[str, Any] = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        shared = {"database_url": server.database().url, "master_key": "5e" * 32}
    serving = WatchedServing(folder, **SETTINGS, **shared)
    with serving:
        fixtures = stand_up(serving)
        second = agreed(serving, fixtures.other, read_by_file(fixtures.other)) | notified(fixtures.other, "consent.reminder")
        gone = agreed(serving, fixtures.other, read_by_file(fixtures.other)) | notified(fixtures.other, "consent.expired")
        for path in (f"/users/{gone['userId']}", f"/notifications/webhooks/{gone['webhookId']}"):
            assert fixtures.other.delete(path).status_code == 204
        at_rest(serving.services)
        yield TwoTenants(fixtures, second, gone)


@pytest.fixture
def unchanged(tenants: TwoTenants) -> Iterator[None]:
    """Every row of every table is as it was."""
    at_rest(tenants.fixtures.serving.services)
    before = tenancy.rows_of(tenants.fixtures.serving.services)
    yield
    at_rest(tenants.fixtures.serving.services)
    assert tenancy.rows_of(tenants.fixtures.serving.services) == before
    CHECKS["rows unchanged"] += 1


# ── The table is whole ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_operation_has_a_row() -> None:
    """A new route fails here: say in `tenancy.MATRIX` where it names things of a tenant, besides its path."""
    assert set(MATRIX) == {operation.name for operation in OPERATIONS}


def test_every_id_of_a_path_is_known() -> None:
    """A new kind of id fails here: say in `tenancy.UNKNOWN` how it is refused and put one into `Scene`, or name it public."""
    assert {parameter for _, parameter in NAMING} == set(UNKNOWN)
    for operation in OPERATIONS:
        if operation.access is Access.PUBLIC:
            assert not tenancy.own_parameters(operation), f"{operation.name} is open to all and names {operation.path}"
    assert not PUBLIC_PARAMETERS & set(UNKNOWN)


@pytest.mark.parametrize("operation", [each for each in GUARDED if "filter" in (each.query or {})], ids=lambda each: each.name)
def test_every_filter_by_id_has_a_row(tenants: TwoTenants, operation: Operation) -> None:
    """What the server accepts is asked of the server."""
    token = tenants.app.token()
    accepted = [
        name for name in tenancy.FILTER_IDS if ask(tenants, operation, {}, token, params={"filter": f"{name}.eq('{NO_ONE}')"}).status == 200
    ]
    assert sorted(accepted) == sorted(MATRIX[operation.name].filters)


# ── Ids in paths ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def is_refusal(answer: ComparedAnswer, entry: codes.Entry) -> bool:
    return answer.status == entry.http and f'"code":"{entry.code}"'.encode() in answer.body


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("operation", "parameter"), NAMING, ids=lambda value: value if isinstance(value, str) else value.name)
def test_an_id_of_another_tenant_is_answered_like_an_unknown_id(tenants: TwoTenants, operation: Operation, parameter: str) -> None:
    for caller, token in tenants.tokens().items():
        unknown = ask(tenants, operation, {parameter: NO_ONE}, token)
        assert is_refusal(unknown, expected(operation, parameter, caller)), (caller, unknown)
        seconds = caller in ("server", "client-of-another-user")  # to these, the second user is no stranger
        own_users = seconds and (parameter == "userId" or not operation.names_user)
        for kind, value in tenants.foreign(parameter, own_users=own_users).items():
            answer = ask(tenants, operation, {parameter: value}, token)
            assert answer == unknown, (caller, kind)
            CHECKS["ids in paths"] += 1
        for value in MALFORMED:
            answer = ask(tenants, operation, {parameter: value}, token)
            entry = tenancy.malformed_expected(operation, parameter, caller)
            assert is_refusal(answer, entry) or answer.status == 404, (caller, value, answer)
            CHECKS["malformed ids in paths"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if len(tenancy.own_parameters(each)) > 1], ids=lambda each: each.name)
def test_ids_that_belong_together_elsewhere(tenants: TwoTenants, operation: Operation) -> None:
    """All ids of one foreign thing at once, with its own user or with ours."""
    for caller, token in tenants.tokens().items():
        for other in (tenants.fixtures.theirs, tenants.theirs_second, tenants.theirs_gone):
            ids = {name: other[name] for name in tenancy.own_parameters(operation)}
            unknown = ask(tenants, operation, {**dict.fromkeys(ids, NO_ONE), "userId": NO_ONE}, token)
            assert ask(tenants, operation, ids, token) == unknown, caller
            CHECKS["ids in paths"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if "{userId}" in each.path], ids=lambda each: each.name)
def test_a_client_of_another_user(tenants: TwoTenants, operation: Operation) -> None:
    """Bound to the second user, it gets the same answer for the first user as for one that does not exist."""
    token = tenants.tokens()["client-of-another-user"]
    answer = ask(tenants, operation, {}, token)
    assert is_refusal(answer, codes.FORBIDDEN if operation.access is Access.SERVER else codes.UNAUTHORIZED_ACCESS)
    assert answer == ask(tenants, operation, {"userId": NO_ONE}, token)
    CHECKS["ids in paths"] += 1


def test_a_client_of_another_user_and_the_waiting_job(tenants: TwoTenants) -> None:
    job = tenants.fixtures.waiting_job
    token = tenants.tokens()["client"]
    for name in ("get_job", "create_mfa_response"):
        answer = ask(tenants, BY_NAME[name], {"jobId": job}, token)
        assert is_refusal(answer, codes.UNAUTHORIZED_ACCESS)
        assert answer == ask(tenants, BY_NAME[name], {"jobId": NO_ONE}, token)
        CHECKS["ids in paths"] += 1


# ── Ids in filters, cursors and bodies; lists ────────────────────────────────────────────────────────────────────────────────

FILTERED = [(operation, name) for operation in GUARDED for name in MATRIX[operation.name].filters]
KINDS = {
    "id": "connectionId",
    "account.id": "accountId",
    "connection.id": "connectionId",
    "transaction.id": "transactionId",
    "user.id": "userId",
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("operation", "name"), FILTERED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_filter_by_an_id_of_others_finds_nothing(tenants: TwoTenants, operation: Operation, name: str) -> None:
    kind, token = KINDS[name], tenants.app.token()
    own = ask(tenants, operation, {}, token, params={"filter": f"{name}.eq('{tenants.fixtures.ids[kind]}')"})
    assert tenants.fixtures.ids[kind].encode() in own.body, "the filter finds what is there"
    foreign = tenants.foreign(kind, own_users=kind == "userId")
    if name == "user.id":
        del foreign["deleted"]  # events outlive what they tell of
    for value in [*foreign.values(), NO_ONE, "x"]:
        answer = ask(tenants, operation, {}, token, params={"filter": f"{name}.eq('{value}')"})
        assert (answer.status, b'"data":[]' in answer.body) == (200, True), value
        CHECKS["ids in filters"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [BY_NAME["list_transactions"]], ids=lambda each: each.name)
def test_a_cursor_of_others_moves_within_ones_own(tenants: TwoTenants, operation: Operation) -> None:
    """A cursor is a position and a filter: it lists the asking user's own rows, also when another user's answer contained it."""
    fixtures, token = tenants.fixtures, tenants.app.token()
    rich = fixtures.ids
    made = fixtures.app.get(path_of(operation, rich), params={"limit": 2, "filter": f"account.id.eq('{rich['accountId']}')"}).json()
    cursor = made["links"]["next"].rpartition("next=")[2]
    for app, ids in ((fixtures.other, fixtures.theirs), (fixtures.other, tenants.theirs_second), (fixtures.app, fixtures.second)):
        answer = app.get(f"{path_of(operation, ids)}?next={cursor}")
        assert answer.status_code == 200
        assert answer.json()["data"] == []
        CHECKS["ids in cursors"] += 1
    bare = fixtures.app.get(path_of(operation, rich), params={"limit": 2}).json()["links"]["next"].rpartition("next=")[2]
    for app, ids in ((fixtures.other, fixtures.theirs), (fixtures.app, fixtures.second)):
        rows = app.get(f"{path_of(operation, ids)}?next={bare}").json()["data"]
        assert {row["account"] for row in rows} <= {ids["accountId"]}
        CHECKS["ids in cursors"] += 1
    assert ask(tenants, operation, {"userId": NO_ONE}, token, params={"next": bare}).status == 404


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if MATRIX[each.name].cursor], ids=lambda each: each.name)
def test_a_cursor_shows_nothing_of_whom_it_was_made_for(tenants: TwoTenants, operation: Operation) -> None:
    fixtures = tenants.fixtures
    more = fixtures.app.get(path_of(operation, fixtures.ids), params={"limit": 1}).json()["links"].get("next")
    own = list(fixtures.ids.values())
    for ids in (fixtures.theirs, tenants.theirs_second):
        query = more.rpartition("?")[2] if more else "limit=1"
        answer = fixtures.other.get(f"{path_of(operation, ids)}?{query}")
        assert answer.status_code == 200
        assert not [value for value in own if value in repr(answer.json()["data"])]
        CHECKS["ids in cursors"] += 1


@pytest.mark.usefixtures("unchanged")
def test_a_token_for_a_user_of_others(tenants: TwoTenants) -> None:
    """No application gets a client's token for another application's user."""
    app = tenants.app
    headers = {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}

    def grant(user: str) -> ComparedAnswer:
        return tenancy.compared_answer(app.http.post("/token", headers=headers, data={"scope": "CLIENT_ACCESS", "userId": user}))

    unknown = grant(NO_ONE)
    assert is_refusal(unknown, codes.TOKEN_USER_UNKNOWN)
    for value in [*tenants.foreign("userId", own_users=True).values(), *MALFORMED]:
        assert grant(value) == unknown, value
        CHECKS["ids in bodies"] += 1


BODIES = [(operation, field) for operation in GUARDED for field in MATRIX[operation.name].body]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("operation", "field"), BODIES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_an_id_of_others_in_a_body(tenants: TwoTenants, operation: Operation, field: str) -> None:
    """It is answered like an id of no one, whichever field names it."""
    kind, token, own = {"accounts": "accountId", "users": "userId"}[field], tenants.app.token(), tenants.fixtures.ids

    def named(value: str) -> ComparedAnswer:
        if operation.name == "create_report":
            body = report_body([value if field == "users" else own["userId"]], [value if field == "accounts" else own["accountId"]])
        else:
            body = {field: [value]}
        return ask(tenants, operation, {}, token, json=body)

    unknown = named(NO_ONE)
    assert unknown.status == 404
    for value in [*tenants.foreign(kind, own_users=kind == "userId").values(), *MALFORMED]:
        assert named(value) == unknown, value
        CHECKS["ids in bodies"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if each.method == "GET"], ids=lambda each: each.name)
def test_nothing_of_others_in_what_one_reads(tenants: TwoTenants, operation: Operation) -> None:
    callers = tenants.tokens()
    for caller in ["server"] + (["client"] if operation.access is Access.OWN_USER else []):
        answer = ask(tenants, operation, {}, callers[caller])
        assert answer.status == 200
        for foreign in tenancy.foreign_ids(tenants, operation):
            assert foreign.encode() not in answer.body
            CHECKS["ids in lists"] += 1


# ── With one's own ids it works: the refusals above were for the ids ─────────────────────────────────────────────────────────


def test_ones_own_ids_are_let_in(tenants: TwoTenants) -> None:
    """The last of a module, since it deletes: everything but deletions first, reports before their data, the user at the very end."""
    rank = {"delete_report": 1, "purge_connection": 2}
    ordered = sorted(GUARDED, key=lambda each: (rank.get(each.name, 3 * (each.method == "DELETE")), -each.path.count("{"), each.name))
    for operation in ordered:
        ids = {"jobId": tenants.fixtures.waiting_job} if operation.name == "create_mfa_response" else {}
        answer = ask(tenants, operation, ids, tenants.app.token())
        assert answer.status in operation.answers, (operation.name, answer)
        at_rest(tenants.fixtures.serving.services)
        CHECKS["own ids let in"] += 1
