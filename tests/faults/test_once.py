"""What works once, tried by 50 clients in the same moment: one gets it, on both engines."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import httpx2
import pytest
from sqlalchemy import func, select

from bowerbird.domain.operators import operators
from bowerbird.model.clock import to_milliseconds
from bowerbird.outbound.code_sender import ONLY_ATTEMPT, SendAttempt
from bowerbird.storage.database.tables import auth_links, operator_links, person_sessions
from bowerbird.storage.database.tables import operators as operator_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.serving import Application, Serving, until
from tests.web.client import PASSWORD, Pages
from tests.web.consent_session import Person

T = TypeVar("T")
CLIENTS = 50


PATIENT_CLIENT_SECONDS = 150
"""Fifty writers of one row take turns, on a machine that has other work too."""


class Texts:
    """Keeps what would have been texted."""

    for_sandbox = False

    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, mobile: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        if subject == "Your code":
            self.texts.append(text)

    @property
    def code(self) -> str:
        found = re.match(r"[0-9]{6}(?= )", self.texts[-1])
        assert found
        return found[0]


def at_once(work: Callable[[], T]) -> list[T]:
    """The results of 50 threads that begin together."""
    ready = threading.Barrier(CLIENTS)

    def begin() -> T:
        ready.wait()
        return work()

    with ThreadPoolExecutor(CLIENTS) as threads:
        return [started.result() for started in [threads.submit(begin) for _ in range(CLIENTS)]]


def count(serving: Serving, column: object) -> int:
    row = serving.services.storage.read_now(lambda uow: uow.row(select(func.count(column))), tenant=EVERY_TENANT)  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


@pytest.fixture
def person(serving: Serving) -> Person:
    app = serving.application()
    return Person(serving, app, app.new_user(email="gavin@hooli.com", mobile="0410888666"))


def link_of(person: Person) -> str:
    public = person.app.post(f"/users/{person.user_id}/auth_link", json={}).json()["links"]["public"]
    return "/links/" + str(public).rpartition("/")[2]


@pytest.mark.both_engines
def test_a_code_opens_one_session(serving: Serving, person: Person) -> None:
    serving.services.code_sender = sent = Texts()
    for opened in range(1, 4):
        assert person.get(link_of(person)).status_code == 303
        assert person.send("/links/send", on="/links").status_code == 303
        token, jar = person.token("/links"), dict(person.http.cookies)

        post = partial(httpx2.post, f"{serving.url}/links/check", data={"csrf": token, "code": sent.code}, cookies=jar, timeout=60)
        answers = Counter(answer.status_code for answer in at_once(post))
        assert answers == {303: 1, 400: CLIENTS - 1}
        assert count(serving, person_sessions.c.hash) == opened
    person.close()


@pytest.mark.both_engines
def test_a_code_is_sent_once_in_half_a_minute(serving: Serving, person: Person) -> None:
    serving.services.code_sender = sent = Texts()
    person.get(link_of(person))
    token, jar = person.token("/links"), dict(person.http.cookies)
    answers = Counter(at_once(lambda: httpx2.post(f"{serving.url}/links/send", data={"csrf": token}, cookies=jar, timeout=60).status_code))
    assert answers == {303: 1, 429: CLIENTS - 1}
    assert len(sent.texts) == 1
    person.close()


@pytest.mark.both_engines
def test_a_code_to_a_persons_own_data_is_sent_once_and_used_once(serving: Serving, person: Person) -> None:
    serving.services.code_sender = sent = Texts()
    person.land()
    person.agree()
    token, jar = person.token("/home/data"), dict(person.http.cookies)

    def post(path: str, **form: str) -> int:
        return httpx2.post(f"{serving.url}/home/data/{path}", data={"csrf": token, **form}, cookies=jar, timeout=60).status_code

    assert Counter(at_once(partial(post, "send"))) == {303: 1, 429: CLIENTS - 1}
    assert len(sent.texts) == 1
    assert Counter(at_once(partial(post, "check", code=sent.code))) == {303: 1, 400: CLIENTS - 1}
    person.close()


@pytest.mark.both_engines
def test_a_link_makes_one_operator(serving: Serving) -> None:
    now = to_milliseconds(serving.server.web.clock.now())
    link = serving.services.write_now(operators.create_link, now, tenant=EVERY_TENANT)
    browser = Pages(serving)
    assert browser.get(f"/dashboard/link/{link}").status_code == 303
    token, jar = browser.token("/dashboard/welcome"), dict(browser.http.cookies)

    def use() -> int:
        form = {"csrf": token, "name": f"op{threading.get_ident()}", "password": PASSWORD, "again": PASSWORD}
        return httpx2.post(f"{serving.url}/dashboard/welcome", data=form, cookies=jar, timeout=60).status_code

    assert Counter(at_once(use)) == {303: 1, 404: CLIENTS - 1}
    assert (count(serving, operator_table.c.id), count(serving, operator_links.c.hash)) == (1, 0)
    browser.close()


def ask(app: Application, method: str, path: str, body: object = None, **headers: str) -> int:
    """On a connection of its own, again where the server had no place for it, as a client does."""
    bearer = {"Authorization": f"Bearer {app.token()}", **headers}
    send = partial(httpx2.request, method, app.url + path, json=body, headers=bearer, timeout=60)
    return until(lambda: None if (status := send().status_code) == 503 else status, "an answer", seconds=PATIENT_CLIENT_SECONDS)


@pytest.mark.both_engines
def test_a_challenge_takes_one_answer(serving: Serving) -> None:
    app = serving.application()
    job = app.settled(app.connect(app.new_user(), "jared", "django", "AU00002"))
    body = {"mfa-response": ["1234"]}
    answers = Counter(at_once(lambda: ask(app, "POST", f"/jobs/{job['id']}/mfa", body)))
    assert answers.pop(202) == 1
    assert answers == {400: CLIENTS - 1}


@pytest.mark.both_engines
def test_links_made_at_once_leave_one(serving: Serving, person: Person) -> None:
    app = person.app
    assert Counter(at_once(lambda: ask(app, "POST", f"/users/{person.user_id}/auth_link", {}))) == {201: CLIENTS}
    assert count(serving, auth_links.c.id) == 1
    person.close()


@pytest.mark.both_engines
def test_a_consent_ends_once(serving: Serving, person: Person) -> None:
    app = person.app
    person.land()
    person.agree()
    (consent,) = app.get(f"/users/{person.user_id}/consents").json()["data"]
    answers = Counter(at_once(lambda: ask(app, "DELETE", f"/users/{person.user_id}/consents/{consent['id']}")))
    assert answers == {204: 1, 404: CLIENTS - 1}
    events = app.get("/events?filter=event.type.eq('consent.revoked')").json()["data"]
    assert len(events) == 1
    person.close()


@pytest.mark.both_engines
def test_a_key_of_a_retry_creates_once(serving: Serving) -> None:
    app = serving.application()
    app.token()
    key = {"Idempotency-Key": "the-same"}
    answers = Counter(at_once(lambda: ask(app, "POST", "/users", {"email": "gavin@hooli.com"}, **key)))
    assert answers[201] == CLIENTS, answers
    assert len(app.get("/users").json()["data"]) == 1
