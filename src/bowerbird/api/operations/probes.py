"""For operators and their monitoring: liveness, readiness, metrics, and the descriptions of the API."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.domain.operators.health import JobCounts
from bowerbird.domain.services import StorageUnavailable

_PATIENCE_S = 2
"""How long the metrics wait for what only the database knows: Prometheus waits for ten seconds."""


async def get_health(_request: ApiRequest) -> ApiResponse:
    return as_json({"status": "ok"})


async def get_readiness(request: ApiRequest) -> ApiResponse:
    """Ready when the database was read and written within the last second; when that cannot be, the refusal is 503 as everywhere."""
    return as_json({"status": "ready", "jobs": await _unfinished_jobs(request, request.context.job_counts, writable=True)})


async def get_metrics(request: ApiRequest) -> ApiResponse:
    """Answers also where the database does not, or not soon, without what only that knows: then the other figures matter most."""
    jobs = None
    with suppress(StorageUnavailable, TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            jobs = await _unfinished_jobs(request, request.context.watched_jobs, writable=False)
    return ApiResponse(200, request.context.metrics_page(jobs), "text/plain")


async def _unfinished_jobs(request: ApiRequest, counts: JobCounts, *, writable: bool) -> dict[str, int]:
    """By state, as of the last second. Raises StorageUnavailable."""
    if (found := counts.recent()) is not None:
        return found
    return await request.services.storage.aside(lambda: counts.read(request.services, writable=writable))


async def get_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.openapi())
