"""Institutions' health: how the jobs that ask them ended, over time, from figures that are kept by the hour."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.institutions.hourly import InstitutionHealth, list_health
from bowerbird.model.days import HOUR_MS
from bowerbird.web.dashboard.diagnostics import outcomes
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/institutions"
_SPANS = (("1", "Last day"), ("7", "Last 7 days"), ("30", "Last 30 days"))
_CODES_SHOWN = 3
_HEIGHT, _STEP = 24, 5
"""Of a picture's bars, in its own units."""


class Rectangle(NamedTuple):
    """A rectangle of a picture: its kind is `good`, `bad` or `ask`."""

    kind: str
    x: int
    y: int
    height: int


class InstitutionLine(NamedTuple):
    """An institution of the page, with its picture and the path to its jobs."""

    name: str
    path: str
    health: InstitutionHealth
    blocks: list[Rectangle]


def show_institution_health(request: PageRequest) -> PageResponse:
    days = next((days for days, _ in _SPANS if days == request.one("days")), _SPANS[0][0])
    listed, first_hour = request.read_across(list_health, int(days) * 24)
    lines = [_line(request, each, days) for each in listed]
    return request.show(
        "dashboard/institutions.html", lines=lines, spans=_SPANS, days=days, codes_shown=_CODES_SHOWN,
        cut_at_ms=None if first_hour is None else first_hour * HOUR_MS, kept_days=request.services.limits.events_kept_days,
    )  # fmt: skip


def _line(request: PageRequest, health: InstitutionHealth, days: str) -> InstitutionLine:
    institution = request.services.institutions.find(health.institution_id)
    path = f"{outcomes.PATH}?days={days}&institution={health.institution_id}"
    return InstitutionLine(institution.name if institution else health.institution_id, path, health, _blocks(health))


def _blocks(health: InstitutionHealth) -> list[Rectangle]:
    """The bars, each of up to three blocks on one another, as high as the busiest is full."""
    most = max((bar.succeeded + bar.failed + bar.of_persons for bar in health.bars), default=0) or 1
    blocks: list[Rectangle] = []
    for nth, bar in enumerate(health.bars):
        below = _HEIGHT
        for kind, count in (("good", bar.succeeded), ("ask", bar.of_persons), ("bad", bar.failed)):
            if count:
                height = max(1, count * _HEIGHT // most)
                below = max(0, below - height)
                blocks.append(Rectangle(kind, nth * _STEP, below, height))
    return blocks
