"""What the owner of a sandbox has changed: the clock, limits, faults. The database stores it; every process holds a copy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import is_sandbox, require_sandbox
from bowerbird.domain.hooks import Hooks
from bowerbird.domain.services import DiskFull, Limits, Services, Session
from bowerbird.model.clock import SystemClock, from_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.sandbox.fault import Fault
from bowerbird.sandbox.inspector import Inspector
from bowerbird.storage.database.metadata import find_fact, put_fact
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.sandbox import ClockState, get_clock_state, put_clock_state

if TYPE_CHECKING:
    from bowerbird.sandbox.forks import Forks

STALE_SECONDS = 0.05  # not money: seconds that a process may work with controls another one has changed

WHOLE_SANDBOX: Final = EVERY_TENANT
"""The tenant of what controls a sandbox: its clock, limits, faults and banks apply to every application in it."""

_LIMITS, _FAULTS, _SERIAL = "sandbox-limits", "sandbox-faults", "sandbox-serial"


class SandboxClock:
    """The machine's clock moved forward, or standing still, as the owner of a sandbox sets it.

    `offset` and `frozen_at` are milliseconds; the database keeps them, so that every process and the next start agree.
    """

    def __init__(self) -> None:
        self.offset = 0
        self.frozen_at: int | None = None

    @property
    def is_turned(self) -> bool:
        return self.offset != 0 or self.frozen_at is not None

    def now(self) -> datetime:
        if self.frozen_at is not None:
            return from_milliseconds(self.frozen_at)
        return SystemClock().now() + timedelta(milliseconds=self.offset)


@dataclass(slots=True)
class Controls:
    """The sandbox controls as this process knows them; there are none unless the server runs with the control plane.

    `alone` says that no other process serves the same database, so nothing changes unnoticed. `configured` are the limits of the
    settings, before changes; `deterministic` says that ids follow from the seed and the order of requests. `closed` says that this
    process knows of a production application or of real data: no change applies then. `forks` are None in a fork.
    """

    configured: Limits
    alone: bool = False
    deterministic: bool = False
    clock: SandboxClock = field(default_factory=SandboxClock)
    faults: tuple[Fault, ...] = ()
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    read_at: float = 0.0  # not money: seconds of the machine's uptime
    closed: bool = False
    forks: Forks | None = None

    def close(self, services: Services) -> None:
        """Reset limits, faults and ids: the database is no sandbox any more."""
        self.closed, self.faults, self.deterministic = True, (), False
        _apply_limits(services, self, {})


class WithControls(Hooks):
    """Hooks of services that belong to a sandbox. `controls` is None unless the server runs with the control plane, `inspector` unless
    it keeps the last requests."""

    def __init__(self, controls: Controls | None = None, inspector: Inspector | None = None) -> None:
        self.controls, self.inspector = controls, inspector


def controls_of(services: Services) -> Controls | None:
    """The controls that apply to services; None where they run without the control plane."""
    return services.hooks.controls if isinstance(services.hooks, WithControls) else None


def inspector_of(services: Services) -> Inspector | None:
    return services.hooks.inspector if isinstance(services.hooks, WithControls) else None


def not_valid(reason: str, parameter: str) -> Problem:
    """The refusal of a request to the control plane: `reason` without the full stop; `parameter` as the control plane calls it."""
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")


@contextmanager
def copies_refused() -> Iterator[None]:
    """Within, a copy of the sandbox that has no room on the disk is a refusal that says so."""
    try:
        yield
    except DiskFull as error:
        raise not_valid(str(error), "snapshots") from error


def load_controls(session: Session) -> None:
    """Apply what the database says to this process."""
    services, controls = session.services, controls_of(session.services)
    if controls is None:
        return
    clock = get_clock_state(session.uow)
    controls.clock.offset, controls.clock.frozen_at = clock.offset, clock.frozen_at
    controls.read_at = time.monotonic()
    if not is_sandbox(session.uow):
        controls.close(services)
        return
    controls.closed = False
    _apply_limits(services, controls, get_changed_limits(session))
    controls.faults = list_stored_faults(session)


async def catch_up(services: Services) -> None:
    """Apply what another process has changed, at most `STALE_SECONDS` after its commit."""
    controls = controls_of(services)
    if controls is not None and not controls.alone and time.monotonic() - controls.read_at > STALE_SECONDS:
        await services.read(load_controls, tenant=WHOLE_SANDBOX)


def save_clock_state(session: Session, state: ClockState) -> None:
    """Raises Problem where the controls are closed."""
    require_sandbox(session)
    put_clock_state(session.uow, state)
    session.uow.after_commit(partial(_apply_clock, session.services, state))


def freeze_seed_clock(session: Session, frozen_at: int) -> None:
    """Freeze the clock of a database that is not served yet at a moment, in milliseconds."""
    put_clock_state(session.uow, ClockState(frozen_at=frozen_at))


def _apply_clock(services: Services, state: ClockState) -> None:
    if (controls := controls_of(services)) is not None:
        controls.clock.offset, controls.clock.frozen_at = state.offset, state.frozen_at


def next_serial(session: Session) -> int | None:
    """A number that no request has had, in this process or another; None where the database is no sandbox."""
    if not is_sandbox(session.uow):
        return None
    serial = int(find_fact(session.uow, _SERIAL, for_update=True) or b"0") + 1
    put_fact(session.uow, _SERIAL, str(serial).encode())
    return serial


def get_changed_limits(session: Session, *, for_update: bool = False) -> dict[str, int]:
    return msgspec.json.decode(find_fact(session.uow, _LIMITS, for_update=for_update) or b"{}", type=dict[str, int])


def save_limits(session: Session, changed: dict[str, int]) -> None:
    """Raises Problem where the controls are closed."""
    require_sandbox(session)
    put_fact(session.uow, _LIMITS, msgspec.json.encode(changed))
    controls = controls_of(session.services)
    if controls is not None:
        session.uow.after_commit(partial(_apply_limits, session.services, controls, changed))


def _apply_limits(services: Services, controls: Controls, changed: dict[str, int]) -> None:
    services.limits = replace(controls.configured, **changed)  # type: ignore[arg-type]
    services.guard.seconds = services.limits.step_seconds


def list_stored_faults(session: Session, *, for_update: bool = False) -> tuple[Fault, ...]:
    return msgspec.json.decode(find_fact(session.uow, _FAULTS, for_update=for_update) or b"[]", type=tuple[Fault, ...])


def save_faults(session: Session, faults: tuple[Fault, ...]) -> None:
    put_fact(session.uow, _FAULTS, msgspec.json.encode(faults))
    if (controls := controls_of(session.services)) is not None:
        session.uow.after_commit(partial(setattr, controls, "faults", faults))
