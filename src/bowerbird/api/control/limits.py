"""Limits: read, turned, put back."""

from __future__ import annotations

from typing import Any

import msgspec

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes.control import LimitsView
from bowerbird.domain import sandbox_limits
from bowerbird.storage.unit_of_work import EVERY_TENANT


async def get_limits(call: Call) -> Reply:
    return _shown(call)


async def update_limits(call: Call) -> Reply:
    asked: dict[str, Any] = msgspec.structs.asdict(call.body)
    changes = {name: value for name, value in asked.items() if value is not None}
    for name, value in changes.items():
        sandbox_limits.check_limit(name, value)
    await call.world.storage.write(lambda uow: sandbox_limits.turn_limits(call.world, uow, changes), tenant=EVERY_TENANT)
    return _shown(call)


async def reset_limits(call: Call) -> Reply:
    await call.world.storage.write(lambda uow: sandbox_limits.reset_limits(call.world, uow), tenant=EVERY_TENANT)
    return _shown(call)


def _shown(call: Call) -> Reply:
    return as_json(LimitsView(**{name: getattr(call.world.limits, name) for name in sandbox_limits.TURNABLE}))
