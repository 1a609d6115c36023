"""What an operator reads, and the envelope of every refusal."""

from __future__ import annotations

from typing import Literal

import msgspec

from bowerbird.api.schemas.wire import Id, Wire


class HealthView(Wire, kw_only=True):
    status: Literal["ok"]


class Readiness(Wire, kw_only=True):
    """Ready, with the jobs that are not finished by their state."""

    status: Literal["ready"]
    jobs: dict[str, int]


class ErrorSource(Wire, kw_only=True):
    """What of the request is to blame."""

    parameter: str | None = None
    pointer: str | None = None


class Error(Wire, kw_only=True):
    """One reason: an entry of the catalogue of response codes."""

    type: Literal["error"]
    code: str = msgspec.field()
    title: str
    detail: str
    source: ErrorSource | None = None


class ErrorList(Wire, kw_only=True):
    """The envelope of every refusal. The correlation id is the one in the X-Correlation-Id header and in the server's log."""

    type: Literal["list"]
    correlation_id: Id
    data: list[Error]
