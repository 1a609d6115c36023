"""An entry of the page map: the handler of a path, who may see it, and how large a form may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from bowerbird.domain.operators.roles import Right
from bowerbird.model.http import FORM_BYTES
from bowerbird.model.reading import ReadKind

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest
    from bowerbird.web.kernel.response import PageResponse


class PageAccess(StrEnum):
    """Who may see a page that is no operator's: a person whom an application sent to the consent pages, or anyone, without a session."""

    PERSON = "person"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Page:
    """A page. A POST is a form with a CSRF token, of at most `largest` bytes. `reads` is what it shows operators of a person.

    `access` of an operator's page is the right it needs: a page that names none is the owners'. The audit records every POST of an
    operator, every page of a user's data, and what says `recorded`. The handler runs on a worker thread, so it may block.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[PageRequest], PageResponse]
    access: Right | PageAccess = Right.OWN
    largest: int = FORM_BYTES
    reads: ReadKind | None = None
    recorded: bool = False

    @property
    def shows_person(self) -> bool:
        """Whether opening the page is recorded in the audit."""
        return self.method == "GET" and (self.recorded or "{user_id}" in self.path)
