"""What the owner of a sandbox has turned: the clock, limits, faults. The database keeps it; every process has it at hand."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from bowerbird import codes
from bowerbird.domain.access.real_data import is_sandbox, require_sandbox
from bowerbird.domain.services import Session
from bowerbird.model.clock import SandboxClock
from bowerbird.model.fault import Fault
from bowerbird.model.problem import Problem
from bowerbird.storage.database.metadata import find_fact, put_fact
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork

if TYPE_CHECKING:
    from bowerbird.domain.services import Limits, Services

STALE_SECONDS = 0.05  # not money: how long a process may not know what another one has turned

_CLOCK, _LIMITS, _FAULTS, _SERIAL = "sandbox-clock", "sandbox-limits", "sandbox-faults", "sandbox-serial"


@dataclass(slots=True)
class Controls:
    """There only where the server runs with the sandbox's control plane.

    `alone` says that no other process serves the same database: nothing changes behind this one's back. `configured` are the
    limits of the settings, which those that were turned stand before. `closed` says that this process knows of a production
    application or of real data: what was turned no longer holds then.
    """

    configured: Limits
    alone: bool = False
    clock: SandboxClock = field(default_factory=SandboxClock)
    faults: tuple[Fault, ...] = ()
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    read_at: float = 0.0  # not money: seconds of the machine's uptime
    closed: bool = False

    def close(self, services: Services) -> None:
        """Put back limits, faults and ids: the database is no sandbox any more."""
        self.closed, self.faults, services.deterministic = True, (), False
        _take_limits(services, self, {})


def unfit(reason: str, parameter: str) -> Problem:
    """A wish that the sandbox cannot fulfil: `reason` in words, without the full stop; `parameter` as the control plane calls it."""
    return Problem(codes.CONTROL_NOT_VALID, parameter=parameter, pointer=f"control/{parameter}", reason=f"{reason}.")


class ControlState(msgspec.Struct, rename="camel"):
    """How the clock is kept."""

    offset: int = 0
    frozen_at: int | None = None

    @property
    def is_turned(self) -> bool:
        return self.offset != 0 or self.frozen_at is not None


def load(services: Services, uow: UnitOfWork) -> None:
    """Take over what the database says."""
    controls = services.controls
    if controls is None:
        return
    clock = msgspec.json.decode(find_fact(uow, _CLOCK) or b"{}", type=ControlState)
    controls.clock.offset, controls.clock.frozen_at = clock.offset, clock.frozen_at
    controls.read_at = time.monotonic()
    if not is_sandbox(uow):
        controls.close(services)
        return
    controls.closed = False
    _take_limits(services, controls, kept_limits(services.session(uow, EVERY_TENANT)))
    controls.faults = kept_faults(services.session(uow, EVERY_TENANT))


async def catch_up(services: Services) -> None:
    """Notice what another process has turned, at most `STALE_SECONDS` after it said so."""
    controls = services.controls
    if controls is not None and not controls.alone and time.monotonic() - controls.read_at > STALE_SECONDS:
        await services.read(lambda session: load(services, session.uow), tenant=EVERY_TENANT)


def keep_clock(session: Session, turned: ControlState) -> None:
    """Raises Problem where the controls are closed."""
    require_sandbox(session)
    put_fact(session.uow, _CLOCK, msgspec.json.encode(turned))
    session.uow.after_commit(lambda: _turn_clock(session.services, turned))


def keep_seed_clock(session: Session, frozen_at: int) -> None:
    """Have the clock of a database that nobody uses yet stand still at a moment, in milliseconds."""
    put_fact(session.uow, _CLOCK, msgspec.json.encode(ControlState(frozen_at=frozen_at)))


def _turn_clock(services: Services, turned: ControlState) -> None:
    if services.controls is not None:
        services.controls.clock.offset, services.controls.clock.frozen_at = turned.offset, turned.frozen_at


def kept_clock(session: Session) -> ControlState:
    return msgspec.json.decode(find_fact(session.uow, _CLOCK, for_update=True) or b"{}", type=ControlState)


def next_serial(session: Session) -> int | None:
    """A number that no request had before, in this process or another; None where the database is no sandbox."""
    if not is_sandbox(session.uow):
        return None
    serial = int(find_fact(session.uow, _SERIAL, for_update=True) or b"0") + 1
    put_fact(session.uow, _SERIAL, str(serial).encode())
    return serial


def kept_limits(session: Session, *, for_update: bool = False) -> dict[str, int]:
    return msgspec.json.decode(find_fact(session.uow, _LIMITS, for_update=for_update) or b"{}", type=dict[str, int])


def keep_limits(session: Session, turned: dict[str, int]) -> None:
    """Raises Problem where the controls are closed."""
    require_sandbox(session)
    put_fact(session.uow, _LIMITS, msgspec.json.encode(turned))
    controls = session.services.controls
    if controls is not None:
        session.uow.after_commit(lambda: _take_limits(session.services, controls, turned))


def _take_limits(services: Services, controls: Controls, turned: dict[str, int]) -> None:
    services.limits = replace(controls.configured, **turned)  # type: ignore[arg-type]
    services.guard.seconds = services.limits.step_seconds


def kept_faults(session: Session, *, for_update: bool = False) -> tuple[Fault, ...]:
    return msgspec.json.decode(find_fact(session.uow, _FAULTS, for_update=for_update) or b"[]", type=tuple[Fault, ...])


def keep_faults(session: Session, faults: tuple[Fault, ...]) -> None:
    put_fact(session.uow, _FAULTS, msgspec.json.encode(faults))
    controls = session.services.controls

    def take() -> None:
        if controls is not None:
            controls.faults = faults

    session.uow.after_commit(take)
