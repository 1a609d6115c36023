"""Builds the contexts of operations and pages. Pages get here what they need of the API and the settings, and import neither."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import fields
from functools import partial

from bowerbird.api.description.openapi import document, render_openapi
from bowerbird.api.http.cors import CorsPolicy
from bowerbird.api.http.metrics import Metrics
from bowerbird.api.http.request import ApiContext
from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.operators.health import Bound, Checkup
from bowerbird.domain.services import Limits, Services
from bowerbird.outbound.again import send_again
from bowerbird.sandbox.api.description import render_control_openapi
from bowerbird.sandbox.api.faults import answers
from bowerbird.sandbox.scenarios.runner import run_scenario
from bowerbird.settings import PREFIX, Settings, abouts
from bowerbird.web.kernel.context import PageContext

_BY_ANOTHER_NAME = {"sandbox_connection_limit": "sandbox_connections"}
"""A setting whose limit is called otherwise in the domain."""
_NO_BOUNDS = {"sandbox_seed"}


def build_page_context(context: ApiContext, settings: Settings, metrics: Metrics, admin_secret: str) -> PageContext:
    """The context of the pages beside that of the API. What calls this server over HTTP is set only with the sandbox's control plane."""
    services = context.services
    web = PageContext(
        services, context.public_url, context.tokens, forks=context.forks, answers=answers, describe=partial(document, context.public_url),
        figures=metrics.figures, bounds=lambda: bounds_in_force(settings, services.limits),
        checkup=Checkup(None if settings.database_url else settings.data),
    )  # fmt: skip
    if services.controls is not None:
        web.run_scenario = partial(run_scenario, context.public_url, admin_secret)
        web.send_again = partial(send_again, context.public_url)
    return web


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
    return ApiContext(
        services=services,
        tokens=TokenReader(services),
        public_url=url,
        token_limit=limit,
        cors=CorsPolicy(origins),
        metrics_page=metrics.page,
        openapi=lambda: render_openapi(url),
        control_openapi=lambda: render_control_openapi(url),
    )
