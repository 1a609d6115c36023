"""From services to a server: one ASGI application of API and pages."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from bowerbird.api.description.openapi import document, render_openapi
from bowerbird.api.hooks import ApiHooks
from bowerbird.api.http.app import build_app, cross_origin_paths
from bowerbird.api.http.connection_limiter import ConnectionLimiter
from bowerbird.api.http.cors import CorsPolicy
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.proxies import PROXIES_KEY, TrustedProxies
from bowerbird.api.http.request import ApiContext
from bowerbird.api.http.request_queue import RequestQueue
from bowerbird.api.http.response import PageCache
from bowerbird.api.http.server import CROSS_ORIGIN_KEY, LIMITER_KEY
from bowerbird.api.http.token_limit import token_limit
from bowerbird.background.dispatcher import Dispatcher, dispatcher_of
from bowerbird.background.upkeep import ReadingLogWriter
from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.operators.health import Bound, Checkup
from bowerbird.domain.services import Limits, Services
from bowerbird.logs import configure_logs
from bowerbird.settings import PREFIX, Settings, abouts, cors_origins, read_settings, trusted_proxies
from bowerbird.web.kernel.app import build_web
from bowerbird.web.kernel.context import THREADS, PageContext
from bowerbird.web.kernel.hooks import PageHooks
from bowerbird.web.prepared import prepare_money
from bowerbird.web.routes import AREAS, PAGES
from bowerbird.wiring.extension import find_sandbox
from bowerbird.wiring.services import admin_secret, open_services

_SWITCH_SECONDS = 0.0002  # not money: seconds
"""After which a thread that reads rows or makes a page lets the loop go on; Python's own are five times as long."""
_SWEEP_SECONDS = 60
_BY_ANOTHER_NAME = {"sandbox_connection_limit": "sandbox_connections"}
"""A setting whose limit is called otherwise in the domain."""
_NO_BOUNDS = {"sandbox_seed"}


@dataclass(frozen=True, slots=True)
class Server:
    """A web application and what it stands on."""

    app: Any
    services: Services
    dispatcher: Dispatcher | None
    web: PageContext


def join(api: Any, web: Any, state: Mapping[str, object]) -> Any:
    """One ASGI application: what begins like a page goes to the pages, everything else to the API. `state` is for its connections.

    No coroutine of its own, so that an API request pays one look-up and no further frame.
    """

    def serve(scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "lifespan":
            scope["state"] |= state
        chosen = web if scope["type"] == "http" and scope["path"][1:].partition("/")[0] in AREAS else api
        return chosen(scope, receive, send)

    return serve


def build_page_context(context: ApiContext, settings: Settings, metrics: Metrics, hooks: PageHooks) -> PageContext:
    """The context of the pages beside that of the API."""
    services = context.services
    return PageContext(
        services, context.public_url, context.tokens, hooks=hooks, describe=partial(document, context.public_url), figures=metrics.figures,
        bounds=lambda: bounds_in_force(settings, services.limits), checkup=Checkup(None if settings.database_url else settings.data),
    )  # fmt: skip


def bounds_in_force(settings: Settings, limits: Limits) -> list[Bound]:
    """Every setting that is a number, with its current value: the sandbox's controls may have changed it."""
    descriptions, bounds = abouts(), []
    for setting in fields(Settings):
        if type(setting.default) is int and setting.name not in _NO_BOUNDS:
            configured = getattr(settings, setting.name)
            value = getattr(limits, _BY_ANOTHER_NAME.get(setting.name, setting.name), configured)
            bounds.append(Bound(f"{PREFIX}{setting.name.upper()}", descriptions[setting.name], value, configured))
    return bounds


def build_api_context(
    services: Services, public_url: str, metrics: Metrics, limit: Callable[[str], Awaitable[int]], origins: frozenset[str] | None
) -> ApiContext:
    url = public_url.rstrip("/")
    context = ApiContext(
        services=services,
        tokens=TokenReader(services),
        public_url=url,
        token_limit=limit,
        cors=CorsPolicy(origins),
        metrics_page=metrics.page,
        openapi=lambda: render_openapi(url),
    )
    services.forget_pages = context.pages.forget
    return context


async def _forget_old(pages: PageCache) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        pages.forget_old()


def _build_fork_context(metrics: Metrics, origins: frozenset[str] | None, forked: Services, url: str) -> ApiContext:
    return build_api_context(forked, url, metrics, token_limit(forked, "", one_of_several=False), origins)


def _tune_interpreter() -> None:
    """What is loaded now stays: looking through all of it for cycles again would stop every request for milliseconds.

    What loading it took besides is given back to the machine, where its C library can.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _set_in_flight(request_queue: RequestQueue, page_queue: RequestQueue, in_flight: set[asyncio.Task[None]]) -> None:
    request_queue.in_flight = page_queue.in_flight = in_flight


@asynccontextmanager
async def _running(
    background: Dispatcher | ReadingLogWriter, hooks: ApiHooks, limiter: ConnectionLimiter, web: PageContext, context: ApiContext
) -> AsyncIterator[None]:
    """What runs beside the answers, from the first request to the last."""
    background.start()
    watching = asyncio.gather(limiter.watch(), _forget_old(context.pages))
    await hooks.start()
    _tune_interpreter()
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await hooks.stop()
        await background.stop()
        web.close()
        context.services.close()


def build_server(services: Services, settings: Settings, public_url: str, *, one_of_several: bool = False) -> Server:
    """`one_of_several`: other processes of the same `serve` answer beside this one."""
    metrics = Metrics()
    limit = token_limit(services, settings.limits_url, one_of_several=one_of_several or bool(settings.database_url))
    origins = cors_origins(settings)
    services.outcomes = metrics
    context = build_api_context(services, public_url, metrics, limit, origins)

    sandbox = find_sandbox()
    page_hooks = PageHooks() if sandbox is None else sandbox.page_hooks(admin_secret(settings))
    largest = max(page.largest for page in (*PAGES, *page_hooks.pages))
    request_queue, page_queue = RequestQueue(services.limits), RequestQueue(services.limits, THREADS)
    context.has_others = request_queue.has_others
    limiter = ConnectionLimiter(services.limits, partial(_set_in_flight, request_queue, page_queue), largest)
    metrics.watch(request_queue, limiter)

    hooks = ApiHooks()
    if sandbox is not None:
        fork_context = partial(_build_fork_context, metrics, origins)
        hooks = sandbox.api_hooks(services, context.public_url, fork_context, most=settings.forks, idle_seconds=settings.fork_idle_seconds)
    web = build_page_context(context, settings, metrics, page_hooks)
    web.body_budget, web.queue = request_queue, page_queue
    metrics.watch_receipts(web.messages.oldest_s)
    if not one_of_several:  # what one process holds, another cannot show
        services.enriched = partial(prepare_money, web)
    dispatcher = None if settings.no_jobs else dispatcher_of(services, settings.database_url, public_url)
    background = dispatcher or ReadingLogWriter(services)

    lifespan = partial(_running, background, hooks, limiter, web, context)
    state = {
        LIMITER_KEY: limiter,
        PROXIES_KEY: TrustedProxies(trusted_proxies(settings)),
        CROSS_ORIGIN_KEY: cross_origin_paths(context, hooks),
    }
    app = join(build_app(context, metrics, request_queue, lifespan, hooks), build_web(web), state)
    return Server(app, services, dispatcher, web)


def create_app() -> Any:
    """The web application of one of several processes, from environment variables alone."""
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format)
    services = open_services(settings)
    services.readers.try_confinement_aside()
    return build_server(services, settings, settings.public_url, one_of_several=True).app
