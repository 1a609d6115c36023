"""Bodies and answers of the control plane about whole sandboxes and their banks."""

from __future__ import annotations

from typing import Any, Literal

from bowerbird.api.schemas.wire import Wire


class NewSnapshot(Wire, kw_only=True):
    """A snapshot of one name takes the place of an earlier one."""

    name: str


class SnapshotView(Wire, kw_only=True, omit_defaults=False):
    """`size` in bytes, `clock` the time of the sandbox's clock."""

    type: Literal["snapshot"] = "snapshot"
    name: str
    size: int
    clock: str
    taken_at: str


class SnapshotList(Wire, kw_only=True, omit_defaults=False):
    type: Literal["list"] = "list"
    data: list[SnapshotView]


class ForkView(Wire, kw_only=True, omit_defaults=False):
    """`url` is what a client uses as the server's address. A fork unused for `idleSeconds` is removed."""

    type: Literal["fork"] = "fork"
    id: str
    url: str
    clock: str
    idle_seconds: int


class ForkList(Wire, kw_only=True, omit_defaults=False):
    type: Literal["list"] = "list"
    data: list[ForkView]


class NewReset(Wire, kw_only=True):
    """`seed` is a seed file as JSON; without it everything goes but the applications and their keys."""

    seed: dict[str, Any] | None = None


class ResetView(Wire, kw_only=True, omit_defaults=False):
    """`jobs` connect what the seed describes."""

    type: Literal["reset"] = "reset"
    jobs: list[str]


class NewBank(Wire, kw_only=True):
    """What an institution of the sandbox does wrong from now on."""

    institution: str
    preset: str
    seed: int = 0


class BankView(Wire, kw_only=True, omit_defaults=False):
    type: Literal["bank"] = "bank"
    institution: str
    preset: str
    seed: int


class PresetView(Wire, kw_only=True, omit_defaults=False):
    name: str
    what: str


class BankList(Wire, kw_only=True, omit_defaults=False):
    """The banks that misbehave, and what banks can be made to do."""

    type: Literal["list"] = "list"
    data: list[BankView]
    presets: list[PresetView]
