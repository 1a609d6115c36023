"""Bodies and answers of the sandbox's control plane."""

from __future__ import annotations

from typing import Literal

import msgspec

from bowerbird.api.schemas.wire import Moment, Wire


class NewFault(Wire, kw_only=True):
    """A fault to come: see the guide of the sandbox for what each field says."""

    operation: str = "*"
    code: str = ""
    variant: str = ""
    step: str = ""
    user_id: str = ""
    times: int | None = None
    delay_ms: int = 0
    probability: float = 1.0
    seed: int = 0


class FaultView(Wire, kw_only=True, omit_defaults=False):
    """An injected fault. `times` null: until it is removed; `met` counts the calls it has looked at, where it counts them."""

    type: Literal["fault"] = "fault"
    id: str
    operation: str
    code: str
    variant: str
    step: str
    user_id: str
    times: int | None
    delay_ms: int
    probability: float
    seed: int
    met: int


class FaultList(Wire, kw_only=True, omit_defaults=False):
    type: Literal["list"] = "list"
    data: list[FaultView]


class LimitsChange(Wire, kw_only=True):
    """Limits to change until they are changed again; what is left out stays."""

    token_ttl_seconds: int | None = None
    token_requests_per_5_minutes: int | None = None
    sandbox_connections: int | None = None
    refreshes_per_connection_per_day: int | None = None
    sandbox_enrich_requests_per_month: int | None = None
    sandbox_insights_per_day: int | None = None
    statement_max_bytes: int | None = None
    csv_max_rows: int | None = None
    mfa_expiry_seconds: int | None = None
    step_seconds: int | None = None


class LimitsView(Wire, kw_only=True, omit_defaults=False):
    """Limits as they hold now."""

    type: Literal["limits"] = "limits"
    token_ttl_seconds: int
    token_requests_per_5_minutes: int
    sandbox_connections: int
    refreshes_per_connection_per_day: int
    sandbox_enrich_requests_per_month: int
    sandbox_insights_per_day: int
    statement_max_bytes: int
    csv_max_rows: int
    mfa_expiry_seconds: int
    step_seconds: int


class NewApplication(Wire, kw_only=True):
    """A sandbox application. `rehearsal`: it may upload made-up statements of live institutions."""

    name: str = "Sandbox"
    products: str = "all"
    test_statements_allowed: bool = msgspec.field(default=False, name="rehearsal")


class ApplicationKey(Wire, kw_only=True):
    """An application and its key, shown this once."""

    application_id: str
    api_key: str


class ApplicationChange(Wire, kw_only=True):
    disabled: bool


class ApplicationView(Wire, kw_only=True, omit_defaults=False):
    application_id: str
    disabled: bool


class ClockChange(Wire, kw_only=True):
    """One move of the clock, and whether it stands still afterwards."""

    advance_seconds: int | None = None
    at: Moment | None = None
    freeze: bool = False
    resume: bool = False


class ClockView(Wire, kw_only=True, omit_defaults=False):
    """The sandbox's clock: where it is, whether it stands still, and what is due next."""

    type: Literal["clock"] = "clock"
    now: Moment
    frozen: bool
    ahead_seconds: int
    next_due: Moment | None = None


class ClockMove(ClockView, kw_only=True, omit_defaults=False):
    """What a move did: `moments` the due moments it stopped at, `settled` whether everything due has been done by now."""

    moments: int
    settled: bool
