"""What the sandbox does to a request: faults delay or refuse it or end the job it creates; ids may follow from the order of requests."""

from __future__ import annotations

import asyncio

import msgspec

from bowerbird import codes
from bowerbird.api.description.openapi import operation_id
from bowerbird.api.hooks import Handle
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import Access, Operation
from bowerbird.api.schemas.control import NewFault
from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.jobs.jobs import RETRY_SECONDS
from bowerbird.logs import log
from bowerbird.model.ids import drawn_from
from bowerbird.model.problem import Problem
from bowerbird.sandbox import fault_requests, faults
from bowerbird.sandbox.api.access import admit_owner
from bowerbird.sandbox.api.faults import answers
from bowerbird.sandbox.controls import WHOLE_SANDBOX, Controls, catch_up, controls_of, next_serial, not_valid
from bowerbird.sandbox.fault import Fault

HEADER = "x-bowerbird-fault"
"""`code` or `code/variant`, then `; step=…`, `; delayMs=…` as in the body of a fault: for this one request and the job it creates."""


async def with_faults(request: ApiRequest, operation: Operation, controls: Controls, handle: Handle) -> ApiResponse:
    """Answer a request as the active faults say; as usual where none concerns it."""
    if not controls.alone:
        await catch_up(request.services)
    asked = request.headers.get(HEADER)
    if asked is None and not controls.faults:
        return await handle()
    if operation.access is Access.CONTROL or not operation.tags:  # probes of the server's health are answered truthfully
        return await handle()
    name = operation_id(operation)
    if asked is not None and await request.services.storage.read(is_sandbox, tenant=WHOLE_SANDBOX):
        return await _once(request, name, asked, handle)
    await _apply_faults(request, name, controls)
    return await handle()


async def _apply_faults(request: ApiRequest, name: str, controls: Controls) -> None:
    def concerns(fault: Fault) -> bool:
        fits = not fault.entry or fault.entry in answers()[name]
        return not fault.step and fits and fault.concerns(name, request.path.get("userId", ""))

    if any(concerns(fault) for fault in controls.faults):
        services = request.services
        if fault := await services.write(faults.take_fault, concerns, tenant=WHOLE_SANDBOX):
            await _inject(request, name, fault)


async def _inject(request: ApiRequest, name: str, fault: Fault) -> None:
    log.info("fault", operation=name, entry=fault.entry, delay_ms=fault.delay_ms, correlation_id=request.correlation_id)
    await asyncio.sleep(fault.delay_ms / 1000)
    if fault.entry:
        entry = codes.CATALOGUE[fault.entry]
        later = entry.meaning.retry is codes.Retry.LATER and entry.http in (403, 429, 503)
        raise Problem(entry, retry_after=RETRY_SECONDS if later else None, **faults.filled(entry))


async def _once(request: ApiRequest, name: str, asked: str, handle: Handle) -> ApiResponse:
    """Apply the fault of a header to this request, or to the job it creates; it is removed where the request creates none."""
    admit_owner(request, request.headers.get("x-bowerbird-admin"))
    fault = msgspec.structs.replace(fault_requests.fault_of(_read(asked, name), answers()), times=1, user_id=request.path.get("userId", ""))
    if not fault.step:
        await _inject(request, name, fault)
        return await handle()
    services = request.services
    await services.write(faults.add_fault, fault, tenant=WHOLE_SANDBOX)
    succeeded = False
    try:
        reply = await handle()
        succeeded = reply.status < 300
    finally:
        if not succeeded:
            await services.write(faults.remove_faults, fault.id, tenant=WHOLE_SANDBOX)
    return reply


def _read(header: str, name: str) -> NewFault:
    key, *parameters = (part.strip() for part in header.split(";"))
    code, _, variant = key.partition("/")
    given = dict(part.partition("=")[::2] for part in parameters if part)
    if unknown := sorted(given.keys() - {"step", "delayMs"}):
        raise not_valid(f"the header X-Bowerbird-Fault takes step and delayMs, not {', '.join(unknown)[:60]}", "X-Bowerbird-Fault")
    delay = given.get("delayMs", "0")
    if not delay.isascii() or not delay.isdigit() or len(delay) > 9:
        raise not_valid("delayMs is a whole number", "delayMs")
    return NewFault(operation=name, code=code, variant=variant, step=given.get("step", ""), delay_ms=int(delay))


async def in_order(request: ApiRequest, operation: Operation) -> ApiResponse:
    """Answer a request; in a deterministic sandbox the ids of what it creates come from the seed and the number of the request."""
    services = request.services
    controls = controls_of(services)
    if controls is None or not controls.deterministic or operation.method == "GET" or operation.access is not Access.SERVER:
        return await operation.handler(request)
    serial = await services.write(next_serial, tenant=WHOLE_SANDBOX)
    if serial is None:
        return await operation.handler(request)
    with drawn_from(f"{services.sandbox_seed}:{serial}:{operation.name}"):
        return await operation.handler(request)
