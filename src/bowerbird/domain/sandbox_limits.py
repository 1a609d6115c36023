"""Limits of a sandbox that its owner turns, so that what they refuse can be had at once."""

from __future__ import annotations

from bowerbird.domain.controls import keep_limits, kept_limits
from bowerbird.domain.world import World
from bowerbird.storage.unit_of_work import UnitOfWork


def turn_limits(world: World, uow: UnitOfWork, changes: dict[str, int]) -> None:
    """Set some limits; the others stay as they are."""
    keep_limits(world, uow, {**kept_limits(uow, for_update=True), **changes})


def reset_limits(world: World, uow: UnitOfWork) -> None:
    """Back to the settings."""
    keep_limits(world, uow, {})
