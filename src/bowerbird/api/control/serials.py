"""Ids that follow from the order of requests, where a sandbox is to play the same way again."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.operation import Access, Operation
from bowerbird.api.reply import Reply
from bowerbird.domain.controls import next_serial
from bowerbird.model.ids import drawn_from
from bowerbird.storage.unit_of_work import EVERY_TENANT


async def in_order(call: Call, operation: Operation) -> Reply:
    """Answer a call; in a deterministic sandbox, what it makes gets its ids from the seed and the number of the call."""
    world = call.world
    if not world.deterministic or operation.method == "GET" or operation.access is not Access.SERVER:
        return await operation.handler(call)
    serial = await world.storage.write(next_serial, tenant=EVERY_TENANT)
    with drawn_from(f"{world.sandbox_seed}:{serial}:{operation.name}"):
        return await operation.handler(call)
