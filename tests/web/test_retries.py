"""Failed connections refreshed again from the Jobs page, and what the first page and a user's page say of jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from bowerbird.domain.operators import retries, server
from bowerbird.model.reading import Role
from tests.serving import Application, Serving
from tests.web.audit_entries import entries_of
from tests.web.client import Pages, make_operator

JOBS, RETRY = "/dashboard/jobs", "/dashboard/jobs/retry"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[tuple[Serving, Pages, Application]]:
    """A server of its own, since the page counts the jobs of all applications; its owner."""
    with Serving(tmp_path) as serving:
        serving.server.web.clock = serving.clock
        make_operator(serving)
        pages = Pages(serving)
        assert pages.sign_in().status_code == 303
        yield serving, pages, serving.application("Lender")
        pages.close()


def failed(app: Application, login: str, password: str) -> tuple[str, str]:
    """A user whose bank refused, and the job."""
    user = app.new_user(email=f"{login}@hooli.com")
    job = app.connect(user, login, password)
    app.settled(job)
    return user, job


def text_of(pages: Pages, path: str) -> str:
    return unescape(pages.get(path).text)


def test_what_may_succeed_now_is_refreshed_again(apart: tuple[Serving, Pages, Application]) -> None:
    """Not the wrong password, which needs its person, nor a connection that has worked since."""
    serving, ana, app = apart
    waiting = [failed(app, "dinesh", "tesla")[0] for _ in range(2)]
    failed(app, "gavinBelson", "wrong")
    assert app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    assert "Refresh 2 connections…" in text_of(ana, JOBS)
    assert "Refresh 2 connections…" not in text_of(ana, f"{JOBS}?code=invalid-credentials")
    answer = ana.send(RETRY, {"days": "7", "code": "maintenance-error"}, on=JOBS)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{JOBS}?days=7&code=maintenance-error&done=retried&begun=2&refused=0"
    assert "2 jobs started" in text_of(ana, answer.headers["location"])
    begun = [(each.application_id, each.user_id) for each in entries_of(serving) if each.action == "retry_jobs"]
    assert sorted(begun) == sorted((app.id, user) for user in waiting)
    for user in waiting:
        jobs = app.get(f"/users/{user}/jobs").json()["data"]
        assert len(jobs) == 2
        app.settled(jobs[0]["id"])
        app.settled(jobs[1]["id"])
    assert "Refresh 2 connections…" in text_of(ana, JOBS), "they failed again, and count once"


def test_a_form_retries_only_so_many(apart: tuple[Serving, Pages, Application], monkeypatch: pytest.MonkeyPatch) -> None:
    _, ana, app = apart
    monkeypatch.setattr(retries, "MAX_RETRIES", 2)
    for _ in range(3):
        failed(app, "dinesh", "tesla")
    assert ana.send(RETRY, {}, on=JOBS).headers["location"].endswith("begun=2&refused=0")


def test_what_may_not_be_refreshed_is_counted(apart: tuple[Serving, Pages, Application]) -> None:
    _, ana, app = apart
    user, _ = failed(app, "dinesh", "tesla")
    for consent in app.get(f"/users/{user}/consents").json()["data"]:
        assert app.delete(f"/users/{user}/consents/{consent['id']}").status_code == 204
    location = ana.send(RETRY, {}, on=JOBS).headers["location"]
    begun, refused = re.findall(r"(?:begun|refused)=(\d+)", location)
    assert int(begun) + int(refused) <= 1
    assert ana.get(location).status_code == 200


def test_a_form_that_was_refused_everything_is_in_the_audit(apart: tuple[Serving, Pages, Application]) -> None:
    serving, ana, app = apart
    failed(app, "dinesh", "tesla")
    serving.services.limits = replace(serving.services.limits, refreshes_per_connection_per_day=0)
    assert ana.send(RETRY, {}, on=JOBS).headers["location"].endswith("begun=0&refused=1")
    (entry,) = entries_of(serving, action="retry_jobs")
    assert (entry.application_id, entry.user_id) == ("", "")


def test_a_viewer_may_not(apart: tuple[Serving, Pages, Application]) -> None:
    serving, _, app = apart
    failed(app, "dinesh", "tesla")
    make_operator(serving, "vera", role=Role.VIEWER)
    vera = Pages(serving)
    assert vera.sign_in("vera").status_code == 303
    assert "This takes the role support" in text_of(vera, JOBS)
    assert vera.send(RETRY, {}, on="/dashboard/account").status_code == 403
    vera.close()


def test_the_first_page_says_whether_everything_works(apart: tuple[Serving, Pages, Application]) -> None:
    _, ana, app = apart
    assert "Everything works" in text_of(ana, "/dashboard")
    assert "What needs you" not in text_of(ana, "/dashboard")
    jobs = [failed(app, "dinesh", "tesla")[1] for _ in range(3)]
    page = text_of(ana, "/dashboard")
    assert "Everything works" not in page
    assert re.search(
        r"What needs you.*Hooli[^<]*</a>: 3 of 3 jobs failed in the last day, most with <code>maintenance-error", page, re.DOTALL
    )
    for job in jobs:
        assert f"/dashboard/applications/{app.id}/jobs/{job}" in page
    failed(app, "gavinBelson", "wrong")
    page = text_of(ana, "/dashboard")
    assert re.search(r"1 connection</a> invalid: their people must act", page)
    assert re.search(r"invalid-credentials</code></a> × 1 \(Cannot login to target institution, check credentials\)\.", page)
    assert "wrong credentials" not in page, "a login may be refused for other reasons"


def test_the_first_page_says_where_it_counts_the_latest_jobs_alone(
    apart: tuple[Serving, Pages, Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ana, app = apart
    for _ in range(4):
        failed(app, "dinesh", "tesla")
    whole = text_of(ana, "/dashboard")
    assert "4 of 4 jobs failed in the last day" in whole
    assert "Of the latest" not in whole
    monkeypatch.setattr(server, "max_outcomes", lambda: 12)
    cut = text_of(ana, "/dashboard")
    assert "3 of 3 jobs failed in the last day, of the latest 3" in cut
    assert re.search(r"Of the latest 3: 0 jobs succeeded, 3 failed", cut)


def test_a_connection_shows_its_last_job_and_why(apart: tuple[Serving, Pages, Application]) -> None:
    _, ana, app = apart
    user, job = failed(app, "dinesh", "tesla")
    page = text_of(ana, f"/dashboard/applications/{app.id}/users/{user}")
    assert re.search(rf'href="/dashboard/applications/{app.id}/jobs/{job}">[^<]*failed, maintenance-error</a>', page)
