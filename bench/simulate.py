"""What more cores would do for a fleet, by simulation: `python -m bench.simulate`. Nothing here is measured but the service times it takes.

A job is steps, each of three parts: the worker's own processor time, PostgreSQL's, and a flush of the log that the commits of one moment
share. A worker runs one thread at a time; a part holds a core while it runs. What is not in it: locks between jobs of one user, the
network, memory bandwidth, the reads of clients. So its figures are the most that a machine could do, and the two cores that were measured
stand beside what it says of them.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from bench.measure import Row

STEPS, THREADS = 6, 16
JOBS = 3000


class Service(NamedTuple):
    """Milliseconds of one job, and of one flush."""

    worker_ms: float  # not money: milliseconds
    postgres_ms: float
    flush_ms: float


class Machine(NamedTuple):
    """A fleet on one machine, PostgreSQL included."""

    cores: int
    workers: int


class Result(NamedTuple):
    """Jobs a second, how much of the cores was used, and milliseconds from the first step of a job to its end."""

    pace: float  # not money: jobs a second
    used: float
    p50_ms: float
    p99_ms: float


class _Part(NamedTuple):
    """A part of a job that holds a core: `worker` runs it, or PostgreSQL where that is None."""

    job: int
    worker: int | None
    length_ms: float  # not money: milliseconds


class Simulation:
    """Runs jobs, `THREADS` of each worker at once, until all are done. Lengths vary as an exponential does, so that queues form."""

    def __init__(self, machine: Machine, service: Service, jobs: int = JOBS, seed: int = 1) -> None:
        self._machine, self._service, self._left = machine, service, jobs
        self._chance = random.Random(seed)
        self._now, self._free, self._busy_ms = 0.0, machine.cores, 0.0
        self._events: list[tuple[float, int, _Part | None]] = []
        self._ready: deque[_Part] = deque()
        self._running: set[int] = set()
        self._flushing, self._next_flush, self._in_flush = False, list[int](), list[int]()
        self._steps, self._began, self._worker_of, self._took = dict[int, int](), dict[int, float](), dict[int, int](), list[float]()
        self._number = 0

    def run(self) -> Result:
        jobs = self._left
        for worker in range(self._machine.workers):
            for _ in range(THREADS):
                self._begin(worker)
        while self._events:
            self._now, _, part = heapq.heappop(self._events)
            if part is None:
                self._flushed()
            else:
                self._ended(part)
            self._dispatch()
        ordered = sorted(self._took)
        used = self._busy_ms / (self._now * self._machine.cores)
        return Result(jobs / self._now * 1000, used, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)])

    def _begin(self, worker: int) -> None:
        if self._left:
            self._left -= 1
            job = self._left
            self._steps[job], self._began[job], self._worker_of[job] = STEPS, self._now, worker
            self._wait(job, worker, self._service.worker_ms)
            self._dispatch()

    def _wait(self, job: int, worker: int | None, mean_ms: float) -> None:  # not money: milliseconds
        self._ready.append(_Part(job, worker, self._chance.expovariate(STEPS / mean_ms)))

    def _dispatch(self) -> None:
        """Give free cores to the parts that may run, in their order: of a worker, one at a time."""
        blocked: list[_Part] = []
        while self._free and self._ready:
            part = self._ready.popleft()
            if part.worker is not None and part.worker in self._running:
                blocked.append(part)
                continue
            if part.worker is not None:
                self._running.add(part.worker)
            self._free -= 1
            self._busy_ms += part.length_ms
            self._at(self._now + part.length_ms, part)
        self._ready.extendleft(reversed(blocked))

    def _at(self, moment_ms: float, part: _Part | None) -> None:  # not money: milliseconds
        self._number += 1
        heapq.heappush(self._events, (moment_ms, self._number, part))

    def _ended(self, part: _Part) -> None:
        self._free += 1
        if part.worker is not None:
            self._running.discard(part.worker)
            self._wait(part.job, None, self._service.postgres_ms)
            return
        self._next_flush.append(part.job)
        self._flush()

    def _flush(self) -> None:
        """One flush at a time; those that commit while it runs share the next one."""
        if not self._flushing and self._next_flush:
            self._flushing, self._in_flush, self._next_flush = True, self._next_flush, []
            self._at(self._now + self._service.flush_ms, None)

    def _flushed(self) -> None:
        self._flushing = False
        for job in self._in_flush:
            self._steps[job] -= 1
            if self._steps[job]:
                self._wait(job, self._worker_of[job], self._service.worker_ms)
            else:
                self._took.append(self._now - self._began[job])
                self._begin(self._worker_of[job])
        self._flush()


def rows(service: Service, machines: Sequence[Machine]) -> list[Row]:
    found = []
    for machine in machines:
        result = Simulation(machine, service).run()
        bound = machine.cores * 1000 / (service.worker_ms + service.postgres_ms)
        what = f"{machine.cores} cores, {machine.workers} workers (simulated)"
        pace, most = f"{result.pace:,.0f} jobs/s", f"{bound:,.0f} jobs/s if cores alone bound"
        times = f"p50 {result.p50_ms:,.0f} ms, p99 {result.p99_ms:,.0f} ms"
        found.append(Row(what, pace, most, f"{result.used:.0%} of cores", times))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    from bench.__main__ import table

    parser = argparse.ArgumentParser("python -m bench.simulate", description=__doc__)
    parser.add_argument("--worker-ms", type=float, required=True, help="processor time of the worker for one job")
    parser.add_argument("--postgres-ms", type=float, required=True, help="PostgreSQL's for the same")
    parser.add_argument("--flush-ms", type=float, default=1.0, help="one flush of the log, by pg_test_fsync")
    given = parser.parse_args(arguments)
    service = Service(given.worker_ms, given.postgres_ms, given.flush_ms)
    machines = [Machine(cores, workers) for cores in (2, 4, 8, 16, 32) for workers in (cores // 2, cores)]
    print(table(rows(service, machines)))


if __name__ == "__main__":
    main()
