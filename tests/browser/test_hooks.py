"""Events, webhooks and the server's health, as an operator sees them. One sandbox for all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import PHONE, SMALLEST, PageClient
from tests.receiver import Receiver
from tests.serving import Application, Serving


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """It lets in what is about users, and complains about the rest."""
    refusal = (422, {"Content-Type": "text/html"}, b"<h1>cannot read</h1> <script>alert('receiver')</script> unknown event type")
    with Receiver(lambda request: 204 if request.json()["eventTypeId"].startswith("user.") else refusal) as started:
        yield started


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("hooks"), start=None, sandbox_controls=True, outbound_allow=receiver.host) as running:
        yield running


@pytest.fixture(scope="module")
def app(serving: Serving, receiver: Receiver) -> Application:
    """It subscribes to everything, and has received an event of a user."""
    made = serving.application("Budget app", production=False)
    assert made.post("/notifications/webhooks", json={"url": receiver.url}).status_code == 201
    made.new_user(email="gavin@hooli.com", firstName="<b>Gavin</b>")
    return made


def test_a_webhook_is_added_and_tested(app: Application, serving: Serving, receiver: Receiver, desktop: PageClient) -> None:
    page = desktop.open(f"/dashboard/events?application={serving.application('Another app', production=False).id}")
    expect(page.get_by_text("No events yet")).to_be_visible()
    page.get_by_role("link", name="Webhooks").last.click()
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    page.get_by_label("Address").fill("http://10.0.0.1/hook")
    desktop.expect_status(400)
    page.get_by_role("button", name="Add webhook").click()
    expect(page.get_by_role("alert")).to_contain_text("not public")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Add webhook").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    desktop.check_page()
    page.get_by_role("link", name="Done").click()
    page.get_by_label("Event", exact=True).select_option("user.created")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("heading", name="Delivered")).to_be_visible()


def test_a_refused_message_is_pictured(app: Application, desktop: PageClient, signed_in: Callable[..., PageClient]) -> None:
    richard = app.new_user(email="richard@piedpiper.com", firstName="Richard <i>H</i>")
    assert app.settled(app.connect(richard, "gavinBelson", "hooli2016"))
    page = desktop.open("/dashboard/webhooks")
    page.get_by_role("link", name=re.compile("^http:")).click()
    page.get_by_role("link", name="connection.created").click()
    expect(page.get_by_text("unknown event type").first).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Sending|Waiting for its next attempt"))).to_be_visible()
    message = page.url.removeprefix(desktop.url)
    webhook = message.rpartition("/messages/")[0]
    event = page.get_by_role("link", name="connection.created").last.get_attribute("href") or ""
    narrow = signed_in(PHONE, color_scheme="dark", has_touch=True)
    shown = {"events": "/dashboard/events", "event": event, "webhooks": "/dashboard/webhooks", "webhook": webhook, "message": message}
    for name, path in shown.items():
        desktop.open(path)
        desktop.check_page()
        desktop.picture(name)
        narrow.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        narrow.open(path)
        narrow.check_width()
    narrow.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for name in ("webhook", "message"):
        narrow.open(shown[name])
        narrow.picture(f"{name}-phone")
    narrow.check_page()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_webhook_is_stopped_started_and_pictured(signed_in: Callable[..., PageClient], app: Application, script: bool) -> None:
    page_client = signed_in(java_script_enabled=script)
    page = page_client.open("/dashboard/webhooks")
    page.get_by_role("link", name=re.compile("^http:")).click()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("heading", name="Disabled: nothing is sent")).to_be_visible()
    if script:
        page_client.check_page()
        page_client.picture("webhook-disabled")
    page.get_by_role("button", name="Enable and resend").click()
    expect(page.get_by_text("missed messages are being sent")).to_be_visible()
    page.get_by_role("link", name="user.created").first.click()
    page.get_by_role("button", name=re.compile("Resend|Send now")).click()
    expect(page.get_by_text("The message is being sent again")).to_be_visible()


def test_a_request_is_sent_again_and_pictured(signed_in: Callable[..., PageClient], app: Application) -> None:
    user = app.new_user(email="monica@hooli.com", firstName="<img src=x onerror=alert(1)>")
    read = app.get(f"/users/{user}")
    app.post(f"/users/{user}", json={"firstName": "Monica"})
    asked = app.post(
        f"/users/{user}/connections", json={"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
    )
    page_client = signed_in(color_scheme="dark")
    page = page_client.open(f"/dashboard/requests/{read.headers['x-correlation-id']}")
    page.get_by_role("button", name="Resend").click()
    expect(page.get_by_role("heading", name=re.compile("What differs"))).to_be_visible()
    page_client.check_page()
    page_client.picture("request-again")
    page = page_client.open(f"/dashboard/requests/{asked.headers['x-correlation-id']}")
    page_client.check_page()
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    page_client.check_width()
    page.get_by_label("loginId").fill("stranger")
    page.get_by_label("password").fill("wrong")
    page.get_by_role("button", name="Resend").click()
    expect(page.get_by_text("The same status")).to_be_visible()
    page_client.check_width()


def test_the_servers_health_is_pictured(app: Application, desktop: PageClient, signed_in: Callable[..., PageClient]) -> None:
    app.get("/users/none")
    desktop.open("/dashboard/health")
    desktop.check_page()
    desktop.picture("health")
    narrow = signed_in(PHONE, color_scheme="dark", has_touch=True)
    page = narrow.open("/dashboard/health")
    narrow.check_page()
    narrow.picture("health-phone")
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    narrow.check_width()
