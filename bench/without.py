"""`python -m bench.without admission|faults serve …`: the server with one of its parts left out, to measure what that part costs."""

from __future__ import annotations

import sys
from typing import Any
from unittest.mock import patch

from bowerbird.api.http.admission import admit
from bowerbird.cli import main as run


def leave_out_admission() -> None:
    """No queue, and connections without a limiter. Requests with a body are not served."""

    async def handle(_application: Any, request: Any, operation: Any, _request: Any) -> Any:
        await admit(request, operation)
        return await operation.handler(request)

    patch("bowerbird.api.http.app._ApiApplication._handle", handle).start()
    patch("bowerbird.wiring.server.LIMITER_KEY", "nowhere").start()


def leave_out_faults() -> None:
    """Nothing is looked up before an operation is done."""

    async def straight(_hooks: Any, _request: Any, _operation: Any, handle: Any) -> Any:
        return await handle()

    patch("bowerbird.sandbox.api.hooks.SandboxApiHooks.around_request", straight).start()


PARTS = {"admission": leave_out_admission, "faults": leave_out_faults}


def main() -> None:
    PARTS[sys.argv.pop(1)]()
    run()


if __name__ == "__main__":
    main()
