"""One browser a run, one server a module, and visitors on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsing import DESKTOP, PHONE, Visitor, launch, visiting
from tests.serving import Serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, serving: Serving) -> Iterator[Callable[..., Visitor]]:
    """Opens windows on the module's server; their consoles are judged when the test ends."""
    with ExitStack() as windows:
        yield lambda size=DESKTOP, **options: windows.enter_context(visiting(browser, serving.url, size, **options))


@pytest.fixture
def desktop(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


@pytest.fixture
def phone(visit: Callable[..., Visitor]) -> Visitor:
    return visit(PHONE, has_touch=True)
