"""Enable Banking: a browser that is lost, a server that is killed on the way, words that are used again or too late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.model.clock import SystemClock
from bowerbird.settings import Settings
from tests.banks.at_bank import ServerProcess
from tests.banks.eb_bank import EnableBankingBank, private_pem
from tests.banks.test_enablebanking import Connected, connected, settings_file
from tests.banks.upstream import Answer, Asked
from tests.faults.fleet import new_key
from tests.faults.traffic import ENVIRONMENT
from tests.serving import failure_of, until
from tests.web.consent_session import Person

GOOD = ["success"] * 3


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Connected]:
    with connected(tmp_path) as found:
        yield found


def came_back(person: Person, state: str, code: str) -> int:
    return person.get("/home/return", params={"state": state, "code": code}).status_code


def steps(one: Connected, job: str) -> list[str]:
    return [step["status"] for step in one.app.settled(job.rpartition("/")[2])["steps"]]


def exchanged(one: Connected) -> int:
    """How many codes came to the bank."""
    return sum((asked.method, asked.path) == ("POST", "/sessions") for asked in one.bank.asked)


def test_a_browser_that_is_lost_begins_again(one: Connected) -> None:
    """The person comes back in another browser, where the bank's answer to the first is worth nothing, and begins again there."""
    job, lost = one.begins()
    one.comes_again()
    one.person.land()
    assert came_back(one.person, lost, one.bank.allow("first")) == 400
    page = one.person.get(job)
    assert "Begin again here" in page.text
    assert one.person.send(f"{job}/again", {}, on=job).status_code == 303
    until(lambda: len(one.bank.wanted) == 2 and "https://bank.example/login" in one.person.get(job).text, "the new way to the bank")
    assert came_back(one.person, lost, "first") == 400
    state = one.bank.wanted[-1]["state"]
    assert state != lost
    assert came_back(one.person, state, one.bank.allow("second")) == 303
    assert steps(one, job) == GOOD
    assert exchanged(one) == 1


def test_a_word_of_another_browser_finds_nothing(one: Connected) -> None:
    """Of a person of their own, and of the same person: the code is not sent on, and the first browser goes on."""
    job, state = one.begins()
    code = one.bank.allow("theirs")
    others = [Person(one.serving, one.app, user) for user in (one.app.new_user(), one.person.user_id)]
    for other in others:
        other.land()
        assert came_back(other, state, code) == 400
        other.close()
    bare = Person(one.serving, one.app, one.person.user_id)  # a browser without a session
    assert came_back(bare, state, code) in {303, 400, 401, 403}
    bare.close()
    assert exchanged(one) == 0
    assert came_back(one.person, state, code) == 303
    assert steps(one, job) == GOOD


def test_a_word_is_good_once(one: Connected) -> None:
    job, state = one.begins()
    code = one.bank.allow("once")
    assert came_back(one.person, state, code) == 303
    assert [came_back(one.person, state, code) for _ in range(3)] == [400] * 3
    assert steps(one, job) == GOOD
    assert came_back(one.person, state, one.bank.allow("another")) == 400
    assert (exchanged(one), len(one.bank.sessions)) == (1, 1)


def test_two_words_in_one_address_are_good_for_nothing(one: Connected) -> None:
    job, state = one.begins()
    code = one.bank.allow("once")
    assert one.person.get(f"/home/return?state={state}&state={state}&code={code}").status_code == 400
    assert exchanged(one) == 0
    assert came_back(one.person, state, code) == 303
    assert steps(one, job) == GOOD


@pytest.mark.parametrize(("minutes", "in_time"), [(9.9, True), (10.1, False)])
def test_ten_minutes(one: Connected, minutes: float, in_time: bool) -> None:
    job, state = one.begins()
    code = one.bank.allow("late")
    one.serving.advance(minutes=minutes)
    if in_time:
        assert came_back(one.person, state, code) == 303
        one.app.forget_tokens()
        assert steps(one, job) == GOOD
        return
    one.app.forget_tokens()
    settled = one.app.settled(job.rpartition("/")[2])
    assert failure_of(settled)[:2] == ("verify-credentials", "job-timed-out")
    one.person.land()
    assert came_back(one.person, state, code) == 400
    assert exchanged(one) == 0


POINTS = ("on the way to the bank", "before the exchange", "after the exchange", "after the commit")


class KilledServer(EnableBankingBank):
    """Kills the server that asks at a point."""

    point = ""

    def arm(self, process: ServerProcess) -> None:
        self.process, self.is_answered = process, threading.Event()
        self.is_answered.set()

    def answer(self, asked: Asked) -> Answer:
        is_exchange = (asked.method, asked.path) == ("POST", "/sessions")
        if is_exchange:
            assert self.is_answered.wait(30)  # once the person has the page, no kill takes it away
        if is_exchange and self.is_point("before the exchange"):
            return Answer(503)
        answer = super().answer(asked)
        if is_exchange:
            self.is_point("after the exchange")
        elif asked.path.endswith("/balances"):
            self.is_point("after the commit")
        return answer

    def is_point(self, point: str) -> bool:
        """Kill the server where this is the point."""
        if self.point != point:
            return False
        self.point = ""
        self.process.kill()
        return True


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_server_that_is_killed_on_the_way(tmp_path: Path, point: str) -> None:
    """The job goes on; where the bank had taken the code and its answer is lost, it says so and the person begins again."""
    key, folder = tmp_path / "key.pem", tmp_path / "data"
    key.write_text(private_pem())
    folder.mkdir()
    with KilledServer(SystemClock()) as bank:
        file = settings_file(tmp_path, bank, key)
        environment = {
            **ENVIRONMENT,
            "BOWERBIRD_CONNECTORS": str(file),
            "BOWERBIRD_OUTBOUND_ALLOW": bank.host,
            "BOWERBIRD_LOG_LEVEL": "error",
        }
        process = ServerProcess(folder, **environment)
        process.key = new_key(Settings(data=folder, connectors=str(file)))
        bank.arm(process)
        with process:
            one = Connected(process, bank)
            job, state = one.begins()
            code, cookies = bank.allow("once"), one.person.http.cookies
            bank.point = point
            if bank.is_point("on the way to the bank"):
                process.start()
            bank.is_answered.clear()
            assert came_back(one.person, state, code) == 303
            bank.is_answered.set()
            if point != "on the way to the bank":
                until(lambda: process.ended, "the kill")
                process.start()
            one.comes_again()
            one.person.http.cookies = cookies
            if point == "after the exchange":
                assert failure_of(one.app.settled(job.rpartition("/")[2]))[1::2] == ("authorization-failed", "invalid_grant")
                assert [step["status"] for step in one.gives("again")["steps"]] == GOOD
            else:
                assert steps(one, job) == GOOD
            assert exchanged(one) == {"before the exchange": 2, "after the exchange": 3}.get(point, 1)
            assert bank.unsigned == []
            one.person.close()
            one.app.close()
