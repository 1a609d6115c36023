"""What every page of the map weighs, and how soon it can be used, beside a static picture of the same server in the same browser."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.measure import Effort, Row
from bench.places import folder
from bowerbird.logs import configure_logs
from tests.browser.browsing import PHONE, launch
from tests.receiver import Receiver
from tests.serving import Serving
from tests.web.page_visits import SIGNED_OUT, PageVisits

STATIC = "/public/logos/AU00000.svg"
MAX_BYTES, MAX_REQUESTS, MAX_PICTURE = 140_000, 20, 200_000
_ROUNDS, _QUICK_ROUNDS = 7, 2
_TIMES = """() => new Promise(done => {
  const own = performance.getEntriesByType('navigation')[0], all = [own, ...performance.getEntriesByType('resource')];
  const bytes = all.reduce((sum, each) => sum + each.transferSize, 0);
  const found = {bytes, requests: all.length, ready: own.domContentLoadedEventEnd, load: own.loadEventEnd, paint: 0};
  const paints = new PerformanceObserver(list => { found.paint = list.getEntries().at(-1).startTime; });
  paints.observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(found), 60); })"""


def run(effort: Effort) -> list[Row]:
    """Bars: at most 140 KB and 20 requests for a first visit, and 200 KB more where a page of a statement is pictured.

    The times are of later visits, with assets kept, in milliseconds.
    """
    configure_logs("error", "text")
    rounds = _QUICK_ROUNDS if effort.quick else _ROUNDS
    with _at_the_door() as (page, page_visits):
        first = {name: _first(page, page_visits, name, path) for name, path in page_visits.paths().items()}
        static, found = [], {name: [] for name in first}  # type: ignore[var-annotated]
        for _ in range(rounds):  # in turns, so that a busy moment of the machine falls on all
            static.append(_loaded(page, page_visits.serving.url + STATIC))
            for name, path in page_visits.paths().items():
                _be(page, page_visits, name)
                found[name].append(_loaded(page, page_visits.serving.url + path))
    plain = statistics.median(each["ready"] for each in static)
    return [_row(name, first[name], found[name], plain) for name in first]


@contextmanager
def _at_the_door() -> Iterator[tuple[Page, PageVisits]]:
    """A phone's window in a fresh browser, and a server with something to see."""
    with (
        folder("pages") as place,
        Receiver() as receiver,
        Serving(place, start=None, sandbox_controls=True, outbound_allow=receiver.host) as serving,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        page_visits = PageVisits(serving, receiver)
        context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
        yield context.new_page(), page_visits
        page_visits.person.close()
        browser.close()


def _be(page: Page, page_visits: PageVisits, name: str) -> None:
    """Signed in and at the consent pages, but for the page that asks for it."""
    known = {cookie["name"] for cookie in page.context.cookies()}
    if name == SIGNED_OUT:
        page.context.clear_cookies()
    elif not known >= set(page_visits.cookies):
        page.context.add_cookies(
            [{"name": key, "value": value, "url": page_visits.serving.url} for key, value in page_visits.cookies.items()]
        )


def _first(page: Page, page_visits: PageVisits, name: str, path: str) -> dict[str, Any]:
    """A visit of a browser that has nothing of ours."""
    _be(page, page_visits, name)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    return _loaded(page, page_visits.serving.url + path)


def _loaded(page: Page, url: str) -> dict[str, Any]:
    answer = page.goto(url, wait_until="load")
    assert answer is not None
    assert (answer.status, page.url) == (200, url)
    found: dict[str, Any] = page.evaluate(_TIMES)
    return found


def _row(name: str, first: dict[str, Any], later: list[dict[str, Any]], static: float) -> Row:
    ready, load, paint = (statistics.median(each[key] for each in later) for key in ("ready", "load", "paint"))
    again = statistics.median(each["bytes"] for each in later)
    most = MAX_BYTES + (MAX_PICTURE if name == "show_statement" else 0)
    light = first["bytes"] <= most and first["requests"] <= MAX_REQUESTS
    weight = f"{first['bytes'] / 1000:.0f} KB in {first['requests']}, then {again / 1000:.0f} KB"
    words = re.sub(r"^show_", "", name).replace("_", " ")
    times = f"{weight}; ready {ready:.0f}, largest paint {paint:.0f}, loaded {load:.0f} ms"
    return Row(f"page: {words}", times, f"ready {static:.0f} ms", f"{ready / static:.1f} ×", f"≤ {most // 1000} KB, {MAX_REQUESTS}", light)
