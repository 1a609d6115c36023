"""What `bench.instructions` counts: the server in one process, asked without a network. Run under callgrind.

For each case two children are forked that ask for it different numbers of times, so that what both do besides cancels out.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from bench.people import INSTITUTION, PUBLIC_URL, Person, Town, settle_town
from bowerbird.api.http.server import EnvelopeProtocol, server_config
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.jobs.jobs import create_job
from bowerbird.domain.services import Services
from bowerbird.logs import configure_logs
from bowerbird.model.job import JobKind
from bowerbird.settings import Settings
from bowerbird.wiring.server import build_server
from bowerbird.wiring.services import open_services

FEW, MANY = 10, 40

Case = Callable[[Services, Town, int], Coroutine[Any, Any, None]]
"""Does its work so many times."""


class _Line(asyncio.Transport):
    """Takes what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""

    def close(self) -> None:
        raise RuntimeError(f"the server ended the connection: {self.written[:300]!r}")


class _Protocol(EnvelopeProtocol):
    answered: asyncio.Event

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.answered.set()


class _Client:
    """One connection of a client with a token."""

    def __init__(self, services: Services, town: Town) -> None:
        config: uvicorn.Config = server_config(build_server(services, Settings(data=town.folder), PUBLIC_URL).app, "127.0.0.1", 0)
        config.load()
        self._protocol = _Protocol(config, ServerState(), {})
        self._protocol.answered = asyncio.Event()
        self._line, self._headers = _Line(), town.headers
        self._protocol.connection_made(self._line)

    async def get(self, path: str, **headers: str) -> bytes:
        """The head and body of a good answer."""
        lines = {"host": "localhost", **self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._line.written = b""
        self._protocol.answered.clear()
        self._protocol.data_received(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        await self._protocol.answered.wait()
        answer = self._line.written
        if answer[9:12] not in (b"200", b"304"):
            raise RuntimeError(f"{path}: {answer[:300]!r}")
        return answer


def _read(path: Callable[[Person, int], str], **headers: str) -> Case:
    async def run(services: Services, town: Town, times: int) -> None:
        client, person = _Client(services, town), town.people[0]
        for nth in range(times):
            await client.get(path(person, nth), **headers)

    return run


async def _unchanged(services: Services, town: Town, times: int) -> None:
    """The page again and again by a client that has it."""
    client, path = _Client(services, town), _page(town.people[0], 0)
    head, _, _ = (await client.get(path, accept_encoding="gzip")).partition(b"\r\n\r\n")
    etag = next(line[6:] for line in head.split(b"\r\n") if line.lower().startswith(b"etag: "))
    for _ in range(times):
        await client.get(path, accept_encoding="gzip", if_none_match=etag.decode())


async def _empty_job(services: Services, town: Town, times: int) -> None:
    """Jobs whose connection is of files: they end at once."""
    tenant = town.people[0].tenant
    for _ in range(times):
        create = partial(create_job, connection_id="", institution_id=INSTITUTION, kind=JobKind.REFRESH)
        advance(services, "bench", services.write_now(create, tenant=tenant))


def write_town(folder: Path) -> None:
    """A folder with one person, and beside it how to ask for them: made before anything is counted."""
    town = settle_town(folder / "data", 1, 1_000)
    (folder / "town").write_bytes(pickle.dumps(town))


def read_town(folder: Path) -> Town:
    town: Town = pickle.loads((folder / "town").read_bytes())
    return town


def _page(person: Person, nth: int) -> str:
    return f"/users/{person.tenant.user_id}/transactions?limit={500 - nth}"


CASES: dict[str, Case] = {
    "GET job": _read(lambda person, _: f"/jobs/{person.job_id}"),
    "GET user": _read(lambda person, _: f"/users/{person.tenant.user_id}"),
    "GET account": _read(lambda person, _: f"/users/{person.tenant.user_id}/accounts/{person.account_ids[0]}"),
    "page, joined anew": _read(_page),
    "page, joined anew, gzip": _read(_page, accept_encoding="gzip"),
    "page, held, gzip": _read(lambda person, _: _page(person, 0), accept_encoding="gzip"),
    "page, unchanged": _unchanged,
    "page of an account": _read(lambda person, nth: f"{_page(person, nth)}&filter=account.id.eq('{person.account_ids[0]}')"),
    "page of a class": _read(lambda person, nth: f"{_page(person, nth)}&filter=transaction.class.eq('payment')"),
    "page of a span of days": _read(lambda person, nth: f"{_page(person, nth)}&filter=transaction.postDate.bt('2025-01-01','2025-12-31')"),
    "readiness": _read(lambda _person, _nth: "/readyz"),
    "job that fails at once": _empty_job,
}


def main(town: Town) -> None:
    """Print `process id, times, case` of every child. What it counts goes where valgrind was told."""
    configure_logs("info", "json")
    cases = [("", CASES["GET job"]), *CASES.items()]  # the first child finds what nobody has used yet: it is not reported
    for name, case in cases:
        for times in (FEW, MANY):
            child = os.fork()
            if child == 0:
                _in_child(case, town, times)
            _, status = os.waitpid(child, 0)
            if status:
                raise RuntimeError(f"{name}: the child ended with {status}")
            if name:
                print(child, times, name, sep="\t", flush=True)


def _in_child(case: Case, town: Town, times: int) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stderr.fileno())
    services = open_services(Settings(data=town.folder), create=False)
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(case(services, town, times))
    services.close()
    os._exit(0)


if __name__ == "__main__":
    main(read_town(Path(sys.argv[1])))
