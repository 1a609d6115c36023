"""Alerts and institutions' health on the dashboard: what is shown, typed wrong, created and deleted, and what is in the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from bowerbird.domain.notifications.alert_notices import RETRY_AFTER_S
from bowerbird.domain.notifications.alerts import list_alerts
from bowerbird.domain.notifications.deliveries import delete_old
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.serving import Application, Serving, until
from tests.web.audit_entries import entries_of
from tests.web.client import Pages, make_operator

INSTITUTIONS = "/dashboard/institutions"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[tuple[Serving, Pages, Application]]:
    """A server of its own, since the pages count the jobs of all applications; its owner."""
    with Serving(tmp_path) as serving:
        make_operator(serving)
        pages = Pages(serving)
        assert pages.sign_in().status_code == 303
        yield serving, pages, serving.application("Lender")
        pages.close()


def text_of(pages: Pages, path: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pages.get(path).text)))


def ended(app: Application, login: str, password: str, bank: str = "AU00000") -> None:
    app.settled(app.connect(app.new_user(), login, password, bank))


def test_each_institution_is_a_line_from_kept_figures(apart: tuple[Serving, Pages, Application]) -> None:
    serving, ana, app = apart
    assert "No bank was asked in this time" in text_of(ana, INSTITUTIONS)
    ended(app, "gavinBelson", "hooli2016")
    ended(app, "gavinBelson", "wrong")
    for _ in range(3):
        ended(app, "dinesh", "tesla")
    page = ana.get(INSTITUTIONS).text
    assert re.search(r'aria-label="1 job succeeded, 3 failed, 1 need their person"', page)
    assert {kind for kind in ("good", "bad", "ask") if f'<rect class="{kind}"' in page} == {"good", "bad", "ask"}
    words = text_of(ana, INSTITUTIONS)
    assert "Hooli Bank AU00000" in words
    assert re.search(r"1 3 75 % 1 within [1-9]\d* (s|min) ", words), words
    assert "maintenance-error × 3 invalid-credentials × 1" in words
    serving.advance(days=2)
    assert "No bank was asked in this time" in text_of(ana, INSTITUTIONS)
    assert "maintenance-error × 3" in text_of(ana, f"{INSTITUTIONS}?days=7")


def test_figures_are_deleted_with_the_events(apart: tuple[Serving, Pages, Application]) -> None:
    serving, ana, app = apart
    ended(app, "gavinBelson", "hooli2016")
    serving.clock.advance(timedelta(days=serving.services.limits.events_kept_days, hours=2))
    assert serving.services.write_now(delete_old, tenant=EVERY_TENANT)
    assert "No bank was asked in this time" in text_of(ana, f"{INSTITUTIONS}?days=30")


def test_an_alert_is_created_shown_and_deleted(apart: tuple[Serving, Pages, Application]) -> None:
    serving, ana, app = apart
    path = f"/dashboard/applications/{app.id}/alerts"
    form = {"percent": "50", "window_hours": "1", "min_jobs": "2", "institutions": "AU00000", "webhook_id": "", "address": "ops@l.example"}
    assert "No alerts yet" in text_of(ana, path)
    assert ana.send(path, form | {"percent": "50 %"}, on=path).headers["location"] == f"{path}?done=created"
    page = text_of(ana, path)
    assert "50 % of 2 jobs or more in 1 hour" in page
    assert "Quiet" in page
    for _ in range(2):
        ended(app, "dinesh", "tesla")
    serving.advance(minutes=1)
    until(lambda: "Going on" in text_of(ana, path), "that it goes on")
    until(lambda: "In the log" in text_of(ana, path), "that its notice was written into the log, which is no delivery")
    assert "2 of 2 jobs (100 %) failed" in text_of(ana, path)
    assert "Most often: Hooli Bank maintenance-error × 2." in text_of(ana, path)
    assert "An alert goes on since" in text_of(ana, "/dashboard")
    assert "of the jobs of Lender failed" in text_of(ana, "/dashboard")
    (alert_id,) = set(re.findall(r"/alerts/([0-9a-f-]{36})/delete", ana.get(path).text))
    assert ana.send(f"{path}/{alert_id}/delete", on=path).headers["location"] == f"{path}?done=deleted"
    assert "No alerts yet" in text_of(ana, path)
    assert ana.send(f"{path}/{alert_id}/delete", on=path).status_code == 404
    actions = [entry.action for entry in entries_of(serving) if "alert" in entry.action]
    assert sorted(set(actions)) == ["alert_begun", "create_alert", "delete_alert"]


def test_a_notice_that_was_given_up_is_on_the_first_page(apart: tuple[Serving, Pages, Application]) -> None:
    serving, ana, app = apart
    hook = app.post("/notifications/webhooks", json={"url": "https://receiver.example/hook", "subscribedEvents": ["user.created"]}).json()
    path = f"/dashboard/applications/{app.id}/alerts"
    form = {"percent": "50", "window_hours": "72", "min_jobs": "1", "institutions": "", "webhook_id": hook["id"], "address": ""}
    assert ana.send(path, form, on=path).status_code == 303
    assert app.delete(f"/notifications/webhooks/{hook['id']}").status_code == 204
    ended(app, "dinesh", "tesla")
    serving.advance(minutes=1)
    for nth, seconds in enumerate((*RETRY_AFTER_S, 1)):
        until(lambda nth=nth: attempts(serving, app) == nth + 1, f"attempt {nth + 1}")  # type: ignore[misc]
        assert ("was given up" in text_of(ana, "/dashboard")) is (nth == len(RETRY_AFTER_S))
        serving.advance(seconds=seconds)
    page = text_of(ana, "/dashboard")
    assert "did not leave by webhook and was given up: its webhook was deleted. It says: Lender, all institutions" in page
    assert "Everything works" not in page


def attempts(serving: Serving, app: Application) -> int:
    """At the only notice, settled ones alone."""
    every = [each for _, notices in serving.services.read_now(list_alerts, tenant=app.id) for each in notices]
    return every[0].attempts if every and every[0].problem else 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"percent": "half"}, "whole number of percent from 1 to 100"),
        ({"address": ""}, "Choose a webhook or enter an e-mail address"),
        ({"institutions": "AU00000 <b>"}, "There is no institution '<b>'"),
    ],
)
def test_what_is_typed_wrong_is_shown_again(ana: Pages, app: Application, change: dict[str, str], words: str) -> None:
    path = f"/dashboard/applications/{app.id}/alerts"
    form = {"percent": "50", "window_hours": "1", "min_jobs": "2", "institutions": "", "webhook_id": "", "address": "ops@l.example"}
    answer = ana.send(path, form | change, on=path)
    assert answer.status_code == 400
    assert words in unescape(answer.text)
    assert "<b>" not in answer.text.replace("&lt;b&gt;", "")
