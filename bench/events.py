"""What an event costs inside a unit of work, and a delivered message beside a plain POST of the same body by httpx2."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import httpx2
from sqlalchemy import func, select

from bench.measure import Effort, Row, Side, compare, microseconds, own_cpu
from bench.people import new_application
from bench.places import folder
from bowerbird.background.deliverer import Deliverer
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.notifications.events import Happened, record_events
from bowerbird.domain.notifications.webhooks import WebhookChanges, create_webhook
from bowerbird.domain.services import Services, Session
from bowerbird.logs import configure_logs
from bowerbird.model.event import EventType
from bowerbird.model.ids import new_id
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import messages
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services

MAX_TIMES = 2
_BODY = b"x" * 250


def _receive(tell: Connection) -> None:
    """A receiver in a process of its own: its CPU is nobody's here."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tell.send(server.server_address[1])
    server.serve_forever()


def run(effort: Effort) -> list[Row]:
    """Bar: a delivered message costs at most twice a plain POST, with its claim, signature and log."""
    configure_logs("error", "text")
    here, there = get_context("spawn").Pipe()
    receiver = get_context("spawn").Process(target=_receive, args=(there,), daemon=True)
    receiver.start()
    with ExitStack() as stack:
        stack.callback(receiver.kill)
        port = here.recv()
        place = stack.enter_context(folder("events"))
        services = open_services(Settings(data=place, outbound_allow=f"127.0.0.1:{port}"))
        stack.callback(services.close)
        outbox = _Outbox(services, port)
        recorded = compare([Side("event", outbox.record)], effort).seconds["event"]
        outbox.subscribe()
        found = compare([Side("httpx2", lambda count: own_cpu(lambda: _run(_plain(port, count)))), Side("message", outbox.deliver)], effort)
    ratio, cost = found.ratios["message"], microseconds(found.seconds["message"])
    plain = f"{microseconds(found.seconds['httpx2'])} a POST by httpx2"
    return [
        Row("an event in a unit of work, no subscriber", microseconds(recorded), "", ""),
        Row("a message delivered", cost, plain, f"{ratio:.2f} ×", f"≤ {MAX_TIMES} ×", ratio <= MAX_TIMES),
    ]


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On a loop of a thread of its own, as in a server."""
    thread = threading.Thread(target=asyncio.run, args=(work,))
    thread.start()
    thread.join()


async def _plain(port: int, count: int) -> None:
    async with httpx2.AsyncClient() as client:
        for _ in range(count):
            await client.post(f"http://127.0.0.1:{port}/", content=_BODY)


class _Outbox:
    """Writes events about one user and delivers their messages with the program's own deliverer."""

    def __init__(self, services: Services, port: int) -> None:
        self._services, self._port = services, port
        _, self._application = new_application(services)
        self._user = new_id()

    def subscribe(self) -> None:
        changes = WebhookChanges(f"http://127.0.0.1:{self._port}/", None, None, None)
        self._write(lambda session: create_webhook(session.in_application(self._application), changes))

    def record(self, count: int) -> float:
        return own_cpu(lambda: self._record(count))

    def deliver(self, count: int) -> float:
        self._record(count)
        return own_cpu(lambda: _run(self._deliver_all()))

    def _record(self, count: int) -> None:
        path = f"/users/{self._user}"
        happened = Happened(EventType.USER_UPDATED, path, {"type": "user", "id": self._user, "links": {"self": path}})
        tenant = Tenant(self._application, self._user)

        def write(session: Session) -> None:
            for _ in range(count):
                record_events(session.of(tenant), [happened])

        self._write(write)

    def _write(self, work: Callable[[Session], object]) -> None:
        self._services.write_now(work, tenant=EVERY_TENANT)

    async def _deliver_all(self) -> None:
        waiting = select(func.count()).select_from(messages).where(messages.c.state == "pending")
        deliverer = Deliverer(self._services, "http://127.0.0.1")
        deliverer.start()
        while self._services.storage.read_now(lambda uow: uow.row(waiting), tenant=EVERY_TENANT) != (0,):  # noqa: ASYNC110  (nothing tells of the last one)
            await asyncio.sleep(0.05)
        await deliverer.stop()
