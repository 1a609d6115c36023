"""What the sandbox attaches to the pages. Each hook does nothing by default: a server runs without a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bowerbird.codes import Entry
from bowerbird.web.kernel.page import Page

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest

OFF = "This server runs without sandbox controls."


class ScenarioStep(NamedTuple):
    """One request of a scenario in words, with its answer once it has been run. `expected` marks the answer that carries the code."""

    line: str
    headers: str
    body: str
    notes: str
    status: int | None = None
    answer: str = ""
    expected: bool = False


class PageHooks:
    """`pages` are served beside those of the page map; their templates are found in `templates`, a package with a folder of that name."""

    pages: tuple[Page, ...] = ()
    templates: str = ""

    def why_unavailable(self, request: PageRequest) -> str:
        """Why the sandbox's controls are closed, as sentences; empty where they are open."""
        return OFF

    def changes(self, request: PageRequest) -> str:
        """What the sandbox's owner has changed, as a sentence for the overview; empty where nothing is changed."""
        return ""

    def scenario_of(self, entry: Entry) -> Sequence[ScenarioStep]:
        """The requests that provoke an entry of the catalogue; none where they are not known."""
        return ()

    def may_inject(self, entry: Entry) -> bool:
        """Whether a fault can make an entry happen."""
        return False

    def has_recorded(self, request: PageRequest, correlation_id: str) -> bool:
        """Whether the request inspector shows the request with this correlation id."""
        return False
