"""For operators and their monitoring: liveness, readiness, metrics, and the descriptions of the API."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json


async def get_health(_request: ApiRequest) -> ApiResponse:
    return as_json({"status": "ok"})


async def get_readiness(request: ApiRequest) -> ApiResponse:
    """Ready when the database was read and written within the last second; when that cannot be, the refusal is 503 as everywhere."""
    counts = request.context.job_counts
    waiting = counts.recent()
    if waiting is None:
        waiting = await request.services.storage.aside(lambda: counts.read(request.services, writable=True))
    return as_json({"status": "ready", "jobs": waiting})


async def get_metrics(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.metrics_page(), "text/plain")


async def get_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.openapi())
