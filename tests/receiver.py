"""A receiver of webhooks for tests: real HTTP on loopback, answers as the test sets it, and keeps what it receives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def json(self) -> Any:
        return json.loads(self.body)


Answer = int | tuple[int, dict[str, str]] | tuple[int, dict[str, str], bytes]
"""A status, or a status with headers, or both with a body."""


class Receiver:
    """Use as a context manager. `answer` decides on each request; `port` 0 takes a free one."""

    def __init__(self, answer: Callable[[Received], Answer] = lambda _: 204, port: int = 0, address: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.answer = answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, sent)
                outer.received.append(request)
                answer = outer.answer(request)
                status, headers, *body = answer if isinstance(answer, tuple) else (answer, {})
                content = body[0] if body else b""
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer((address, port), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.host = f"{address}:{self.port}"
        self.url = f"http://{self.host}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def types(self) -> list[str]:
        return [request.json()["eventTypeId"] for request in list(self.received)]
