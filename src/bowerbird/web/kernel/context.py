"""The context of every page: built once by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.operators.health import Bound, Checkup, Figures, JobCounts
from bowerbird.domain.services import Services
from bowerbird.model.clock import Clock, SystemClock
from bowerbird.outbound.again import ReplayRequest, ReplayResponse
from bowerbird.sandbox.scenarios.runner import ScenarioResult
from bowerbird.web.kernel import words
from bowerbird.web.kernel.assets import Assets
from bowerbird.web.reference.description import ApiReference

_THREADS = 4


class Templates:
    """Jinja2 templates with everything escaped, each compiled on its first use. A missing name is an error."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=PackageLoader("bowerbird.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.globals["asset"] = assets.address
        self._environment.filters |= {
            "money": words.money,
            "moment": words.moment,
            "exact": words.exact,
            "iso": words.iso,
            "day": words.day,
            "date_of": words.date_of,
            "number": words.number,
            "counted_to": words.counted_to,
            "listed": words.listed,
            "size": words.size,
            "span": words.span,
            "stretch": words.stretch,
            "label": words.label,
            "drawn": words.drawn,
        }

    def render(self, name: str, values: dict[str, Any]) -> bytes:
        return self._environment.get_template(name).render(values).encode()


class ForkControl(Protocol):
    """Forks of the sandbox, as the pages use them; async methods run on the server's loop."""

    most: int
    idle_seconds: int

    def ids(self) -> list[str]: ...
    def url_of(self, fork_id: str) -> str: ...
    async def create(self, source: Path) -> tuple[str, Any]: ...
    async def delete(self, fork_id: str) -> None: ...


class BodyBudget(Protocol):
    """Counts the bytes of request bodies in memory, including those of the API."""

    def hold(self, who: str, size: int) -> None:
        """Count `size` more bytes of a client. Raises Problem when the limit is reached."""

    def release(self, who: str, size: int) -> None: ...


class _NoBudget:
    """Pages without a server around them."""

    def hold(self, who: str, size: int) -> None:
        pass

    release = hold


@dataclass(slots=True)
class PageContext:
    """`clock` is the time of sessions and links: people's time, which the sandbox clock does not move.

    `try_recipe` runs a recipe against this server, `send_again` sends it one request, and `forks` are its forks; None without the
    sandbox's control plane. `answers` are the keys of the entries each operation of the API can answer, by operationId: the wiring says,
    since pages know nothing of the API; so it does with `describe`, which makes the API's description.
    `figures` and `bounds` are what the server has counted, and the settings that bound it.
    """

    services: Services
    public_url: str
    tokens: TokenReader
    run_scenario: Callable[[list[dict[str, Any]]], ScenarioResult] | None = None
    forks: ForkControl | None = None
    answers: Callable[[], Mapping[str, frozenset[str]]] = dict
    describe: Callable[[], dict[str, Any]] = dict
    send_again: Callable[[ReplayRequest], ReplayResponse] | None = None
    figures: Callable[[], Figures] = lambda: Figures({}, {})
    bounds: Callable[[], list[Bound]] = list
    body_budget: BodyBudget = field(default_factory=_NoBudget)
    checkup: Checkup = field(default_factory=Checkup)
    job_counts: JobCounts = field(default_factory=JobCounts)
    clock: Clock = field(default_factory=SystemClock)
    assets: Assets = field(default_factory=Assets)
    templates: Templates = field(init=False)
    reference: ApiReference = field(init=False)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="pages"))

    def __post_init__(self) -> None:
        self.templates = Templates(self.assets)
        self.reference = ApiReference(self.describe)

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server over TLS only, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
