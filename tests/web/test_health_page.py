"""The page of health: figures of a real server, and words for each thing that can be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from bowerbird.domain.operators.health import FRESH_MILLISECONDS, Checkup, Figures, Health
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import jobs, vault_keys, webhooks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.health import MessagesHealth, QueueHealth
from bowerbird.storage.vault.rotation import KeyUse
from bowerbird.web.dashboard.diagnostics.health import attention, refusals
from bowerbird.web.kernel.words import size, span
from tests.postgres import Database
from tests.serving import Serving, until
from tests.web.client import Pages, make_operator

HEALTHY = Health(
    moment=1, schema="0001", bytes=4096, queue=QueueHealth({}, 0, None, 0), workers=None, messages=MessagesHealth(0, None), jobs_late=0,
    messages_late=0, disabled=[], keys={"a": KeyUse(True, 3)}, known=["a"], uploads=(0, 0), disk=(50 << 30, 100 << 30),
)  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("health"), token_ttl_seconds=1800, no_jobs=True) as started:
        started.server.web.clock = started.clock
        yield started


def fresh(ana: Pages, folder: Path | None = None) -> str:
    """The page, counted anew; without a word about this machine's disk unless a folder is given."""
    ana.serving.server.web.checkup = Checkup(folder)
    answer = ana.get("/dashboard/health")
    assert answer.status_code == 200
    return answer.text


def write(serving: Serving, statement: Any) -> None:
    serving.services.storage.write_now(lambda uow: uow.execute(statement), tenant=EVERY_TENANT)


def test_a_healthy_server_says_so_with_its_figures(ana: Pages) -> None:
    assert "Nothing needs attention" in fresh(ana)
    assert 'href="/dashboard/health">Health</a></p>' not in ana.get("/dashboard").text
    page = fresh(ana, ana.serving.settings.data)
    assert "SQLite, embedded" in page
    assert re.search(r"<dt>Size</dt><dd>[\d.]+ [KM]iB<", page)
    assert re.search(r"<dt>Disk</dt><dd>[\d.,]+ \w+ free of", page)
    assert re.search(r"<dt>Schema</dt><dd>\d{4}<", page)
    assert "Seals" in page


def test_every_number_of_the_settings_is_there_with_its_own_words(ana: Pages) -> None:
    page = fresh(ana)
    for field in fields(Settings):
        if type(field.default) is int and field.name != "sandbox_seed":
            assert f"BOWERBIRD_{field.name.upper()}<" in page
    assert "Life of a bearer token" in page
    assert "30 min" in page, "what is in force, not the default"
    assert "10.0 MiB" in page
    assert "changed from" not in page
    services = ana.serving.services
    before, services.limits = services.limits, replace(services.limits, sandbox_connections=7)
    assert "changed from 500" in ana.get("/dashboard/health").text
    services.limits = before


def test_no_secret_of_the_settings_is_shown(ana: Pages) -> None:
    page = fresh(ana)
    for name in ("MASTER_KEY", "DATABASE_URL", "ADMIN_TOKEN", "CODE_SENDER", "LIMITS_URL"):
        assert f"BOWERBIRD_{name}<" not in page


def test_refusals_are_counted_and_lead_to_their_code(ana: Pages) -> None:
    app = ana.serving.application("Counted")
    for _ in range(3):
        app.http.get("/users/x", headers={"Authorization": "Bearer nonsense"})
    page = fresh(ana)
    assert re.search(r'href="/dashboard/codes/invalid-authorization-token"[^\n]*class="amount">3<', page)


def test_what_is_wrong_comes_first_in_words(ana: Pages) -> None:
    app = ana.serving.application("Wrong")
    webhook = app.post("/notifications/webhooks", json={"url": "https://hooks.example.com/b"}).json()
    write(ana.serving, update(webhooks).values(status="disabled"))
    write(ana.serving, insert(vault_keys).values(application_id="x", user_id="y", master="gone", wrapped=b"x"))
    page = fresh(ana)
    assert page.index("A webhook is disabled") < page.index("SQLite, embedded")
    assert f"/dashboard/applications/{app.id}/webhooks/{webhook['id']}" in page
    assert "A master key rotation is not finished" in page
    assert "Nothing needs attention" not in page
    overview = ana.get("/dashboard").text
    assert "2 issues" in overview
    assert 'href="/dashboard/health">Health</a></p>' in overview


def test_jobs_without_a_worker_are_noticed(ana: Pages) -> None:
    """This server takes no jobs and delivers nothing."""
    app = ana.serving.application("Slow")
    assert app.post("/notifications/webhooks", json={"url": "https://hooks.example.com/c"}).status_code == 201
    job = app.connect(app.new_user(), "gavinBelson", "hooli2016")
    assert "too long" not in fresh(ana)
    ana.serving.clock.advance(timedelta(minutes=3))
    page = fresh(ana)
    assert "1 job is due, the first for 3 min, and no process has started it." in page
    assert "The first of 2 messages has been due for 3 min." in page
    write(ana.serving, update(jobs).where(jobs.c.id == job).values(lease_expires_at_ms=2**50, lease_owner="another-worker"))
    assert "Jobs wait too long" not in fresh(ana), "a worker has taken the job"


def test_it_is_counted_once_however_many_look(ana: Pages) -> None:
    fresh(ana)
    checkup, services = ana.serving.server.web.checkup, ana.serving.services
    first = checkup.of(services, 10**12)
    assert checkup.of(services, 10**12 + FRESH_MILLISECONDS - 1) is first
    assert checkup.of(services, 10**12 + FRESH_MILLISECONDS) is not first
    assert checkup.of(services, 10**12) is not first, "a clock that was set back does not keep an old reading"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"disk": (1 << 29, 100 << 30)}, "bad", "512.0 MiB of 100.0 GiB are free"),
        ({"disk": (4 << 30, 100 << 30)}, "bad", "The disk is almost full"),
        ({"workers": (0, 2)}, "bad", "Start bowerbird worker"),
        ({"workers": (1, 3)}, "ask", "2 of 3 no longer report"),
        ({"jobs_late": 7_260_000, "queue": QueueHealth({}, 1, 1, 0)}, "bad", "1 job is due, the first for 2 h"),
        ({"jobs_late": 120_000, "queue": QueueHealth({}, 5, 1, 0), "workers": (1, 1)}, "bad", "5 jobs are due, the first for 2 min"),
        ({"messages_late": 600_000, "messages": MessagesHealth(12, 1)}, "bad", "The first of 12 messages has been due for 10 min"),
        ({"messages": MessagesHealth(12, 1, 1)}, "ask", "Messages to webhooks fail. 1 webhook refuses them or does not answer"),
        ({"keys": {"a": KeyUse(True, 3), "b": KeyUse(False, 1)}}, "ask", "3 of 4 keys are under the new one"),
        ({"keys": {"b": KeyUse(True, 3)}}, "bad", "this process does not have"),
    ],
)
def test_each_trouble_has_its_words(change: dict[str, Any], kind: str, words: str) -> None:
    found = attention(HEALTHY._replace(**change))
    assert [notice.kind for notice in found] == [kind]
    assert words in f"{found[0].title}. {found[0].text}"


def test_no_trouble_has_none_and_the_worst_comes_first() -> None:
    assert attention(HEALTHY) == []
    assert attention(HEALTHY._replace(jobs_late=None, messages_late=None, disk=None)) == []
    both = attention(HEALTHY._replace(workers=(1, 2), disk=(0, 100)))
    assert [notice.kind for notice in both] == ["bad", "ask"]


def test_faults_and_being_turned_away_are_told() -> None:
    found = refusals(
        Figures({"internal-server-error": 1, "service-unavailable": 2, "invalid-authorization-token": 9}, {"connections_refused": 1}),
        inspected=True,
    )
    assert [notice.title for notice in found] == ["Requests have failed", "Requests were refused"]
    assert found[0].text.startswith("Once since the start")
    assert found[1].text.startswith("3 times since the start")
    assert refusals(Figures({}, {}), inspected=True) == []


def test_numbers_are_spelled_in_their_unit() -> None:
    assert [size(each) for each in (0, 1023, 1536, 10_485_760)] == ["0 bytes", "1023 bytes", "1.5 KiB", "10.0 MiB"]
    assert [span(each) for each in (5, 90, 300, 18_000, 86_400)] == ["5 s", "90 s", "5 min", "5 h", "1 d"]


def test_on_a_shared_database_the_fleet_is_counted_and_webhooks_are_shown(tmp_path: Path, database: Database) -> None:
    with Serving(tmp_path, start=None, **database.settings) as shared:
        make_operator(shared)
        pages = Pages(shared)
        assert pages.sign_in().status_code == 303

        def heard() -> str | None:
            shared.server.web.checkup = Checkup()
            page = pages.get("/dashboard/health").text
            return page if "1 of 1" in page else None

        page = until(heard, "the process to be heard of")
        assert "PostgreSQL" in page
        assert "No worker runs jobs" not in page
        assert "free of" not in page, "the disk is another machine's"
        app = shared.application("Shared")
        hook = app.post("/notifications/webhooks", json={"url": "https://hooks.example.com/x", "subscribedEvents": ["user.updated"]}).json()
        own = f"/dashboard/applications/{app.id}/webhooks/{hook['id']}"
        app.new_user(email="gavin@hooli.com")
        assert "user.created" in pages.get(f"/dashboard/events?application={app.id}&type=user.created").text
        assert pages.send(f"{own}/enabled", {"enabled": "no"}, on=own).status_code == 303
        assert own in (heard() or "")
        assert pages.send(f"{own}/replay", {"span": "3600"}, on=own).headers["location"].endswith("done=replayed&count=0")
        pages.close()
