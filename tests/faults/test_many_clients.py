"""Many clients at once, against a process of its own on real sockets: idle webhooks, busy connections, more writes than SQLite takes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.measure import process_cpu
from bowerbird.domain.access.applications import create_application
from bowerbird.domain.notifications.webhooks import WebhookChanges, create_webhook
from bowerbird.domain.services import Services, Session
from bowerbird.model.event import EventType
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import users
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.receiver import Receiver
from tests.serving import Application, Process, until

pytestmark = pytest.mark.soak

TYPES = [EventType.USER_CREATED, *[each for each in EventType if each is not EventType.USER_CREATED][:9]]
APPLICATIONS = 1000
IDLE_S, MAX_SHARE = 10, 0.02
CONNECTIONS, WRITERS, BUSY_S = 1000, 1000, 20


def make(services: Services, count: int, url: str) -> str:
    """So many applications with ten webhooks each, one an event type; the key of the last application."""

    def write(session: Session) -> str:
        secret = ""
        for _ in range(min(count, 50)):
            key = create_application(session, "Many", production=True, products="all")
            owner, secret = session.in_application(key.application_id), key.secret
            for nth, kind in enumerate(TYPES if url else ()):
                create_webhook(owner, WebhookChanges(f"{url}{nth}", None, None, [kind.value]))
        return secret

    return [services.write_now(write, tenant=EVERY_TENANT) for _ in range(0, count, 50)][-1]


def made(folder: Path, count: int, receiver: Receiver | None = None) -> tuple[Process, str]:
    """A started process, and the key of the last of so many applications."""
    allowed = {"BOWERBIRD_OUTBOUND_ALLOW": receiver.host} if receiver else {}
    services = open_services(Settings(data=folder, outbound_allow=allowed.get("BOWERBIRD_OUTBOUND_ALLOW", "")))
    key = make(services, count, receiver.url if receiver else "")
    services.close()
    process = Process(folder, BOWERBIRD_LOG_LEVEL="error", **allowed)
    process.start()
    return process, key


def test_ten_thousand_idle_webhooks_cost_nothing(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """Registered, and nothing to deliver: the process stays idle, and a message to one of them leaves as if it were alone."""
    shares = []
    with Receiver() as receiver:
        for count in (1, APPLICATIONS):
            process, key = made(tmp_path / f"data-{count}", count, receiver)
            app = Application(process.url, key)
            app.new_user()
            until(lambda: receiver.received, "the message")  # it has warmed up
            before = process_cpu(process.pid)
            time.sleep(IDLE_S)
            shares.append((process_cpu(process.pid) - before) / IDLE_S)
            receiver.received.clear()
            began = time.monotonic()
            app.new_user()
            until(lambda: receiver.received, "the message")
            tell(f"{count * len(TYPES):,} webhooks: {shares[-1]:.2%} of a core idle, {time.monotonic() - began:.2f} s to the message")
            receiver.received.clear()
            app.close()
            process.stop()
    assert shares[1] < MAX_SHARE, shares


@dataclass(slots=True)
class Seen:
    """What clients got: answers by status, refusals without Retry-After, connections that broke; how long each answer took."""

    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)  # not money: seconds

    def summary(self, seconds: float) -> str:  # not money: seconds
        """A line for the log of the run."""
        ordered = sorted(self.took_s)
        p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        pace = self.statuses.total() / seconds
        times = f"p50 {p50:.2f} s, p99 {p99:.2f} s, slowest {ordered[-1]:.2f} s"
        return f"{dict(self.statuses)}, {pace:,.0f} /s, {times}, broken {dict(self.broken)}"


async def ask_until(port: int, number: int, request: bytes, ends_at: float, seen: Seen) -> None:
    """One connection, kept, on which a request follows the last answer; twenty connections an address."""
    address = (f"127.0.0.{2 + number % 50}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=address)
    try:
        while time.monotonic() < ends_at:
            began = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            seen.took_s.append(time.monotonic() - began)
            status = int(head[9:12])
            seen.statuses[status] += 1
            if status == 503 and not any(line.startswith(b"retry-after:") for line in lines):
                seen.without_retry_after += 1
    except (OSError, EOFError, ValueError) as error:
        seen.broken[type(error).__name__] += 1
    finally:
        writer.close()


async def all_at_once(process: Process, count: int, request: bytes) -> Seen:
    seen, ends_at = Seen(), time.monotonic() + BUSY_S
    ask = partial(ask_until, process.port, request=request, ends_at=ends_at, seen=seen)
    await asyncio.gather(*(ask(number) for number in range(count)))
    return seen


def request_of(app: Application, method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.token()}\r\nbasiq-version: 3.0\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_thousand_busy_connections_are_all_answered(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """As many connections as one process takes by default, each with the next request as soon as the last is answered."""
    process, key = made(tmp_path / "data", 1)
    app = Application(process.url, key)
    request = request_of(app, "GET", f"/users/{app.new_user()}")
    app.close()
    seen = asyncio.run(all_at_once(process, CONNECTIONS, request))
    tell(f"{CONNECTIONS:,} connections reading: {seen.summary(BUSY_S)}")
    process.stop()
    assert not seen.broken
    assert seen.statuses.keys() == {200}


def test_more_writes_than_sqlite_takes_wait_or_are_refused_for_now(tmp_path: Path, tell: Callable[[object], None]) -> None:
    """One file has one writer. Past what it writes, a client waits its turn; past five seconds of waiting it gets 503 and Retry-After."""
    process, key = made(tmp_path / "data", 1)
    app = Application(process.url, key)
    request = request_of(app, "POST", "/users", b'{"email":"gavin@hooli.com"}')
    app.close()  # a further connection would take the place of one of those
    seen = asyncio.run(all_at_once(process, WRITERS, request))
    tell(f"{WRITERS} connections writing: {seen.summary(BUSY_S)}")
    process.stop()
    assert not seen.broken
    assert seen.statuses.keys() <= {201, 503}
    assert not seen.without_retry_after
    services = open_services(Settings(data=tmp_path / "data"))
    stored = services.read_now(_count_users, tenant=EVERY_TENANT)
    services.close()
    assert stored == seen.statuses[201], "what was answered 201 is stored, and nothing else"


def _count_users(session: Session) -> int:
    return int(session.uow.rows(select(func.count()).select_from(users))[0][0])
