"""Advances jobs in processes that kill themselves at a named point. Run as a module; one order a line in, one report a line out.

Each order is carried out in a fork of its own, from a process that has loaded everything and started nothing: what a fork opens
(database, threads) is its own, and dies with it.

The points a job passes, in this order for every step: `asked`, inside a call to the bank or at the reading of the upload; then for
each unit of work `begin`, before anything; `torn`, between two of its statements; `written`, before its commit; `committed`. Where
uploads lie outside the database, also `kept`, once a file is in its place, and `leaving`, before one is removed. An order may
name a point and its number instead: `committed 2`, or `reading 1`, which is when a process that reads files is sent the upload.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.separation import join_transaction, separate_transaction
from bowerbird.domain.statements.statements import create_statement
from bowerbird.domain.statements.uploads import keep_upload
from bowerbird.model.clock import ManualClock
from bowerbird.plugins import institutions, registry
from bowerbird.settings import Settings
from bowerbird.statements.confined.reader import Reader
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.files.stores import IN_ROW, UploadName
from bowerbird.wiring.services import open_services

_TORN_AFTER = 2
"""Statements of a unit of work before the one in the middle of which the process dies, where an order names no other."""


class Points:
    """Says on a pipe which points were passed, and dies at the one of a number."""

    def __init__(self, pipe: int, die_at: int | str | None, torn_after: int = _TORN_AFTER) -> None:
        self._pipe, self._die_at, self._passed, self._torn_after = pipe, die_at, 0, torn_after
        self._statements = 0
        self._times: Counter[str] = Counter()

    def passed(self, name: str) -> None:
        os.write(self._pipe, f"{name}\n".encode())
        self._die_at_named(name)
        if self._passed == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed += 1

    def _die_at_named(self, name: str) -> None:
        self._times[name] += 1
        if self._die_at == f"{name} {self._times[name]}":
            os.kill(os.getpid(), signal.SIGKILL)

    def _reading(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def reading(*arguments: Any) -> Any:
            self._die_at_named("reading")
            return ask(*arguments)

        return reading

    def watch(self, services: Services, monkey: Callable[[Any, str, Any], None]) -> None:
        """Put points into a world's writes, its reads of uploads and the calls of its banks."""
        write, read = services.storage.write_from_thread, services.storage.read_now

        def watched(work: Callable[[UnitOfWork], Any], *, tenant: Any) -> Any:
            def inner(uow: UnitOfWork) -> Any:
                result = work(uow)
                self.passed("written")
                return result

            self.passed("begin")
            self._statements = 0
            result = write(inner, tenant=tenant)
            self.passed("committed")
            return result

        def reading(work: Callable[[UnitOfWork], Any], *, tenant: Any) -> Any:
            self.passed("asked")
            return read(work, tenant=tenant)

        for name in ("execute", "run"):
            monkey(UnitOfWork, name, self._counted(getattr(UnitOfWork, name)))
        monkey(Reader, "ask", self._reading(Reader.ask))
        monkey(services.storage, "write_from_thread", watched)
        monkey(services.storage, "read_now", reading)
        if services.uploads.place != IN_ROW:
            self._watch_uploads(services, monkey)
        for connector in set(services.plugins.connectors.values()):
            if type(connector).__name__ == "TollBank":
                for name in ("log_in", "answer", "accounts", "transactions"):
                    monkey(type(connector), name, self._asked(getattr(type(connector), name)))

    def _counted(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        def counted(uow: UnitOfWork, statement: Any, parameters: Any = None) -> Any:
            self._statements += 1
            if self._statements == self._torn_after + 1:
                self.passed("torn")
            return execute(uow, statement, parameters)

        return counted

    def _watch_uploads(self, services: Services, monkey: Callable[[Any, str, Any], None]) -> None:
        keep, remove = services.uploads.keep, services.uploads.remove

        def kept(name: UploadName, sealed: bytes) -> bytes:
            content = keep(name, sealed)
            self.passed("kept")
            return content

        def leaving(names: Iterable[UploadName]) -> None:
            self.passed("leaving")
            remove(names)

        monkey(services.uploads, "keep", kept)
        monkey(services.uploads, "remove", leaving)

    def _asked(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*arguments: Any) -> Any:
            answer = method(*arguments)
            self.passed("asked")
            return answer

        return asked


def carry_out(order: dict[str, Any], pipe: int) -> None:
    chosen = order["settings"]
    settings = Settings(**{**chosen, "data": Path(chosen["data"])}, lease_seconds=order["lease_seconds"])
    services = open_services(settings, ManualClock(datetime.fromisoformat(order["now"])))
    Points(pipe, order["die_at"], order.get("torn_after", _TORN_AFTER)).watch(services, setattr)
    if "separate" in order:
        services.write_from_thread(separate_transaction, *order["separate"], tenant=Tenant(*order["tenant"]))
    elif "join" in order:
        services.write_from_thread(join_transaction, *order["join"], tenant=Tenant(*order["tenant"]))
    elif "upload" in order:
        take_in(services, Tenant(*order["tenant"]), order["institution"], order["upload"].encode())
    else:
        advance(services, order["owner"], order["job"])
    services.uploads.close()


def take_in(services: Services, tenant: Tenant, institution: str, content: bytes) -> str:
    """What a request with a statement does; the job's id."""
    upload = keep_upload(services, tenant, content)
    assert upload is not None

    def work(session: Session) -> str:
        return create_statement(session.of(tenant), institution, upload, production=True)

    with upload:
        return str(services.write_from_thread(work, tenant=tenant.application_id))


def warm_up() -> None:
    """What speaks to an S3 store reads its description once, not once a fork."""
    from bowerbird.storage.files import bucket

    bucket.Session = cache(botocore.session.Session)  # type: ignore[attr-defined]
    bucket.InBucket("s3://nothing", "http://127.0.0.1:9").close()


def main() -> None:
    registry.discover = cache(registry.discover)
    institutions.load = cache(institutions.load)
    registry.discover()
    if "AWS_ACCESS_KEY_ID" in os.environ:
        warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                carry_out(order, writing)
            except BaseException as error:  # noqa: BLE001  (the parent reports every kind of failure)
                os.write(writing, f"error {error!r}\n".encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            passed = pipe.read().split("\n")[:-1]
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"passed": passed, "killed": os.WIFSIGNALED(status)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
