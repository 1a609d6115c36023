"""A page of another origin, in a real browser, makes the calls of a browser application with a token that it holds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.serving import Serving

SERVED_WITH = {"sandbox_controls": True}
ASK = """async ([method, url, token, body, mode]) => {
  const headers = token ? {Authorization: `Bearer ${token}`, Accept: "application/json", "basiq-version": "3.0"} : {};
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(url, {method, headers, body: body ?? undefined, credentials: mode ?? "omit"});
    const text = await answer.text();
    return {status: answer.status, json: text ? JSON.parse(text) : null, correlation: answer.headers.get("x-correlation-id")};
  } catch (error) { return {status: 0, json: null, correlation: String(error)}; }
}"""


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>App</title>")

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of an application on an origin of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context()
        opened = context.new_page()
        opened.goto(f"http://localhost:{server.server_port}/")
        yield opened
        context.close()
        server.shutdown()


def ask(page: Page, method: str, url: str, token: str = "", body: str | None = None, mode: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(ASK, [method, url, token, body, mode])
    return answer


def test_a_browser_application_makes_its_calls(page: Page, serving: Serving) -> None:
    app = serving.application(production=False)
    url, token = serving.url, app.token()
    made = ask(page, "POST", f"{url}/users", token, '{"email": "gavin@hooli.com", "mobile": "+61410888666"}')
    assert (made["status"], made["json"]["type"]) == (201, "user")
    user = f"{url}/users/{made['json']['id']}"
    login = '{"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}'
    job = ask(page, "POST", f"{user}/connections", token, login)
    assert job["status"] == 202
    app.settled(job["json"]["id"])
    for path in ("", "/connections", "/accounts", "/transactions?limit=5", "/jobs"):
        answer = ask(page, "GET", f"{user}{path}", token)
        assert answer["status"] == 200, path
        assert answer["correlation"], path
    assert ask(page, "GET", f"{url}/jobs/{job['json']['id']}", app.token("CLIENT_ACCESS", made["json"]["id"]))["status"] == 200
    assert ask(page, "GET", f"{url}/public/connectors")["status"] == 200
    assert ask(page, "DELETE", user, token)["status"] == 204
    assert ask(page, "GET", user, token)["json"]["data"][0]["code"] == "resource-not-found"


@pytest.mark.parametrize("path", ["/token", "/healthz", "/metrics", "/home", "/dashboard", "/_bowerbird/clock"])
def test_what_pages_of_others_may_not_read(page: Page, serving: Serving, path: str) -> None:
    assert ask(page, "POST" if path == "/token" else "GET", f"{serving.url}{path}")["status"] == 0


def test_cookies_are_never_sent_along(page: Page, serving: Serving) -> None:
    token = serving.application().token()
    assert ask(page, "GET", f"{serving.url}/connectors", token, mode="include")["status"] == 0
    assert ask(page, "GET", f"{serving.url}/connectors", token)["status"] == 200
