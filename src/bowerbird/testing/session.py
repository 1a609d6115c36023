"""A server ready for a test session: started, filled from a seed file, with a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bowerbird.client import Bowerbird
from bowerbird.client.seed_file import SeedContent, read_seed
from bowerbird.testing.server import RunningServer, running_server


@contextmanager
def prepared_server(seed: Path | None) -> Iterator[RunningServer]:
    """A server of one's own. With a seed, once everything in it is connected; the key is then its first application's.

    Raises SeedNotRead, NotStarted, and ApiError for a seed that cannot be.
    """
    content = read_seed(seed) if seed is not None else None
    with running_server() as server:
        yield server if content is None else replace(server, key=_fill(server.url, content))


def _fill(url: str, content: SeedContent) -> str:
    with Bowerbird(url) as control:
        jobs = control.create_reset(seed=content).jobs
    applications = content.get("applications")
    key = str(applications[0].get("key", "")) if isinstance(applications, list) and applications else ""
    with Bowerbird(url, key) as filled:
        if not key:
            return filled.create_application(name="Tests").api_key
        for job in jobs:
            filled.wait_for_job(job)
    return key
