"""Once a database has held real data no click, reset, restore or restart makes it a sandbox again: tried through the pages."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from bowerbird import codes
from bowerbird.domain.access.applications import give_production
from bowerbird.domain.access.real_data import why_closed
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Claims, Scope
from bowerbird.domain.consents.person_sessions import Intent, create_session_for_token
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from bowerbird.sandbox.controls import inspector_of
from bowerbird.sandbox.pages.hooks import CONTROL_PAGES
from bowerbird.storage.database.tables import person_sessions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.api.response_checks import refusal_of
from tests.postgres import settings_of
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person
from tests.web.test_demo_customers import home_of
from tests.web.test_sign_in import address_of

pytestmark = pytest.mark.both_engines

FOR_GOOD = "so its sandbox controls are closed for good"
SECOND = "--sandbox-controls --data sandbox"


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    """A sandbox as `make run` starts it."""
    with Serving(tmp_path, start=None, sandbox_controls=True, **settings_of(request)) as started:
        make_operator(started)
        yield started


@pytest.fixture
def ana(serving: Serving) -> Iterator[Pages]:
    pages = Pages(serving)
    assert pages.sign_in().status_code == 303
    yield pages
    pages.close()


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application("Budget app", production=False)


def address(app: Application) -> str:
    return f"/dashboard/applications/{app.id}"


def set_production(ana: Pages, app: Application, wanted: str) -> httpx2.Response:
    return ana.send(f"{address(app)}/production", {"production": wanted, "name": "Budget app"}, on=address(app))


def text_of(answer: httpx2.Response) -> str:
    return html.unescape(answer.text)


def control(serving: Serving, method: str, path: str, **options: Any) -> httpx2.Response:
    """The control plane, asked by a program of this machine."""
    return httpx2.request(method, f"{serving.url}/_bowerbird{path}", timeout=30, **options)


def assert_closed(serving: Serving, ana: Pages, app: Application, user: str) -> None:
    """Every way to play with this server is shut, and says why and what to do instead."""
    for path in sorted({operation.path for operation in CONTROL_OPERATIONS}):
        for method in ("GET", "POST", "DELETE"):
            refusal = refusal_of(httpx2.request(method, serving.url + path, timeout=30))
            assert (refusal.status, FOR_GOOD in refusal.detail, SECOND in refusal.detail) == (404, True, True), path
    for page in CONTROL_PAGES:
        where = address_of(page.path)
        answer = ana.get(where) if page.method == "GET" else ana.send(where, {"keep": "yes", "name": "before"}, on="/dashboard/account")
        assert answer.status_code == (200 if page.method == "GET" else 403), page.name
        assert FOR_GOOD in text_of(answer), page.name
        assert SECOND in text_of(answer), page.name
    assert "Open it as" not in ana.get(home_of(app, user)).text
    request = ana.send(f"{home_of(app, user)}/visit", on=home_of(app, user))
    assert (request.status_code, "only they can agree" in request.text, FOR_GOOD in text_of(request)) == (403, True, True)
    assert not ana.http.cookies.get("bowerbird-person")
    for path, form in (
        (f"{address(app)}/rehearsal", {"rehearsal": "yes"}),
        ("/dashboard/codes", {"code": "service-unavailable"}),
        ("/docs/key", {"application": app.id}),
    ):
        assert ana.send(path, form, on="/dashboard/account").status_code in (400, 403, 409), path
    injected = app.get("/connectors", headers={"X-Bowerbird-Fault": "service-unavailable"})
    assert injected.status_code == 200, "no fault is injected"


def test_the_click_sequence_reopens_nothing(serving: Serving, ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com", mobile="0410888666")
    if serving.services.storage.is_sqlite:
        assert control(serving, "POST", "/snapshots", json={"name": "before"}).status_code in (200, 201)
    assert control(serving, "POST", "/limits", json={"csvMaxRows": 7}).is_success
    assert control(serving, "POST", "/faults", json={"operation": "listJobs", "code": "service-unavailable"}).is_success
    page = text_of(ana.get(address(app)))
    assert "The sandbox controls close for good" in page, "the page warns before the first click"
    assert "the users that this application has count as real people" in page
    assert set_production(ana, app, "yes").headers["location"].endswith("?done=production")
    page = text_of(ana.get(address(app)))
    assert "Remove production access" not in page
    assert "production access cannot be removed" in page
    assert_closed(serving, ana, app, user)
    refused = set_production(ana, app, "no")
    assert refused.status_code == 409
    assert FOR_GOOD in text_of(refused)
    assert SECOND in text_of(refused)
    assert_closed(serving, ana, app, user)
    assert app.get(f"/users/{user}").status_code == 200, "the person is still there"
    assert app.get(f"/users/{user}/jobs").status_code == 200, "what was turned no longer holds"
    assert serving.services.limits.csv_max_rows == serving.settings.csv_max_rows
    assert app.delete(f"/users/{user}").status_code == 204
    assert set_production(ana, app, "no").status_code == 409, "what was once there is a fact"
    again = open_services(serving.settings)
    assert FOR_GOOD in again.storage.read_now(why_closed, tenant=EVERY_TENANT)
    again.close()


def test_production_without_real_data_is_taken_back(serving: Serving, ana: Pages, app: Application) -> None:
    other = serving.application("Another", production=False)
    user = other.new_user()
    assert "once the first real data is stored" in text_of(ana.get(address(app)))
    assert set_production(ana, app, "yes").status_code == 303
    refusal = refusal_of(control(serving, "GET", "/codes"))
    assert (refusal.status, "has production access" in refusal.detail) == (404, True)
    assert "Open it as" not in ana.get(home_of(other, user)).text
    assert other.new_user(), "a user of a sandbox application is no real person"
    assert set_production(ana, app, "no").headers["location"].endswith("?done=sandbox")
    assert control(serving, "GET", "/codes").status_code == 200
    assert set_production(ana, app, "yes").status_code == 303
    person = app.new_user()
    assert set_production(ana, app, "no").status_code == 409
    assert_closed(serving, ana, app, person)


def test_no_operator_stays_signed_in_as_a_real_person(serving: Serving, ana: Pages, app: Application) -> None:
    user = app.new_user(email="jo@example.com")
    assert ana.send(f"{home_of(app, user)}/visit", on=home_of(app, user)).headers["location"] == "/home"
    assert ana.get("/home/consent").status_code == 200
    assert set_production(ana, app, "yes").status_code == 303
    assert ana.get("/home/consent").status_code != 200
    person = Person(serving, app, user)
    person.land()
    assert person.agree().status_code == 303, "the person can"
    person.close()


def test_nothing_from_the_sandbox_agrees_in_the_name_of_a_real_person(serving: Serving, ana: Pages, app: Application) -> None:
    """A code of an auth link shown, a key for trying, and tokens for the person: each made before production access, used after."""
    user = app.new_user(email="jo@example.com", mobile="0410888666")
    link = app.post(f"/users/{user}/auth_link").json()["links"]["public"]
    entered, right = Pages(serving), Pages(serving)
    for visitor in (entered, right):
        visitor.get(link.removeprefix(serving.url))
    right.send("/links/send", on="/links")
    shown = re.search(r'class="sent-code">(\d{6})<', ana.get("/dashboard/requests").text)
    assert shown is not None
    marks = {visitor: visitor.token("/links") for visitor in (entered, right)}
    assert ana.send("/docs/key", {"application": app.id}, on="/dashboard/account").status_code == 303
    trying = next(cookie.value for cookie in ana.http.cookies.jar if "try" in cookie.name)
    own_key = {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}
    trying_key = {"Authorization": f"Basic {trying}", "basiq-version": "3.0"}
    form = {"scope": "CLIENT_ACCESS", "userId": user}
    earlier = httpx2.post(f"{serving.url}/token", headers=trying_key, data=form, timeout=30).json()["access_token"]
    assert set_production(ana, app, "yes").status_code == 303
    for visitor in (entered, right):
        assert visitor.get("/links").status_code == 410
        answer = visitor.http.post("/links/check", data={"csrf": marks[visitor], "code": shown[1]})
        assert (answer.status_code, visitor.get("/home/consent").status_code) == (410, 403)
    assert refusal_of(app.get(f"/users/{user}/auth_link")).status == 410
    assert httpx2.post(f"{serving.url}/token", headers=trying_key, data=form, timeout=30).status_code == 404
    assert entered.get("/home", params={"token": earlier}).headers["location"] == "/home/sorry?why=token"
    later = httpx2.post(f"{serving.url}/token", headers=own_key, data=form, timeout=30).json()["access_token"]
    assert entered.get("/home", params={"token": later}).headers["location"] == "/home"
    assert entered.get("/home/consent").status_code == 200, "the person comes in with a new token"
    entered.close()
    right.close()


def test_no_session_opens_while_production_access_is_given(serving: Serving, app: Application) -> None:
    """The sandbox's ways in beside the change, from many threads: what is open afterwards was let in by no one of the sandbox."""
    user, services = Tenant(app.id, app.new_user()), serving.services
    claims = Claims(app.id, Scope.CLIENT_ACCESS, user.user_id, "3.0", 2**31, production=False)
    started = threading.Barrier(5)

    def open_one(session: Session) -> str:
        return create_session_for_token(session, claims, Intent(), 0)

    def enter() -> None:
        services.write_now(open_one, tenant=user)
        started.wait()
        while True:
            services.write_now(open_one, tenant=user)

    with ThreadPoolExecutor(4) as pool:
        entering = [pool.submit(enter) for _ in range(4)]
        started.wait()
        services.write_now(give_production, tenant=Tenant(app.id, ""))
        refusals = [each.exception(30) for each in entering]
    assert [each.entry for each in refusals if isinstance(each, Problem)] == [codes.INVALID_TOKEN] * 4
    left = services.read_now(lambda session: session.uow.rows(select(person_sessions.c.hash)), tenant=Tenant(app.id, ""))
    assert not left


def test_a_turned_clock_keeps_production_out(serving: Serving, ana: Pages, app: Application) -> None:
    assert control(serving, "POST", "/clock", json={"advanceSeconds": 60}).status_code == 200
    refused = set_production(ana, app, "yes")
    assert (refused.status_code, "choose another folder" in refused.text) == (409, True)
    assert control(serving, "GET", "/codes").status_code == 200


def test_codes_of_links_and_requests_are_shown_in_a_sandbox_only(serving: Serving, ana: Pages, app: Application) -> None:
    user = app.new_user(email="jo@example.com", mobile="0410888666")

    def code_page() -> str:
        made = app.post(f"/users/{user}/auth_link").json()["links"]["public"]
        page_client = Pages(serving)
        page_client.get(made.removeprefix(serving.url))
        page_client.send("/links/send", on="/links")
        page = page_client.get("/links").text
        page_client.close()
        return page

    assert "no message is sent" in code_page()
    seen = app.get(f"/users/{user}").headers["x-correlation-id"]
    assert ana.get(f"/dashboard/requests/{seen}").status_code == 200
    assert set_production(ana, app, "yes").status_code == 303
    assert "no message is sent" not in code_page()
    seen = app.get(f"/users/{user}").headers["x-correlation-id"]
    assert ana.get(f"/dashboard/requests/{seen}").status_code == 404
    inspector = inspector_of(serving.services)
    assert inspector is not None
    assert inspector.find(seen) is None, "nothing of a real person is kept for the sandbox"
