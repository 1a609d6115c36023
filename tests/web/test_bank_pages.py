"""Logins at a bank's own pages: the way there and back, other browsers, lost ones, and access that ends."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import get_connection
from bowerbird.domain.connections.schedule import update_schedule
from tests.serving import Application, Serving, until
from tests.web.consent_session import Person

BANK = "AU00007"
_LINK = re.compile(r'href="([^"]*/home/test-bank[^"]*)"')


@pytest.fixture
def person(running: Serving, app: Application) -> Iterator[Person]:
    person = Person(running, app, app.new_user(email="gavin@hooli.com", mobile="0410888667"))
    person.land()
    person.agree()
    yield person
    person.close()


def begins(person: Person, bank: str = BANK) -> str:
    """The page of the job once it leads to the bank."""
    answer = person.send(f"/home/institutions/{bank}/open-banking", {}, on=f"/home/institutions/{bank}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def bank_page(person: Person, job: str) -> str:
    found = _LINK.search(person.settled(job))
    assert found, person.get(job).text
    return html.unescape(found[1])


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


def comes_back(person: Person, address: str, **answer: str) -> Any:
    return person.get("/home/return", params={"state": state_of(address), **answer})


def result(person: Person, job: str) -> dict[str, Any]:
    """The job's first step on the wire, once it is settled."""
    return ended_step(person, job.rpartition("/")[2])


def ended_step(person: Person, job_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        step: dict[str, Any] = person.app.get(f"/jobs/{job_id}").json()["steps"][0]
        return step if step["status"] in ("success", "failed") else None

    return until(look, "the login to end")


def connected(person: Person) -> str:
    """The id of a connection that was given access."""
    job = begins(person)
    assert comes_back(person, bank_page(person, job), code="gavinBelson").headers["location"] == job
    assert "is connected" in person.settled(job)
    return str(person.app.get(f"/users/{person.user_id}/connections").json()["data"][0]["id"])


def refreshed(person: Person, connection_id: str) -> dict[str, Any]:
    """The first step of a refresh that the application asks for."""
    job = person.app.settled(person.app.post(f"/users/{person.user_id}/connections/{connection_id}/refresh").json()["id"])
    step: dict[str, Any] = job["steps"][0]
    return step


def test_from_the_bank_and_back_to_the_accounts(person: Person) -> None:
    job = begins(person)
    page = bank_page(person, job)
    waiting = person.app.get(f"/jobs/{job.rpartition('/')[2]}").json()
    assert [(step["title"], step["status"], step["result"]) for step in waiting["steps"]] == [
        ("verify-credentials", "in-progress", None),
        ("retrieve-accounts", "pending", None),
        ("retrieve-transactions", "pending", None),
    ]
    at_bank = person.get(page)
    assert at_bank.headers["referrer-policy"] == "no-referrer"
    way_back = re.search(r'href="(/home/return\?[^"]*code=gavinBelson)"', at_bank.text)
    assert way_back
    back = person.get(html.unescape(way_back[1]))
    assert (back.status_code, back.headers["location"], back.headers["referrer-policy"]) == (303, job, "no-referrer")
    assert "is connected" in person.settled(job)
    found = person.app.get(f"/users/{person.user_id}/connections").json()["data"]
    assert [(each["method"], each["status"]) for each in found] == [("openbanking", "active")]
    assert len(person.app.get(f"/users/{person.user_id}/accounts").json()["data"]) == 4


def test_a_person_who_refuses(person: Person) -> None:
    job = begins(person)
    comes_back(person, bank_page(person, job), error="access_denied")
    assert "Access was not authorised at Raviga" in person.settled(job)
    entry = codes.AUTHORIZATION_FAILED
    assert result(person, job)["result"] == {"code": entry.code, "title": entry.title, "detail": "access_denied"}
    assert person.app.get(f"/users/{person.user_id}/connections").json()["data"][0]["status"] == "invalid"
    assert comes_back(person, bank_page(person, again := begins(person)), code="gavinBelson").headers["location"] == again
    assert "is connected" in person.settled(again)
    assert len(person.app.get(f"/users/{person.user_id}/connections").json()["data"]) == 1


@pytest.mark.parametrize("error", ["<script>", "ACCESS", "x" * 5000, "", "4111111111111111"])
def test_a_banks_own_text_is_not_repeated(person: Person, error: str) -> None:
    job = begins(person)
    comes_back(person, bank_page(person, job), error=error, error_description="Your card 4111111111111111")
    assert result(person, job)["result"]["detail"] in {"invalid_response", "invalid_grant"}


def test_a_person_who_must_do_something_at_the_bank_first(person: Person) -> None:
    job = begins(person)
    comes_back(person, bank_page(person, job), code="erlich")
    found = result(person, job)["result"]
    assert (found["code"], found["detail"]) == ("user-action-required", "The bank has new terms. Accept them on its own pages.")
    assert "new terms" in person.get(job).text


def test_the_word_is_good_once_and_in_one_browser(person: Person) -> None:
    job = begins(person)
    address = bank_page(person, job)
    other = Person(person.serving, person.app, person.user_id)
    other.land()
    stranger = Person(person.serving, person.app, person.app.new_user(email="erlich@hooli.com"))
    stranger.land()
    for browser in (other, stranger):
        assert comes_back(browser, address, code="gavinBelson").status_code == 400
    signed_out = Person(person.serving, person.app, person.user_id)
    assert comes_back(signed_out, address, code="gavinBelson").status_code == 403
    assert comes_back(person, address + "x", code="gavinBelson").status_code == 400
    twice = person.get(f"/home/return?state={state_of(address)}&state={state_of(address)}&code=gavinBelson")
    assert twice.status_code == 400
    assert comes_back(person, address, code="gavinBelson").status_code == 303
    assert comes_back(person, address, code="jared").status_code == 400
    assert "is connected" in person.settled(job)
    for browser in (other, stranger, signed_out):
        browser.close()


def test_another_browser_begins_again(person: Person) -> None:
    job = begins(person)
    address = bank_page(person, job)
    other = Person(person.serving, person.app, person.user_id)
    other.land()
    assert "another browser" in other.settled(job)
    assert other.send(f"{job}/again", {}, on=job).headers["location"] == job
    own = bank_page(other, job)
    assert comes_back(person, address, code="gavinBelson").status_code == 400
    assert comes_back(other, own, code="gavinBelson").status_code == 303
    assert "is connected" in other.settled(job)
    other.close()


def test_a_lost_browser_ends_the_job(person: Person) -> None:
    job = begins(person)
    address = bank_page(person, job)
    person.serving.clock.advance(timedelta(seconds=601))
    person.serving.services.wake()
    found = result(person, job)["result"]
    assert (found["code"], "600 seconds" in found["detail"]) == ("job-timed-out", True)
    assert "You did not come back from Raviga in time" in person.get(job).text
    assert comes_back(person, address, code="gavinBelson").status_code == 400


def test_a_way_back_ends_with_its_time_though_the_job_was_not_looked_at(person: Person) -> None:
    job = begins(person)
    address = bank_page(person, job)
    person.serving.clock.advance(timedelta(seconds=601))
    assert comes_back(person, address, code="gavinBelson").status_code == 400


def test_an_answer_to_a_question_that_was_not_asked_is_refused(person: Person) -> None:
    job = begins(person)
    bank_page(person, job)
    refused = person.app.post(f"/jobs/{job.rpartition('/')[2]}/mfa", json={"mfa-response": []})
    assert refused.status_code == 400
    assert refused.json()["data"][0]["title"] in {codes.MFA_NOT_AWAITED.title, "Required parameter not supplied"}
    assert bank_page(person, job)


def next_refresh(person: Person, connection_id: str) -> int | None:
    """When the schedule refreshes a connection next, in milliseconds."""
    tenant = Tenant(person.app.id, person.user_id)
    return person.serving.services.read_now(get_connection, connection_id, tenant=tenant).refresh_at_ms


def test_access_ends_and_is_renewed(person: Person) -> None:
    person.serving.services.write_now(update_schedule, 24, tenant=person.app.id)
    connection_id = connected(person)
    assert refreshed(person, connection_id)["status"] == "success"
    due_ms = next_refresh(person, connection_id)
    assert due_ms
    renewal = person.send(f"/home/connections/{connection_id}/renew", {}, on=f"/home/connections/{connection_id}/login")
    job = str(renewal.headers["location"])
    comes_back(person, bank_page(person, job), error="access_denied")
    assert result(person, job)["result"]["code"] == "authorization-failed"
    assert next_refresh(person, connection_id) == due_ms, "nights go on as before"
    assert refreshed(person, connection_id)["status"] == "success", "a renewal that was refused takes nothing away"
    person.serving.clock.advance(timedelta(days=90))
    person.app._tokens.clear()  # they have expired with the rest
    ended = refreshed(person, connection_id)
    assert (ended["status"], ended["result"]["code"]) == ("failed", "user-action-required")
    assert person.app.get(f"/users/{person.user_id}/connections/{connection_id}").json()["status"] == "invalid"
    assert person.land(action="reauthorise", connectionId=connection_id) == f"/home/connections/{connection_id}/login"
    renewal = person.send(f"/home/connections/{connection_id}/renew", {}, on=f"/home/connections/{connection_id}/login")
    job = str(renewal.headers["location"])
    comes_back(person, bank_page(person, job), code="gavinBelson")
    assert "is connected" in person.settled(job)
    assert refreshed(person, connection_id)["status"] == "success"


def test_the_api_connects_no_bank_behind_a_redirect(person: Person) -> None:
    body = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": BANK}}
    refused = person.app.post(f"/users/{person.user_id}/connections", json=body)
    assert (refused.status_code, refused.json()["data"][0]["code"]) == (400, "institution-not-supported")
