"""Faults: asked for, listed, lifted."""

from __future__ import annotations

from functools import cache

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.openapi import operation_id
from bowerbird.api.openapi_refusals import possible
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.shapes.control import FaultList, FaultView, NewFault
from bowerbird.domain import faults
from bowerbird.model.fault import EVERY_OPERATION, Fault
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, StepTitle
from bowerbird.model.problem import Problem
from bowerbird.storage.unit_of_work import EVERY_TENANT

LONGEST_DELAY_MS = 600_000


async def create_fault(call: Call) -> Reply:
    fault = fault_of(call.body)
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


def fault_of(asked: NewFault) -> Fault:
    """The fault somebody asks for. Raises Problem for one that could never strike."""
    if asked.operation != EVERY_OPERATION and asked.operation not in answers():
        raise unfit(f"there is no operation {asked.operation[:60]}: use an operationId of /openapi.json, or *", "operation")
    entry = entry_of(asked.code, asked.variant) if asked.code else None
    if entry is None and asked.delay_ms == 0:
        raise unfit("a fault needs a code, a delayMs or both", "code")
    if not 0 <= asked.delay_ms <= LONGEST_DELAY_MS:
        raise unfit(f"delayMs is between 0 and {LONGEST_DELAY_MS}", "delayMs")
    if asked.times is not None and asked.times < 1:
        raise unfit("times is at least 1; leave it out for a fault that stays until it is lifted", "times")
    if not 0 < asked.probability <= 1:
        raise unfit("probability is above 0 and at most 1", "probability")
    return Fault(
        id=new_id(), operation=asked.operation, entry=entry.key if entry else "", step=_step(asked, entry), user_id=asked.user_id,
        times=asked.times, delay_ms=asked.delay_ms, probability=asked.probability, seed=asked.seed,
    )  # fmt: skip


def entry_of(code: str, variant: str = "") -> codes.Entry:
    """The entry of the catalogue that a code and variant name, also written `code/variant`. Raises Problem."""
    key = f"{code}/{variant}" if variant else code
    if (entry := codes.CATALOGUE.get(key)) is not None:
        return entry
    variants = [entry.variant for entry in codes.CATALOGUE.values() if entry.code == code]
    if variants:
        raise unfit(f"{code} has the variants {', '.join(filter(None, variants))}: name one of them", "variant")
    raise unfit(f"there is no response code {key[:80]}: /_bowerbird/codes lists them", "code")


def _step(asked: NewFault, entry: codes.Entry | None) -> str:
    """The step of a job that the fault strikes; empty where it strikes calls. Raises Problem when the entry cannot occur there."""
    if not asked.step and (entry is None or entry.http is not None):
        if entry is not None:
            _check_answer(asked.operation, entry)
        return ""
    if asked.operation != EVERY_OPERATION and asked.operation not in faults.JOBS_OF:
        raise unfit(f"{asked.operation} makes no job: those that do are {', '.join(faults.JOBS_OF)}", "operation")
    kinds = [kind for operation, kind in faults.JOBS_OF.items() if asked.operation in (EVERY_OPERATION, operation)]
    places = [place.removeprefix("job:") for place in entry.where if place.startswith("job:")] if entry else list(StepTitle)
    step = asked.step or places[0]
    if step not in list(StepTitle):
        raise unfit(f"there is no step {step[:60]}: those there are are {', '.join(StepTitle)}", "step")
    if entry is not None and not any(faults.fits_job(entry, step, kind) for kind in kinds):
        raise unfit(f"{entry.key} cannot end the step {step} of {_those(kinds)}: it ends {', '.join(places) or 'no job'}", "step")
    return step


def _those(kinds: list[JobKind]) -> str:
    return "a job" if len(kinds) > 1 else f"a {kinds[0]} job"


def _check_answer(operation: str, entry: codes.Entry) -> None:
    able = [name for name, keys in answers().items() if entry.key in keys]
    if not able:
        raise unfit(f"no operation answers {entry.key}: it is told where there is no operation", "code")
    if operation not in (EVERY_OPERATION, *able):
        raise unfit(f"{operation} never answers {entry.key}: {', '.join(able)} do", "code")


@cache
def answers() -> dict[str, frozenset[str]]:
    """The keys of the entries each operation of the protocol can answer, by operationId."""
    return {operation_id(each): frozenset(entry.key for entry in possible(each)) for each in OPERATIONS}


def unfit(reason: str, parameter: str) -> Problem:
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")
