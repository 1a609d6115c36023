"""The TLS guide, run: nginx and Caddy with the files that it prints, in front of a server with the settings that it names."""

from __future__ import annotations

import http.client
import json
import os
import shutil
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from bowerbird.settings import Settings
from tests.faults.fleet import new_key
from tests.foreign.proxies import HOST, PROXIES, running, secured
from tests.serving import Process, free_port

pytestmark = pytest.mark.foreign

MAX_TOKENS = 20
INTERNAL = (
    "/metrics", "//metrics", "/%6detrics", "/x/../metrics", "/./metrics", "/metrics/", "/METRICS", "/metrics?a", "/metrics;a",
    "/metrics%00", "/metrics%2f", "/_bowerbird/clock", "//_bowerbird/clock", "/%5fbowerbird/clock", "/_bowerbird%2fclock",
    "/x/../_bowerbird/clock", "/_BOWERBIRD/clock", "/_bowerbird/../_bowerbird/clock", "/_bowerbird\\clock",
)  # fmt: skip
SMUGGLING = {
    "two lengths": b"POST /token HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\nContent-Length: 39\r\n\r\n",
    "length and chunks": b"POST /token HTTP/1.1\r\nHost: %b\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks by another name": b"POST /token HTTP/1.1\r\nHost: %b\r\nContent-Length: 39\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "chunks behind a space": b"POST /token HTTP/1.1\r\nHost: %b\r\nContent-Length: 39\r\nTransfer-Encoding : chunked\r\n\r\n",
    "chunks behind a tab": b"POST /token HTTP/1.1\r\nHost: %b\r\nContent-Length: 39\r\nTransfer-Encoding:\x0bchunked\r\n\r\n",
    "a chunk of two sizes": b"POST /token HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\n0 27\r\n\r\n",
    "a folded header": b"POST /token HTTP/1.1\r\nHost: %b\r\nA: b\r\n Content-Length: 39\r\n\r\n",
}
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: %b\r\n\r\n" % HOST.encode()


class Answer(NamedTuple):
    """`headers` by their small names."""

    status: int
    headers: dict[str, str]
    body: bytes


class Proxied(NamedTuple):
    """A proxy by its port, the server behind it, and a key of the server."""

    port: int
    server: Process
    key: str

    def ask(self, method: str, path: str, body: bytes = b"", address: str = "127.0.0.1", **headers: str) -> Answer:
        """One request over a connection of its own; header names are written with underscores."""
        line = http.client.HTTPConnection(HOST)
        line.sock = secured(self.port, address)
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        if body:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body or None)
        answer = line.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        line.close()
        return found

    def token(self, key: str, address: str = "127.0.0.1", **headers: str) -> Answer:
        form = urlencode({"scope": "SERVER_ACCESS"}).encode()
        common = {"Authorization": f"Basic {key}", "basiq_version": "3.0", "Content_Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", "/token", form, address, **common, **headers)

    def bearer(self) -> str:
        answer = self.token(self.key)
        assert answer.status == 200, answer
        return "Bearer " + str(json.loads(answer.body)["access_token"])


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    proxy = str(request.param)
    if shutil.which(proxy, path="/usr/sbin:/usr/bin:/usr/local/bin") is None:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(f"{proxy} is not installed")
    folder = tmp_path_factory.mktemp(proxy)
    (folder / "data").mkdir()
    key = new_key(Settings(data=folder / "data"))
    port = free_port()
    settings = {
        "BOWERBIRD_TRUSTED_PROXIES": "127.0.0.1", "BOWERBIRD_PUBLIC_URL": f"https://{HOST}",
        "BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES": str(MAX_TOKENS), "BOWERBIRD_SANDBOX_CONTROLS": "yes",
    }  # fmt: skip
    (folder / "proxy").mkdir()
    with Process(folder / "data", **settings) as server, running(proxy, folder / "proxy", port, f"127.0.0.1:{server.port}"):
        yield Proxied(port, server, key)


def test_tokens_and_lists_come_through(proxied: Proxied) -> None:
    assert proxied.ask("GET", "/institutions?limit=5", Authorization=proxied.bearer()).status == 200


def test_strangers_choose_no_address_of_their_own(proxied: Proxied) -> None:
    """Each writes another address into every header that proxies use: the limit counts the address that the proxy sees."""
    ends = []
    for number in range(MAX_TOKENS + 5):
        claimed = f"198.51.100.{number}"
        headers = {
            "X_Forwarded_For": claimed,
            "X_Real_IP": claimed,
            "Forwarded": f"for={claimed}",
            "True_Client_IP": claimed,
            "CF_Connecting_IP": claimed,
        }
        ends.append(proxied.token("wrong", "127.0.0.2", **headers).status)
    assert ends[-1] != ends[0], ends
    assert proxied.token("wrong", "127.0.0.3").status == ends[0], "another address has a limit of its own"
    assert proxied.token(proxied.key, "127.0.0.2").status == 200, "an honest key has a limit of its own"
    assert "forwarding_header_ignored" not in proxied.server.log.read_text("utf-8")


@pytest.mark.parametrize("path", INTERNAL)
def test_what_is_internal_stays_so(proxied: Proxied, path: str) -> None:
    answer = proxied.ask("GET", path)
    assert answer.status in (400, 404), answer
    assert b"bowerbird_" not in answer.body


def test_a_statement_comes_through_and_what_is_larger_does_not(proxied: Proxied) -> None:
    user = proxied.ask("POST", "/users", b'{"email": "gavin@hooli.com"}', Content_Type="application/json", Authorization=proxied.bearer())
    path = f"/users/{json.loads(user.body)['id']}/statements"
    for size, ends in ((10_000_000, {202}), (11_500_000, {400, 413}), (13 * 1024 * 1024, {413})):
        form = b'--b\r\nContent-Disposition: form-data; name="institutionId"\r\n\r\nAU00201\r\n--b\r\nContent-Disposition: form-data; '
        form += b'name="statement"; filename="a.csv"\r\n\r\n' + b"a,b\n" * (size // 4) + b"\r\n--b--\r\n"
        answer = proxied.ask("POST", path, form, Content_Type="multipart/form-data; boundary=b", Authorization=proxied.bearer())
        assert answer.status in ends, (size, answer)


def test_what_the_browser_gets_is_bound_to_the_public_address(proxied: Proxied) -> None:
    page = proxied.ask("GET", "/dashboard/sign-in")
    assert page.status in (200, 303)
    page = proxied.ask("GET", "/dashboard/sign-in", Accept="text/html")
    assert "__Host-" in page.headers.get("set-cookie", "__Host-")
    assert "secure" in page.headers.get("set-cookie", "secure").lower()


def test_compressed_and_unchanged_answers_come_through(proxied: Proxied) -> None:
    bearer = proxied.bearer()
    plain = proxied.ask("GET", "/institutions", Authorization=bearer)
    packed = proxied.ask("GET", "/institutions", Accept_Encoding="gzip", Authorization=bearer)
    assert (plain.status, packed.status, packed.headers["content-encoding"]) == (200, 200, "gzip")
    assert len(packed.body) < len(plain.body) // 3
    again = proxied.ask("GET", "/institutions", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"], Authorization=bearer)
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_an_upgrade_is_answered_as_the_request_that_it_is(proxied: Proxied, protocol: str) -> None:
    answer = proxied.ask("GET", "/healthz", Connection="Upgrade", Upgrade=protocol)
    assert answer.status == 200, answer


@pytest.mark.parametrize("shape", SMUGGLING)
def test_no_request_is_hidden_in_another(proxied: Proxied, shape: str) -> None:
    """What one client hides behind a request reaches the server neither as that client's next one nor as another client's."""
    with secured(proxied.port) as line:
        line.sendall(SMUGGLING[shape] % HOST.encode() + SMUGGLED)
        line.settimeout(5)
        received = b""
        try:
            while more := line.recv(65_536):
                received += more
        except TimeoutError:
            pass
    assert (
        received.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501", b"HTTP/1.1 401", b"HTTP/1.1 415", b"HTTP/1.1 200", b"HTTP/1.1 502"))
        or not received
    ), received
    for _ in range(4):
        assert proxied.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize("host", ["elsewhere.example", "bank.example.com:8443", "", "a b"])
def test_another_host_changes_no_link(proxied: Proxied, host: str) -> None:
    with secured(proxied.port) as line:
        line.sendall(f"GET /dashboard HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while more := line.recv(65_536):
            received += more
    head = received.partition(b"\r\n\r\n")[0].lower()
    assert b"elsewhere" not in head
    assert b"location: http://" not in head


def test_the_server_met_no_fault(proxied: Proxied) -> None:
    """The last of this file: what the requests before have left in the log."""
    assert "Traceback" not in proxied.server.log.read_text("utf-8")
