"""Failed deliveries sent again together from the dashboard: counted first, bounded, followed, and in the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from bowerbird.domain.notifications import messages as domain_messages
from bowerbird.domain.notifications.deliveries import RETRY_AFTER_SECONDS
from bowerbird.model.event import MessageState, WebhookStatus
from bowerbird.model.reading import Role
from bowerbird.storage.database.tables import messages, webhooks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.health import messages_of
from tests.receiver import Receiver
from tests.serving import Application, Serving, until
from tests.web.audit_entries import entries_of
from tests.web.client import Pages, make_operator


class Failed:
    """A server whose application has two webhooks, each with messages that were given up."""

    def __init__(self, serving: Serving, pages: Pages, receivers: list[Receiver]) -> None:
        self.serving, self.pages, self.receivers = serving, pages, receivers
        self.app: Application = serving.application("Lender")
        for receiver, kind in zip(receivers, ("user.created", "user.updated"), strict=True):
            assert self.app.post("/notifications/webhooks", json={"url": receiver.url, "subscribedEvents": [kind]}).status_code == 201
        self.users = [self.app.new_user(email=f"{nth}@hooli.com") for nth in range(3)]
        self.app.post(f"/users/{self.users[0]}", json={"email": "other@hooli.com"})
        until(lambda: (len(receivers[0].received), len(receivers[1].received)) == (3, 1), "every message")
        self.path = f"/dashboard/applications/{self.app.id}/deliveries"
        until(lambda: "0 pending" in self.text(), "that nothing is on its way")
        for receiver in receivers:
            receiver.received.clear()
        serving.services.storage.write_now(self._give_up, tenant=self.app.id)

    def _give_up(self, uow: UnitOfWork) -> None:
        own = self.app.id
        uow.execute(update(messages).where(messages.c.application_id == own).values(state=MessageState.FAILED, attempts=8))
        uow.execute(update(webhooks).where(webhooks.c.application_id == own).values(status=WebhookStatus.DISABLED))

    def text(self, query: str = "") -> str:
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.pages.get(f"{self.path}{query}").text)))


@pytest.fixture
def failed(tmp_path: Path) -> Iterator[Failed]:
    with Receiver() as first, Receiver() as second, Serving(tmp_path, outbound_allow=f"{first.host},{second.host}") as serving:
        make_operator(serving)
        pages = Pages(serving)
        assert pages.sign_in().status_code == 303
        yield Failed(serving, pages, [first, second])
        pages.close()


def test_messages_that_fail_are_not_said_to_be_delivered(failed: Failed) -> None:
    """The first page and Health name a webhook that refuses, long before it is disabled."""
    for receiver in failed.receivers:
        receiver.answer = lambda _: 503
    failed.pages.send(failed.path, {"days": "7"}, on=failed.path)
    until(lambda: [len(each.received) for each in failed.receivers] == [3, 1], "the first attempt of each")
    failed.serving.advance(seconds=RETRY_AFTER_SECONDS[0])
    until(lambda: [len(each.received) for each in failed.receivers] == [6, 2], "the second attempt of each")

    def refusing() -> bool:
        return failed.serving.services.storage.read_now(messages_of, tenant=EVERY_TENANT).refusing == 2

    until(refusing, "that both attempts are written down")
    page = failed.text()
    assert "3 messages wait, last attempt failed" in page
    assert "1 message waits, last attempt failed" in page
    assert "It failed while it processed the message." in page
    assert "The next attempt is at" in page
    checkup = failed.serving.server.web.checkup
    checkup.of(failed.serving.services, 10**15)
    page = unescape(failed.pages.get("/dashboard").text)
    assert "Messages to webhooks fail" in page
    assert "messages are delivered" not in page


def test_a_number_that_no_form_gave_is_left_out(failed: Failed) -> None:
    answer = failed.pages.get(f"{failed.path}?sent={'9' * 5000}")
    assert answer.status_code == 200
    assert "queued" not in answer.text


def test_the_number_comes_first_and_then_all_are_sent(failed: Failed) -> None:
    shown = failed.text()
    assert "Send 4 messages…" in shown
    assert "2 webhooks that are disabled will be enabled" in shown
    assert [len(each.received) for each in failed.receivers] == [0, 0], "nothing is sent by looking"
    answer = failed.pages.send(failed.path, {"days": "7"}, on=failed.path)
    assert answer.headers["location"] == f"{failed.path}?days=7&sent=4"
    until(lambda: [len(each.received) for each in failed.receivers] == [3, 1], "every message again")
    until(lambda: "0 pending" in failed.text(), "that nothing is on its way")
    assert "4 messages queued" in failed.text("?days=7&sent=4")
    assert "Send 4 messages" not in failed.text()
    assert "Disabled" not in failed.text()
    (entry,) = entries_of(failed.serving, action="resend_deliveries")
    assert entry.application_id == failed.app.id


def test_one_form_sends_only_so_many_the_oldest_first(failed: Failed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_messages, "MAX_RESENT", 2)
    answer = failed.pages.send(failed.path, {"days": "7"}, on=failed.path)
    assert answer.headers["location"].endswith("sent=2")
    until(lambda: sum(len(each.received) for each in failed.receivers) == 2, "two of them")
    until(lambda: "0 pending" in failed.text(), "that nothing is on its way")
    assert failed.pages.send(failed.path, {"days": "7"}, on=failed.path).headers["location"].endswith("sent=2")
    until(lambda: [len(each.received) for each in failed.receivers] == [3, 1], "the others")
    assert failed.pages.send(failed.path, {"days": "7"}, on=failed.path).headers["location"].endswith("sent=0")


def test_what_is_older_than_the_chosen_time_stays(failed: Failed) -> None:
    failed.serving.advance(days=2)
    assert failed.pages.send(failed.path, {"days": "1"}, on=failed.path).headers["location"].endswith("sent=0")
    assert failed.pages.send(failed.path, {"days": "7"}, on=failed.path).headers["location"].endswith("sent=4")


def test_support_may_look_and_not_send(failed: Failed) -> None:
    make_operator(failed.serving, "sue", role=Role.SUPPORT)
    sue = Pages(failed.serving)
    assert sue.sign_in("sue").status_code == 303
    assert "This takes the role developer" in unescape(sue.get(failed.path).text)
    assert sue.send(failed.path, {"days": "7"}, on="/dashboard/account").status_code == 403
    sue.close()
