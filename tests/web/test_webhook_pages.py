"""Events, webhooks and their messages: what is shown, what can be done about each, and hostile texts as texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest

from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from bowerbird.model.event import EventType
from bowerbird.storage.rows import messages as message_rows
from bowerbird.web.dashboard.notifications.messages import words_of
from tests.receiver import Answer, Received, Receiver
from tests.serving import Application, Serving, until
from tests.web.client import Pages

ID = "00000000-0000-4000-8000-000000000000"
HOSTILE = b"<script>alert(1)</script>\x00 it is \xff broken"
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("hooks"), outbound_allow=receiver.host) as started:
        started.server.web.clock = started.clock
        yield started


@pytest.fixture
def app(running: Serving, receiver: Receiver) -> Application:
    receiver.answer = lambda _: 204
    receiver.received.clear()
    return running.application("<b>Budget</b>", production=False)


def address(app: Application) -> str:
    return f"/dashboard/applications/{app.id}"


def add_webhook(ana: Pages, app: Application, url: str, *types: str) -> str:
    """A webhook made on the page; the path of its own page."""
    form = {"url": url, "types": list(types or EventType), "name": ""}
    answer = ana.send(f"{address(app)}/webhooks", form, on=f"/dashboard/webhooks?application={app.id}")
    assert answer.status_code == 200, answer.text
    assert "whsec_" in answer.text
    found = re.search(rf'href="({address(app)}/webhooks/[0-9a-f-]{{36}})">Done', answer.text)
    assert found
    return found[1]


def message_of(ana: Pages, webhook: str, state: str = "") -> str:
    """The path of the webhook's newest message."""
    page = ana.get(f"{webhook}?state={state}").text
    found = re.search(rf'href="({webhook}/messages/[0-9a-f-]{{36}})"', page)
    assert found, page
    return found[1]


def has_attempts(serving: Serving, message: str, count: int) -> bool:
    *_, application_id, _, webhook_id, _, message_id = message.split("/")
    row = serving.services.storage.read_now(
        lambda uow: message_rows.find_message(uow, application_id, webhook_id, message_id), tenant=application_id
    )
    return row is not None and row.attempts == count


def test_an_event_is_found_and_leads_to_whom_it_is_about(ana: Pages, app: Application) -> None:
    empty = ana.get(f"/dashboard/events?application={app.id}")
    assert "No events yet" in empty.text
    gavin = app.new_user(email="gavin@hooli.com", firstName="<i>Gavin</i>")
    other = app.new_user(email="monica@hooli.com")
    app.settled(app.connect(gavin, "gavinBelson", "hooli2016"))
    page = ana.get(f"/dashboard/events?application={app.id}").text
    for kind in ("user.created", "connection.created", "transactions.updated"):
        assert kind in page
    assert "<i>Gavin" not in page
    assert f"{address(app)}/users/{gavin}/transactions" in page
    found = ana.get(f"/dashboard/events?application={app.id}&type=user.created&user={other}").text
    assert "1 event that match the filter" in found
    assert "monica@hooli.com" in found
    event = re.search(rf'href="({address(app)}/events/[0-9a-f-]{{36}})"', found)
    assert event
    shown = ana.get(event[1]).text
    assert "monica@hooli.com" in shown
    assert "None: when it happened" in shown
    assert app.get(f"/events/{event[1].rsplit('/')[-1]}").json()["data"]["links"]["self"] in shown


def test_events_go_on_in_pages_and_a_deleted_user_is_named_so(ana: Pages, app: Application) -> None:
    for number in range(51):
        app.new_user(email=f"person{number}@hooli.com")
    first = ana.get(f"/dashboard/events?application={app.id}").text
    following = re.search(r'href="(/dashboard/events\?[^"]*next=[^"]*)"', first)
    assert following
    assert "End of the last" in ana.get(following[1].replace("&amp;", "&")).text
    gone = app.new_user(email="gone@hooli.com")
    assert app.delete(f"/users/{gone}").status_code == 204
    page = ana.get(f"/dashboard/events?application={app.id}&type=user.deleted").text
    assert "deleted user" in page
    assert f"/users/{gone}" not in page


@pytest.mark.parametrize("query", ["type=nonsense", "user=x'y", "next=nonsense", "next=%00&type=user.created", "user=%27)"])
def test_a_filter_that_makes_no_sense_is_answered_in_words(ana: Pages, app: Application, query: str) -> None:
    answer = ana.get(f"/dashboard/events?application={app.id}&{query}")
    assert answer.status_code in (200, 400)
    assert "No event matches the filter" in answer.text or "No events yet" in answer.text


def test_a_webhook_is_added_tested_and_notified(ana: Pages, app: Application, receiver: Receiver) -> None:
    webhook = add_webhook(ana, app, receiver.url)
    answer = ana.send(f"{webhook}/test", {"type": "user.created", "text": "<hello>"}, on=webhook)
    message = answer.headers["location"]
    page = until(lambda: text if "Delivered" in (text := ana.get(message).text) else None, "the test message to arrive")
    assert "The receiver accepted it at the first attempt" in page
    assert "204 No Content" in page
    assert re.search(r"[\d,]+ ms<", page)
    assert receiver.received[-1].json()["text"] == "<hello>"
    assert "<hello>" not in page
    before = len(receiver.received)
    assert ana.send(f"{message}/resend", on=message).headers["location"] == f"{message}?done=resent"
    until(lambda: len(receiver.received) > before, "the message to come again")
    assert receiver.received[-1].id == receiver.received[-2].id, "the same message under the same id"


def test_the_secret_is_shown_when_asked_for_only(ana: Pages, app: Application, receiver: Receiver) -> None:
    webhook = add_webhook(ana, app, receiver.url, "user.created")
    assert "whsec_" not in ana.get(webhook).text
    assert ana.get(f"{webhook}/secret").status_code == 405
    shown = ana.send(f"{webhook}/secret", on=webhook)
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", shown.text)
    assert found
    changed = app.post(f"/notifications/webhooks/{webhook.rsplit('/')[-1]}", json={"url": receiver.url})
    assert changed.json()["secret"] == found[0]
    assert shown.headers["cache-control"] == "no-store"


def test_a_secret_is_rotated_on_its_page(ana: Pages, app: Application, receiver: Receiver) -> None:
    webhook = add_webhook(ana, app, receiver.url, "user.created")
    secrets = [_SECRET.search(ana.send(f"{webhook}/secret", on=webhook).text)]
    shown = ana.send(f"{webhook}/secret/rotate", {"overlap": "3600"}, on=webhook)
    assert "The old secret expires in an hour" in shown.text
    secrets += [_SECRET.search(shown.text), _SECRET.search(ana.send(f"{webhook}/secret", on=webhook).text)]
    first, second, third = (found[0] for found in secrets if found)
    assert first != second == third
    assert "Messages are signed with the old secret too until" in ana.get(webhook).text
    refused = ana.send(f"{webhook}/secret/rotate", {"overlap": "86400"}, on=webhook)
    assert (refused.status_code, "Your receiver may still have the old one" in refused.text) == (409, True)
    assert "Messages are signed with the old secret too until" in ana.get(webhook).text
    ana.send(f"{webhook}/secret/rotate", {"overlap": "0"}, on=webhook)
    assert "Messages are signed with the old secret too" not in ana.get(webhook).text
    assert app.get(f"/notifications/webhooks/{webhook.rsplit('/')[-1]}").json().get("secret") is None


def test_a_receiver_that_fails_is_explained_and_what_it_missed_is_sent(ana: Pages, app: Application, receiver: Receiver) -> None:
    def broken(_: Received) -> Answer:
        return 503, {}, HOSTILE

    webhook = add_webhook(ana, app, receiver.url)
    receiver.answer = broken
    user = app.new_user(email="gavin@hooli.com")
    message = message_of(ana, webhook)
    page = until(lambda: text if "attempts failed" in (text := ana.get(message).text) else None, "the first attempt")
    assert "It failed while it processed the message" in page
    assert "1 of 8 attempts failed. The next is due at" in page
    assert "alert(1)" in page
    assert "<script>alert" not in page
    for number, rung in enumerate(RETRY_AFTER_SECONDS, 2):
        ana.serving.advance(seconds=rung)
        until(partial(has_attempts, ana.serving, message, number), "the next attempt to be written down")
    ana.sign_in()  # more than a day has passed
    until(lambda: "Disabled: nothing is sent" in ana.get(webhook).text, "the webhook to be disabled")
    assert "Failed" in ana.get(message).text
    assert "All 8 attempts to send a message failed" in ana.get(webhook).text
    assert ana.send(f"{message}/resend", on=webhook).status_code == 409
    assert ana.send(f"{webhook}/test", {"type": "user.created"}, on=webhook).status_code == 409
    ana.serving.advance(seconds=1)
    ana.send(f"{webhook}/enabled", {"enabled": "yes"}, on=webhook)
    ana.send(f"{webhook}/enabled", {"enabled": "no"}, on=webhook)
    assert "It was disabled by an operator" in ana.get(webhook).text, "what failed before it was enabled is not why"
    app.forget_tokens()
    app.post(f"/users/{user}", json={"firstName": "Gavin"})
    receiver.answer, count = (lambda _: 204), len(receiver.received)
    done = ana.send(f"{webhook}/replay", {"span": ""}, on=webhook).headers["location"]
    assert done.endswith("done=replayed&count=2")
    until(lambda: len(receiver.received) == count + 2, "what was missed")
    until(lambda: "Delivered" in ana.get(message).text, "the message to be written down")


def test_a_webhook_is_changed_stopped_and_deleted(ana: Pages, app: Application, receiver: Receiver) -> None:
    webhook = add_webhook(ana, app, receiver.url, "user.created", "user.deleted")
    assert "used by another webhook" in ana.get(f"/dashboard/webhooks?application={app.id}").text
    ana.send(f"{webhook}/enabled", {"enabled": "no"}, on=webhook)
    page = ana.get(webhook).text
    assert "It was disabled by an operator" in page
    app.new_user(email="gavin@hooli.com")
    assert receiver.received == []
    ana.send(f"{webhook}/enabled", {"enabled": "yes"}, on=webhook)
    form = {"url": receiver.url + "?v=2", "name": "<u>Ours</u>", "types": ["user.deleted"]}
    assert ana.send(webhook, form, on=webhook).headers["location"] == f"{webhook}?done=saved"
    assert app.get(f"/notifications/webhooks/{webhook.rsplit('/')[-1]}").json()["subscribedEvents"] == ["user.deleted"]
    assert "<u>Ours" not in ana.get(webhook).text
    assert ana.send(f"{webhook}/delete", on=webhook).status_code == 303
    assert ana.get(webhook).status_code == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": "", "types": ["user.created"]}, "Enter the address"),
        ({"url": "http://10.0.0.1/x", "types": ["user.created"]}, "BOWERBIRD_OUTBOUND_ALLOW"),
        ({"url": "javascript:alert(1)", "types": ["user.created"]}, "https:// or http://"),
        ({"url": '"><script>x</script>', "types": ["user.created"]}, "&#34;&gt;&lt;script&gt;"),
        ({"url": "https://hooks.example.com/x", "types": []}, "Choose at least one event"),
        ({"url": "https://hooks.example.com/x", "types": ["user.created", "no.such"]}, "unsupported event types"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_in_place(ana: Pages, app: Application, form: dict[str, object], words: str) -> None:
    answer = ana.send(f"{address(app)}/webhooks", form, on=f"/dashboard/webhooks?application={app.id}")
    assert answer.status_code == 400
    assert "The webhook was not added" in answer.text
    assert words in answer.text, answer.text
    assert "<script>x" not in answer.text


def test_what_is_not_there_or_of_another_application_is_not_found(ana: Pages, app: Application, receiver: Receiver) -> None:
    webhook = add_webhook(ana, app, receiver.url)
    app.new_user(email="gavin@hooli.com")
    message = message_of(ana, webhook)
    other = address(ana.serving.application("Other"))
    for path in (f"{address(app)}/events/{ID}", f"{address(app)}/events/x", f"{address(app)}/webhooks/{ID}", f"{webhook}/messages/{ID}"):
        assert ana.get(path).status_code == 404, path
    for path in (webhook, message):
        assert ana.get(path.replace(address(app), other)).status_code == 404, path
        assert ana.send(f"{path.replace(address(app), other)}/resend", on=webhook).status_code == 404


@pytest.mark.parametrize(
    ("status", "response", "words"),
    [
        (None, "Timed out", "within 15 seconds"),
        (None, "Could not connect", "Nothing listens"),
        (None, "Address not allowed: it is not public", "it is not public."),
        (204, "No Content", "accepted the message"),
        (302, "Found", "redirects are not followed"),
        (404, "Not Found", "Correct the webhook's address"),
        (418, "I'm a Teapot", "refuses the message"),
        (599, "Unknown status", "Its log"),
        (799, "Unknown status", "Its log"),
    ],
)
def test_every_kind_of_attempt_has_words(status: int | None, response: str, words: str) -> None:
    assert words in words_of(status, response, 15)
