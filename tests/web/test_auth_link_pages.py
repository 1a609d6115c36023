"""Auth links in a browser without scripts: the code, its limits, one use, and one page for every link that is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bowerbird.outbound.code_sender import ONLY_ATTEMPT, NotSent, SendAttempt
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person


class Sent:
    """Keeps what would have been texted."""

    for_sandbox = False

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.broken = False

    def send(self, mobile: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        if self.broken:
            raise NotSent("no network")
        if subject == "Your code":
            self.texts.append((mobile, text))

    @property
    def code(self) -> str:
        found = re.match(r"[0-9]{6}(?= )", self.texts[-1][1])
        assert found
        return found[0]


@pytest.fixture
def sent(running: Serving) -> Iterator[Sent]:
    before, running.services.code_sender = running.services.code_sender, Sent()
    yield running.services.code_sender
    running.services.code_sender = before


@pytest.fixture
def link(gavin: Person) -> str:
    answer = gavin.app.post(f"/users/{gavin.user_id}/auth_link", json={})
    assert answer.status_code == 201, answer.text
    return "/links/" + str(answer.json()["links"]["public"].rpartition("/")[2])


def wrong_of(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def guess(pages: Pages, code: str) -> int:
    return pages.send("/links/check", {"code": code}, on="/links").status_code


def send(pages: Pages) -> int:
    return pages.send("/links/send", on="/links").status_code


def test_from_the_message_to_the_accounts(gavin: Person, link: str, sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    assert gavin.get(link).headers["location"] == "/links", "the secret leaves the address"
    page = gavin.get("/links").text
    assert "666" in page
    assert "410888" not in page, "only the end of the mobile is shown"
    assert sent.texts == [], "looking sends nothing"
    assert send(gavin) == 303
    assert sent.texts[0][0] == "61410888666"
    assert sent.code not in gavin.get("/links").text, "the code is shown in the sandbox only"
    answer = gavin.send("/links/check", {"code": f" {sent.code[:3]} {sent.code[3:]} "}, on="/links")
    assert answer.headers["location"] == "/home"
    assert gavin.get("/home").headers["location"] == "/home/consent"
    gavin.agree()
    text = gavin.settled(gavin.connect("gavinBelson", "hooli2016"))
    assert "I have disclosed all my accounts" in text
    assert gavin.app.get(f"/users/{gavin.user_id}/auth_link").status_code == 200, "the link stays usable until the person denies it"
    gavin.send("/home/finish", on="/home/manage")
    assert gavin.app.get(f"/users/{gavin.user_id}/auth_link").status_code == 410
    assert gavin.get(link).status_code == 410
    output = capsys.readouterr()
    assert link.rpartition("/")[2] not in output.out + output.err
    assert sent.code not in output.out + output.err


def test_every_link_that_is_over_has_the_same_page(running: Serving, gavin: Person, link: str, sent: Sent) -> None:
    def words(path: str) -> tuple[int, str]:
        answer = gavin.get(path)
        return answer.status_code, re.sub(r"[0-9a-f-]{36}", "", answer.text)

    unknown = words("/links/" + "A" * 43)
    assert unknown[0] == 404
    gavin.app.post(f"/users/{gavin.user_id}/auth_link", json={})
    assert words(link) == unknown, "the newest only: an older one is unknown"
    newest = "/links/" + gavin.app.get(f"/users/{gavin.user_id}/auth_link").json()["links"]["public"].rpartition("/")[2]
    gavin.app.delete(f"/users/{gavin.user_id}/auth_link")
    assert words(newest) == (410, unknown[1])
    other = gavin.app.post(f"/users/{gavin.user_id}/auth_link", json={}).json()["links"]["public"].rpartition("/")[2]
    running.advance(days=7, seconds=1)
    assert words(f"/links/{other}") == (410, unknown[1])
    assert "Please ask the sender" in unknown[1]


def test_a_code_works_for_ten_minutes_and_the_newest_only(running: Serving, gavin: Person, link: str, sent: Sent) -> None:
    gavin.get(link)
    send(gavin)
    first = sent.code
    assert send(gavin) == 429, "another one after half a minute"
    running.advance(seconds=30)
    assert send(gavin) == 303
    if sent.code != first:
        assert guess(gavin, first) == 400
    running.advance(minutes=10)
    over = gavin.send("/links/check", {"code": sent.code}, on="/links")
    assert (over.status_code, "This code has expired" in over.text) == (400, True)
    assert send(gavin) == 303
    assert guess(gavin, sent.code) == 303


def test_guessing_ends_after_five_tries_of_each_of_five_codes(running: Serving, gavin: Person, link: str, sent: Sent) -> None:
    gavin.get(link)
    form = {"csrf": gavin.token("/links")}

    def guess(code: str) -> int:
        return gavin.http.post("/links/check", data={**form, "code": code}).status_code

    for number in range(5):
        assert gavin.http.post("/links/send", data=form).status_code == 303, number
        for _ in range(5):
            assert guess(wrong_of(sent.code)) == 400
        assert guess(sent.code) == 400, "the right one comes too late"
        running.advance(seconds=31)
    assert len(sent.texts) == 5
    page = gavin.get("/links").text
    assert "This link is locked" in page
    assert "/links/check" not in page
    assert gavin.get(link).status_code == 303, "it is still there, and leads to that page"


def test_guesses_at_once_are_no_way_around(gavin: Person, link: str, sent: Sent) -> None:
    gavin.get(link)
    send(gavin)
    token = gavin.token("/links")
    guesses = [wrong_of(sent.code)] * 20

    def one(code: str) -> str:
        return gavin.http.post("/links/check", data={"csrf": token, "code": code}).text

    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(one, guesses))
    assert sum("This code is not correct" in text for text in texts) <= 5
    assert guess(gavin, sent.code) == 400


def test_a_code_that_cannot_be_sent_says_so(gavin: Person, link: str, sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    gavin.get(link)
    sent.broken = True
    answer = gavin.send("/links/send", on="/links")
    assert (answer.status_code, "could not be sent" in answer.text) == (502, True)
    output = capsys.readouterr().err
    assert "code_not_sent" in output
    assert "61410888666" not in output


def test_another_browser_with_the_link_needs_a_code_too(running: Serving, gavin: Person, link: str, sent: Sent) -> None:
    gavin.get(link)
    send(gavin)
    assert guess(gavin, sent.code) == 303
    other = Person(running, gavin.app, gavin.user_id)
    other.get(link)
    assert guess_of(other, sent.code) == 404, "no form asks for a code before one was sent"
    assert other.get("/home/consent").status_code == 403
    running.advance(seconds=31)
    used = sent.code
    assert send(other) == 303
    if sent.code != used:
        assert guess(other, used) == 400, "a code works once"
    other.close()


def guess_of(pages: Pages, code: str) -> int:
    """404 where the page has no form for a code."""
    return guess(pages, code) if 'action="/links/check"' in pages.get("/links").text else 404


def test_a_code_of_one_persons_link_opens_no_other(running: Serving, app: Application, gavin: Person, link: str, sent: Sent) -> None:
    gavin.get(link)
    send(gavin)
    code = sent.code
    jared = Person(running, app, app.new_user(email="jared@hooli.com", mobile="0410888777"))
    theirs = app.post(f"/users/{jared.user_id}/auth_link", json={}).json()["links"]["public"].rpartition("/")[2]
    jared.get(f"/links/{theirs}")
    send(jared)
    if sent.code != code:
        assert guess(jared, code) == 400
    jared.close()


def test_without_a_link_there_is_nothing_to_guess_at(unknown_bank: Pages) -> None:
    assert unknown_bank.get("/links").status_code == 404
    token = unknown_bank.token("/dashboard/sign-in")
    assert unknown_bank.http.post("/links/check", data={"csrf": token, "code": "000000"}).status_code == 404
    assert unknown_bank.http.post("/links/send", data={"csrf": token}).status_code == 404


def test_a_sandbox_shows_the_code_to_its_operator_and_not_to_who_has_the_link(tmp_path: Path) -> None:
    with Serving(tmp_path, start=None, sandbox_controls=True) as serving:
        app = serving.application("Sandbox", production=False)
        person = Person(serving, app, app.new_user(email="gavin@hooli.com", mobile="0410888666"))
        link = app.post(f"/users/{person.user_id}/auth_link", json={}).json()["links"]["public"].rpartition("/")[2]
        person.get(f"/links/{link}")
        assert send(person) == 303
        page = person.get("/links").text
        assert 'under <a href="/dashboard/requests">Requests</a>' in page
        assert person.get("/dashboard/requests").status_code == 303
        make_operator(serving)
        operator = Pages(serving)
        operator.sign_in()
        shown = re.search(r'class="sent-code">([0-9]{6})<', operator.get("/dashboard/requests").text)
        operator.close()
        assert shown
        assert shown[1] not in page
        assert guess(person, shown[1]) == 303
        assert person.get("/home").headers["location"] == "/home/consent"
        person.close()


def test_no_code_of_a_real_person_is_ever_in_the_log(gavin: Person, link: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The log is the sender as it comes: on a server with real data no code is made, and the page says whom to ask."""
    gavin.get(link)
    refused = gavin.send("/links/send", on="/links")
    assert (refused.status_code, "cannot send messages" in refused.text) == (503, True)
    output = capsys.readouterr().err
    assert "code_to_send" not in output
    assert "BOWERBIRD_CODE_SENDER is log" in output


def test_a_sandbox_logs_its_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Serving(tmp_path / "data") as serving:
        app = serving.application(production=False)
        person = Person(serving, app, app.new_user(mobile="0410888666"))
        public = app.post(f"/users/{person.user_id}/auth_link", json={}).json()["links"]["public"]
        person.get("/links/" + public.rpartition("/")[2])
        assert send(person) == 303
        assert re.search(r"code_to_send.*?text\W+[0-9]{6} is your code", capsys.readouterr().err)
        person.close()
