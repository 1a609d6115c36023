"""From services to a server: one ASGI application of API and pages."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bowerbird.api.http.app import build_app
from bowerbird.api.http.connection_limiter import ConnectionLimiter
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.request import ApiContext
from bowerbird.api.http.request_queue import RequestQueue
from bowerbird.api.http.server import LIMITER_KEY
from bowerbird.api.http.token_limit import token_limit
from bowerbird.background.dispatcher import Dispatcher, dispatcher_of
from bowerbird.domain.services import Services
from bowerbird.logs import configure_logs
from bowerbird.sandbox.forks import Forks
from bowerbird.settings import Settings, cors_origins, read_settings
from bowerbird.web.kernel.app import build_web
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.routes import AREAS, PAGES
from bowerbird.wiring.contexts import build_api_context, build_page_context
from bowerbird.wiring.services import admin_secret, open_services

_SWITCH_SECONDS = 0.0002  # not money: seconds
"""After which a thread that reads rows or makes a page lets the loop go on; Python's own are five times as long."""


@dataclass(frozen=True, slots=True)
class Server:
    """A web application and what it stands on."""

    app: Any
    services: Services
    dispatcher: Dispatcher | None
    web: PageContext


def join(api: Any, web: Any, limiter: ConnectionLimiter) -> Any:
    """One ASGI application: what begins like a page goes to the pages, everything else to the API.

    No coroutine of its own, so that an API request pays one look-up and no further frame.
    """

    def serve(scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "lifespan":
            scope["state"][LIMITER_KEY] = limiter
        chosen = web if scope["type"] == "http" and scope["path"][1:].partition("/")[0] in AREAS else api
        return chosen(scope, receive, send)

    return serve


def build_server(services: Services, settings: Settings, public_url: str, *, one_of_several: bool = False) -> Server:
    """`one_of_several`: other processes of the same `serve` answer beside this one."""
    metrics = Metrics()
    limit = token_limit(services, settings.limits_url, one_of_several=one_of_several or bool(settings.database_url))
    origins = cors_origins(settings)
    context = build_api_context(services, public_url, metrics, limit, origins)

    request_queue = RequestQueue(services.limits)
    limiter = ConnectionLimiter(
        services.limits, lambda in_flight: setattr(request_queue, "in_flight", in_flight), max(page.largest for page in PAGES)
    )
    metrics.watch(request_queue, limiter)

    def fork_context(forked: Services, url: str) -> ApiContext:
        return build_api_context(forked, url, metrics, token_limit(forked, "", one_of_several=False), origins)

    forks = Forks(services, context.public_url, fork_context, most=settings.forks, idle_seconds=settings.fork_idle_seconds)
    context.forks = None if services.controls is None else forks
    web = build_page_context(context, settings, metrics, admin_secret(settings))
    web.body_budget = request_queue
    dispatcher = None if settings.no_jobs else dispatcher_of(services, settings.database_url, public_url)

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        sys.setswitchinterval(_SWITCH_SECONDS)
        if dispatcher is not None:
            dispatcher.start()
        watching = asyncio.create_task(limiter.watch())
        if services.controls is not None and services.storage.is_sqlite:
            forks.start()
        try:
            yield
        finally:
            watching.cancel()
            await forks.stop()
            if dispatcher is not None:
                await dispatcher.stop()
            web.close()
            services.close()

    return Server(join(build_app(context, metrics, request_queue, lifespan), build_web(web), limiter), services, dispatcher, web)


def create_app() -> Any:
    """The web application of one of several processes, from environment variables alone."""
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format)
    return build_server(open_services(settings), settings, settings.public_url, one_of_several=True).app
