"""What each page weighs and how soon it can be used, beside a page without anything in the same browser."""

from __future__ import annotations

import statistics
import sys

import pytest

from tests.browser.browsing import Visitor
from tests.browser.test_dashboard import PAGES, Scene, address
from tests.serving import Serving

MOST_BYTES, MOST_REQUESTS = 140_000, 12
MOST_AGAIN = 70_000
_ENTRIES = """() => {
  const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return {bytes: all.reduce((sum, each) => sum + each.transferSize, 0), requests: all.length,
          ready: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd}; }"""


@pytest.fixture(scope="module")
def scene(serving: Serving) -> Scene:
    return Scene(serving)


def loaded(visitor: Visitor, path: str) -> dict[str, float]:
    visitor.page.goto(visitor.url + path, wait_until="load")
    found: dict[str, float] = visitor.page.evaluate(_ENTRIES)
    return found


def test_pages_are_light_and_soon_ready(scene: Scene, desktop: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    static = statistics.median(loaded(desktop, "/public/logos/AU00000.svg")["ready"] for _ in range(5))
    lines = [f"{'page':22} {'first bytes':>11} {'requests':>8} {'again':>8} {'ready ms':>8} {'× static':>8}"]
    for name in PAGES:
        desktop.context.new_cdp_session(desktop.page).send("Network.clearBrowserCache")
        first = loaded(desktop, address(scene, name))
        again = [loaded(desktop, address(scene, name)) for _ in range(3)]
        ready = statistics.median(each["ready"] for each in again)
        most = max(each["bytes"] for each in again)
        lines.append(f"{name:22} {first['bytes']:11,.0f} {first['requests']:8.0f} {most:8,.0f} {ready:8.1f} {ready / static:8.1f}")
        assert first["bytes"] <= MOST_BYTES, name
        assert first["requests"] <= MOST_REQUESTS, name
        assert most <= MOST_AGAIN, name
        assert ready <= 40 * static + 400, f"{name} was ready after {ready:.0f} ms, a static page after {static:.0f}"
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + f"\na static page is ready after {static:.1f} ms\n")
