"""Operations on faults: create, list, delete."""

from __future__ import annotations

from functools import cache

from bowerbird import codes
from bowerbird.api.description.openapi import operation_id
from bowerbird.api.description.refusals import possible
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.schemas.control import FaultList, FaultView
from bowerbird.domain.sandbox import fault_requests, faults
from bowerbird.model.fault import Fault
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import EVERY_TENANT


async def create_fault(request: ApiRequest) -> ApiResponse:
    fault = fault_requests.fault_of(request.body, answers())
    await request.services.write(faults.add_fault, fault, tenant=EVERY_TENANT)
    return as_json(_view(fault))


async def list_faults(request: ApiRequest) -> ApiResponse:
    controls = request.services.controls
    return as_json(FaultList(data=[_view(fault) for fault in controls.faults] if controls else []))


async def delete_fault(request: ApiRequest) -> ApiResponse:
    if not await request.services.write(faults.remove_faults, request.path["faultId"], tenant=EVERY_TENANT):
        raise Problem(codes.FAULT_NOT_FOUND, parameter="faultId")
    return NO_CONTENT


async def delete_faults(request: ApiRequest) -> ApiResponse:
    await request.services.write(faults.remove_faults, tenant=EVERY_TENANT)
    return NO_CONTENT


def _view(fault: Fault) -> FaultView:
    code, _, variant = fault.entry.partition("/")
    return FaultView(
        id=fault.id, operation=fault.operation, code=code, variant=variant, step=fault.step, user_id=fault.user_id, times=fault.times,
        delay_ms=fault.delay_ms, probability=fault.probability, seed=fault.seed, met=fault.met,
    )  # fmt: skip


@cache
def answers() -> dict[str, frozenset[str]]:
    """The keys of the entries each operation of the protocol can answer, by operationId."""
    return {operation_id(operation): frozenset(entry.key for entry in possible(operation)) for operation in OPERATIONS}
