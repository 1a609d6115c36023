"""The tenancy matrix (tests/api/tenancy.py), asked of a real server: no operation tells or changes anything of another tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird import codes
from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api import tenancy
from tests.api.scene import BY_NAME, NOBODY, WatchedServing, agreed, at_rest, path_of, read_by_file, stand_up, told
from tests.api.tenancy import CHECKS, GUARDED, MALFORMED, MATRIX, NAMING, PUBLIC_PARAMETERS, UNKNOWN, Cast, Said, ask, expected
from tests.postgres import Postgres

SETTINGS: dict[str, Any] = {"token_requests_per_5_minutes": 1_000_000, "token_ttl_seconds": 10**9}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def cast(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("tenancy")
    shared: dict[str, Any] = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        shared = {"database_url": server.database().url, "master_key": "5e" * 32}
    serving = WatchedServing(folder, **SETTINGS, **shared)
    with serving:
        scene = stand_up(serving)
        second = agreed(serving, scene.other, read_by_file(scene.other)) | told(scene.other, "consent.reminder")
        gone = agreed(serving, scene.other, read_by_file(scene.other)) | told(scene.other, "consent.expired")
        for path in (f"/users/{gone['userId']}", f"/notifications/webhooks/{gone['webhookId']}"):
            assert scene.other.delete(path).status_code == 204
        at_rest(serving.world)
        yield Cast(scene, second, gone)


@pytest.fixture
def unchanged(cast: Cast) -> Iterator[None]:
    """Every row of every table is as it was."""
    at_rest(cast.scene.serving.world)
    before = tenancy.rows_of(cast.scene.serving.world)
    yield
    at_rest(cast.scene.serving.world)
    assert tenancy.rows_of(cast.scene.serving.world) == before
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
def test_every_filter_by_id_has_a_row(cast: Cast, operation: Operation) -> None:
    """What the server accepts is asked of the server."""
    token = cast.app.token()
    accepted = [
        name for name in tenancy.FILTER_IDS if ask(cast, operation, {}, token, params={"filter": f"{name}.eq('{NOBODY}')"}).status == 200
    ]
    assert sorted(accepted) == sorted(MATRIX[operation.name].filters)


# ── Ids in paths ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def tells(said: Said, entry: codes.Entry) -> bool:
    return said.status == entry.http and f'"code":"{entry.code}"'.encode() in said.body


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("operation", "parameter"), NAMING, ids=lambda value: value if isinstance(value, str) else value.name)
def test_an_id_of_others_is_an_id_of_nobody(cast: Cast, operation: Operation, parameter: str) -> None:
    for caller, token in cast.tokens().items():
        nobody = ask(cast, operation, {parameter: NOBODY}, token)
        assert tells(nobody, expected(operation, parameter, caller)), (caller, nobody)
        seconds = caller in ("server", "client-of-another-user")  # to these, the second user is no stranger
        own_users = seconds and (parameter == "userId" or not operation.names_user)
        for kind, value in cast.foreign(parameter, own_users=own_users).items():
            said = ask(cast, operation, {parameter: value}, token)
            assert said == nobody, (caller, kind)
            CHECKS["ids in paths"] += 1
        for value in MALFORMED:
            said = ask(cast, operation, {parameter: value}, token)
            entry = tenancy.malformed_expected(operation, parameter, caller)
            assert tells(said, entry) or said.status == 404, (caller, value, said)
            CHECKS["malformed ids in paths"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if len(tenancy.own_parameters(each)) > 1], ids=lambda each: each.name)
def test_ids_that_belong_together_elsewhere(cast: Cast, operation: Operation) -> None:
    """All ids of one foreign thing at once, with its own user or with ours."""
    for caller, token in cast.tokens().items():
        for other in (cast.scene.theirs, cast.theirs_second, cast.theirs_gone):
            ids = {name: other[name] for name in tenancy.own_parameters(operation)}
            nobody = ask(cast, operation, {**dict.fromkeys(ids, NOBODY), "userId": NOBODY}, token)
            assert ask(cast, operation, ids, token) == nobody, caller
            CHECKS["ids in paths"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if "{userId}" in each.path], ids=lambda each: each.name)
def test_a_client_of_another_user(cast: Cast, operation: Operation) -> None:
    """Bound to the second user, it is told the same of the first as of nobody."""
    token = cast.tokens()["client-of-another-user"]
    said = ask(cast, operation, {}, token)
    assert tells(said, codes.FORBIDDEN if operation.access is Access.SERVER else codes.UNAUTHORIZED_ACCESS)
    assert said == ask(cast, operation, {"userId": NOBODY}, token)
    CHECKS["ids in paths"] += 1


def test_a_client_of_another_user_and_the_waiting_job(cast: Cast) -> None:
    job = cast.scene.waiting_job
    token = cast.tokens()["client"]
    for name in ("get_job", "create_mfa_response"):
        said = ask(cast, BY_NAME[name], {"jobId": job}, token)
        assert tells(said, codes.UNAUTHORIZED_ACCESS)
        assert said == ask(cast, BY_NAME[name], {"jobId": NOBODY}, token)
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
def test_a_filter_by_an_id_of_others_finds_nothing(cast: Cast, operation: Operation, name: str) -> None:
    kind, token = KINDS[name], cast.app.token()
    own = ask(cast, operation, {}, token, params={"filter": f"{name}.eq('{cast.scene.ids[kind]}')"})
    assert cast.scene.ids[kind].encode() in own.body, "the filter finds what is there"
    foreign = cast.foreign(kind, own_users=kind == "userId")
    if name == "user.id":
        del foreign["deleted"]  # events outlive what they tell of
    for value in [*foreign.values(), NOBODY, "x"]:
        said = ask(cast, operation, {}, token, params={"filter": f"{name}.eq('{value}')"})
        assert (said.status, b'"data":[]' in said.body) == (200, True), value
        CHECKS["ids in filters"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [BY_NAME["list_transactions"]], ids=lambda each: each.name)
def test_a_cursor_of_others_moves_within_ones_own(cast: Cast, operation: Operation) -> None:
    """A cursor is a position and a filter: what it yields is the asking user's own, whoever it was made for."""
    scene, token = cast.scene, cast.app.token()
    rich = scene.ids
    made = scene.app.get(path_of(operation, rich), params={"limit": 2, "filter": f"account.id.eq('{rich['accountId']}')"}).json()
    cursor = made["links"]["next"].rpartition("next=")[2]
    for app, ids in ((scene.other, scene.theirs), (scene.other, cast.theirs_second), (scene.app, scene.second)):
        answer = app.get(f"{path_of(operation, ids)}?next={cursor}")
        assert answer.status_code == 200
        assert answer.json()["data"] == []
        CHECKS["ids in cursors"] += 1
    bare = scene.app.get(path_of(operation, rich), params={"limit": 2}).json()["links"]["next"].rpartition("next=")[2]
    for app, ids in ((scene.other, scene.theirs), (scene.app, scene.second)):
        rows = app.get(f"{path_of(operation, ids)}?next={bare}").json()["data"]
        assert {row["account"] for row in rows} <= {ids["accountId"]}
        CHECKS["ids in cursors"] += 1
    assert ask(cast, operation, {"userId": NOBODY}, token, params={"next": bare}).status == 404


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if MATRIX[each.name].cursor], ids=lambda each: each.name)
def test_a_cursor_shows_nothing_of_whom_it_was_made_for(cast: Cast, operation: Operation) -> None:
    scene = cast.scene
    more = scene.app.get(path_of(operation, scene.ids), params={"limit": 1}).json()["links"].get("next")
    own = list(scene.ids.values())
    for ids in (scene.theirs, cast.theirs_second):
        query = more.rpartition("?")[2] if more else "limit=1"
        answer = scene.other.get(f"{path_of(operation, ids)}?{query}")
        assert answer.status_code == 200
        assert not [value for value in own if value in repr(answer.json()["data"])]
        CHECKS["ids in cursors"] += 1


@pytest.mark.usefixtures("unchanged")
def test_a_token_for_a_user_of_others(cast: Cast) -> None:
    """The one body that names an id: nobody is given a client's token for another application's user."""
    assert [name for name, row in MATRIX.items() if row.body] == ["create_token"]
    app = cast.app
    headers = {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}

    def grant(user: str) -> Said:
        return tenancy.said_of(app.http.post("/token", headers=headers, data={"scope": "CLIENT_ACCESS", "userId": user}))

    nobody = grant(NOBODY)
    assert tells(nobody, codes.TOKEN_USER_UNKNOWN)
    for value in [*cast.foreign("userId", own_users=True).values(), *MALFORMED]:
        assert grant(value) == nobody, value
        CHECKS["ids in bodies"] += 1


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", [each for each in GUARDED if each.method == "GET"], ids=lambda each: each.name)
def test_nothing_of_others_in_what_one_reads(cast: Cast, operation: Operation) -> None:
    callers = cast.tokens()
    for caller in ["server"] + (["client"] if operation.access is Access.OWN_USER else []):
        said = ask(cast, operation, {}, callers[caller])
        assert said.status == 200
        for foreign in tenancy.foreign_ids(cast, operation):
            assert foreign.encode() not in said.body
            CHECKS["ids in lists"] += 1


# ── With one's own ids it works: the refusals above were for the ids ─────────────────────────────────────────────────────────


def test_ones_own_ids_are_let_in(cast: Cast) -> None:
    """The last of a module, since it deletes: everything but deletions first, the user at the very end."""
    ordered = sorted(GUARDED, key=lambda each: (each.method == "DELETE", -each.path.count("{"), each.name))
    for operation in ordered:
        ids = {"jobId": cast.scene.waiting_job} if operation.name == "create_mfa_response" else {}
        said = ask(cast, operation, ids, cast.app.token())
        assert said.status in operation.answers, (operation.name, said)
        at_rest(cast.scene.serving.world)
        CHECKS["own ids let in"] += 1
