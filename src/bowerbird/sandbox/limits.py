"""Limits of a sandbox that its owner can change, so that what they refuse is easy to trigger."""

from __future__ import annotations

from bowerbird.domain.services import Session
from bowerbird.sandbox.controls import get_changed_limits, not_valid, save_limits

CHANGEABLE = (
    "token_ttl_seconds",
    "token_requests_per_5_minutes",
    "sandbox_connections",
    "refreshes_per_connection_per_day",
    "sandbox_enrich_requests_per_month",
    "sandbox_insights_per_day",
    "statement_max_bytes",
    "csv_max_rows",
    "mfa_expiry_seconds",
    "step_seconds",
)
"""The limits that can be changed, as `Limits` names them."""

HIGHEST = 1_000_000_000


def check_limit(name: str, value: int) -> None:
    """Raises Problem for a value that no limit can have."""
    if not 0 < value <= HIGHEST:
        raise not_valid(f"a limit is between 1 and {HIGHEST}", name)


def update_limits(session: Session, changes: dict[str, int]) -> None:
    """Set some limits; the others stay as they are."""
    save_limits(session, {**get_changed_limits(session, for_update=True), **changes})


def reset_limits(session: Session) -> None:
    """Reset all limits to the settings."""
    save_limits(session, {})
