"""A server that dies while a person is at their bank's own pages: the way back works afterwards, or the job says why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sandbox.scenarios.parts import AT_RAVIGA, NEW_USER, reaches, returns, token
from bowerbird.sandbox.scenarios.runner import ScenarioRunner
from bowerbird.sdk.challenges import LoggedIn, Redirect
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import AuthorizationFailed, RateLimited
from tests.banks.test_rotation import finished
from tests.deaths import Death, deaths
from tests.faults.hostile_urls import hostile_urls
from tests.serving import PATIENCE_SECONDS, Application, Process, Serving, failure_of, until
from tests.web.consent_session import Person

PERSON = [token(), NEW_USER, *AT_RAVIGA, returns(code="gavinBelson"), reaches(2, "success")]


@pytest.mark.parametrize("place", ["/open-banking", "/home/jobs/", "/home/return"], ids=["on the way", "at the bank", "on the way back"])
def test_a_killed_server_goes_on(tmp_path: Path, place: str) -> None:
    """Killed right after a page was answered, and started again: the person comes back and is connected. No log has the word."""
    killed, words = 0, set[str]()
    process = Process(tmp_path / "data", BOWERBIRD_SANDBOX_CONTROLS="yes", BOWERBIRD_LEASE_SECONDS="2")
    with process, httpx2.Client(base_url=process.url, timeout=PATIENCE_SECONDS) as http:
        runner = ScenarioRunner(http, http.post("/_bowerbird/applications", json={}).json()["apiKey"])
        for exchange in runner.run(PERSON):
            words |= {str((exchange.answer or {}).get("state", ""))} if exchange.request.get("page") else set()
            if place in exchange.request["path"] and not killed:
                killed += 1
                process.kill()
                process.start()
    assert killed == 1
    log = process.log.read_text()
    assert len(words - {""}) == 1
    assert not any(word in log for word in words - {""})
    assert "gavinBelson" not in log


@dataclass
class OneTimeBank:
    """Takes each code once. Dies, as a killed process would, before or after what it gave is kept."""

    dies: str = ""
    institutions: frozenset[str] = frozenset({"AU00007"})
    taken: list[str] = field(default_factory=list)

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        assert context.browser is not None
        return Redirect(f"https://bank.example/login?state={context.browser.state}", context.browser.state)

    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        if context.secret == state:
            return LoggedIn(state)
        if answer["code"] in self.taken:
            raise AuthorizationFailed("invalid_grant")
        self.taken.append(answer["code"])
        self._point("before")
        context.keep_secret(state)
        self._point("after")
        return LoggedIn(state)

    def _point(self, point: str) -> None:
        if self.dies == point:
            self.dies = ""
            raise Death

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        return None, [BankAccount("062000111", "Everyday", None, "AUD", AccountClass.TRANSACTION, "Everyday", 100, 100)]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        return []


@pytest.mark.parametrize("point", ["before", "after"])
def test_a_death_while_the_code_is_exchanged(tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before what the bank gave is kept: the person gives access again. After: the job goes on, and the code is not sent twice."""
    bank = OneTimeBank(point)
    deaths(monkeypatch)
    with Serving(tmp_path / "data", step_seconds=2) as serving:
        serving.services.plugins.connectors["AU00007"] = bank
        serving.server.web.clock = serving.clock
        app = serving.application()
        person = Person(serving, app, app.new_user())
        person.land()
        person.agree()
        answer = person.send("/home/institutions/AU00007/open-banking", {}, on="/home/institutions/AU00007")
        job = str(answer.headers["location"])
        page = until(lambda: text if "bank.example" in (text := person.get(job).text) else None, "the way to the bank")
        state = page.partition("state=")[2].partition('"')[0]
        assert person.get("/home/return", params={"state": state, "code": "once"}).status_code == 303
        job_id = job.rpartition("/")[2]
        until(lambda: finished(serving, app, job_id), "the job to end")
        assert bank.taken == ["once"]
        ended: dict[str, Any] = app.job(job_id)
        if point == "after":
            assert [step["status"] for step in ended["steps"]] == ["success"] * 3
        else:
            assert failure_of(ended)[1::2] == ("authorization-failed", "invalid_grant")
        person.close()


def begun(serving: Serving, bank: OneTimeBank) -> tuple[Person, Application, str]:
    """A person who chose a bank, with their job."""
    serving.services.plugins.connectors["AU00007"] = bank
    serving.server.web.clock = serving.clock
    app = serving.application()
    person = Person(serving, app, app.new_user())
    person.land()
    person.agree()
    answer = person.send("/home/institutions/AU00007/open-banking", {}, on="/home/institutions/AU00007")
    return person, app, str(answer.headers["location"]).rpartition("/")[2]


class MisleadingBank(OneTimeBank):
    """Sends its customers wherever it is told to."""

    url = ""

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        return Redirect(self.url, "")


SCRIPTS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "//bank.example/",
    "/home/manage",
    "https://user@bank.example/",
    "https://ba'nk.example/",
    "",
]


def test_no_bank_sends_a_browser_anywhere_but_to_a_page_by_https(tmp_path: Path) -> None:
    bank = MisleadingBank("")
    with Serving(tmp_path / "data", step_seconds=2) as serving:
        person, app, first = begun(serving, bank)
        until(lambda: finished(serving, app, first), "the job to end")
        plain = [url for url in hostile_urls(80) if not url.startswith("https:")]
        for url in [*SCRIPTS, *plain[:12]]:
            bank.url = url
            answer = person.send("/home/institutions/AU00007/open-banking", {}, on="/home/institutions/AU00007")
            path = str(answer.headers["location"])
            job = path.rpartition("/")[2]
            until(partial(finished, serving, app, job), "the job to end")
            assert failure_of(app.job(job))[1] == "unknown-error", url
            assert not url or f'href="{url}' not in person.get(path).text
        person.close()


class BusyBank(OneTimeBank):
    """Wants a long pause when a person is there."""

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        raise RateLimited(6 * 3600)


def test_a_person_who_is_there_is_not_kept_waiting_for_hours(tmp_path: Path) -> None:
    with Serving(tmp_path / "data", step_seconds=2) as serving:
        person, app, job = begun(serving, BusyBank(""))
        until(lambda: finished(serving, app, job), "the job to end")
        assert failure_of(app.job(job))[1] == "service-unavailable"
        person.close()
