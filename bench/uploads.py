"""Fifty PDF statements uploaded at once, while another client makes small reads all the time; the memory of 100,000 rows."""

from __future__ import annotations

import http.client
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

from bench.measure import Effort, Row
from bench.people import settle_town
from bench.places import folder
from bench.processes import PATIENCE_SECONDS, Server
from bench.statements import ROWS, csv_file
from bench.statements import _ours as store_csv
from tests.statement_factory.catalogue import PRINTERS, specimen

MANY, QUIET_SECONDS, PAUSE_SECONDS = 50, 3.0, 0.005
PENDING = ("pending", "in-progress")


@dataclass(frozen=True)
class Span:
    """A stretch of the run's time, with uploads or without."""

    busy: bool
    start: float
    end: float


def run(effort: Effort) -> list[Row]:
    """For information: latency says more about a machine than a ratio does, so both stand side by side, of the same run."""
    with folder("uploads") as place:
        town = settle_town(place, 5, 300)
        files = [specimen(layout, seed) for seed in range(MANY) for layout in PRINTERS][:MANY]
        parts = [_form(each.pdf(), each.institution) for each in files]
        with Server(town.command, "/healthz", place) as server:
            server.headers = town.headers
            _round(server, parts[:2])  # starts the confined processes
            reader = _reader(server, town.token, town.people[0].job_id)
            spans = []
            for _ in range(effort.rounds):
                spans += [_quiet(), _round(server, parts)]
            seen, _ = reader.communicate()
        memory = _memory(place)
    if reader.returncode:
        raise RuntimeError("a small read failed")
    return [*_rows(spans, [(float(when), float(took)) for when, took in map(str.split, seen.splitlines())]), *memory]


def _rows(spans: list[Span], seen: list[tuple[float, float]]) -> list[Row]:
    """Every read counts in the span in which it began."""
    calm, busy = (
        sorted(took for when, took in seen if any(span.busy is kind and span.start <= when < span.end for span in spans))
        for kind in (False, True)
    )
    rows = []
    for percent in (50, 99):
        without, during = _percentile(calm, percent), _percentile(busy, percent)
        what = f"GET job during {MANY} PDF uploads at once, p{percent}"
        rows.append(Row(what, f"{during * 1e3:.1f} ms", f"{without * 1e3:.1f} ms without them", f"{during / without:.1f} ×"))
    rows.append(Row("the slowest of those reads", f"{busy[-1] * 1e3:.1f} ms", f"{calm[-1] * 1e3:.1f} ms without them", ""))
    lengths = sorted(span.end - span.start for span in spans if span.busy)
    counts = f"{len(busy):,} reads, {len(calm):,} without"
    median = lengths[len(lengths) // 2]
    succeeded = f"all {MANY * len(lengths)} jobs succeeded"
    return [*rows, Row(f"{MANY} PDF uploads until the last job ended", f"{median:.2f} s", counts, succeeded)]


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100))]


def _quiet() -> Span:
    started = time.perf_counter()
    time.sleep(QUIET_SECONDS)
    return Span(False, started, time.perf_counter())


def _round(server: Server, parts: list[tuple[bytes, dict[str, str]]]) -> Span:
    """Everybody's file at the same moment; then until the last job has ended, all of them well."""
    as_json = {"Content-Type": "application/json"}
    people = [json.loads(server.ask("POST", "/users", b'{"email":"a@example.com"}', as_json))["id"] for _ in parts]
    together = Barrier(len(parts) + 1)
    with ThreadPoolExecutor(len(parts)) as threads:
        posted = [threads.submit(_upload, server, user, *part, together) for user, part in zip(people, parts, strict=True)]
        together.wait()
        started = time.perf_counter()
        jobs = [each.result() for each in posted]
    for job in jobs:
        _wait(server, job)
    return Span(True, started, time.perf_counter())


def _upload(server: Server, user_id: str, body: bytes, headers: dict[str, str], together: Barrier) -> str:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
    together.wait()
    client.request("POST", f"/users/{user_id}/statements", body, {**server.headers, **headers})
    answer = client.getresponse()
    content = answer.read()
    client.close()
    if answer.status != 202:
        raise RuntimeError(f"an upload was answered with {answer.status} {content[:300]!r}")
    return str(json.loads(content)["id"])


def _wait(server: Server, job: str) -> None:
    while True:
        steps = json.loads(server.get(f"/jobs/{job}"))["steps"]
        statuses = [step["status"] for step in steps]
        if "failed" in statuses:
            raise RuntimeError(f"a statement was refused: {steps}")
        if not any(status in PENDING for status in statuses):
            return
        time.sleep(0.02)


def _form(data: bytes, institution: str) -> tuple[bytes, dict[str, str]]:
    part = '--bench\r\nContent-Disposition: form-data; name="institutionId"\r\n\r\n' + institution + "\r\n"
    head = '--bench\r\nContent-Disposition: form-data; name="statement"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    return part.encode() + head.encode() + data + b"\r\n--bench--\r\n", {"Content-Type": "multipart/form-data; boundary=bench"}


def _reader(server: Server, token: str, job: str) -> subprocess.Popen[str]:
    """The client of the small reads, a process of its own so that the threads here do not slow it. It stops when its input ends."""
    command = [sys.executable, "-m", "bench.uploads", str(server.port), token, job]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])


def _memory(place: Path) -> list[Row]:
    data = csv_file(ROWS)
    _, before, after = apart(store_csv, place, data)
    size = f"{before:.0f} MB before it; file {len(data) / 1e6:.0f} MB"
    return [Row(f"CSV, {ROWS:,} rows, read and stored, peak memory", f"{after:.0f} MB", size, f"+ {after - before:.0f} MB")]


def apart(work: Callable[..., Any], *arguments: object) -> tuple[Any, float, float]:
    """What a piece of work answers in a process of its own, and the most megabytes that held before it and after it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        before = process.submit(_peak).result()
        found = process.submit(work, *arguments).result()
        return found, before, process.submit(_peak).result()


def _peak() -> float:
    """VmHWM, which a new program begins anew."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def main() -> None:
    """`python -m bench.uploads PORT TOKEN JOB`: one read after another; prints when each began and how long it took."""
    port, token, job = sys.argv[1:]
    client = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_SECONDS)
    ended, seen = Event(), []

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    Thread(target=listen, daemon=True).start()
    while not ended.wait(PAUSE_SECONDS):
        started = time.perf_counter()
        client.request("GET", f"/jobs/{job}", headers={"Authorization": f"Bearer {token}"})
        answer = client.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"a small read was answered with {answer.status}")
        seen.append(f"{started} {time.perf_counter() - started}")
    print("\n".join(seen))


if __name__ == "__main__":
    main()
