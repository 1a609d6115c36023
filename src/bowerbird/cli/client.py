"""The server as commands use it: through a client of the protocol that any program could use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bowerbird.client import ApiError, Bowerbird, UnexpectedAnswer
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.api.schemas import JobView, StepView

PATIENCE_SECONDS = 90
_PAUSE_SECONDS = 0.05


def greet(server: Bowerbird) -> None:
    """Raises CommandRefused where something else answers than a server of ours."""
    try:
        server.get_health()
    except (ApiError, UnexpectedAnswer):
        raise CommandRefused(f"what answers at {server.url} is not Bowerbird: name the server with --url") from None


def sign_in(server: Bowerbird, advice: str) -> int:
    """Fetch a token; how many seconds it lasts. Raises CommandRefused with the advice for a key that the server does not know."""
    try:
        return server.create_token().expires_in
    except ApiError as refusal:
        if refusal.status != 404:
            raise
        raise CommandRefused(f"the server at {server.url} does not know the key: {advice}") from refusal


def follow(server: Bowerbird, job_id: str) -> Iterator[JobView]:
    """The job whenever it has changed, until nothing more happens by itself."""
    last: list[StepView] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        job = server.get_job(job_id)
        if job.steps != last:
            yield job
            last = job.steps
        if failed_step(job) or all(step.status == "success" for step in job.steps):
            return
        time.sleep(_PAUSE_SECONDS)
    raise CommandRefused(f"job {job_id} did not finish within {PATIENCE_SECONDS} seconds: look into the server's log")


def failed_step(job: JobView) -> StepView | None:
    return next((step for step in job.steps if step.status == "failed"), None)
