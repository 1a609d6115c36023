"""Receipts by mail: what they say of a consent, whom they reach, and that no page waits for them or fails with them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest

from bowerbird.domain.consents.branding import update_branding
from bowerbird.domain.consents.confirmations import MAX_A_DAY
from bowerbird.model.consent import Branding
from bowerbird.outbound.code_sender import ONLY_ATTEMPT, NotSent, SendAttempt
from bowerbird.outbound.outbox import MAX_AGE_S, Outbox
from tests.serving import Application, Serving, until
from tests.web.client import Pages
from tests.web.consent_session import Person


class Mail(NamedTuple):
    """A message as its receiver has it."""

    address: str
    text: str
    subject: str


class MailServer:
    """Takes messages; `opened` holds them back while it is not set, `refuses` sends them back."""

    for_sandbox = False

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.opened = threading.Event()
        self.opened.set()
        self.refuses = False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        self.opened.wait(30)
        self.taken.append(Mail(address, text, subject))
        if self.refuses:
            raise NotSent("refused")


@pytest.fixture
def mail(running: Serving) -> Iterator[MailServer]:
    before, running.services.code_sender = running.services.code_sender, (server := MailServer())
    yield server
    running.services.code_sender = before


@pytest.fixture
def jo(running: Serving, app: Application) -> Iterator[Person]:
    """A person with an e-mail address alone."""
    person = Person(running, app, app.new_user(email="jo@hooli.example", firstName="Jo"))
    yield person
    person.close()


def last(mail: MailServer, count: int) -> Mail:
    until(lambda: len(mail.taken) == count, f"{count} messages")
    return mail.taken[-1]


def test_each_step_of_a_consent_has_its_receipt(running: Serving, jo: Person, mail: MailServer) -> None:
    look = Branding(name="Hooli Home", contact="help@hooli.example", privacy_url="https://hooli.example/privacy")
    running.services.write_now(update_branding, look, tenant=jo.app.id)
    jo.land()
    jo.agree()
    given = last(mail, 1)
    assert (given.address, given.subject) == ("jo@hooli.example", "You share data with Hooli Home")
    for words in (
        "you agreed that Hooli Home reads your bank data until 18 March 2027", "- Transactions: To understand your income and spending",
        "open Hooli Home or ask it for a link, go to", "choose “Withdraw consent”. Then your data is deleted",
        "Questions: help@hooli.example", "https://hooli.example/privacy",
    ):  # fmt: skip
        assert words in given.text
    jo.send("/home/extend", on="/home/extend")
    assert last(mail, 2).subject == "You share data with Hooli Home"
    jo.send("/home/consent/revoke", on="/home/manage")
    ended = last(mail, 3)
    assert ended.subject == "You no longer share data with Hooli Home"
    assert "Your accounts and transactions stored here were deleted." in ended.text
    jo.send("/home/consent/revoke", on="/home/manage")
    jo.agree()
    assert last(mail, 4).subject == "You share data with Hooli Home", "nothing is sent where nothing was ended"


def test_a_mobile_gets_no_receipt(running: Serving, gavin: Person, mail: MailServer, jo: Person) -> None:
    for person in (gavin, jo):
        person.land()
        person.agree()
    assert last(mail, 1).address == "jo@hooli.example"


def test_a_page_neither_waits_for_the_mail_server_nor_fails_with_it(jo: Person, mail: MailServer) -> None:
    mail.opened.clear()
    mail.refuses = True
    jo.land()
    assert jo.agree().headers["location"] == "/home/institutions"
    assert mail.taken == []
    mail.opened.set()
    assert last(mail, 1).address == "jo@hooli.example"
    assert jo.get("/home/institutions").status_code == 200


def test_agreeing_again_and_again_fills_no_mailbox(running: Serving, jo: Person, mail: MailServer) -> None:
    """Also where each address is another user's, in another spelling."""
    other = Person(running, jo.app, jo.app.new_user(email="JO@hooli.example"))
    running.clock.advance(timedelta(days=1))
    jo.app.forget_tokens()
    for person in (jo, other):
        person.land()
        for _ in range(MAX_A_DAY):
            assert person.agree().status_code == 303
    other.close()
    last(mail, MAX_A_DAY)
    running.clock.advance(timedelta(days=1))
    jo.app.forget_tokens()
    jo.land()
    jo.agree()
    last(mail, MAX_A_DAY + 1)


def test_a_receipt_is_in_the_language_of_the_page(running: Serving, jo: Person, mail: MailServer) -> None:
    running.services.write_now(update_branding, Branding(contact="hilfe@hooli.example"), tenant=jo.app.id)
    jo.http.headers["accept-language"] = "de-DE,de;q=0.9"
    jo.land()
    jo.agree()
    given = last(mail, 1)
    assert given.subject == "Sie geben Daten für Budget app frei"
    for words in (
        ". März 2027 liest.", "haben Sie zugestimmt, dass Budget app Ihre Bankdaten bis ", "- Umsätze: ",
        "wählen Sie „Zustimmung widerrufen“",
        "Danach werden Ihre Daten gelöscht.", "Fragen: hilfe@hooli.example",
    ):  # fmt: skip
        assert words in given.text
    jo.send("/home/consent/revoke", on="/home/manage")
    assert "Ihre Banken wurden getrennt" in last(mail, 2).text


def test_a_receipt_that_waited_too_long_is_dropped_and_counted(running: Serving, ana: Pages, mail: MailServer) -> None:
    """The mail server was away for longer than a message may be old."""
    now_s = 0.0
    outbox = Outbox(lambda: now_s)
    mail.opened.clear()
    for nth in range(3):
        assert outbox.submit(partial(mail.send, f"{nth}@hooli.example", "text"))
    assert outbox.waiting == 3
    now_s = MAX_AGE_S + 1.0
    mail.opened.set()
    until(lambda: outbox.waiting == 0, "an empty outbox")
    assert outbox.dropped == 3 - len(mail.taken)
    assert [each.address for each in mail.taken] in ([], ["0@hooli.example"]), "only the one that was on its way"
    before, running.server.web.messages = running.server.web.messages, outbox
    assert f"0 waiting, {outbox.dropped} dropped since the start" in ana.get("/dashboard/health").text
    running.server.web.messages = before
    outbox.close()
