"""For whoever runs the server: is it alive, is it ready, what does it count, what does it offer."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import jobs


async def get_health(_call: ApiRequest) -> ApiResponse:
    return as_json({"status": "ok"})


async def get_readiness(request: ApiRequest) -> ApiResponse:
    """Ready when the database answers; when it does not, the refusal is 503 as everywhere."""
    waiting = await request.services.storage.read(jobs.count_by_state, tenant=EVERY_TENANT)
    return as_json({"status": "ready", "jobs": waiting})


async def get_metrics(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.metrics_page(), "text/plain")


async def get_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.openapi())


async def get_control_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, request.context.control_openapi())
