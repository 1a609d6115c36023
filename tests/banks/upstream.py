"""A bank's API on loopback that a test scripts: requests are noted, and any of them may go wrong."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class Asked(NamedTuple):
    """A request as it came. `path` with its query, `authorization` as the header says, `certificate` the one that was shown (DER)."""

    method: str
    path: str
    authorization: str
    body: bytes = b""
    headers: Mapping[str, str] = {}
    certificate: bytes = b""


@dataclass
class Answer:
    """What is answered; `seconds` is waited first, but not once the server stops."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Answer:
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})


class UpstreamServer:
    """Serves what `answer` says, by https with `tls`.

    `fault` may answer in its place: it is asked first, with the number of the request from 0.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.fault: Callable[[int, Asked], Answer | None] = lambda _nth, _asked: None
        self._lock, self._stopped = threading.Lock(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one segment: two of them cost a request 40 ms

            def do_GET(self) -> None:
                self._respond("GET")

            def do_POST(self) -> None:
                self._respond("POST", self.rfile.read(int(self.headers.get("content-length", 0))))

            def do_PUT(self) -> None:
                self._respond("PUT", self.rfile.read(int(self.headers.get("content-length", 0))))

            def do_DELETE(self) -> None:
                self._respond("DELETE")

            def _respond(self, method: str, body: bytes = b"") -> None:
                shown = self.connection.getpeercert(binary_form=True) if isinstance(self.connection, ssl.SSLSocket) else None
                headers = {name.lower(): value for name, value in self.headers.items()}
                made = outer.respond(Asked(method, self.path, headers.get("authorization", ""), body, headers, shown or b""))
                self.send_response(made.status)
                for name, value in {**made.headers, "content-length": str(len(made.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(made.body)

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up in the middle
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http{'s' if tls else ''}://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def respond(self, asked: Asked) -> Answer:
        with self._lock:
            nth = len(self.asked)
            self.asked.append(asked)
        made = self.fault(nth, asked)
        if made is None or (made.status == 200 and not made.body):
            seconds = made.seconds if made else 0
            made = self.answer(asked)
            made.seconds = seconds
        self._stopped.wait(made.seconds)
        return made

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
