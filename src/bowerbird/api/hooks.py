"""What the sandbox attaches to the API. Each hook does nothing by default: a server runs without a sandbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bowerbird.api.http.request import ApiContext, ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import Operation
from bowerbird.model.http import ASGIApp, Scope, Send
from bowerbird.model.problem import Problem

REQUEST_KEY = "bowerbird.request"
"""The key of a request's scope under which `record` finds the request as the API read it; absent where it could not be read."""

Handle = Callable[[], Awaitable[ApiResponse]]
"""Admits a request, reads its body and answers it."""

Refuse = Callable[[Problem, Send], Awaitable[None]]
"""Answers a request with a refusal before it is routed."""


class ApiHooks:
    """`operations` are served beside those of the protocol; `records` says that `record` wants every request."""

    operations: tuple[Operation, ...] = ()
    records: bool = False

    def around_application(self, app: ASGIApp, context: ApiContext, refuse: Refuse) -> ASGIApp:
        """The application that gets every request first. One that sets CONTEXT_KEY has it answered in another context."""
        return app

    async def around_request(self, request: ApiRequest, operation: Operation, handle: Handle) -> ApiResponse:
        """Answer a request that was routed to an operation. May wait. Raises Problem to refuse it before it is examined."""
        return await handle()

    async def around_handler(self, request: ApiRequest, operation: Operation) -> ApiResponse:
        """Do the operation of a request that was admitted and whose body was read."""
        return await operation.handler(request)

    def record(self, scope: Scope, operation: Operation, reply: ApiResponse, seconds: float) -> None:  # not money: seconds
        """Called with every answered request, where `records` is set."""

    async def start(self) -> None:
        """Called when the server starts."""

    async def stop(self) -> None:
        """Called when the server stops, before its services close."""
