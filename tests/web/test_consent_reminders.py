"""Reminders of a consent under the Consumer Data Right: mailed every ninety days, and again while the mail server takes none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bowerbird.domain.consents.policies import set_policy
from bowerbird.model.consent import DEFAULT_POLICY
from tests.serving import Application, Serving, until
from tests.web.consent_session import Person
from tests.web.test_receipts import Mail, MailServer

_REMINDED = "You still share data with Test"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path / "data") as serving:
        serving.services.code_sender = MailServer()
        yield serving


def _mail(server: Serving) -> MailServer:
    sender = server.services.code_sender
    assert isinstance(sender, MailServer)
    return sender


def _agrees(server: Serving, *, cdr: bool) -> Application:
    """The application of a person who has agreed to its policy, and has their receipt."""
    return _who_agrees(server, cdr=cdr).app


def _who_agrees(server: Serving, *, cdr: bool, language: str = "en") -> Person:
    app = server.application()
    server.services.write_now(set_policy, msgspec.structs.replace(DEFAULT_POLICY, cdr=cdr), tenant=app.id)
    person = Person(server, app, app.new_user(email="jo@hooli.example", firstName="Jo"))
    person.http.headers["accept-language"] = language
    person.land()
    assert ("no consent lasts longer than 12 months" in person.get("/home/consent").text) is (cdr and language == "en")
    person.agree()
    person.close()
    until(lambda: len(_mail(server).taken) == 1, "the receipt")
    return person


def _reminders(server: Serving) -> list[Mail]:
    return [mail for mail in _mail(server).taken if mail.subject == _REMINDED]


def _announced(app: Application) -> int:
    app.forget_tokens()
    return len([each for each in app.get("/events").json()["data"] if (each["entity"], each["eventType"]) == ("consent", "reminder")])


def test_a_reminder_is_mailed_every_ninety_days(server: Serving) -> None:
    app = _agrees(server, cdr=True)
    server.advance(days=90)
    until(lambda: len(_reminders(server)) == 1, "the first reminder")
    [mail] = _reminders(server)
    assert mail.address == "jo@hooli.example"
    for words in (
        "Since 18 March 2026 you share bank data with Test",
        "until 18 March 2027",
        "- Transactions: ",
        "To review it, open Test",
    ):
        assert words in mail.text
    until(lambda: _announced(app) == 1, "the event")
    server.advance(days=89)
    server.advance(hours=23)
    assert len(_reminders(server)) == 1
    server.advance(hours=1)
    until(lambda: len(_reminders(server)) == 2, "the second reminder")


def test_a_reminder_is_in_the_language_of_the_page_that_was_agreed_to(server: Serving) -> None:
    """No browser says at ninety days what the person reads. Extended on an English page, the next ones are English."""
    gone = _who_agrees(server, cdr=True, language="de")
    server.advance(days=90)
    until(lambda: len(_mail(server).taken) == 2, "the reminder")
    mail = _mail(server).taken[-1]
    assert mail.subject == "Sie geben weiterhin Daten an Test frei"
    for words in ("Seit dem 18. März 2026", "bis 18. März 2027", "- Umsätze: ", "„Ihre Datenfreigabe“", "Danach "):
        assert words in mail.text
    assert not re.search(r"\b(you|share|data|the)\b", mail.text), mail.text
    gone.app.forget_tokens()
    person = Person(server, gone.app, gone.user_id)
    person.land()
    assert person.send("/home/extend", {}).status_code == 303
    person.close()
    until(lambda: len(_mail(server).taken) == 3, "the receipt")
    server.advance(days=90)
    until(lambda: len(_reminders(server)) == 1, "the reminder in English")


def test_a_mail_server_that_is_away_is_tried_every_hour_and_the_event_comes_once(server: Serving) -> None:
    app, mail = _agrees(server, cdr=True), _mail(server)
    mail.refuses = True
    server.advance(days=90)
    until(lambda: len(_reminders(server)) == 1, "the first try")
    until(lambda: _announced(app) == 1, "the event")
    mail.refuses = False
    server.advance(minutes=61)
    until(lambda: len(_reminders(server)) == 2, "the second try")
    server.advance(hours=2)
    server.advance(days=80)
    assert (len(_reminders(server)), _announced(app)) == (2, 0), "events of the last seven days"


def test_a_mail_that_none_takes_for_a_week_is_given_up(server: Serving) -> None:
    _agrees(server, cdr=True)
    _mail(server).refuses = True
    server.advance(days=90)
    until(lambda: len(_reminders(server)) == 1, "the first try")
    server.advance(days=7, hours=2)
    _mail(server).refuses = False
    server.advance(days=83)
    until(lambda: len(_reminders(server)) == 2, "the next reminder, and none in between")


def test_only_a_policy_under_the_rules_sends_mail(server: Serving) -> None:
    app = _agrees(server, cdr=False)
    server.advance(days=90)
    until(lambda: _announced(app) == 1, "the event")
    assert _reminders(server) == []
