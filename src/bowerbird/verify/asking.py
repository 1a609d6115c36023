"""HTTP by hand: what a stranger sends that no client of ours would, and a receiver of webhooks on this machine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.client import HTTPConnection  # noqa: TID251  (it speaks to the copy's own server only)
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from bowerbird.client.request import VERSION, VERSION_HEADER

_PATIENCE_S = 30


class Answer(NamedTuple):
    """What came back. `location` is empty unless it leads elsewhere."""

    status: int
    location: str
    body: bytes


def ask(url: str, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """One request; no redirect is followed."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=_PATIENCE_S)
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Location") or "", response.read())
    finally:
        connection.close()


def ask_with_token(url: str, method: str, target: str, token: str, body: bytes | None = None) -> Answer:
    """A request with a bearer token, and with an empty body of JSON where `body` is one."""
    json = {"Content-Type": "application/json"} if body is not None else {}
    return ask(url, method, target, {"Authorization": f"Bearer {token}", **json}, body)


def ask_for_token(url: str, key: str, user_id: str = "", claims: str = "") -> Answer:
    """A token of an API key: the server's, or with `user_id` one of that user. `claims` is the address that the request says it is from."""
    form = {"scope": "CLIENT_ACCESS", "userId": user_id} if user_id else {"scope": "SERVER_ACCESS"}
    headers = {"Authorization": f"Basic {key}", VERSION_HEADER: VERSION, "Content-Type": "application/x-www-form-urlencoded"}
    if claims:
        headers |= {"X-Forwarded-For": claims, "X-Real-IP": claims, "Forwarded": f"for={claims}"}
    return ask(url, "POST", "/token", headers, urlencode(form).encode())


class Delivery(NamedTuple):
    """A message that arrived."""

    headers: dict[str, str]
    body: bytes


class Receiver:
    """Accepts all that is posted to `url`, on a free port of loopback. Use as a context manager."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        received = self.deliveries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                received.append(Delivery({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is printed: the report says what arrived."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
