"""Operations on response codes, faults and banks that misbehave."""

from __future__ import annotations

from functools import cache

from bowerbird import codes
from bowerbird.api.description.openapi import operation_id
from bowerbird.api.description.refusals import refusals_of_operation
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.schemas.control import FaultList, FaultView
from bowerbird.api.schemas.sandboxes import BankList, BankView, PresetView
from bowerbird.codes import CATALOGUE, Entry
from bowerbird.model.json_value import JsonObject
from bowerbird.model.problem import Problem
from bowerbird.sandbox import banks, fault_requests, faults
from bowerbird.sandbox.controls import WHOLE_SANDBOX, controls_of
from bowerbird.sandbox.fault import Fault
from bowerbird.sandbox.scenarios import SCENARIOS


async def create_fault(request: ApiRequest) -> ApiResponse:
    fault = fault_requests.fault_of(request.body, answers())
    await request.services.write(faults.add_fault, fault, tenant=WHOLE_SANDBOX)
    return as_json(_view(fault))


async def list_faults(request: ApiRequest) -> ApiResponse:
    controls = controls_of(request.services)
    return as_json(FaultList(data=[_view(fault) for fault in controls.faults] if controls else []))


async def delete_fault(request: ApiRequest) -> ApiResponse:
    if not await request.services.write(faults.remove_faults, request.path["faultId"], tenant=WHOLE_SANDBOX):
        raise Problem(codes.FAULT_NOT_FOUND, parameter="faultId")
    return NO_CONTENT


async def delete_faults(request: ApiRequest) -> ApiResponse:
    await request.services.write(faults.remove_faults, tenant=WHOLE_SANDBOX)
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
    return {operation_id(operation): frozenset(entry.key for entry in refusals_of_operation(operation)) for operation in OPERATIONS}


_EXAMPLE_BANK = "AU00000"


async def create_bank(request: ApiRequest) -> ApiResponse:
    asked = request.body
    made = await request.services.write(banks.create_bank, asked.institution, asked.preset, asked.seed, tenant=WHOLE_SANDBOX)
    return as_json(_bank_view(made))


async def list_banks(request: ApiRequest) -> ApiResponse:
    active = await request.services.read(banks.list_banks, tenant=WHOLE_SANDBOX)
    presets = [PresetView(name=name, what=what) for name, what in banks.scenarios_of(request.services, _EXAMPLE_BANK).items()]
    return as_json(BankList(data=[_bank_view(bank) for bank in active], presets=presets))


async def delete_bank(request: ApiRequest) -> ApiResponse:
    await request.services.write(banks.delete_bank, request.path["institutionId"], tenant=WHOLE_SANDBOX)
    return NO_CONTENT


def _bank_view(bank: banks.Bank) -> BankView:
    return BankView(institution=bank.institution_id, preset=bank.scenario.name, seed=bank.scenario.seed)


async def list_codes(_call: ApiRequest) -> ApiResponse:
    return as_json({"type": "list", "count": len(CATALOGUE), "data": [described(entry) for entry in CATALOGUE.values()]})


def described(entry: Entry) -> JsonObject:
    return {
        "type": "code",
        "id": entry.key,
        "code": entry.code,
        "variant": entry.variant,
        "http": entry.http,
        "title": entry.title,
        "detail": entry.detail,
        "where": list(entry.where),
        "actor": entry.meaning.actor.value,
        "retry": entry.meaning.retry.value,
        "recipe": SCENARIOS.get(entry.key),
    }
