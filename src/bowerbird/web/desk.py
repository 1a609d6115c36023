"""What every page is handed besides the visit: built once by the wiring."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bowerbird.domain.tokens import TokenReader
from bowerbird.domain.world import World
from bowerbird.model.clock import Clock, SystemClock
from bowerbird.outbound.recipes import Trial
from bowerbird.web.assets import Assets
from bowerbird.web.templates import Templates

_THREADS = 4


@dataclass(slots=True)
class WebDesk:
    """`clock` is the time of sessions and links: people's time, which the sandbox clock does not move.

    `try_recipe` runs a recipe against this server; None without the sandbox's control plane.
    """

    world: World
    public_url: str
    tokens: TokenReader
    try_recipe: Callable[[list[dict[str, Any]]], Trial] | None = None
    clock: Clock = field(default_factory=SystemClock)
    assets: Assets = field(default_factory=Assets)
    templates: Templates = field(init=False)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="pages"))

    def __post_init__(self) -> None:
        self.templates = Templates(self.assets)

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server over TLS only, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
