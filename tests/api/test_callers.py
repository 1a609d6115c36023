"""Behind a proxy: who is counted for what, whose headers are believed, and that strangers use up nothing of a known caller's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Application, Serving

FEW = 12


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Its tests are what a proxy on this machine passes on."""
    with Serving(
        tmp_path_factory.mktemp("proxied") / "data", trusted_proxies="127.0.0.1, 10.0.0.0/8", token_requests_per_5_minutes=FEW
    ) as one:
        yield one


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("direct") / "data", token_requests_per_5_minutes=FEW) as one:
        yield one


def ask(app: Application, key: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.http.post("/token", headers={"Authorization": f"Basic {key}", "basiq-version": "3.0", **named})
    if answer.status_code == 403:
        assert answer.json()["data"][0]["code"] == "request-not-valid"
        assert int(answer.headers["retry-after"]) > 0
    return answer.status_code


def test_1600_strangers_behind_one_address_take_nothing_from_a_known_key(tmp_path: Path) -> None:
    """With the limits as published: the strangers' own runs out, and the key's is whole, from their address too."""
    with Serving(tmp_path / "data") as serving:
        app = serving.application()
        strangers = [ask(app, f"stranger{number}", x_forwarded_for=f"198.51.100.{number % 250}") for number in range(1600)]
        assert strangers == [404] * 1500 + [403] * 100
        assert [ask(app, app.api_key) for _ in range(1500)] == [200] * 1500
        assert ask(app, app.api_key) == 403
        assert ask(serving.application("Another"), app.api_key) == 403, "one limit a key, wherever it is used"
        other = serving.application("Third")
        assert ask(other, other.api_key) == 200


def test_each_client_of_a_trusted_proxy_has_a_limit_of_its_own(proxied: Serving) -> None:
    app = proxied.application()
    for address in ("203.0.113.1", "203.0.113.2", "2001:db8:0:1::1", "2001:db8:0:2::1"):
        assert [ask(app, "wrong", x_forwarded_for=address) for _ in range(FEW + 1)] == [404] * FEW + [403]


@pytest.mark.parametrize(
    "chain",
    [
        "203.0.113.50",
        "198.51.100.{n}, 203.0.113.51",
        "junk{n}, 203.0.113.52, 10.0.0.{n}",
        "203.0.113.53:{n}",
        "::ffff:203.0.113.54",
        "2001:db8:5:5::{n}",
        "2001:db8:5:6:{n}::1",
        "fe80::{n}%eth{n}",
        "junk{n}",
    ],
)
def test_a_client_behind_a_trusted_proxy_cannot_choose_its_address(proxied: Serving, chain: str) -> None:
    app = proxied.application()
    forged = {"x_real_ip": "198.51.100.{n}", "forwarded": "for=198.51.100.{n}", "true_client_ip": "198.51.100.{n}"}
    answers = []
    for number in range(FEW + 1):
        headers = {name: value.replace("{n}", str(number)) for name, value in {**forged, "x_forwarded_for": chain}.items()}
        answers.append(ask(app, "wrong", **headers))
    assert answers == [404] * FEW + [403]


def test_without_trusted_proxies_no_header_changes_who_is_asking_and_the_log_says_so_once(
    direct: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    app = direct.application()
    names = ("x_forwarded_for", "x_real_ip", "true_client_ip", "cf_connecting_ip", "forwarded", "x_client_ip")
    answers = [ask(app, "wrong", **{names[number % len(names)]: f"198.51.100.{number}"}) for number in range(FEW)]
    assert answers == [404] * FEW
    again = direct.application("Another")
    assert ask(again, "wrong", x_forwarded_for="203.0.113.99") == 403
    assert capsys.readouterr().err.count("forwarding_header_ignored") == 1


HEADS = {
    "none": b"GET /connectors HTTP/1.1\r\n\r\n",
    "two": b"GET /connectors HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "two that differ": b"GET /connectors HTTP/1.1\r\nHost: a\r\nX: y\r\nhOST: b\r\n\r\n",
    "none on a page": b"GET /docs HTTP/1.1\r\n\r\n",
    "two on a page": b"GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two, upgrading": b"GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a list on a page": b"GET /docs HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "no name on a page": b"GET /dashboard/sign-in HTTP/1.1\r\nHost: <x>\r\n\r\n",
    "a user": b"GET /docs HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "a path": b"GET /connectors HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a long port": b"GET /connectors HTTP/1.1\r\nHost: a:123456\r\n\r\n",
    "two in HTTP/1.0": b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
}


def status_of(serving: Serving, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", serving.port), 10) as connection:
        connection.sendall(head)
        return connection.makefile("rb").readline().split()[1]


@pytest.mark.parametrize("name", HEADS)
def test_a_request_names_one_host(direct: Serving, name: str) -> None:
    assert status_of(direct, HEADS[name]) == b"400"


@pytest.mark.parametrize(
    "host", ["", "x", "127.0.0.1:8000", "[::1]:8000", "bank.example.com.", "a_b.example", "LOCALHOST:", "xn--bcher-kva.ch"]
)
def test_hosts_that_are_one(direct: Serving, host: str) -> None:
    assert status_of(direct, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()) == b"200"


def test_http_1_0_may_leave_the_host_out(direct: Serving) -> None:
    assert status_of(direct, b"GET /healthz HTTP/1.0\r\n\r\n") == b"200"
