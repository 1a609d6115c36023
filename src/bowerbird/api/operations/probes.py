"""For operators and their monitoring: liveness, readiness, metrics, and the descriptions of the API."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.domain.operators.health import Recent
from bowerbird.domain.services import StorageUnavailable

T = TypeVar("T")

_PATIENCE_S = 2
"""How long the metrics wait for what only the database knows: Prometheus waits for ten seconds."""


async def get_health(_request: ApiRequest) -> ApiResponse:
    return as_json({"status": "ok"})


async def get_readiness(request: ApiRequest) -> ApiResponse:
    """Ready when the database was read and written within the last second; when that cannot be, the refusal is 503 as everywhere."""
    return as_json({"status": "ready", "jobs": await _as_of_now(request, request.context.job_counts)})


async def get_metrics(request: ApiRequest) -> ApiResponse:
    """Answers also where the database does not, or not soon, without what only that knows: then the other figures matter most."""
    queues = None
    with suppress(StorageUnavailable, TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            queues = await _as_of_now(request, request.context.queues)
    return ApiResponse(200, request.context.metrics_page(queues), "text/plain")


async def _as_of_now(request: ApiRequest, figures: Recent[T]) -> T:
    """As of the last second. Raises StorageUnavailable."""
    if (found := figures.recent()) is not None:
        return found
    return await request.services.storage.aside(lambda: figures.read(request.services))


async def get_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.openapi())
