"""New credentials, or a person who is there to give access, reach the job that runs or waits."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.banks.test_access_ends import closed
from tests.banks.test_enablebanking import connected
from tests.banks.test_up import connected as up_connected
from tests.banks.test_up import moved, served, succeeded
from tests.banks.up_bank import TOKEN, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked
from tests.serving import Application, failure_of, until


def _is_away(_nth: int, _asked: Asked) -> Answer | None:
    return Answer(503)


def test_a_job_that_waits_for_its_bank_tries_the_newest_credentials(tmp_path: Path) -> None:
    """The bank is away, the job waits two hours; the token that comes meanwhile is tried at once, under the same job."""
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = up_connected(app)
        assert succeeded(job)
        path = f"/users/{user}/connections/{app.get(f'/users/{user}/connections').json()['data'][0]['id']}"
        bank.fault = _is_away
        before, waiting = len(bank.asked), app.post(path, json={"password": "up:yeah:mistyped"}).json()["id"]
        until(lambda: len(bank.asked) > before and app.job(waiting)["steps"][0]["status"] == "pending", "the job to wait")
        bank.fault = lambda _nth, _asked: None
        answer = app.post(path, json={"password": TOKEN})
        assert (answer.status_code, answer.json()["id"]) == (200, waiting)
        assert succeeded(app.settled(waiting))
        assert app.get(path).json()["status"] == "active"


def test_the_same_credentials_leave_a_job_that_runs_as_it_is(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = up_connected(app)
        path = f"/users/{user}/connections/{app.get(f'/users/{user}/connections').json()['data'][0]['id']}"
        bank.fault = _is_away
        before, waiting = len(bank.asked), app.post(path, json={"password": TOKEN}).json()["id"]
        until(lambda: len(bank.asked) > before and app.job(waiting)["steps"][0]["status"] == "pending", "the job to wait")
        serving.idle()
        asked = len(bank.asked)
        assert app.post(path, json={"password": TOKEN}).json()["id"] == waiting
        serving.idle()
        assert len(bank.asked) == asked


def test_a_person_who_is_there_does_not_wait_for_a_refresh_that_does(tmp_path: Path) -> None:
    """The bank wants no request for hours, so that a refresh waits; the person who renews access goes to the bank now."""
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.fault = lambda _nth, asked: Answer(429) if "balances" in asked.path else None
        refresh = one.app.post(f"/users/{one.person.user_id}/connections/{one.connection['id']}/refresh").json()["id"]
        put_off = ["success", "pending", "pending"]
        until(lambda: [step["status"] for step in one.app.job(refresh)["steps"]] == put_off, "the job to wait")
        one.bank.fault = lambda _nth, _asked: None
        renewed = one.gives("another", f"/home/connections/{one.connection['id']}", "renew")
        assert renewed["id"] == refresh
        assert [step["status"] for step in renewed["steps"]] == ["success"] * 3
        until(lambda: closed(one), "the end of the first session")


def test_a_refresh_after_access_ended_says_that_the_person_gives_it_again(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.refresh(days=90)  # or the nightly one, whichever came first
        until(lambda: one.connection["status"] == "invalid", "access to have ended")
        [refused] = one.refresh(hours=1)["data"]
        assert refused["code"] == "user-action-required"
        assert "action=reauthorise" in refused["detail"]


def _connections(app: Application, user: str) -> list[str]:
    return [f"/users/{user}/connections/{each['id']}" for each in app.get(f"/users/{user}/connections").json()["data"]]


def test_a_job_that_begins_anew_waits_for_another_one_of_the_same_login(tmp_path: Path) -> None:
    """A bank sees one login of a person once at a time, also where the login comes to a job that waited for its bank before."""
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = up_connected(app)
        app.settled(app.connect(user, "mine", TOKEN, "AU90001"))
        first, second = _connections(app, user)
        bank.fault = _is_away

        def gives(connection: str, token: str, asked: int) -> str:
            """The job of new credentials, once the bank has been asked as often as it is to be asked for them."""
            before, job = len(bank.asked), str(app.post(connection, json={"password": token}).json()["id"])
            until(lambda: len(bank.asked) >= before + asked and app.job(job)["steps"][0]["status"] == "pending", "the job to wait")
            serving.idle()
            assert len(bank.asked) == before + asked
            return job

        ours, theirs = gives(first, "up:yeah:x", 1), gives(second, "up:yeah:y", 1)
        assert gives(first, "up:yeah:y", 0) == ours, "the other job tries these"
        assert gives(second, "up:yeah:z", 2) == theirs, "both go on: each has a login of its own"
        assert gives(second, "up:yeah:y", 0) == theirs, "now the second one waits"
        bank.fault = lambda _nth, _asked: None
        app.post(first, json={"password": TOKEN})
        assert succeeded(app.settled(ours))
        assert failure_of(app.settled(theirs))[:2] == ("verify-credentials", "invalid-credentials")


def test_new_credentials_wait_for_a_job_of_the_same_login(tmp_path: Path) -> None:
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = up_connected(app)
        app.settled(app.connect(user, "mine", TOKEN, "AU90001"))
        first, second = _connections(app, user)
        bank.fault = _is_away
        waiting = app.post(first, json={"password": "up:yeah:x"}).json()["id"]
        until(lambda: bank.asked[-1].authorization.endswith("x") and app.job(waiting)["steps"][0]["status"] == "pending", "the job to wait")
        asked = len(bank.asked)
        follower = app.post(second, json={"password": "up:yeah:x"}).json()["id"]
        serving.idle()
        assert len(bank.asked) == asked
        bank.fault = lambda _nth, _asked: None
        serving.advance(hours=2)
        app.forget_tokens()
        assert [failure_of(app.settled(each))[1] for each in (waiting, follower)] == ["invalid-credentials"] * 2


def test_a_bank_that_does_not_answer_is_sent_new_credentials_for_a_day(tmp_path: Path) -> None:
    """Every two hours; then the job says so, and the schedule goes on with them more slowly."""
    bank = UpBank(UpAccount("one", movements=moved(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = up_connected(app)
        [connection] = _connections(app, user)
        bank.fault = _is_away
        before, job = len(bank.asked), app.post(connection, json={"password": "up:yeah:x"}).json()["id"]

        def waits_after(tries: int) -> bool:
            return len(bank.asked) == before + tries and app.job(job)["steps"][0]["status"] == "pending"

        for tries in range(1, 13):
            until(partial(waits_after, tries), "the job to wait")
            serving.advance(hours=2)
            app.forget_tokens()
        assert failure_of(app.settled(job))[:2] == ("verify-credentials", "service-unavailable")
        assert len(bank.asked) == before + 13
        bank.fault = lambda _nth, _asked: None
        serving.advance(minutes=5)
        until(lambda: len(bank.asked) > before + 13, "the next try by the schedule")
