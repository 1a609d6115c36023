"""Webhooks on PostgreSQL: delivered, tried again at its moment, and by another worker when one dies while it delivers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from tests.faults.test_deliveries import log_of, quiet, subscribe
from tests.postgres import Database
from tests.receiver import Answer, Received, Receiver
from tests.serving import START_SECONDS, Serving, WorkerProcess, until


def test_a_failure_is_tried_again_at_its_moment(database: Database, tmp_path: Path) -> None:
    answers = iter((500, 204))
    with Receiver(lambda _: next(answers)) as receiver, Serving(tmp_path, outbound_allow=receiver.host, **database.settings) as serving:
        app = serving.application()
        webhook = subscribe(app, receiver, "user.created")
        app.new_user()
        quiet(serving)
        assert receiver.types() == ["user.created"]
        serving.advance(seconds=RETRY_AFTER_SECONDS[0] - 1)
        quiet(serving)
        assert len(receiver.received) == 1, "it came early"
        serving.advance(seconds=1)
        quiet(serving)
        (message,) = log_of(app, webhook)
        assert [attempt["responseStatusCode"] for attempt in message["attempts"]] == [204, 500]


def test_a_worker_that_dies_while_it_delivers_is_made_up_for(database: Database, tmp_path: Path) -> None:
    over = threading.Event()

    def hang(_request: Received) -> Answer:
        over.wait(60)
        return 204

    now = datetime.now(UTC)
    with Receiver(hang) as receiver:
        settings = {**database.settings, "outbound_allow": receiver.host}
        with Serving(tmp_path / "serve", now, no_jobs=True, **settings) as serving:
            app = serving.application()
            webhook = subscribe(app, receiver, "user.created")
            crash_worker = WorkerProcess(
                tmp_path / "doomed",
                BOWERBIRD_DATABASE_URL=database.url,
                BOWERBIRD_MASTER_KEY=serving.settings.master_key,
                BOWERBIRD_PUBLIC_URL=serving.url,
                BOWERBIRD_OUTBOUND_ALLOW=receiver.host,
            )
            app.new_user()
            crash_worker.launch()
            until(lambda: receiver.received, "the worker to deliver", START_SECONDS)
            crash_worker.kill()
            over.set()
            with Serving(tmp_path / "other", now + timedelta(minutes=1), **settings):
                until(lambda: len(receiver.received) == 2, "another process to deliver")
                until(
                    lambda: [attempt["status"] for attempt in log_of(app, webhook)[0]["attempts"]] == ["Success"], "the attempt to succeed"
                )
            assert receiver.received[0].id == receiver.received[1].id, "the same message, so that its receiver can tell"
