"""The page map: every page of the server, in one place."""

from __future__ import annotations

from bowerbird.web.dashboard import components, theme
from bowerbird.web.page import Access, Page
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

AREAS = frozenset({"dashboard", "home", "assets", "docs"})
"""First segments of the paths that are pages; every other path is the API's."""

PAGES: tuple[Page, ...] = (
    Page("set_theme", "POST", "/dashboard/theme", theme.set_theme, Access.ANYONE),
    Page("show_components", "GET", "/dashboard/components", components.show_components, Access.ANYONE),
)


def let_in(_visit: Visit, _page: Page) -> Reply | None:
    """What to answer instead of the page, None when the visitor may see it."""
    return None
