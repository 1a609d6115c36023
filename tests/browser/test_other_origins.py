"""A page of another origin, in a real browser, makes the calls of a browser application with a token that it holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from tests.serving import Application, Serving, until

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


AXIOS = """([method, url, fields, body]) => new Promise(resolve => {
  const request = new XMLHttpRequest();
  request.open(method, url);
  for (const [name, value] of Object.entries(fields)) request.setRequestHeader(name, value);
  const exposed = () => Object.fromEntries(request.getAllResponseHeaders().trim().split(/\\r?\\n/).map(line => line.split(/: (.*)/)));
  request.onload = () => {
    const isJson = (request.getResponseHeader("content-type") ?? "").includes("json");
    resolve({status: request.status, json: isJson ? JSON.parse(request.responseText) : null, headers: exposed()});
  };
  request.onerror = () => resolve({status: 0, json: null, headers: {}});
  request.send(body);
})"""
"""A call as axios makes it in a browser."""


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


class DemoApplication:
    """The calls of the vendor's demo applications, with the headers they send: no version, and a content type only with a body."""

    def __init__(self, page: Page, url: str, token: str) -> None:
        self._page, self._url, self._token = page, url, token

    def call(self, method: str, path: str, body: object = None, accept: str = "application/json") -> dict[str, Any]:
        fields = {"accept": accept, "authorization": f"Bearer {self._token}"} | ({"content-type": "application/json"} if body else {})
        sent = None if body is None else json.dumps(body)
        answer: dict[str, Any] = self._page.evaluate(AXIOS, [method, urljoin(self._url, path), fields, sent])
        return answer

    def read(self, method: str, path: str, body: object = None) -> Any:
        """What an answer says."""
        answer = self.call(method, path, body)
        assert 200 <= answer["status"] < 300, (method, path, answer)
        return answer["json"]

    def settled(self, job_id: str) -> dict[str, Any]:
        """A job, asked for again until its first step has ended."""

        def look() -> dict[str, Any] | None:
            job: dict[str, Any] = self.read("GET", f"/jobs/{job_id}")
            return job if job["steps"][0]["status"] in ("success", "failed") else None

        return until(look, f"job {job_id}")


def ana(serving: Serving) -> tuple[Application, str]:
    """An application in its sandbox, and a customer of it whose accounts are read."""
    app = serving.application(production=False)
    user = app.new_user(email="gavin@hooli.com", mobile="+61410888666")
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    app.wait_until_enriched()
    return app, user


@pytest.mark.parametrize("kind", ["income", "expense"])
def test_the_calls_of_the_income_verification_demo(page: Page, serving: Serving, kind: str) -> None:
    """The user, its connection and institution, its accounts, and a report that is waited for and followed by its link."""
    app, user = ana(serving)
    demo = DemoApplication(page, serving.url, app.token())
    assert [each["id"] for each in demo.read("GET", "/users?limit=1")["data"]] == [user]
    connection = demo.read("GET", f"/users/{user}")["connections"]["data"][0]["id"]
    institution = demo.read("GET", f"/users/{user}/connections/{connection}")["institution"]["id"]
    assert demo.read("GET", f"/institutions/{institution}")["name"] == "Hooli Bank"
    accounts = [each["id"] for each in demo.read("GET", f"/users/{user}/accounts")["data"] if each["class"]["type"] == "transaction"]
    values = {"fromDate": "2025-09-01", "toDate": "2026-02-28", "accounts": accounts[:1], "users": [user], "reportSubType": kind}
    filters = [{"name": name, "value": value} for name, value in values.items()]
    job = demo.read("POST", "/reports", {"reportType": "CON_AFFOR_01", "title": "Default Title", "filters": filters})
    report = demo.read("GET", demo.settled(job["id"])["links"]["source"])
    assert report["title"] == "Default Title"
    assert {metric["result"]["format"] for metric in report["data"]["metrics"]} >= {"money", "percent"}
    analyses = [part["analysis"] for group in report["data"]["groups"] for part in (group, *group["subgroup"])]
    assert {"Monthly", "Irregular"} <= {each["frequency"]["display"] for each in analyses}
    assert {type(each["frequency"]["next"][name]) for each in analyses for name in ("date", "amount")} == {str}


def test_the_calls_of_the_account_verification_demo(page: Page, serving: Serving) -> None:
    """With the customer's own token the page follows a job. What that token may not do is answered so that the page can say why."""
    app, user = ana(serving)
    job_id = app.connect(user, "gavinBelson", "hooli2016")
    demo = DemoApplication(page, serving.url, app.token("CLIENT_ACCESS", user))
    assert demo.settled(job_id)["steps"][0]["title"] == "verify-credentials"
    for method, path in (("GET", "/consents"), ("POST", "/connections"), ("DELETE", "/connections/none"), ("DELETE", "")):
        answer = demo.call(method, f"/users/{user}{path}", {"loginId": "gavinBelson"} if method == "POST" else None)
        assert (answer["status"], answer["json"]["data"][0]["title"]) == (403, "Forbidden Access"), path
    server = DemoApplication(page, serving.url, app.token())
    assert server.read("GET", f"/users/{user}/consents")["type"] == "list"
    assert server.call("DELETE", f"/users/{user}")["status"] == 204


def test_the_calls_of_the_money_demo(page: Page, serving: Serving) -> None:
    """A report of all accounts as PDF, a transaction by itself, and what is not there answered so that the page can go on without it."""
    app, user = ana(serving)
    demo = DemoApplication(page, serving.url, app.token())
    values = {"fromDate": "2025-09-01", "toDate": "2026-02-28", "users": [user], "accounts": list[str]()}
    filters = [{"name": name, "value": value} for name, value in values.items()]
    job = demo.read("POST", "/reports", {"reportType": "CON_AFFOR_01", "title": "Full Net Worth Report", "filters": filters})
    printed = demo.call("GET", demo.settled(job["id"])["links"]["source"], accept="application/pdf")
    assert (printed["status"], printed["headers"]["content-type"]) == (200, "application/pdf")
    assert demo.call("GET", f"/users/{user}/insights")["json"]["data"][0]["code"] == "resource-not-found"
    transaction = demo.read("GET", f"/users/{user}/transactions?limit=500")["data"][0]["id"]
    assert demo.read("GET", f"/users/{user}/transactions/{transaction}")["id"] == transaction


@pytest.mark.parametrize("path", ["affordability", "income", "expenses"])
def test_summaries_are_made_and_read_from_a_page(page: Page, serving: Serving, path: str) -> None:
    app, user = ana(serving)
    demo = DemoApplication(page, serving.url, app.token())
    made = demo.read("POST", f"/users/{user}/{path}", {"fromMonth": "2025-09", "toMonth": "2026-02"})
    again = demo.call("GET", made["links"]["self"])
    assert (again["status"], again["json"]["id"]) == (200, made["id"])
    assert {"etag", "x-correlation-id"} <= again["headers"].keys()


@pytest.mark.parametrize("path", ["/token", "/healthz", "/metrics", "/home", "/dashboard", "/_bowerbird/clock"])
def test_what_pages_of_others_may_not_read(page: Page, serving: Serving, path: str) -> None:
    assert ask(page, "POST" if path == "/token" else "GET", f"{serving.url}{path}")["status"] == 0


def test_cookies_are_never_sent_along(page: Page, serving: Serving) -> None:
    token = serving.application().token()
    assert ask(page, "GET", f"{serving.url}/connectors", token, mode="include")["status"] == 0
    assert ask(page, "GET", f"{serving.url}/connectors", token)["status"] == 200
