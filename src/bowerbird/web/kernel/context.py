"""The context of every page: built once by the wiring."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from bowerbird.domain.access.tokens import TokenReader
from bowerbird.domain.consents.confirmations import ConfirmationCounter
from bowerbird.domain.insights.held import HeldParts
from bowerbird.domain.operators.health import Bound, Checkup, Figures, Recent, count_jobs
from bowerbird.domain.services import Services
from bowerbird.model.clock import Clock, SystemClock
from bowerbird.model.http import UrlMap
from bowerbird.outbound.outbox import Outbox
from bowerbird.web.kernel import words
from bowerbird.web.kernel.assets import Assets
from bowerbird.web.kernel.hooks import PageHooks
from bowerbird.web.kernel.languages import LANGUAGES, current_language, gettext, ngettext
from bowerbird.web.kernel.page import Page
from bowerbird.web.reference.description import ApiReference

if TYPE_CHECKING:
    from jinja2 import Environment

THREADS = 4


class Templates:
    """Jinja2 templates with everything escaped, each compiled on its first use. A missing name is an error.

    Those of the package `templates` come after the pages' own.
    """

    def __init__(self, assets: Assets, templates: str = "") -> None:
        self._assets, self._packages = assets, [package for package in ("bowerbird.web", templates) if package]

    @cached_property
    def _environment(self) -> Environment:
        """Made for the first page: a server that only answers its API does without 2 MB."""
        from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

        environment = Environment(
            loader=ChoiceLoader([PackageLoader(package, "templates") for package in self._packages]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's own
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals |= {"current_language": current_language, "languages": LANGUAGES}
        environment.globals["asset"] = self._assets.address
        environment.filters |= {
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
            "translated": gettext,
        }
        return environment

    def render(self, name: str, values: dict[str, Any]) -> str:
        return self._environment.get_template(name).render(values)


class BodyBudget(Protocol):
    """Counts the bytes of request bodies in memory, including those of the API."""

    def hold(self, who: str, size: int) -> None:
        """Count `size` more bytes of a client. Raises Problem when the limit is reached."""

    def release(self, who: str, size: int) -> None: ...


class PageQueue(Protocol):
    """Gives the threads of the pages to one network after the other."""

    async def take(self, client: str) -> None:
        """Wait for a thread. Raises Problem when too many requests wait, or it takes too long."""

    def leave(self, client: str) -> None: ...


class _NoQueue:
    """Pages without a server around them."""

    async def take(self, client: str) -> None:
        pass

    def leave(self, client: str) -> None:
        pass


class _NoBudget:
    """Pages without a server around them."""

    def hold(self, who: str, size: int) -> None:
        pass

    release = hold


@dataclass(slots=True)
class PageContext:
    """`clock` is the time of sessions and links: people's time, which the sandbox clock does not move.

    `hooks` are what a sandbox attaches; `paths` are those of all pages and `urls` finds a page by its address: `build_web` sets them. Pages
    know nothing of the API, so the wiring says what they need of it: `describe` makes its description, `figures` and `bounds` are what the
    server has counted, and the settings that bound it. `messages` are receipts on their way to people, `confirmations` counts them.
    """

    services: Services
    public_url: str
    tokens: TokenReader
    hooks: PageHooks = field(default_factory=PageHooks)
    describe: Callable[[], dict[str, Any]] = dict
    paths: frozenset[str] = frozenset()
    urls: UrlMap[dict[str, Page]] | None = None
    figures: Callable[[], Figures] = lambda: Figures({}, {})
    bounds: Callable[[], list[Bound]] = list
    body_budget: BodyBudget = field(default_factory=_NoBudget)
    queue: PageQueue = field(default_factory=_NoQueue)
    checkup: Checkup = field(default_factory=Checkup)
    job_counts: Recent[dict[str, int]] = field(default_factory=lambda: Recent(count_jobs))
    clock: Clock = field(default_factory=SystemClock)
    assets: Assets = field(default_factory=Assets)
    held: HeldParts = field(default_factory=HeldParts)
    templates: Templates = field(init=False)
    reference: ApiReference = field(init=False)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="pages"))
    confirmations: ConfirmationCounter = field(default_factory=ConfirmationCounter)
    messages: Outbox = field(default_factory=Outbox)

    def __post_init__(self) -> None:
        self.templates = Templates(self.assets, self.hooks.templates)
        self.reference = ApiReference(self.describe)

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server over TLS only, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.messages.close()
