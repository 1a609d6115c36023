"""The page map: every page of the server, in one place."""

from __future__ import annotations

from bowerbird.web.dashboard import account, components, entrance, overview, theme
from bowerbird.web.page import Access, Page

AREAS = frozenset({"dashboard", "home", "assets", "docs"})
"""First segments of the paths that are pages; every other path is the API's."""

_ANYONE = Access.ANYONE

let_in = entrance.let_in
"""Runs before every page and its form's check: knows the visitor by their session, or answers instead of the page."""

PAGES: tuple[Page, ...] = (
    Page("show_overview", "GET", "/dashboard", overview.show_overview),
    Page("show_sign_in", "GET", "/dashboard/sign-in", entrance.show_sign_in, _ANYONE),
    Page("sign_in", "POST", "/dashboard/sign-in", entrance.sign_in, _ANYONE),
    Page("sign_out", "POST", "/dashboard/sign-out", entrance.sign_out),
    Page("open_link", "GET", "/dashboard/link/{secret}", entrance.open_link, _ANYONE),
    Page("show_welcome", "GET", "/dashboard/welcome", entrance.show_welcome, _ANYONE),
    Page("use_link", "POST", "/dashboard/welcome", entrance.use_link, _ANYONE),
    Page("show_account", "GET", "/dashboard/account", account.show_account),
    Page("change_password", "POST", "/dashboard/account/password", account.change_password),
    Page("set_theme", "POST", "/dashboard/theme", theme.set_theme, _ANYONE),
    Page("show_components", "GET", "/dashboard/components", components.show_components, _ANYONE),
)
