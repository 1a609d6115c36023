"""Alerts on failure rates, on both engines: sent once when they begin and once when they end, by webhook and by mail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bowerbird.domain.notifications import alerts
from bowerbird.domain.notifications.alert_notices import INTERRUPTED, RETRY_AFTER_S, list_due_notices, send_notice
from bowerbird.domain.notifications.alerts import AlertNotValid, AlertRow, AlertSettings, list_given_up, look_at_alert
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.outbound.code_sender import ONLY_ATTEMPT, NotSent, SendAttempt
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.alerts.alerts import update_alert
from bowerbird.storage.rows.jobs.hourly import OutcomeRow, count_outcome
from bowerbird.storage.rows.webhooks import update_webhook
from tests.postgres import settings_of
from tests.receiver import Receiver
from tests.serving import Application, Serving, until
from tests.web.audit_entries import entries_of

pytestmark = pytest.mark.both_engines

BANK, OTHER = "AU00000", "AU00001"
GONE = "service-unavailable"


class MailServer:
    """Takes mail, or refuses it."""

    for_sandbox = False

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.refuses = False
        self.dies_before, self.dies_after = False, False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        self.ids.append(attempt.id)
        if self.refuses:
            raise NotSent("refused")
        dies_before, dies_after = self.dies_before, self.dies_after
        self.dies_before = self.dies_after = False  # it is started again
        if dies_before:
            raise ServerDied
        attempt.hand_over()
        self.taken.append((address, text, subject))
        if dies_after:
            raise ServerDied


class ServerDied(Exception):
    """Nothing after this is written down, as after SIGKILL."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path: Path, receiver: Receiver) -> Iterator[Serving]:
    with Serving(tmp_path, outbound_allow=receiver.host, **settings_of(request)) as started:
        started.services.code_sender = MailServer()
        yield started


@pytest.fixture
def app(serving: Serving) -> Application:
    return serving.application("Lender")


def mail_of(serving: Serving) -> MailServer:
    assert isinstance(serving.services.code_sender, MailServer)
    return serving.services.code_sender


def count(serving: Serving, app: Application, code: str, jobs: int, bank: str = BANK) -> None:
    """As though so many jobs had ended now."""
    now_ms = to_milliseconds(serving.services.clock.now())
    row = OutcomeRow(now_ms // 3_600_000, bank, code, 0 if code else 5, 1, now_ms)

    def work(session: Session) -> None:
        for _ in range(jobs):
            count_outcome(session.uow, app.id, row)

    serving.services.write_now(work, tenant=app.id)


def create(serving: Serving, app: Application, wanted: AlertSettings) -> AlertRow:
    return serving.services.write_now(alerts.create_alert, wanted, tenant=app.id)


def look(serving: Serving, app: Application, row: AlertRow) -> AlertRow:
    """Look at an alert a minute later, as the server does by itself."""
    serving.advance(minutes=1)
    serving.services.write_now(look_at_alert, row.id, tenant=app.id)
    return next(each for each, _ in serving.services.read_now(alerts.list_alerts, tenant=app.id) if each.id == row.id)


def texts(serving: Serving, app: Application) -> list[str]:
    """Of all notices, the oldest first."""
    found = serving.services.read_now(alerts.list_alerts, tenant=app.id)
    return [notice.text for _, notices in found for notice in reversed(notices)]


def test_it_is_sent_once_and_its_end_once(serving: Serving, app: Application) -> None:
    """Around the bound nothing more is sent: it ends at half of the share, or when no job failed."""
    row = create(serving, app, AlertSettings(50, min_jobs=4, address="ops@lender.example"))
    count(serving, app, "", 2)
    count(serving, app, GONE, 1)
    assert look(serving, app, row).begun_at_ms is None, "too few jobs"
    count(serving, app, GONE, 1)
    assert look(serving, app, row).begun_at_ms is not None
    count(serving, app, "", 1)
    assert look(serving, app, row).begun_at_ms is not None, "40 % is less than the bound, and more than half of it"
    count(serving, app, GONE, 1)
    look(serving, app, row)
    count(serving, app, "", 9)
    assert look(serving, app, row).begun_at_ms is None
    assert [text.split(".")[0] for text in texts(serving, app)] == [
        "Lender, all institutions: 2 of 4 jobs (50 %) failed since 2026-03-18 11:00 UTC",
        "The alert on Lender, all institutions, is over: 3 of 15 jobs (20 %) failed since 2026-03-18 11:00 UTC",
    ]
    until(lambda: len(mail_of(serving).taken) == 2, "both mails")
    assert [subject for _, _, subject in mail_of(serving).taken] == ["Alert: jobs fail at banks", "Alert over: fewer jobs fail at banks"]
    recorded = [each.action for each in entries_of(serving) if each.subject == row.id]
    assert recorded == ["alert_ended", "alert_begun"]


def test_an_alert_ends_when_nothing_is_asked_any_more(serving: Serving, app: Application) -> None:
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 1)
    assert look(serving, app, row).begun_at_ms is not None
    serving.advance(hours=3)
    assert look(serving, app, row).begun_at_ms is None
    until(lambda: len(mail_of(serving).taken) == 2, "both mails")
    _, text, subject = mail_of(serving).taken[1]
    assert "no job has ended since" in text, "that nothing fails where nothing is asked says nothing of the bank"
    assert "succeed" not in subject


def test_the_bank_that_fails_is_named(serving: Serving, app: Application) -> None:
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    count(serving, app, "", 3)
    count(serving, app, GONE, 5, OTHER)
    look(serving, app, row)
    assert f"Most often: {serving.services.institutions.find(OTHER).name} {GONE} × 5." in texts(serving, app)[0]  # type: ignore[union-attr]


def test_an_end_waits_for_its_beginning(serving: Serving, app: Application) -> None:
    """A mail server that is away when an alert begins gets both in their order, at once, as soon as it is back."""
    mail_of(serving).refuses = True
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 1)
    look(serving, app, row)
    until(lambda: notice_of(serving, app).problem == "refused", "the first attempt")
    count(serving, app, "", 9)
    assert look(serving, app, row).begun_at_ms is None
    until(lambda: [each.attempts for each in notices_of(serving, app)] == [0, 2], "the second attempt of the beginning alone")
    now_ms = to_milliseconds(serving.services.clock.now())
    until(lambda: (notices_of(serving, app)[0].due_at_ms or 0) > now_ms, "that the end is put off")
    mail_of(serving).refuses = False
    serving.advance(seconds=RETRY_AFTER_S[1])
    until(lambda: len(mail_of(serving).taken) == 2, "both mails")
    assert [subject.split(":")[0] for _, _, subject in mail_of(serving).taken] == ["Alert", "Alert over"]


def test_what_persons_mend_and_other_banks_do_not_count(serving: Serving, app: Application) -> None:
    other = serving.application("Budget")
    row = create(serving, app, AlertSettings(10, min_jobs=1, institutions=[BANK], address="ops@lender.example"))
    count(serving, app, "invalid-credentials", 5)
    count(serving, app, GONE, 5, OTHER)
    count(serving, other, GONE, 5)
    assert look(serving, app, row).begun_at_ms is None
    count(serving, app, GONE, 1)
    assert look(serving, app, row).begun_at_ms is not None


def test_a_clock_that_is_set_back_delays_no_look(serving: Serving, app: Application) -> None:
    """As after a clock that stood a day ahead for a while: an alert is silent for no day."""
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    now_ms = to_milliseconds(serving.services.clock.now())

    def put_off(session: Session) -> list[alerts.Due]:
        update_alert(session.uow, row, begun_at_ms=None, due_at_ms=now_ms + 86_400_000)
        return alerts.list_due_alerts(session, now_ms, 10)

    assert row.id in [each.id for each in serving.services.write_now(put_off, tenant=EVERY_TENANT)]
    count(serving, app, GONE, 1)
    assert look(serving, app, row).begun_at_ms is not None


def test_two_processes_at_once_send_one(serving: Serving, app: Application) -> None:
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 3)
    serving.advance(minutes=1)

    async def both() -> None:
        await asyncio.gather(*(serving.services.write(look_at_alert, row.id, tenant=app.id) for _ in range(4)))

    asyncio.run_coroutine_threadsafe(both(), serving.loop).result(30)
    assert len(texts(serving, app)) == 1


def test_a_webhook_gets_it_signed_and_under_one_id(serving: Serving, app: Application, receiver: Receiver) -> None:
    """A receiver that is away is tried again, on the clock."""
    answers = [503, 204]
    receiver.answer = lambda _: answers.pop(0)
    hook = app.post("/notifications/webhooks", json={"url": receiver.url, "subscribedEvents": ["user.deleted"]}).json()
    row = create(serving, app, AlertSettings(50, min_jobs=1, webhook_id=hook["id"]))
    count(serving, app, GONE, 2)
    look(serving, app, row)
    first = until(lambda: receiver.received[:1], "the first attempt")[0]
    until(lambda: "503" in notice_of(serving, app).problem, "that it was refused is written down")
    serving.advance(seconds=RETRY_AFTER_S[0])
    second = until(lambda: receiver.received[1:2], "the second attempt")[0]
    until(lambda: notice_of(serving, app).sent_at_ms, "that it was sent is written down")
    assert first.id == second.id
    signed_at = datetime.fromtimestamp(int(second.headers["webhook-timestamp"]), UTC)
    assert second.headers["webhook-signature"] == Webhook(str(hook["secret"])).sign(second.id, signed_at, second.body.decode())
    assert second.json().keys() == {"eventTypeId", "eventId", "text", "links"}
    assert second.json()["eventTypeId"] == "alert.begun"
    assert f"{GONE} × 2" in second.json()["text"]
    assert not app.get(f"/notifications/webhooks/{hook['id']}/messages").json()["data"], "it is no message about an event"


def notices_of(serving: Serving, app: Application) -> list[alerts.NoticeRow]:
    """Of the only alert, newest first."""
    ((_, notices),) = serving.services.read_now(alerts.list_alerts, tenant=app.id)
    return notices


def notice_of(serving: Serving, app: Application) -> alerts.NoticeRow:
    return notices_of(serving, app)[0]


def test_a_notice_that_never_leaves_is_given_up_and_says_why(serving: Serving, app: Application) -> None:
    mail_of(serving).refuses = True
    row = create(serving, app, AlertSettings(50, window_hours=72, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 1)
    look(serving, app, row)
    for nth in range(len(RETRY_AFTER_S) + 1):
        until(lambda nth=nth: notice_of(serving, app).attempts == nth + 1, f"attempt {nth + 1}")  # type: ignore[misc]
        until(lambda: notice_of(serving, app).problem == "refused", "why it failed")
        if nth < len(RETRY_AFTER_S):
            serving.advance(seconds=RETRY_AFTER_S[nth])
    assert notice_of(serving, app).due_at_ms is None
    due = serving.services.read_now(list_due_notices, to_milliseconds(serving.services.clock.now()), 10, tenant=EVERY_TENANT)
    assert due == []
    assert [each.text for each in serving.services.read_now(list_given_up, tenant=EVERY_TENANT)] == texts(serving, app)
    mail_of(serving).refuses = False
    count(serving, app, "", 9)
    look(serving, app, row)
    until(lambda: len(mail_of(serving).taken) == 1, "the end")
    until(lambda: notice_of(serving, app).sent_at_ms, "that it was sent is written down")
    assert serving.services.read_now(list_given_up, tenant=EVERY_TENANT) == [], "a later one left"


def test_a_claimed_notice_is_sent_by_one(serving: Serving, app: Application) -> None:
    row = create(serving, app, AlertSettings(50, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 1)
    look(serving, app, row)
    due = alerts.Due(app.id, notice_of(serving, app).id)

    async def all_at_once() -> None:
        await asyncio.gather(*(send_notice(serving.services, due) for _ in range(4)))

    asyncio.run_coroutine_threadsafe(all_at_once(), serving.loop).result(30)
    until(lambda: notice_of(serving, app).sent_at_ms, "that it was sent is written down")
    assert len(mail_of(serving).taken) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mail_comes_once_whenever_the_server_dies(serving: Serving, app: Application, when: str) -> None:
    """Before the mail leaves it is sent when the server is back; after that it is not sent twice, and the notice says so."""
    setattr(mail_of(serving), f"dies_{when}", True)
    row = create(serving, app, AlertSettings(50, window_hours=72, min_jobs=1, address="ops@lender.example"))
    count(serving, app, GONE, 1)
    look(serving, app, row)
    until(lambda: mail_of(serving).ids, "the attempt in which the server dies")
    for seconds in RETRY_AFTER_S:
        serving.advance(seconds=seconds)
    if when == "before":
        until(lambda: notice_of(serving, app).sent_at_ms, "the next attempt")
        assert len(set(mail_of(serving).ids)) == 1, "each attempt has the same Message-ID"
    else:
        until(lambda: notice_of(serving, app).due_at_ms is None, "that no attempt follows")
        assert notice_of(serving, app).problem == INTERRUPTED
    assert len(mail_of(serving).taken) == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (AlertSettings(0, address="a@b.example"), "from 1 to 100"),
        (AlertSettings(101, address="a@b.example"), "from 1 to 100"),
        (AlertSettings(50, window_hours=73, address="a@b.example"), "from 1 to 72"),
        (AlertSettings(50, min_jobs=0, address="a@b.example"), "from 1 to 10,000"),
        (AlertSettings(50, institutions=["AU99999"], address="a@b.example"), "no institution 'AU99999'"),
        (AlertSettings(50), "a webhook or enter an e-mail address"),
        (AlertSettings(50, address="a@b"), "to one address"),
        (AlertSettings(50, address="a,b@c.example"), "to one address"),
        (AlertSettings(50, address="<,S[@_S,..:Qm"), "to one address"),
        (AlertSettings(50, address="=?utf-8?q?a=2C?=@c.example"), "to one address"),
        (AlertSettings(50, address="a@b.example\nBcc: c@d.example"), "to one address"),
        (AlertSettings(50, webhook_id="00000000-0000-4000-8000-000000000000"), "no such webhook"),
    ],
    ids=str,
)
def test_what_is_no_alert_is_refused_with_what_to_do(serving: Serving, app: Application, wanted: AlertSettings, words: str) -> None:
    with pytest.raises(AlertNotValid, match=words):
        create(serving, app, wanted)


def test_an_application_has_only_so_many_and_none_of_another(serving: Serving, app: Application) -> None:
    other = serving.application("Budget")
    first = create(serving, app, AlertSettings(50, address="a@b.example"))
    for _ in range(alerts.MAX_ALERTS - 1):
        create(serving, app, AlertSettings(50, address="a@b.example"))
    with pytest.raises(AlertNotValid, match="at most 20"):
        create(serving, app, AlertSettings(50, address="a@b.example"))
    assert not serving.services.write_now(alerts.delete_alert, first.id, tenant=other.id)
    assert serving.services.write_now(alerts.delete_alert, first.id, tenant=app.id)


def test_jobs_are_counted_where_they_end(serving: Serving, app: Application) -> None:
    """Each job that asks a bank once, with its code; a file is not counted."""
    app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    app.settled(app.connect(app.new_user(), "gavinBelson", "wrong"))
    app.settled(app.connect(app.new_user(), "dinesh", "tesla"))
    row = AlertSettings(1, min_jobs=1, address="a@b.example")
    counted = serving.services.read_now(
        alerts.count_jobs, create(serving, app, row), to_milliseconds(serving.services.clock.now()), tenant=app.id
    )
    assert (counted.ended, counted.failed, counted.codes) == (2, 1, {(BANK, "maintenance-error"): 1})


def test_an_address_inside_the_network_is_not_asked(serving: Serving, app: Application, receiver: Receiver) -> None:
    """The guard of every way out holds here too, also for a webhook that was allowed when it was made."""
    hook = app.post("/notifications/webhooks", json={"url": receiver.url}).json()
    row = create(serving, app, AlertSettings(50, min_jobs=1, webhook_id=hook["id"]))
    elsewhere = receiver.url.replace("127.0.0.1", "127.0.0.2")

    def move(session: Session) -> None:
        update_webhook(session.uow, app.id, hook["id"], url=elsewhere)

    serving.services.write_now(move, tenant=app.id)
    count(serving, app, GONE, 1)
    look(serving, app, row)
    until(lambda: notice_of(serving, app).problem, "why it was not sent")
    assert receiver.received == []
