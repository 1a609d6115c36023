"""Ids that follow from the order of requests, where a sandbox must behave the same in every run."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import Access, Operation
from bowerbird.domain.sandbox.controls import next_serial
from bowerbird.model.ids import drawn_from
from bowerbird.storage.database.unit_of_work import EVERY_TENANT


async def in_order(request: ApiRequest, operation: Operation) -> ApiResponse:
    """Answer a request; in a deterministic sandbox the ids of what it creates come from the seed and the number of the request."""
    services = request.services
    if not services.deterministic or operation.method == "GET" or operation.access is not Access.SERVER:
        return await operation.handler(request)
    serial = await services.write(next_serial, tenant=EVERY_TENANT)
    if serial is None:
        return await operation.handler(request)
    with drawn_from(f"{services.sandbox_seed}:{serial}:{operation.name}"):
        return await operation.handler(request)
