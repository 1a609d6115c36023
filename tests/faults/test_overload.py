"""Too much at once, too slow, too many: on real sockets, against a process of its own. The server keeps answering all others."""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from bowerbird import codes
from bowerbird.settings import Settings
from tests.faults.fleet import new_key
from tests.faults.long_account import statement
from tests.serving import Application, Process, Serving, until

ATTACKER = "127.0.0.2"
REFUSED = codes.SERVICE_UNAVAILABLE


@contextmanager
def running(folder: Path, **settings: int) -> Iterator[tuple[Process, Application]]:
    names = {f"BOWERBIRD_{name.upper()}": str(value) for name, value in settings.items()}
    process = Process(folder, BOWERBIRD_LOG_LEVEL="error", **names)
    folder.mkdir(parents=True)
    key = new_key(Settings(data=folder))
    process.start()
    app = Application(process.url, key)
    try:
        yield process, app
    finally:
        app.close()
        process.kill()


def connected(port: int, address: str = ATTACKER) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, source_address=(address, 0))


def half_an_upload(app: Application, user: str) -> bytes:
    head = (
        f"POST /users/{user}/statements HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\nContent-Length: 90000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="statement"; filename="a.csv"\r\n\r\n'
    )
    return head.encode()


def is_refused_for_now(status: int, headers: Any, body: dict[str, Any]) -> bool:
    error = body["data"][0]
    assert codes.matching(503, error["code"], error["title"], error["detail"]) is REFUSED
    assert int(headers["retry-after"]) > 0
    return status == 503


def metric(process: Process, name: str) -> int:
    lines = httpx2.get(f"{process.url}/metrics", timeout=30).text.splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith(f"{name} "))


def first_refusal(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    def look() -> httpx2.Response | None:
        answer = ask()
        return answer if answer.status_code == 503 else None

    return until(look, "the bound to be reached")


def p99(ask: Any, times: int) -> float:
    """Seconds; each request is asked for after the answer to the one before."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        assert ask().status_code == 200
        taken.append(time.perf_counter() - started)
    return statistics.quantiles(taken, n=100)[98]


def test_slow_and_half_open_connections_starve_no_other(tmp_path: Path, record_property: Any) -> None:
    """500 that send their headers a byte at a time and 200 that stop in the middle of an upload, all from one address."""
    with running(tmp_path / "data", header_seconds=3, body_seconds=3, connections_per_address=800) as (process, app), ExitStack() as held:
        user = app.new_user()
        idle = p99(lambda: app.get(f"/users/{user}"), 300)
        slow = [held.enter_context(connected(process.port)) for _ in range(500)]
        for line in slow:
            line.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        half = [held.enter_context(connected(process.port)) for _ in range(200)]
        for line in half:
            line.sendall(half_an_upload(app, user))
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.5):
                for line in slow:
                    with suppress(OSError):
                        line.send(b"a")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            attacked = p99(lambda: app.get(f"/users/{user}"), 300)
            assert app.upload(user, statement(0, 50)).status_code == 202
        finally:
            over.set()
            dripping.join()
        record_property("p99", f"idle {idle * 1000:.1f} ms, attacked {attacked * 1000:.1f} ms: {attacked / idle:.1f} times")
        assert attacked < max(10 * idle, 0.3)  # a floor, since idle may be half a millisecond
        for line in (*slow, *half):
            assert ended(line), "every slow connection was ended"
        assert app.get(f"/users/{user}").status_code == 200


def ended(line: socket.socket) -> bool:
    """Read until the server has closed; a last answer is one of the catalogue."""
    answer = b""
    with suppress(ConnectionResetError):
        while more := line.recv(65_536):
            answer += more
    assert answer == b"" or b'"code":"request-not-valid"' in answer, answer
    return True


class Flood:
    """Requests of one application that never cease: `width` in flight at any moment, each on a connection of its own."""

    def __init__(self, port: int, request: bytes, width: int) -> None:
        self.port, self.request, self.width = port, request, width
        self.answered: list[float] = []
        self.statuses: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._go()))
        self.in_flight = 0

    def __enter__(self) -> Flood:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(0.0002)  # the other client of this process waits for the server, not for this thread
        self._thread.start()
        until(lambda: self.in_flight >= self.width, "the flood to rise")
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)
        sys.setswitchinterval(self._interval)

    async def _go(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self.width):
                group.create_task(self._ask_on())

    async def _ask_on(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(ATTACKER, 0))
        self.in_flight += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not self._over.is_set():
                started = time.perf_counter()
                writer.write(self.request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                self.statuses.add(head.split()[1])
                self.answered.append(time.perf_counter() - started)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def test_a_flood_of_one_application_leaves_the_others_their_turn(tmp_path: Path, record_property: Any) -> None:
    """1,000 requests in flight of one; another's, one at a time, wait a small part of what the flood's own wait."""
    with running(tmp_path / "data", connections=2000, connections_per_address=1500, waiting_seconds=60) as (process, app):
        other = Application(process.url, new_key(Settings(data=process.folder)))
        user, theirs = app.new_user(), other.new_user()
        for each, who in ((app, user), (other, theirs)):
            each.settled(each.upload(who, statement(0, 600)).json()["id"])
        path = f"/users/{user}/accounts"
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\n\r\n".encode()
        idle = p99(lambda: other.get(f"/users/{theirs}/accounts"), 200)
        with Flood(process.port, request, 1000) as flood:
            until(lambda: len(flood.answered) > 300, "the flood to be answered")
            flood.answered.clear()
            beside = min(p99(lambda: other.get(f"/users/{theirs}/accounts"), 60) for _ in range(3))  # stalls of the machine only add
            own = statistics.median(flood.answered)
            assert httpx2.get(f"{process.url}/healthz", timeout=30).status_code == 200
            assert b"bowerbird_requests_waiting" in httpx2.get(f"{process.url}/metrics", timeout=30).content
        record_property("p99", f"idle {idle * 1000:.1f} ms, beside {beside * 1000:.1f} ms; the flood waits {own * 1000:.1f} ms")
        assert flood.statuses == {b"200"}
        assert beside < own / 3
        assert p99(lambda: other.get(f"/users/{theirs}/accounts"), 100) < max(10 * idle, own / 3)
        other.close()


def test_a_full_queue_answers_retry_after(tmp_path: Path) -> None:
    with running(tmp_path / "data", requests_at_once=1, requests_waiting=4) as (process, app):
        body = b'{"email":"gavin@hooli.com"}'
        head = f"POST /users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\nContent-Length: {len(body)}\r\n\r\n"
        with Flood(process.port, head.encode() + body, 60) as flood:
            until(lambda: flood.statuses == {b"201", b"503"}, "some to be accepted and some to be refused")
            refused = first_refusal(lambda: app.post("/users", json={"email": "a@b.cc"}))
            assert is_refused_for_now(refused.status_code, refused.headers, refused.json())
            for path in ("/healthz", "/readyz", "/metrics"):
                assert httpx2.get(process.url + path, timeout=30).status_code == 200
        assert app.post("/users", json={"email": "a@b.cc"}).status_code == 201


def test_bodies_in_flight_are_bounded(tmp_path: Path) -> None:
    with running(tmp_path / "data", body_bytes_in_flight=150_000, body_seconds=60) as (process, app), ExitStack() as held:
        user = app.new_user()
        for _ in range(2):
            line = held.enter_context(connected(process.port))
            line.sendall(half_an_upload(app, user) + b"a" * 70_000)
        until(lambda: metric(process, "bowerbird_body_bytes") > 140_000, "both halves to be held")
        refused = app.upload(user, b"x" * 20_000)
        assert is_refused_for_now(refused.status_code, refused.headers, refused.json())
        assert app.get(f"/users/{user}").status_code == 200
        held.close()
        until(lambda: app.upload(user, statement(0, 50)).status_code == 202, "room again")


def test_bodies_of_pages_are_counted_too(tmp_path: Path) -> None:
    """Half a form in flight; a large form of a visitor without a session is refused before it is read."""
    with running(tmp_path / "data", body_bytes_in_flight=50_000, body_seconds=60) as (process, _), ExitStack() as held:
        form = b"Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
        line = held.enter_context(connected(process.port))
        line.sendall(b"POST /dashboard/sign-in HTTP/1.1\r\n" + form + b"a" * 40_000)
        until(lambda: metric(process, "bowerbird_body_bytes") == 40_000, "the half form to be counted")
        refused = httpx2.post(f"{process.url}/dashboard/sign-in", data={"name": "a" * 20_000}, timeout=30)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        large = held.enter_context(connected(process.port))
        large.sendall(b"POST /home/institutions/AU00201/statement HTTP/1.1\r\n" + form)
        assert large.recv(65_536).startswith(b"HTTP/1.1 403 ")
        line.close()
        until(lambda: metric(process, "bowerbird_body_bytes") == 0, "the half form to be gone")


def test_without_room_for_a_connection(tmp_path: Path) -> None:
    """The server closes an idle connection to make room; where all are busy, it refuses the new one and still answers the operator."""
    with running(tmp_path / "data", connections=10, connections_per_address=10) as (process, app), ExitStack() as held:
        user = app.new_user()
        idle = [held.enter_context(connected(process.port)) for _ in range(30)]
        assert app.get(f"/users/{user}").status_code == 200
        assert sum(ended(line) for line in idle[:15]) == 15
        busy = [held.enter_context(connected(process.port, "127.0.0.1")) for _ in range(12)]
        for line in busy:
            line.sendall(half_an_upload(app, user))
        until(lambda: metric(process, "bowerbird_connections_refused"), "the room to be full")
        origin = {"Origin": "https://app.example"}
        refused = httpx2.get(f"{process.url}/users/{user}", headers=origin, timeout=30)
        assert is_refused_for_now(refused.status_code, refused.headers, refused.json())
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in httpx2.get(f"{process.url}/dashboard", headers=origin, timeout=30).headers
        assert httpx2.get(f"{process.url}/healthz", timeout=30).status_code == 200
        held.close()
        until(lambda: httpx2.get(f"{process.url}/users/{user}", timeout=30).status_code == 401, "room again")


def test_who_takes_no_answer_is_let_go(tmp_path: Path) -> None:
    with running(tmp_path / "data", answer_seconds=1) as (process, app), ExitStack() as held:
        user = app.new_user()
        app.settled(app.upload(user, statement(0, 1100)).json()["id"])
        asked = f"GET /users/{user}/transactions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\n\r\n".encode()
        line = held.enter_context(connected(process.port))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(asked * 100)

        def is_cut() -> bool:
            try:
                line.sendall(b"\r\n")
            except OSError:
                return True
            return False

        until(is_cut, "the connection to be cut")
        assert app.get(f"/users/{user}").status_code == 200


def test_unfinished_jobs_of_an_application_are_bounded(tmp_path: Path) -> None:
    """Those that were accepted stay; another application has its own count."""
    with Serving(tmp_path, jobs_waiting_per_application=1) as serving:
        app, other = serving.application(), serving.application("Other")
        user = app.new_user()
        waiting = app.connect(user, "jared", "django", "AU00002")
        app.settled(waiting)
        refused = app.upload(user, statement(0, 50))
        assert is_refused_for_now(refused.status_code, refused.headers, refused.json())
        assert other.upload(other.new_user(), statement(0, 50)).status_code == 202
        assert app.post(f"/jobs/{waiting}/mfa", json={"mfa-response": ["1234"]}).status_code == 202
        until(lambda: app.job(waiting)["steps"][-1]["status"] == "success", "the job to end")
        assert app.upload(user, statement(0, 50)).status_code == 202
