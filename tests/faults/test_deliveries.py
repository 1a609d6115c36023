"""Deliveries under bad luck, on a clock that the test moves: failures, slow receivers, deletions, and owners that die or come late."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate
from typing import Any

from sqlalchemy import select, update

from bowerbird.domain.notifications import deliveries
from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from bowerbird.model.clock import to_milliseconds, wire_time
from bowerbird.storage.database.tables import messages, webhooks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import set_disabled
from bowerbird.storage.rows.messages import list_waiting_webhooks
from tests.receiver import Received, Receiver
from tests.serving import NOON, Application, Serving, until

WEBHOOKS = "/notifications/webhooks"


def subscribe(app: Application, receiver: Receiver, *types: str) -> str:
    """The webhook's path."""
    answer = app.post(WEBHOOKS, json={"url": receiver.url, "subscribedEvents": list(types)})
    assert answer.status_code == 201, answer.text
    return f"{WEBHOOKS}/{answer.json()['id']}"


def log_of(app: Application, webhook: str) -> list[dict[str, Any]]:
    """Every message with its attempts, oldest message first."""
    listed = reversed(app.get(f"{webhook}/messages").json()["data"])
    return [app.get(f"{webhook}/messages/{item['id']}").json() for item in listed]


def quiet(serving: Serving) -> None:
    """Wait until nothing is due and no process delivers."""
    serving.services.wake()
    now = to_milliseconds(serving.clock.now())
    due = select(messages.c.id).where(messages.c.state == "pending", messages.c.due_at <= now)
    leased = select(webhooks.c.id).where(webhooks.c.lease_owner.is_not(None))
    for chosen in (due, leased):
        until(lambda left=chosen: serving.services.storage.read_now(lambda uow: uow.row(left), tenant=EVERY_TENANT) is None, "rest")  # type: ignore[misc]


def test_the_ladder_is_exact_and_its_end_disables(tmp_path: Any) -> None:
    """Fifty messages at once to a receiver that always fails: each attempt at its second, eight of them, then none."""
    with Receiver(lambda _: 500) as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app = serving.application()
        webhook = subscribe(app, receiver, "user.created")
        for _ in range(50):
            app.new_user()
        quiet(serving)
        for tries, seconds in enumerate(RETRY_AFTER_SECONDS, 1):
            assert len(receiver.received) == 50 * tries
            serving.advance(seconds=seconds - 1)
            quiet(serving)
            assert len(receiver.received) == 50 * tries, "an attempt came early"
            serving.advance(seconds=1)
            app.forget_tokens()
            quiet(serving)
        assert app.get(webhook).json()["status"] == "disabled"
        expected = [wire_time(NOON + timedelta(seconds=at)) for at in accumulate((0, *RETRY_AFTER_SECONDS))]
        (first, *_) = log = log_of(app, webhook)
        assert [attempt["timestamp"] for attempt in reversed(first["attempts"])] == expected
        assert {attempt["responseStatusCode"] for attempt in first["attempts"]} == {500}
        for message in log[1:]:
            made = [attempt["timestamp"] for attempt in reversed(message["attempts"])]
            assert made == expected[: len(made)]
            assert len(made) >= 7
        sent = len(receiver.received)
        app.new_user()
        serving.advance(days=2)
        quiet(serving)
        assert len(receiver.received) == sent


def test_what_was_missed_is_sent_again_on_demand(tmp_path: Any) -> None:
    """Messages that failed or were held, and events from while the webhook was disabled; what was delivered is not sent twice."""
    status = [204]
    with Receiver(lambda _: status[0]) as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app = serving.application()
        webhook = subscribe(app, receiver, "user.created", "user.updated")
        user = app.new_user()
        quiet(serving)
        start = wire_time(serving.clock.now())
        status[0] = 503
        app.post(f"/users/{user}", json={"firstName": "Ann"})
        for seconds in (0, *RETRY_AFTER_SECONDS):
            serving.advance(seconds=seconds)
            quiet(serving)
        app.forget_tokens()
        app.post(f"/users/{user}", json={"firstName": "Lee"})
        quiet(serving)
        status[0] = 204
        receiver.received.clear()
        assert app.post(f"{webhook}/replay", json={"since": start}).json()["count"] == 2
        quiet(serving)
        assert receiver.types() == ["user.updated", "user.updated"]
        assert app.get(webhook).json()["status"] == "active"
        assert app.post(f"{webhook}/replay", json={"since": start}).json()["count"] == 0
        assert app.get(f"{webhook}/messages?filter=status.eq('Success')").json()["size"] == 3


def test_order_is_that_of_the_events(tmp_path: Any) -> None:
    with Receiver() as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app = serving.application()
        subscribe(app, receiver, "user.created")
        users = [app.new_user() for _ in range(120)]
        quiet(serving)
        assert [request.json()["links"]["eventEntity"].rpartition("/")[2] for request in receiver.received] == users
        assert len({request.id for request in receiver.received}) == 120


def test_a_slow_receiver_delays_no_other(tmp_path: Any) -> None:
    """Seven receivers of an application hang; another application's messages, and those to the same one's others, arrive."""
    gate = threading.Event()

    def hang(_: Received) -> int:
        gate.wait(30)
        return 204

    with Receiver(hang) as slow, Receiver() as quick:
        allow = f"{slow.host},{quick.host}"
        with Serving(tmp_path / "data", outbound_allow=allow, webhook_seconds=20) as serving:
            ours, theirs = serving.application("Ours"), serving.application("Theirs")
            types = [kind["id"] for kind in ours.get("/events/types").json()["data"]][:7]
            for kind in types:
                ours.post(WEBHOOKS, json={"url": f"{slow.url}/{kind}", "subscribedEvents": kind})
                ours.post("/notifications/messages/test", json={"eventTypeId": kind})
            until(lambda: len(slow.received) == len(types), "all slow ones to be at work")
            for app in (theirs, ours):
                subscribe(app, quick, "user.created")
                app.new_user()
            until(lambda: len(quick.received) == 2, "the others' messages")
            assert len(slow.received) == len(types)
            gate.set()
            quiet(serving)


def test_a_deleted_webhook_and_a_deleted_user_get_nothing_more(tmp_path: Any) -> None:
    with Receiver(lambda _: 500) as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app = serving.application()
        subscribe(app, receiver, "user.created")
        stays, goes = app.new_user(), app.new_user()
        quiet(serving)
        receiver.received.clear()
        app.delete(f"/users/{goes}")
        serving.advance(seconds=5)
        quiet(serving)
        assert [request.json()["links"]["eventEntity"].rpartition("/")[2] for request in receiver.received] == [stays]
        left = app.get(f"/events?filter=user.id.eq('{goes}')").json()["data"]
        assert [(event["entity"], event["eventType"]) for event in left] == [("user", "deleted")]
        (webhook,) = app.get(WEBHOOKS).json()["data"]
        app.delete(f"{WEBHOOKS}/{webhook['id']}")
        receiver.received.clear()
        serving.advance(minutes=30)
        app.new_user()
        quiet(serving)
        assert receiver.received == []


def test_a_disabled_application_gets_nothing_until_it_is_enabled(tmp_path: Any) -> None:
    with Receiver() as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app, storage = serving.application(), serving.services.storage
        subscribe(app, receiver, "consent.warning")
        app.post("/notifications/messages/test", json={"eventTypeId": "consent.warning"})
        quiet(serving)
        storage.write_now(lambda uow: set_disabled(uow, app.id, True), tenant=EVERY_TENANT)
        again = update(messages).values(state="pending")
        storage.write_now(lambda uow: uow.execute(again), tenant=EVERY_TENANT)
        serving.advance(seconds=1)
        assert storage.read_now(list_waiting_webhooks, tenant=EVERY_TENANT) == []
        storage.write_now(lambda uow: set_disabled(uow, app.id, False), tenant=EVERY_TENANT)
        quiet(serving)
        assert len(receiver.received) == 2


def test_a_late_owner_writes_nothing(tmp_path: Any) -> None:
    """A process that was stopped for longer than its lease: another has delivered, and the late outcome changes nothing."""
    with Receiver() as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host) as serving:
        app, services = serving.application(), serving.services
        webhook = subscribe(app, receiver, "user.created").rpartition("/")[2]
        services.storage.write_now(lambda uow: take(uow, webhook, "late", serving.clock.now()), tenant=EVERY_TENANT)
        app.new_user()
        batch = deliveries.Batch("late", row_of(serving, webhook), rows_of(serving), None)  # type: ignore[arg-type]
        assert receiver.received == []
        serving.advance(minutes=2)
        quiet(serving)
        assert len(receiver.received) == 1
        outcome = deliveries.Outcome(batch.messages[0], to_milliseconds(NOON), 500, "Internal Server Error", 1)
        settled = services.write_now(partial(deliveries.settle, batch=batch, outcomes=[outcome], release=True), tenant=EVERY_TENANT)
        assert settled is False
        assert [row.state for row in rows_of(serving)] == ["delivered"]


def take(uow: Any, webhook: str, owner: str, now: datetime) -> None:
    lease_until = to_milliseconds(now + timedelta(seconds=35))
    uow.execute(update(webhooks).where(webhooks.c.id == webhook).values(lease_owner=owner, lease_until=lease_until))


def row_of(serving: Serving, webhook: str) -> Any:
    chosen = select(webhooks).where(webhooks.c.id == webhook)
    return serving.services.storage.read_now(lambda uow: uow.row(chosen), tenant=EVERY_TENANT)


def rows_of(serving: Serving) -> list[Any]:
    return list(serving.services.storage.read_now(lambda uow: uow.rows(select(messages)), tenant=EVERY_TENANT))


def test_events_are_kept_for_their_days(tmp_path: Any) -> None:
    """Lists show seven days; what is older than it is kept for is deleted, with its messages."""
    with Receiver() as receiver, Serving(tmp_path / "data", outbound_allow=receiver.host, events_kept_days=10) as serving:
        app, services = serving.application(), serving.services
        webhook = subscribe(app, receiver, "user.created")
        app.new_user()
        quiet(serving)
        event = app.get("/events").json()["data"][0]["id"]
        serving.advance(days=8)
        app.forget_tokens()
        assert app.get("/events").json()["size"] == 0
        assert app.get(f"/events/{event}").status_code == 200
        serving.advance(days=3)
        app.forget_tokens()
        while services.write_now(deliveries.delete_old, tenant=EVERY_TENANT):
            pass
        assert app.get(f"/events/{event}").status_code == 404
        assert app.get(f"{webhook}/messages").json()["size"] == 0
