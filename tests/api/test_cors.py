"""What a browser may be answered on behalf of a page of another origin: any origin, listed ones, none."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bowerbird.api.operation import Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from bowerbird.settings import Settings, SettingsError, cors_origins, read_settings
from tests.api.fixtures import Fixtures, path_of
from tests.serving import Serving

PAGE = "https://app.example"
ALLOW, EXPOSE = "access-control-allow-origin", "access-control-expose-headers"
CLOSED = {"/token", "/healthz", "/readyz", "/metrics"}
PATHS = sorted({operation.path for operation in OPERATIONS})


def preflight(app: httpx2.Client, path: str, origin: str = PAGE, method: str = "GET") -> httpx2.Response:
    asks = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    return app.request("OPTIONS", path, headers={"Origin": origin, **asks})


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("strict"), cors_origins=f"{PAGE}, http://localhost:3000") as serving:
        yield serving


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("hasty"), header_seconds=1, body_seconds=1) as serving:
        yield serving


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_may_ask_for_every_path_of_the_api(fixtures: Fixtures, path: str) -> None:
    own = [operation for operation in OPERATIONS if operation.path == path]
    answer = preflight(fixtures.app.http, path_of(own[0], fixtures.ids))
    if path in CLOSED:
        assert (answer.status_code, answer.headers.get(ALLOW)) == (405, None)
        return
    assert (answer.status_code, answer.content, answer.headers[ALLOW]) == (204, b"", "*")
    assert {operation.method for operation in own} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.method == "GET"], ids=lambda each: each.name)
def test_answers_may_be_read_by_pages(fixtures: Fixtures, operation: Operation) -> None:
    path = path_of(operation, fixtures.ids)
    asked, unasked = fixtures.app.get(path, headers={"Origin": PAGE}), fixtures.app.get(path)
    assert asked.headers.get(ALLOW) == (None if operation.path in CLOSED else "*")
    assert ALLOW not in unasked.headers
    assert "access-control-allow-credentials" not in asked.headers
    if operation.path not in CLOSED:
        assert asked.headers[EXPOSE] == "ETag, Retry-After, Link, X-Correlation-Id"


def test_refusals_may_be_read_by_pages(fixtures: Fixtures) -> None:
    refused = fixtures.app.http.get("/connectors", headers={"Origin": PAGE})
    assert (refused.status_code, refused.headers[ALLOW]) == (401, "*")


def raw(port: int, *pieces: bytes) -> str:
    """The head of the answer to bytes that no client sends. Each piece is on its way before the next one."""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            line.sendall(piece)
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := line.recv(65_536)):
            answer += piece
    return answer.partition(b"\r\n\r\n")[0].decode().lower()


LONG = b"X: " + b"a" * 70_000 + b"\r\n"
REFUSED_BELOW = {
    "no-field": (b"nonsense without a colon\r\n\r\n", 400),
    "long-field": (LONG, 413),
    "long-head-whole": (LONG + b"\r\n", 413),
    "many-fields": (b"a: b\r\n" * 3_000 + b"\r\n", 413),
    "two-hosts": (b"Host: y\r\n\r\n", 400),
    "no-length": (b"Content-Length: x\r\n\r\n", 400),
    "length-and-chunks": (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "slow-headers": (b"X: a", 408),
    "slow-body": (b"Content-Length: 5\r\n\r\n", 408),
    "trailer": (b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\na: b\r\n\r\n", 400),
}
"""What follows the first lines of a request that the server refuses before any operation answers."""
WHOLE_HEADS = {"slow-body", "trailer"}
"""Those whose head has arrived, so that it is known whether a page asks."""


@pytest.mark.parametrize(
    "data", [b"GET /" + b"a" * 70_000, b"\x00\x01\r\n\r\n", b"POST /users HTTP/1.1\r\nX: " + b"a" * 70_000], ids=["line", "bytes", "field"]
)
def test_what_is_refused_before_its_line_is_read_is_answered(hasty: Serving, data: bytes) -> None:
    assert raw(hasty.port, data).startswith("http/1.1 4")


def refused(serving: Serving, name: str, path: str, fields: str, *, pieces: bool = False) -> str:
    """The head of the answer to a request that is refused below the application, sent at once or in two pieces."""
    first = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}".encode()
    answer = raw(serving.port, first, REFUSED_BELOW[name][0]) if pieces else raw(serving.port, first + REFUSED_BELOW[name][0])
    assert path != "/users" or answer.startswith(f"http/1.1 {REFUSED_BELOW[name][1]} "), answer
    return answer


@pytest.mark.parametrize("pieces", [False, True], ids=["at-once", "in-pieces"])
@pytest.mark.parametrize("name", REFUSED_BELOW)
def test_refusals_below_the_application_may_be_read_by_pages(hasty: Serving, name: str, pieces: bool) -> None:
    token = f"Authorization: Bearer {hasty.application().token()}\r\n"
    for path, origin, allowed in (
        ("/users", PAGE, True), ("/users", "", name not in WHOLE_HEADS), ("/token", PAGE, False), ("/dashboard", PAGE, False),
    ):  # fmt: skip
        own = f"Origin: {origin}\r\n" if origin else ""
        answer = refused(hasty, name, path, own + token, pieces=pieces)
        assert (f"{ALLOW}: *" in answer) == allowed, (path, answer)


@pytest.mark.parametrize("name", sorted(REFUSED_BELOW.keys() - {"slow-headers", "slow-body"}))
def test_refusals_below_the_application_are_for_listed_origins(strict: Serving, name: str) -> None:
    token = f"Authorization: Bearer {strict.application().token()}\r\n"
    for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None), ("", None)):
        answer = refused(strict, name, "/users", (f"Origin: {origin}\r\n" if origin else "") + token)
        assert (f"{ALLOW}: {allowed}\r\n" in answer) == (allowed is not None), answer
        assert (ALLOW in answer) == (allowed is not None)
        assert "vary: origin" in answer


def test_an_origin_that_comes_too_late_may_read_the_refusal(hasty: Serving) -> None:
    """A page's token is longer than all headers may be, and its origin stands behind it."""
    answer = raw(hasty.port, b"GET /users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"a" * 70_000 + b"\r\nOrigin: " + PAGE.encode())
    assert answer.startswith("http/1.1 413 ")
    assert f"{ALLOW}: *" in answer


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/users/a/b/c", 404), ("PUT", "/users", 405)])
def test_refusals_of_the_framework_may_be_read_by_pages(fixtures: Fixtures, method: str, path: str, status: int) -> None:
    answer = fixtures.app.call(method, path, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers.get(ALLOW)) == (status, "*")


def test_tokens_are_not_for_pages(fixtures: Fixtures) -> None:
    key = {"Authorization": f"Basic {fixtures.app.api_key}", "basiq-version": "3.0", "Origin": PAGE}
    assert ALLOW not in fixtures.app.http.post("/token", headers=key).headers


def test_pages_and_the_control_plane_are_not_for_other_pages(tmp_path: Path) -> None:
    with Serving(tmp_path, sandbox_controls=True) as serving, httpx2.Client(base_url=serving.url) as visitor:
        for path in (
            "/",
            "/nothing",
            "/home",
            "/dashboard",
            "/docs",
            "/_bowerbird/clock",
            "/_bowerbird/faults",
            "/_bowerbird/applications",
        ):
            assert ALLOW not in preflight(visitor, path).headers, path
            assert ALLOW not in visitor.get(path, headers={"Origin": PAGE}).headers, path


def test_a_page_sees_that_a_path_does_not_exist(fixtures: Fixtures) -> None:
    """Its browser asks first, and shows the page no refusal of its question."""
    asked = preflight(fixtures.app.http, "/users/x/insights")
    assert (asked.status_code, asked.headers[ALLOW]) == (204, "*")
    answer = fixtures.app.get("/users/x/insights", headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers[ALLOW]) == (404, "*")
    assert preflight(fixtures.app.http, "/tokens/x").status_code == 404


def test_no_control_is_for_pages() -> None:
    assert not [operation.name for operation in CONTROL_OPERATIONS if operation.cross_origin]


def test_options_without_a_question_is_refused(fixtures: Fixtures) -> None:
    for headers in ({}, {"Origin": PAGE}, {"Access-Control-Request-Method": "GET"}):
        answer = fixtures.app.http.request("OPTIONS", "/users", headers=headers)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_field_names_that_are_none_are_not_repeated(fixtures: Fixtures) -> None:
    for names in ("a b", "a,,b", "x" * 2_000, "é"):
        fields = {"Origin": PAGE, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": names}
        asks = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        answer = fixtures.app.http.request("OPTIONS", "/connectors", headers=asks)
        assert (answer.status_code, answer.headers.get("access-control-allow-headers")) == (204, None)


def test_only_listed_origins(strict: Serving) -> None:
    app = strict.application()
    for origin in (PAGE, "http://localhost:3000"):
        question, answer = preflight(app.http, "/users", origin), app.get("/connectors", headers={"Origin": origin})
        assert (question.headers[ALLOW], question.headers["vary"]) == (origin, "Origin")
        assert (answer.headers[ALLOW], answer.headers["vary"]) == (origin, "Accept-Encoding, Origin")
    for other in ("https://evil.example", f"{PAGE}.evil.example", "null", "http://app.example"):
        assert preflight(app.http, "/users", other).status_code == 405
        answer = app.get("/connectors", headers={"Origin": other})
        assert (answer.status_code, answer.headers.get(ALLOW), answer.headers["vary"]) == (200, None, "Accept-Encoding, Origin")
    assert app.get("/connectors").headers["vary"] == "Accept-Encoding, Origin"


def test_no_origin_at_all(tmp_path: Path) -> None:
    with Serving(tmp_path, cors_origins="none") as serving:
        app = serving.application()
        assert preflight(app.http, "/users").status_code == 405
        answer = app.get("/connectors", headers={"Origin": PAGE})
        assert ALLOW not in answer.headers
        assert answer.headers["vary"] == "Accept-Encoding"


def test_the_setting() -> None:
    assert cors_origins(Settings()) is None
    assert cors_origins(Settings(cors_origins="none")) == frozenset()
    assert cors_origins(Settings(cors_origins="https://a.example, http://localhost:3000")) == frozenset(
        {"https://a.example", "http://localhost:3000"}
    )
    for text in ("a.example", "https://a.example/", "https://A.example", "https://*.example", "*, https://a.example", "https://a.example,"):
        with pytest.raises(SettingsError, match="BOWERBIRD_CORS_ORIGINS"):
            read_settings({"BOWERBIRD_CORS_ORIGINS": text})
