"""What operations are handed besides the request, for one world at one address: a server's own, and each fork's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bowerbird.api.call import Desk
from bowerbird.api.control.description import render_control_openapi
from bowerbird.api.metrics import Metrics
from bowerbird.api.openapi import render_openapi
from bowerbird.api.pages import Pages
from bowerbird.domain.tokens import TokenReader
from bowerbird.domain.world import World


def build_desk(world: World, public_url: str, metrics: Metrics, limit: Callable[[str], Awaitable[int]]) -> Desk:
    url = public_url.rstrip("/")
    return Desk(
        world=world,
        tokens=TokenReader(world),
        public_url=url,
        token_limit=limit,
        pages=Pages(),
        metrics_page=metrics.page,
        openapi=lambda: render_openapi(url),
        control_openapi=lambda: render_control_openapi(url),
    )
