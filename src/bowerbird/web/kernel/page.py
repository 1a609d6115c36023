"""An entry of the page map: the handler of a path, who may see it, and how large a form may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from bowerbird.model.http import FORM_BYTES
from bowerbird.model.reading import ReadKind

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest
    from bowerbird.web.kernel.response import PageResponse


class PageAccess(StrEnum):
    """Who may see a page: an operator, a person whom an application sent to the consent pages, or anyone, without a session."""

    OPERATOR = "operator"
    PERSON = "person"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Page:
    """A page. A POST is a form with a CSRF token, of at most `largest` bytes. `reads` is what it shows operators of a person.

    The handler runs on a worker thread, so it may block.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[PageRequest], PageResponse]
    access: PageAccess = PageAccess.OPERATOR
    largest: int = FORM_BYTES
    reads: ReadKind | None = None
