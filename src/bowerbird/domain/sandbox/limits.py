"""Limits of a sandbox that its owner turns, so that what they refuse can be had at once."""

from __future__ import annotations

from bowerbird.domain.sandbox.controls import keep_limits, kept_limits, unfit
from bowerbird.domain.services import Session

TURNABLE = (
    "token_ttl_seconds",
    "token_requests_per_5_minutes",
    "sandbox_connections",
    "refreshes_per_connection_per_day",
    "statement_max_bytes",
    "csv_max_rows",
    "mfa_expiry_seconds",
    "step_seconds",
)
"""The limits that can be turned, as `Limits` names them."""

HIGHEST = 1_000_000_000


def check_limit(name: str, value: int) -> None:
    """Raises Problem for what no limit can be."""
    if not 0 < value <= HIGHEST:
        raise unfit(f"a limit is between 1 and {HIGHEST}", name)


def turn_limits(session: Session, changes: dict[str, int]) -> None:
    """Set some limits; the others stay as they are."""
    keep_limits(session, {**kept_limits(session, for_update=True), **changes})


def reset_limits(session: Session) -> None:
    """Back to the settings."""
    keep_limits(session, {})
