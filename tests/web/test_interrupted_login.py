"""A login that is interrupted at the bank's question: the person is served again at once, whichever way they come back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.serving import Application, Serving
from tests.web.consent_session import Person

BANK, LOGIN, PASSWORD, ANSWER = "AU00002", "jared", "django", "1234"
SERVED_WITHIN_S = 3
_QUESTION = "needs to verify you"


@pytest.fixture
def person(running: Serving, app: Application) -> Iterator[Person]:
    """A person whose bank waits for an answer."""
    person = Person(running, app, app.new_user(email="jared@hooli.com", mobile="0410888667"))
    person.land()
    person.agree()
    assert _QUESTION in person.settled(person.connect(LOGIN, PASSWORD, BANK))
    yield person
    person.close()


def comes_back(person: Person) -> str:
    """They close the page and follow the app's link again."""
    return person.land()


def logs_in_again(person: Person) -> str:
    """They go back to the bank's page and enter the same login."""
    return person.connect(LOGIN, PASSWORD, BANK)


def logs_in_otherwise(person: Person) -> str:
    """They go back and enter another login of the same bank."""
    return person.connect("richard", "tabsnotspaces", BANK)


def comes_by_another_device(person: Person) -> str:
    other = Person(person.serving, person.app, person.user_id)
    path = other.land()
    assert _QUESTION in other.settled(path)
    other.close()
    return path


def comes_back_and_logs_in(person: Person) -> str:
    """They follow the link again, ignore the question and enter the same login."""
    person.land()
    return person.connect(LOGIN, PASSWORD, BANK)


def finishes_and_returns(person: Person) -> str:
    """They leave for the app, which sends them back."""
    assert person.send("/home/finish", on="/home/manage").status_code == 303
    return person.land()


WAYS: tuple[Callable[[Person], str], ...] = (
    comes_back,
    logs_in_again,
    logs_in_otherwise,
    comes_by_another_device,
    comes_back_and_logs_in,
    finishes_and_returns,
)


@pytest.mark.parametrize("interrupt", WAYS, ids=lambda way: way.__name__)
def test_an_interrupted_login_is_served_again(
    person: Person, interrupt: Callable[[Person], str], record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    path = interrupt(person)
    page = person.settled(path)
    served_s = time.monotonic() - began
    record_property("measured", f"served again after {served_s:.2f} s")
    assert _QUESTION in page, page
    assert served_s <= SERVED_WITHIN_S
    assert re.fullmatch(r"/home/jobs/[0-9a-f-]{36}", path)
    person.answer(path, ANSWER)
    assert "is connected" in person.settled(path)


def test_a_login_behind_an_open_question_leads_to_it(running: Serving, app: Application) -> None:
    """The application's own job waits for an answer; the new job waits for it, as published, and the person is shown the question."""
    user = app.new_user(email="jared@hooli.com")
    waiting = app.connect(user, LOGIN, PASSWORD, BANK)
    app.settled(waiting)
    person = Person(running, app, user)
    person.arrive()
    person.agree()
    path = person.connect(LOGIN, PASSWORD, BANK)
    answer = person.get(path)
    assert answer.headers["location"] == f"/home/jobs/{waiting}"
    person.close()
