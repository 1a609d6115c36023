"""A row of the page map: which handler answers a path, who may ask, and how much may be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bowerbird.web.kernel.request import PageRequest
    from bowerbird.web.kernel.response import PageResponse

FORM_BYTES = 65_536
"""A form without a file."""


class PageAccess(StrEnum):
    """Who may see a page. `anyone` needs no session; what such a page shows is its handler's affair.

    `person` is somebody whom an application sent to the consent pages.
    """

    OPERATOR = "operator"
    PERSON = "person"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. A POST is always a form with a CSRF token; `largest` bounds its body in bytes.

    The handler runs on a thread of its own, so it may read, write and wait.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    handler: Callable[[PageRequest], PageResponse]
    access: PageAccess = PageAccess.OPERATOR
    largest: int = FORM_BYTES
