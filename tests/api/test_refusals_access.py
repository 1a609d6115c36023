"""Who is turned away: every operation with a token × every reason to refuse it, before anything else of the request is read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import set_disabled
from tests.api import expected_refusals
from tests.api.fixtures import Fixtures, WatchedServing, path_of
from tests.api.response_checks import refusal_of
from tests.serving import Application, until

pytestmark = pytest.mark.usefixtures("nothing_written")

GUARDED = [operation for operation in OPERATIONS if operation.access is not Access.PUBLIC]
SERVER_ONLY = [operation for operation in GUARDED if operation.access is Access.SERVER]
OWN_USER = [operation for operation in GUARDED if operation.access is Access.OWN_USER]
PRODUCTS = {"connections": "Connections", "statements": "Statements", "enrich": "Enrich", "identity": "Identity"} | {
    "income": "Income Summary", "expenses": "Expenses", "affordability": "Affordability", "reports": "Reports",
}  # fmt: skip


@dataclass
class Tokens:
    """Tokens that are refused, and why."""

    good: str
    expired: str
    disabled: str
    client: str
    client_of_second: str
    unbound: str
    without_products: str
    of_another_server: str


def disable(serving: WatchedServing, application: Application) -> None:
    serving.services.storage.write_now(lambda uow: set_disabled(uow, application.id, True), tenant=EVERY_TENANT)


@pytest.fixture(scope="module")
def tokens(fixtures: Fixtures, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tokens]:
    serving, app = fixtures.serving, fixtures.app
    expired = app.token()
    serving.advance(seconds=3600)
    app.forget_tokens()
    until(lambda: app.job(fixtures.waiting_job)["steps"][1]["status"] == "failed", "the challenge to expire")
    gone, poor = serving.application("Disabled"), serving.application("Poor", products="none")
    disabled = gone.token()
    disable(serving, gone)
    with WatchedServing(tmp_path_factory.mktemp("elsewhere")) as elsewhere:
        yield Tokens(
            good=app.token(),
            expired=expired,
            disabled=disabled,
            client=app.token("CLIENT_ACCESS", fixtures.ids["userId"]),
            client_of_second=app.token("CLIENT_ACCESS", fixtures.second["userId"]),
            unbound=app.token("CLIENT_ACCESS"),
            without_products=poor.token(),
            of_another_server=elsewhere.application().token(),
        )


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def by_another_key(good: str, algorithm: str = "HS256") -> str:
    return jwt.encode({"alg": algorithm}, claims_of(good), OctKey.import_key(b"k" * 64), algorithms=[algorithm])


FORGERIES: dict[str, Callable[[Tokens], str]] = {
    "empty": lambda t: "Bearer",
    "no-scheme": lambda t: t.good,
    "basic": lambda t: f"Basic {t.good}",
    "word": lambda t: "Bearer secret",
    "three-words": lambda t: "Bearer a.b.c",
    "two-parts": lambda t: "Bearer " + t.good.rpartition(".")[0],
    "four-parts": lambda t: f"Bearer {t.good}.x",
    "signature-missing": lambda t: "Bearer " + t.good.rpartition(".")[0] + ".",
    "signature-wrong": lambda t: "Bearer " + t.good[:-6] + ("AAAAAA" if t.good[-6:] != "AAAAAA" else "BBBBBB"),
    "signature-of-another": lambda t: "Bearer " + t.good.rpartition(".")[0] + "." + t.client.rpartition(".")[2],
    "claims-swapped": lambda t: ".".join(
        ["Bearer " + t.client.split(".")[0], part({**claims_of(t.client), "scope": "SERVER_ACCESS"}), t.client.split(".")[2]]
    ),
    "life-lengthened": lambda t: ".".join(
        ["Bearer " + t.expired.split(".")[0], part({**claims_of(t.expired), "exp": 2**40}), t.expired.split(".")[2]]
    ),
    "alg-none": lambda t: f"Bearer {part({'alg': 'none'})}.{part(claims_of(t.good))}.",
    "alg-None": lambda t: f"Bearer {part({'alg': 'None', 'typ': 'JWT'})}.{part(claims_of(t.good))}.",
    "other-key": lambda t: "Bearer " + by_another_key(t.good),
    "other-algorithm": lambda t: "Bearer " + by_another_key(t.good, "HS512"),
    "other-server": lambda t: "Bearer " + t.of_another_server,
    "json-header-list": lambda t: f"Bearer {base64.urlsafe_b64encode(b'[]').decode()}.{part(claims_of(t.good))}.x",
    "deep-header": lambda t: f"Bearer {base64.urlsafe_b64encode(b'[' * 30_000).decode()}.e30.x",
    "inner-blank": lambda t: f"Bearer {t.good[:20]} {t.good[20:]}",
    "latin-1": lambda t: "Bearer \xff\xfe\xe9",
    "long": lambda t: "Bearer " + "a" * 50_000,
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_a_token_that_is_none(fixtures: Fixtures, tokens: Tokens, operation: Operation, forgery: str) -> None:
    header = FORGERIES[forgery](tokens)
    assert refusal_of(fixtures.call(operation.name, headers={"Authorization": header.encode("latin-1")})) == expected_refusals.INVALID_TOKEN


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_no_token(fixtures: Fixtures, operation: Operation) -> None:
    assert refusal_of(fixtures.app.http.request(operation.method, path_of(operation, fixtures.ids))) == expected_refusals.INVALID_TOKEN


@pytest.mark.parametrize("operation", [each for each in GUARDED if each.is_conditional], ids=lambda operation: operation.name)
def test_what_a_client_has_opens_nothing(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    """`If-None-Match: *` fits every answer: who is refused without it is refused with it."""
    had = {"If-None-Match": "*"}
    assert fixtures.call(operation.name, headers=had).status_code == 304
    for token in (
        tokens.expired,
        tokens.disabled,
        tokens.client,
        tokens.client_of_second,
        tokens.unbound,
        tokens.without_products,
        "no.token.x",
    ):
        plain, conditional = fixtures.call(operation.name, token=token), fixtures.call(operation.name, token=token, headers=had)
        allowed = plain.status_code == 200
        assert conditional.status_code == (304 if allowed else plain.status_code)
        if not allowed:
            assert refusal_of(conditional) == refusal_of(plain)


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_an_expired_token(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    assert refusal_of(fixtures.call(operation.name, token=tokens.expired)) == expected_refusals.EXPIRED


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_a_disabled_application(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    assert refusal_of(fixtures.call(operation.name, token=tokens.disabled)) == expected_refusals.DISABLED


@pytest.mark.parametrize("holder", ["client", "client_of_second", "unbound"])
@pytest.mark.parametrize("operation", SERVER_ONLY, ids=lambda operation: operation.name)
def test_a_clients_token_where_only_servers_may(fixtures: Fixtures, tokens: Tokens, operation: Operation, holder: str) -> None:
    assert refusal_of(fixtures.call(operation.name, token=getattr(tokens, holder))) == expected_refusals.FORBIDDEN


@pytest.mark.parametrize("operation", OWN_USER, ids=lambda operation: operation.name)
def test_a_clients_token_of_another_user(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    assert refusal_of(fixtures.call(operation.name, token=tokens.client_of_second)) == expected_refusals.UNAUTHORIZED


@pytest.mark.parametrize("operation", OWN_USER, ids=lambda operation: operation.name)
def test_a_client_token_without_a_user(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    assert refusal_of(fixtures.call(operation.name, token=tokens.unbound)) == expected_refusals.UNBOUND


@pytest.mark.parametrize("operation", [o for o in OWN_USER if o.name != "create_mfa_response"], ids=lambda operation: operation.name)
def test_a_clients_token_of_the_user_reads(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    assert fixtures.call(operation.name, token=tokens.client).status_code == 200


@pytest.mark.parametrize("operation", [o for o in GUARDED if o.product], ids=lambda operation: operation.name)
def test_a_product_that_is_not_enabled(fixtures: Fixtures, tokens: Tokens, operation: Operation) -> None:
    """Before existence: an application without the product learns nothing about ids, not even about its own."""
    expected = expected_refusals.product(PRODUCTS[operation.product])
    assert refusal_of(fixtures.call(operation.name, token=tokens.without_products)) == expected


@pytest.mark.parametrize("spelling", ["bearer {}", "BEARER {}", "Bearer  {}", "bEARER {}"])
def test_spellings_of_a_good_token(fixtures: Fixtures, tokens: Tokens, spelling: str) -> None:
    assert fixtures.call("get_user", headers={"Authorization": spelling.format(tokens.good)}).status_code == 200
