"""One browser for all of these tests, one server a module with an operator signed in, and visitors on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsing import DESKTOP, PHONE, PageClient, Windows, launch
from tests.serving import Serving
from tests.web.client import make_operator, session_of


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed behind the last of these tests: Playwright's loop runs in this thread, where later tests start loops of their own."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The module's server, with what its SERVED_WITH says."""
    with Serving(tmp_path_factory.mktemp("web"), **getattr(request.module, "SERVED_WITH", {})) as running:
        yield running


@pytest.fixture(scope="module")
def operator(serving: Serving) -> str:
    """The id of an operator who may sign in."""
    return make_operator(serving)


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def open_client(windows: Windows, serving: Serving) -> Iterator[Callable[..., PageClient]]:
    """Opens windows on the module's server; their consoles are judged when the test ends."""
    with ExitStack() as lent:
        yield lambda size=DESKTOP, **options: lent.enter_context(windows.lend(serving.url, size, **options))


@pytest.fixture
def signed_in(open_client: Callable[..., PageClient], serving: Serving, operator: str) -> Callable[..., PageClient]:
    """Opens windows of an operator who has signed in."""

    def open_window(size: tuple[int, int] = DESKTOP, **options: object) -> PageClient:
        page_client = open_client(size, **options)
        cookie = {"name": "bowerbird-session", "value": session_of(serving, operator), "url": serving.url}
        page_client.context.add_cookies([cookie])  # type: ignore[list-item]
        return page_client

    return open_window


@pytest.fixture
def desktop(signed_in: Callable[..., PageClient]) -> PageClient:
    return signed_in()


@pytest.fixture
def phone(signed_in: Callable[..., PageClient]) -> PageClient:
    return signed_in(PHONE, has_touch=True)
