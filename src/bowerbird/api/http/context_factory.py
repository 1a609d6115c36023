"""What operations are handed besides the request, for the services at one address: the server's own, and each fork's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bowerbird.api.control.description import render_control_openapi
from bowerbird.api.description.openapi import render_openapi
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.page_cache import Pages
from bowerbird.api.http.request import ApiContext
from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.services import Services


def build_api_context(services: Services, public_url: str, metrics: Metrics, limit: Callable[[str], Awaitable[int]]) -> ApiContext:
    url = public_url.rstrip("/")
    return ApiContext(
        services=services,
        tokens=TokenReader(services),
        public_url=url,
        token_limit=limit,
        pages=Pages(),
        metrics_page=metrics.page,
        openapi=lambda: render_openapi(url),
        control_openapi=lambda: render_control_openapi(url),
    )
