"""`/metrics` says how jobs and deliveries end, and for how long the first of each queue has waited, on both databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bench.people import new_application
from bowerbird.api.http.metrics import MOST_INSTITUTIONS, OTHER, Metrics
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.jobs.jobs import create_job
from bowerbird.domain.operators.health import read_queues
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import UserDetails, create_user
from bowerbird.model.event import EventType, MessageState, WebhookStatus
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind
from bowerbird.outbound.outbox import MOST, Outbox
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import applications, jobs, messages
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.insights.enrichments import EnrichmentState, mark_due, update_state, waits_since_ms
from bowerbird.storage.rows.messages import MessageRow, insert_messages
from bowerbird.storage.rows.webhooks import WebhookRow, insert_webhook
from bowerbird.wiring.services import open_services
from tests.api.fixtures import NO_LISTENER, STATEMENT_BANK
from tests.postgres import settings_of
from tests.receiver import Receiver
from tests.serving import Serving, until

WEBHOOKS = "/notifications/webhooks"


@pytest.fixture(params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    """On the machine's own clock: with another, ages say nothing."""
    with Serving(tmp_path / "data", None, outbound_allow="127.0.0.1", **settings_of(request)) as server:
        yield server


def shown(page: str, name: str) -> dict[str, float]:
    """The samples of a metric by their labels as printed."""
    return {labels: float(value) for labels, value in re.findall(rf"^{name}\{{(.*)\}} (\S+)$", page, re.MULTILINE)}


def test_jobs_are_counted_by_institution_and_outcome(serving: Serving) -> None:
    app = serving.application()
    app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    app.settled(app.connect(app.new_user(), "gavinBelson", "wrong"))
    user = app.new_user()
    refused = app.post(f"/users/{user}/statements", data={"institutionId": STATEMENT_BANK}, files={"statement": ("a.csv", b"no,table\n")})
    app.settled(refused.json()["id"])
    ended = shown(app.get("/metrics").text, "bowerbird_jobs_ended_total")
    assert ended.pop('institution="AU00000",outcome="succeeded"') == 1
    assert sorted(ended.values()) == [1, 1]
    assert {labels.split(",")[0] for labels in ended} == {'institution="AU00000"', f'institution="{STATEMENT_BANK}"'}
    assert not [labels for labels in ended if "succeeded" in labels]


def test_a_job_of_a_deleted_connection_is_counted_once(serving: Serving) -> None:
    app = serving.application()
    user = app.new_user()
    job = app.settled(app.connect(user, "jared", "django", "AU00002"))
    assert job["steps"][1]["status"] == "in-progress", "it waits for the person"
    connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
    app.delete(f"/users/{user}/connections/{connection}")
    ended = shown(app.get("/metrics").text, "bowerbird_jobs_ended_total")
    assert ended == {'institution="AU00002",outcome="invalid-connection"': 1}


def test_deliveries_are_counted_by_outcome(serving: Serving) -> None:
    app = serving.application()
    answers = iter([204, 500])
    with Receiver(lambda _: next(answers)) as receiver:
        for url in (receiver.url, f"http://{NO_LISTENER}/"):
            kinds = ["user.created"] if url == receiver.url else ["user.updated"]
            made = app.post(WEBHOOKS, json={"url": url, "subscribedEvents": kinds})
            assert made.status_code == 201, made.text
        user = app.new_user()
        app.new_user()
        app.post(f"/users/{user}", json={"firstName": "Gavin"})
        wanted = {'outcome="delivered"': 1, 'outcome="refused"': 1, 'outcome="unanswered"': 1}
        until(lambda: shown(app.get("/metrics").text, "bowerbird_deliveries_total") == wanted, "one attempt of each kind")


def test_the_first_of_each_queue_has_an_age(serving: Serving) -> None:
    now_ms = serving.services.lease_clock.now().timestamp() * 1000

    def let_wait(uow: UnitOfWork) -> None:
        for user_ref, ago_ms in ((7, 60_000), (8, 5_000), (7, 1_000)):
            mark_due(uow, _ref(uow), user_ref, 19_000, int(now_ms) - ago_ms)

    app = serving.application()
    serving.services.storage.write_now(let_wait, tenant=EVERY_TENANT)
    page = app.get("/metrics").text
    ages = shown(page, "bowerbird_queue_oldest_seconds")
    assert ages['queue="enrichment"'] >= 60, "the first wait counts, not the last import"
    assert ages['queue="jobs"'] == ages['queue="deliveries"'] == ages['queue="receipts"'] == 0

    def finish(uow: UnitOfWork) -> int | None:
        update_state(uow, EnrichmentState(7, _ref(uow), "", 0, None, None, 2))
        return waits_since_ms(uow)

    left = serving.services.storage.write_now(finish, tenant=EVERY_TENANT)
    assert left == int(now_ms) - 5_000


def _ref(uow: UnitOfWork) -> int:
    return int(uow.rows(select(applications.c.ref))[0][0])


def test_a_due_job_and_a_due_message_have_an_age(tmp_path: Path) -> None:
    """Read without a dispatcher: nothing takes them up."""
    services = open_services(Settings(data=tmp_path / "data"))
    (_, application_id), now_ms = new_application(services), int(services.clock.now().timestamp() * 1000)

    def write(session: Session) -> None:
        user_id, _ = create_user(session.in_application(application_id), UserDetails(email="a@example.com"))
        of_user = session.of(Tenant(application_id, user_id))
        create_job(of_user, new_id(), "AU00000", JobKind.CONNECT)
        webhook = WebhookRow(new_id(), application_id, "", "", "http://127.0.0.1:9/", WebhookStatus.ACTIVE, b"", now_ms, now_ms)
        insert_webhook(session.uow, webhook)
        message = (new_id(), EventType.USER_CREATED, "/users/1", None, MessageState.PENDING, 0, now_ms, now_ms)
        row = MessageRow(message[0], application_id, webhook.id, user_id, new_id(), *message[1:])
        insert_messages(session.uow, [row])
        session.uow.execute(update(jobs).values(due_at_ms=now_ms - 90_000))
        session.uow.execute(update(messages).values(due_at=now_ms - 30_000))

    services.write_now(write, tenant=EVERY_TENANT)
    found = read_queues(services)
    assert found.jobs == {"queued": 1}
    assert 90_000 <= found.oldest_ms["jobs"] < 120_000
    assert 30_000 <= found.oldest_ms["deliveries"] < 60_000
    services.close()


def test_no_more_institutions_than_its_bound_have_labels() -> None:
    metrics = Metrics()
    for number in range(MOST_INSTITUTIONS + 3):
        metrics.count_job(f"AU{number:05}", "succeeded")
    ended = shown(metrics.page().decode(), "bowerbird_jobs_ended_total")
    assert len(ended) == MOST_INSTITUTIONS + 1
    assert ended[f'institution="{OTHER}",outcome="succeeded"'] == 3


def test_an_outbox_has_a_bound_and_an_age() -> None:
    """The mail server does not answer: receipts wait, up to a bound, and go out when it does."""
    outbox, answers, sent = Outbox(), threading.Event(), list[int]()

    def send(number: int) -> None:
        answers.wait()
        sent.append(number)

    assert outbox.oldest_s() == 0
    assert all(outbox.submit(partial(send, number)) for number in range(MOST))
    assert not outbox.submit(partial(send, MOST))
    assert outbox.oldest_s() > 0
    answers.set()
    until(lambda: outbox.oldest_s() == 0, "the outbox to be empty")
    assert sent == list(range(MOST))
    outbox.close()
