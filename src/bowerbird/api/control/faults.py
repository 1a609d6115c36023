"""Faults: asked for, listed, lifted."""

from __future__ import annotations

from functools import cache

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.openapi import operation_id
from bowerbird.api.openapi_refusals import possible
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.shapes.control import FaultList, FaultView
from bowerbird.domain import fault_wishes, faults
from bowerbird.domain.controls import unfit as unfit  # noqa: PLC0414  (found here by what else is controlled)
from bowerbird.model.fault import Fault
from bowerbird.model.problem import Problem
from bowerbird.storage.unit_of_work import EVERY_TENANT


async def create_fault(call: Call) -> Reply:
    fault = fault_wishes.fault_of(call.body, answers())
    await call.world.storage.write(lambda uow: faults.add_fault(call.world, uow, fault), tenant=EVERY_TENANT)
    return as_json(shown(fault))


async def list_faults(call: Call) -> Reply:
    controls = call.world.controls
    return as_json(FaultList(data=[shown(fault) for fault in controls.faults] if controls else []))


async def delete_fault(call: Call) -> Reply:
    wanted = call.path["faultId"]
    if not await call.world.storage.write(lambda uow: faults.lift_faults(call.world, uow, wanted), tenant=EVERY_TENANT):
        raise Problem(codes.FAULT_NOT_FOUND, parameter="faultId")
    return NO_CONTENT


async def delete_faults(call: Call) -> Reply:
    await call.world.storage.write(lambda uow: faults.lift_faults(call.world, uow), tenant=EVERY_TENANT)
    return NO_CONTENT


def shown(fault: Fault) -> FaultView:
    code, _, variant = fault.entry.partition("/")
    return FaultView(
        id=fault.id, operation=fault.operation, code=code, variant=variant, step=fault.step, user_id=fault.user_id, times=fault.times,
        delay_ms=fault.delay_ms, probability=fault.probability, seed=fault.seed, met=fault.met,
    )  # fmt: skip


@cache
def answers() -> dict[str, frozenset[str]]:
    """The keys of the entries each operation of the protocol can answer, by operationId."""
    return {operation_id(each): frozenset(entry.key for entry in possible(each)) for each in OPERATIONS}
