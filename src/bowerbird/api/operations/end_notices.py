"""What banks send unasked: that a person has taken access back on their pages."""

from __future__ import annotations

import asyncio

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.domain.access.network import network_of
from bowerbird.domain.connections.end_notices import end_by_notice
from bowerbird.logs import log
from bowerbird.model.problem import Problem
from bowerbird.plugins.guard import ConnectorBusy, ConnectorTimeout
from bowerbird.sdk.connector import EndNotice
from bowerbird.sdk.failures import AuthorizationFailed, Failure

REVOKED = "/arrangements/revoke"
"""The path that the Consumer Data Standards give a recipient, behind the base address that it registers."""
_AGAIN_S = 60


async def end_arrangement(request: ApiRequest) -> ApiResponse:
    """End the connection whose access has ended at its bank. Raises Problem for what the bank has not signed.

    An arrangement that is not kept here, or was given again since, is answered alike: nothing is left to end.
    """
    if (seconds := await request.context.token_limit(f"notice {network_of(request.client)}")) > 0:
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=seconds)
    scheme, _, bearer = request.headers.get("authorization", "").strip().partition(" ")
    notice = EndNotice(f"{request.base}{REVOKED}", bearer.strip() if scheme.lower() == "bearer" else "", request.body)
    try:
        await asyncio.to_thread(end_by_notice, request.services, notice)
    except AuthorizationFailed:
        raise Problem(codes.NOTICE_NOT_SIGNED) from None
    except (Failure, ConnectorBusy, ConnectorTimeout) as error:
        log.warning("end_notice_not_read", why=type(error).__name__)
        raise Problem(codes.SERVICE_UNAVAILABLE, retry_after=_AGAIN_S) from None
    return ApiResponse(204)
