"""`python -m bench.without admission|faults serve …`: the server with one of its parts left out, to measure what that part costs."""

from __future__ import annotations

import sys
from typing import Any
from unittest.mock import patch

from bowerbird.api.http.admission import admit
from bowerbird.cli import main as run
from bowerbird.sandbox.api.fault_injection import in_order


def leave_out_admission() -> None:
    """No turns, and connections that know of no doors. Requests with a body are not served."""

    async def handle(_front: Any, request: Any, operation: Any, _request: Any) -> Any:
        await admit(request, operation)
        return await in_order(request, operation)

    patch("bowerbird.api.app._Front._handle", handle).start()
    patch("bowerbird.wiring.server.LIMITER_KEY", "nowhere").start()


def leave_out_faults() -> None:
    """Nothing is looked up before an operation is done."""

    async def straight(_call: Any, _operation: Any, _controls: Any, handle: Any) -> Any:
        return await handle()

    patch("bowerbird.api.app.under_faults", straight).start()


PARTS = {"admission": leave_out_admission, "faults": leave_out_faults}


def main() -> None:
    PARTS[sys.argv.pop(1)]()
    run()


if __name__ == "__main__":
    main()
