"""A real browser for tests: Debian's Chromium, driven by Playwright, with everything it complains about written down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, FloatRect, Page, Playwright

from tests.browser.sheet import note

PHONE = (390, 844)
DESKTOP = (1280, 900)
SMALLEST = (320, 640)

_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --hide-scrollbars --force-color-profile=srgb"
).split()
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
_BREACHES = """async contrast => {
  const left = ["experimental", "deprecated"];
  const light = rule => ["minor", "moderate"].includes(rule.impact) || rule.tags.some(tag => left.includes(tag));
  const grave = axe._audit.rules.filter(rule => rule.enabled && !light(rule)).map(rule => rule.id);
  const values = grave.filter(id => contrast || id !== "color-contrast");
  const found = await axe.run(document, {resultTypes: ["violations"], runOnly: {type: "rule", values}});
  return found.violations.flatMap(each => each.nodes.map(node => [each.id, each.impact, each.help, node.html])); }"""
_SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main a.button, main summary")].filter(target => {
  const box = target.getBoundingClientRect();
  return box.width > 0 && (box.width < 24 || box.height < 24); }).map(target => target.outerHTML.slice(0, 120))"""
_BUTTONS_OUT_OF_SIGHT = """() => [...document.querySelectorAll("main .scroll :is(button, a.button)")].filter(button => {
  const box = button.getBoundingClientRect();
  return box.width > 0 && box.right > button.closest(".scroll").getBoundingClientRect().right + 1;
}).map(button => button.outerHTML.slice(0, 120))"""
_SURROUNDINGS = """() => {
  const name = e => `${e.localName}.${e.className.baseVal ?? e.className}${e.matches(':disabled') ? '!' : ''}`;
  const of = e => e ? `${of(e.parentElement)}/${name(e)}` : '';
  const scheme = `${matchMedia('(prefers-color-scheme: dark)').matches}${document.documentElement.dataset.theme}${innerWidth < 700}`;
  return [...new Set([...document.body.querySelectorAll('*')].map(e => scheme + of(e)))]; }"""
_JUDGED: set[str] = set()
"""Elements in their surroundings and colours whose contrast was judged, on any page: computing it takes most of the time."""
_HEIGHT = "document.querySelector(':popover-open') ? innerHeight : document.documentElement.scrollHeight"
_TALLEST, _COLOURS = 1500, 32
"""Of a picture for the documentation: pixels and colours."""
_GRAVE = ("serious", "critical")
_TYPED_EARLY = "Autofocus processing was blocked"
"""Chromium logs this about a closed dialog's button when a test types before the page is painted. People are not as quick."""


def executable() -> str:
    """Where Chromium is: CHROMIUM, or what the system has."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise FileNotFoundError("these tests drive a real browser: run `make test`, or install chromium, or name yours in CHROMIUM=")
    return found


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=_QUIET)


class PageClient:
    """A person at a browser, on one server. `complaints` are the errors and warnings that the browser logged.

    `spoilt` says that the window holds something of its test that cannot be taken out of it.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.url = context, ""
        self.spoilt = False
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.page: Page = context.new_page()
        self._watch(self.page)

    def forget(self, size: tuple[int, int]) -> None:
        """Sign out and go to an empty page."""
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        self.page.goto("about:blank")
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.context.clear_cookies()
        self.complaints.clear()
        self.expected.clear()

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def _console(self, message: ConsoleMessage) -> None:
        if _TYPED_EARLY in message.text or any(f"status of {status}" in message.text for status in self.expected):
            return
        self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, url: str, failure: str | None) -> None:
        if failure != "net::ERR_ABORTED":  # a page was left while it still loaded
            self.complaints.append(f"failed: {url} {failure}")

    def expect_status(self, *statuses: int) -> None:
        """The browser writes down every answer that says no: these are meant."""
        self.expected |= set(statuses)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def check_page(self) -> None:
        """What holds for every page: nothing grave for a screen reader, nothing wider than the window, one main heading."""
        if os.environ.get("SCREENSHOTS"):
            return  # a run for pictures; plain runs judge
        self.page.evaluate(_AXE)
        seen = set(self.page.evaluate(_SURROUNDINGS))
        breaches = self.page.evaluate(_BREACHES, not seen <= _JUDGED)
        grave = [f"{name}: {description}: {markup[:160]}" for name, impact, description, markup in breaches if impact in _GRAVE]
        assert not grave, "\n".join(grave)
        _JUDGED.update(seen)
        self.check_width()
        assert self.page.locator("h1").count() == 1, self.page.url

    def check_width(self) -> None:
        width, room = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= room, f"{self.page.url} is {width} px wide in a window of {room}"

    def check_buttons(self) -> None:
        """No table has to be scrolled for its buttons."""
        hidden = self.page.evaluate(_BUTTONS_OUT_OF_SIGHT)
        assert not hidden, f"{self.page.url}: only scrolling a table shows {hidden}"

    def check_targets(self) -> None:
        """A finger meets what can be pressed: nothing is lower or narrower than 24 px (WCAG 2.2, 2.5.8)."""
        small = self.page.evaluate(_SMALL_TARGETS)
        assert not small, f"{self.page.url}: {small}"

    def picture(self, name: str) -> None:
        """Keep a small picture for the documentation, where `make screenshots` asks for them."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state("networkidle")  # icons come after the page
        self.page.evaluate("scrollTo(0, 0)")  # the menu stays at the top of the window
        width = self.page.evaluate("innerWidth")
        height = min(self.page.evaluate(_HEIGHT), _TALLEST)
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
        taken = self.page.screenshot(full_page=True, animations="disabled", clip=clip)
        Image.open(BytesIO(taken)).convert("RGB").quantize(_COLOURS).save(Path(folder) / f"{name}.png", optimize=True)
        note(Path(folder), name, urlsplit(self.page.url).path)


class Windows:
    """The windows of one browser, lent to one test after the other: a new one costs more than most tests do."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[PageClient]] = {}

    @contextmanager
    def lend(self, url: str, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[PageClient]:
        """A window as if it were new. When it comes back its console must have stayed clean; after a failure it is not used again."""
        idle = self._idle.setdefault(f"{size} {sorted(options.items())}", [])
        page_client = idle.pop() if idle else self._opened(size, options)
        page_client.url = url
        try:
            yield page_client
            assert not page_client.complaints, "\n".join(page_client.complaints)
        except BaseException:
            page_client.context.close()
            raise
        with suppress(Error):  # still on its way somewhere: the next test gets another window
            if not page_client.spoilt:
                page_client.forget(size)
                idle.append(page_client)
                return
        page_client.context.close()

    def _opened(self, size: tuple[int, int], options: dict[str, Any]) -> PageClient:
        own = {"width": size[0], "height": size[1]}
        context = self._browser.new_context(
            viewport=own, locale="en-AU", timezone_id="Australia/Sydney", reduced_motion="reduce", **options  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(15_000)
        return PageClient(context)
