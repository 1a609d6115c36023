"""Forks: sandboxes beside the sandbox, each a whole copy with its own data, clock, faults and limits, served by the same process.

A fork is a folder with a database; a process opens those it is asked for, so that all processes of a server have all forks. A fork
that is not used for a while is removed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bowerbird import codes
from bowerbird.api.http.request import ApiContext
from bowerbird.background.dispatcher import EmbeddedDispatcher
from bowerbird.background.task import BackgroundTask
from bowerbird.domain.consents.read_counter import ReadCounter
from bowerbird.domain.services import Services
from bowerbird.model.clock import SystemClock
from bowerbird.model.ids import new_id
from bowerbird.model.problem import Problem
from bowerbird.plugins.guard import Guard
from bowerbird.sandbox.controls import Controls, controls_of, copies_refused, inspector_of, load_controls
from bowerbird.sandbox.hooks import SandboxHooks
from bowerbird.sandbox.snapshots import check_copy, embedded, hold_messages, make_fit, require_sandbox_copy
from bowerbird.storage.backup.copies import copy_database
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.files.stores import InRow

_DATABASE = "bowerbird.db"
_ID_LENGTH = 12
_SWEEPS = 4


@dataclass(slots=True)
class _Fork:
    """A fork that this process has opened. `touched` is when it last marked the fork as used on disk, in seconds since 1970."""

    context: ApiContext
    dispatcher: EmbeddedDispatcher
    touched: float  # not money: seconds


class Forks:
    """All forks of one server. `context_for` makes the context of a fork's services at an address."""

    def __init__(
        self, main: Services, public_url: str, context_for: Callable[[Services, str], ApiContext], *, most: int, idle_seconds: int
    ) -> None:
        self._main, self._url, self._context_for = main, public_url, context_for
        self.most, self.idle_seconds = most, idle_seconds
        self._open: dict[str, _Fork] = {}
        self._lock = asyncio.Lock()
        self._sweep = BackgroundTask("fork_sweep", self.remove_idle, idle_seconds / _SWEEPS)

    @property
    def _folder(self) -> Path:
        return embedded(self._main).parent / "forks"

    def url_of(self, fork_id: str) -> str:
        return f"{self._url}/_bowerbird/forks/{fork_id}"

    def ids(self) -> list[str]:
        return sorted(folder.name for folder in self._folder.glob("*") if (folder / _DATABASE).exists())

    async def create(self, source: Path) -> tuple[str, ApiContext]:
        """Create a fork of a database or of a copy of one, ready to serve: (id, context). Raises Problem."""
        if len(self.ids()) >= self.most:
            reason = f"there are {self.most} forks already: delete one, or raise BOWERBIRD_FORKS."
            raise Problem(codes.CONTROL_NOT_VALID, parameter="forks", pointer="control/forks", reason=reason)
        fork_id = new_id().replace("-", "")[-_ID_LENGTH:]
        await asyncio.to_thread(self._copy, source, self._folder / fork_id)
        return fork_id, await self.find(fork_id)

    def _copy(self, source: Path, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True)
        try:
            made = folder / "next.db"
            with copies_refused():
                copy_database(source, made, self._main.uploads)
            make_fit(made)
            require_sandbox_copy(made)
            hold_messages(made)
            made.rename(folder / _DATABASE)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def find(self, fork_id: str) -> ApiContext:
        """Raises Problem when there is no such fork."""
        folder, fork = self._folder / fork_id, self._open.get(fork_id)
        if not fork_id.isalnum() or not (folder / _DATABASE).exists():
            if fork is not None:
                await self._close(fork_id)
            raise Problem(codes.FORK_NOT_FOUND, parameter="forkId")
        now = SystemClock().now().timestamp()
        if fork is None:
            async with self._lock:
                fork = self._open.get(fork_id) or await self._start(fork_id, folder, now)
        elif now - fork.touched > self.idle_seconds / 10:
            fork.touched = now
            os.utime(folder)
        return fork.context

    async def _start(self, fork_id: str, folder: Path, now: float) -> _Fork:  # not money: seconds since 1970
        context = self._context_for(services_of(self._main, folder / _DATABASE), self.url_of(fork_id))
        dispatcher = EmbeddedDispatcher(context.services, self.url_of(fork_id))
        check_copy(self._main, context.services.storage)
        context.services.read_now(load_controls, tenant=EVERY_TENANT)
        dispatcher.start()
        self._open[fork_id] = _Fork(context, dispatcher, now)
        return self._open[fork_id]

    async def delete(self, fork_id: str) -> None:
        """Raises Problem when there is no such fork."""
        await self.find(fork_id)
        await self._remove(fork_id)

    async def _remove(self, fork_id: str) -> None:
        folder = self._folder / fork_id
        (folder / _DATABASE).unlink(missing_ok=True)  # from here it is gone for every process
        await self._close(fork_id)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _close(self, fork_id: str) -> None:
        fork = self._open.pop(fork_id, None)
        if fork is not None:
            await fork.dispatcher.stop()
            fork.context.services.storage.close()

    def start(self) -> None:
        self._sweep.start(after_s=self.idle_seconds / _SWEEPS)

    async def remove_idle(self) -> float:
        """Remove forks that are idle, close those that another process has removed; seconds until the next time."""
        until = SystemClock().now().timestamp() - self.idle_seconds
        for folder in list(self._folder.glob("*")):
            fork = self._open.get(folder.name)
            if folder.stat().st_mtime < until and (fork is None or fork.touched < until):
                await self._remove(folder.name)
        for fork_id in set(self._open) - set(self.ids()):
            await self._close(fork_id)
        return self.idle_seconds / _SWEEPS

    async def stop(self) -> None:
        await self._sweep.stop()
        for fork_id in list(self._open):
            await self._close(fork_id)


def services_of(main: Services, file: Path) -> Services:
    """Services on a copy of the database, with their own clock, limits and faults; they share the rest."""
    own = controls_of(main)
    assert own is not None, "forks are made through the control plane"  # noqa: S101
    limits = own.configured
    controls = Controls(limits, alone=own.alone, deterministic=own.deterministic)
    return replace(
        main,
        storage=Storage(f"sqlite:///{file}"),
        uploads=InRow(),
        reads=ReadCounter(),
        clock=controls.clock if main.clock is own.clock else main.clock,
        guard=Guard(main.guard.pool, limits.step_seconds, main.guard.network),
        hooks=SandboxHooks(controls, inspector_of(main)),
        limits=limits,
    )
