"""`python -m bench.without admission|faults|enrichment serve …`: the server without a part, to measure what that part costs."""

from __future__ import annotations

import sys
from operator import itemgetter
from typing import Any
from unittest.mock import patch

from bowerbird.api.http.admission import admit
from bowerbird.cli import main as run
from bowerbird.storage.rows.transactions import _FIRST_PAGE


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


def leave_out_enrichment() -> None:
    """Nothing is enriched, and a page is read and joined in the one way that there is without it."""

    def page(uow: Any, user_ref: int, selection: Any, after: Any, limit: int, **_: Any) -> Any:
        assert selection is None
        assert after is None
        return uow.fetch(_FIRST_PAGE[False], {"user_ref": user_ref, "row_limit": limit})

    def join(documents: Any, fronts: Any, _enrichments: Any, head: bytes, tail: bytes) -> bytes:
        pieces = [b""] * (2 * len(documents))
        whole = {ref: b"}}," + front + b',"enrich":null' + back for ref, (front, back) in fronts.items()}
        pieces[::2] = map(whole.__getitem__, map(itemgetter(1), documents))
        pieces[1::2] = map(itemgetter(0), documents)
        pieces[0] = head + pieces[0][3:]
        pieces.append(b"}}" + tail)
        return b"".join(pieces)

    patch("bowerbird.background.enricher.Enricher.start", lambda *_: None).start()
    patch("bowerbird.storage.rows.transactions.page", page).start()
    patch("bowerbird.domain.ledger.documents.join", join).start()


PARTS = {"admission": leave_out_admission, "faults": leave_out_faults, "enrichment": leave_out_enrichment}


def main() -> None:
    PARTS[sys.argv.pop(1)]()
    run()


if __name__ == "__main__":
    main()
