"""Operations on limits: read, change, reset."""

from __future__ import annotations

import msgspec

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.control import LimitsChange, LimitsView
from bowerbird.domain.sandbox import limits as sandbox_limits
from bowerbird.storage.database.unit_of_work import EVERY_TENANT


async def get_limits(request: ApiRequest) -> ApiResponse:
    return _limits(request)


async def update_limits(request: ApiRequest) -> ApiResponse:
    body: LimitsChange = request.body
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
    for name, value in changes.items():
        sandbox_limits.check_limit(name, value)
    await request.services.write(sandbox_limits.update_limits, changes, tenant=EVERY_TENANT)
    return _limits(request)


async def reset_limits(request: ApiRequest) -> ApiResponse:
    await request.services.write(sandbox_limits.reset_limits, tenant=EVERY_TENANT)
    return _limits(request)


def _limits(request: ApiRequest) -> ApiResponse:
    return as_json(LimitsView(**{name: getattr(request.services.limits, name) for name in sandbox_limits.CHANGEABLE}))
