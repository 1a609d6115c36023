"""Approval in a bank's app: the job waits without a thread, the bank is asked at its own pace, and a kill on the way changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.json_value import JsonValue
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import AwaitApproval, Challenge, LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.connector_checks import SampleLogin, fault_problems, sample_problems
from bowerbird.sdk.http import HttpRequest, fetch_json
from bowerbird.sdk.replayed_bank import UPSTREAM_FAULTS, RecordedAnswer
from bowerbird.settings import Settings
from tests.banks.fints_bank import BANK, PIN, PRODUCT, USER, FinTsBank
from tests.banks.test_fints import INSTITUTION, accounts, asked_text, served
from tests.banks.test_up import refresh, succeeded
from tests.banks.upstream import Answer
from tests.faults.fleet import new_key
from tests.faults.scripted_bank import EVERYDAY, ScriptedBank
from tests.serving import NOON, Application, Process, Serving, failure_of, until
from tests.web.consent_session import Person

LOOKS = 99
"""Questions whether the person has approved that the bank allows, a second apart."""


def ended(app: Application, job_id: str) -> dict[str, Any] | None:
    job = app.job(job_id)
    return job if succeeded(job) or any(step["status"] == "failed" for step in job["steps"]) else None


def look(serving: Serving, bank: FinTsBank, seconds: float = 1) -> None:
    """Let the bank be asked once more."""
    before = bank.looks
    serving.advance(seconds=seconds)
    until(lambda: bank.looks > before, "the bank to be asked")
    serving.idle()


def test_the_job_waits_and_goes_on_once_the_person_has_approved(tmp_path: Path, tell: Callable[[object], None]) -> None:
    bank = FinTsBank(*accounts(), second="app")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job_id = app.connect(user, USER, PIN, INSTITUTION)
        step = app.settled(job_id)["steps"][1]
        serving.idle()
        assert (step["title"], step["status"], step["result"]["input"]) == ("mfa-challenge", "in-progress", [])
        assert step["result"]["description"] == "Bitte in der App freigeben. Approve it in your bank's app."
        assert step["result"]["expiryMs"] == LOOKS * 1000
        assert bank.looks == 0
        for nth in range(1, 11):
            look(serving, bank)
            assert bank.looks == nth, "one question a second"
            assert app.post(f"/jobs/{job_id}/mfa", json={"mfa-response": ["yes"]}).status_code == 400
            assert app.job(job_id)["steps"][1] == step
        bank.approved = True
        serving.advance(seconds=1)
        assert succeeded(until(partial(ended, app, job_id), "the job to end"))
        assert len(app.transactions(user)) == 5
        assert succeeded(refresh(serving, app, user))
    tell(f"10 questions in 10 s before the approval, {bank.looks} in all")


def test_an_approval_that_does_not_come_ends_within_the_banks_limit(tmp_path: Path, tell: Callable[[object], None]) -> None:
    bank = FinTsBank(*accounts(), second="app")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job_id = app.connect(app.new_user(), USER, PIN, INSTITUTION)
        app.settled(job_id)
        serving.idle()
        while ended(app, job_id) is None:
            look(serving, bank, 3)
        step, code, _, detail = failure_of(app.job(job_id))
        assert (step, code) == ("mfa-challenge", "job-timed-out")
        assert f"within {LOOKS} seconds" in detail
        assert bank.looks == LOOKS // 3
        connection = app.get(f"/users/{app.job(job_id)['links']['source'].split('/')[-3]}/connections").json()["data"][0]
        assert connection["status"] != "active"
    tell(f"{bank.looks} questions every 3 s in {LOOKS} s, then job-timed-out")


def test_a_bank_that_is_away_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts(), second="app")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job_id = app.connect(app.new_user(), USER, PIN, INSTITUTION)
        step = app.settled(job_id)["steps"][1]
        serving.idle()
        for status, headers in ((503, {}), (429, {"retry-after": "7"})):
            asked, refusal = len(bank.asked), Answer(status, b"{}", headers)
            bank.fault = lambda _nth, _asked, refusal=refusal: refusal  # type: ignore[misc]
            serving.advance(seconds=1)
            until(lambda asked=asked: len(bank.asked) > asked, "the refusal")  # type: ignore[misc]
            serving.idle()
            assert app.job(job_id)["steps"][1] == step
            bank.fault, bank.approved = (lambda _nth, _asked: None), status == 429
            serving.advance(seconds=7)
            serving.idle()
        assert succeeded(until(partial(ended, app, job_id), "the job to end"))


def test_rows_that_need_an_approval_are_read_once_it_is_there(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts(), second="app")
    bank.tan_for_rows, bank.approved = True, True
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job_id = app.connect(user, USER, PIN, INSTITUTION)
        app.settled(job_id)
        for _approval in ("the login", "one account", "the other"):
            serving.idle()
            assert "App" in asked_text(app.job(job_id))
            look(serving, bank)
        assert succeeded(until(partial(ended, app, job_id), "the job to end"))
        assert len(app.transactions(user)) == 5


def test_the_persons_page_shows_what_to_approve_and_they_may_cancel(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts(), second="app")
    with served(tmp_path, bank) as serving:
        app = serving.application()
        person = Person(serving, app, app.new_user())
        person.land()
        person.agree()
        page = f"/home/institutions/{INSTITUTION}"
        for approves in (False, True):
            job = str(person.send(page, {"login_id": USER, "password": PIN}, on=page).headers["location"])
            job_id = job.rpartition("/")[2]
            app.settled(job_id)
            serving.idle()
            text = person.get(job).text
            assert "Approve in FinTS’s app" in text
            assert "Bitte in der App freigeben" in text
            assert "waits for 99 seconds" in text
            assert 'name="answer"' not in text
            if approves:
                bank.approved = True
                serving.advance(seconds=1)
                assert succeeded(until(partial(ended, app, job_id), "the job to end"))
                continue
            looks = bank.looks
            assert person.send(f"{job}/cancel", {}, on=job).headers["location"] == job
            assert failure_of(until(partial(ended, app, job_id), "the job to end"))[1] == "account-not-accessible-requires-user-action"
            assert "You cancelled" in person.get(job).text
            assert bank.looks == looks, "a person who cancels is not asked for once more"
            assert person.send(f"{job}/cancel", {}, on=page).headers["location"] == job, "twice is as good as once"
        person.close()


@pytest.mark.parametrize("point", ["waiting", "here", "used"])
def test_a_server_killed_on_the_way_goes_on(tmp_path: Path, point: str) -> None:
    """SIGKILL while the job waits, and while the bank is being asked: before and after it has noted the approval."""
    bank = FinTsBank(*accounts(datetime.now(UTC))[:1], second="app")
    settings = tmp_path / "connectors.toml"
    with bank:
        settings.write_text(f'[fints]\nbank = "{BANK}"\nurl = "{bank.url}/fints"\nproduct = "{PRODUCT}"\n')
        environment = {"BOWERBIRD_CONNECTORS": str(settings), "BOWERBIRD_OUTBOUND_ALLOW": bank.host, "BOWERBIRD_LEASE_SECONDS": "2"}
        key = new_key(Settings(data=tmp_path / "data"))
        process = Process(tmp_path / "data", **environment)
        with process, closing(Application(process.url, key)) as app:
            user = app.new_user()
            job_id = app.connect(user, USER, PIN, INSTITUTION)
            app.settled(job_id)

            def kill(when: str) -> None:
                if when == point:
                    bank.at_tan = lambda _when: None
                    process.kill()
                    bank.approved = True
                    if point == "here":
                        raise ConnectionResetError("the bank has not read it")

            if point == "waiting":
                kill(point)
            else:
                bank.approved = point == "used"
                bank.at_tan = kill
            until(lambda: process.ended, "the kill")
            process.start()
            app.close()
            with closing(Application(process.url, key)) as restarted:
                job = until(partial(ended, restarted, job_id), "the job to end")
                assert succeeded(job), job
                assert len(restarted.transactions(user)) == 5


class Approving(ScriptedBank):
    """Waits for an approval as its test says."""

    waits: AwaitApproval | None = None

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge | AwaitApproval:  # type: ignore[override]
        return self.waits or super().log_in(login, context)

    def approved(self, state: str, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        return self.waits or LoggedIn(state)


@pytest.mark.parametrize(
    ("poll_s", "seconds", "looks_at", "ends_after"), [(0, 10, 1, 10), (90, 60, 60, 60), (-5, -5, 1, 1), (5, 10**9, 5, 3600)]
)
def test_a_connector_waits_within_what_the_server_allows(tmp_path: Path, poll_s: int, seconds: int, looks_at: int, ends_after: int) -> None:
    bank = Approving()
    bank.waits = AwaitApproval("Look at your telephone.", "a state", poll_s, seconds)
    with Serving(tmp_path) as serving:
        serving.services.plugins.connectors["AU00002"] = bank
        app = serving.application()
        job_id = app.connect(app.new_user(), "ada", "secret", "AU00002")
        app.settled(job_id)
        serving.idle()
        step = next(each for each in app.job(job_id)["steps"] if each["status"] == "in-progress")
        assert step["result"]["expiryMs"] == ends_after * 1000
        bank.waits = None
        if looks_at > 1:
            serving.advance(seconds=looks_at - 1)
            serving.idle()
            assert ended(app, job_id) is None
            serving.advance(seconds=1)
        else:
            serving.advance(seconds=looks_at)
        assert succeeded(until(partial(ended, app, job_id), "the job to end"))


URL = "https://api.approving.example"


@dataclass
class ApprovingLeaf:
    """A connector whose login waits for an approval; each of its ways may break a rule of the kit."""

    poll_s: int = 2
    description: str = "Approve it in your bank's app."
    institutions: frozenset[str] = frozenset({"AU95001"})
    upstream: Upstream = field(default_factory=lambda: Upstream("approving", frozenset({"api.approving.example"})))

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        found = fetch_json(context.http, HttpRequest("POST", f"{URL}/login", {}), dict[str, str], context.now)
        return AwaitApproval(self.description, found["approval"], self.poll_s, 60)

    def approved(self, state: str, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        found = fetch_json(context.http, HttpRequest("GET", f"{URL}/approvals/{state}", {}), dict[str, str], context.now)
        return LoggedIn(found["token"]) if "token" in found else AwaitApproval(self.description, state, self.poll_s, 60)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        fetch_json(context.http, HttpRequest("GET", f"{URL}/accounts", {}), dict[str, str], context.now)
        return None, [EVERYDAY]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        return []


class Unable(ApprovingLeaf):
    approved = None  # type: ignore[assignment]


def sample(*looks: bytes) -> SampleLogin:
    exchanges = (
        RecordedAnswer(f"{URL}/login", "POST", json=Raw(b'{"approval": "one", "expires": "in a minute"}')),
        *(RecordedAnswer(f"{URL}/approvals/one", json=Raw(each)) for each in looks),
        RecordedAnswer(f"{URL}/accounts", json=Raw(b'{"everyday": "062000111"}')),
    )
    return SampleLogin("AU95001", "ada", "a-made-up-token", NOON, exchanges=exchanges)


EXPECTED: JsonValue = [
    {
        "number": "062000111",
        "name": "Everyday",
        "holder": "A PERSON",
        "class": "transaction",
        "balance": "100.00",
        "transactions": 0,
        "sum": "0.00",
    }
]
NOT_YET, APPROVED = b'{"state": "not yet, look again"}', b'{"token": "a-made-up-session"}'


def test_the_kit_plays_a_login_that_is_approved_elsewhere() -> None:
    assert list(sample_problems(ApprovingLeaf(), sample(NOT_YET, NOT_YET, APPROVED), EXPECTED)) == []
    assert list(fault_problems(ApprovingLeaf(), sample(NOT_YET, APPROVED))) == []
    assert len(UPSTREAM_FAULTS) >= 30


@pytest.mark.parametrize(
    ("leaf", "looks", "wanted"),
    [
        (Unable(), [APPROVED], "has no `approved`"),
        (ApprovingLeaf(poll_s=0), [APPROVED], "`poll_s` from 1"),
        (ApprovingLeaf(description=""), [APPROVED], "needs a `description`"),
        (ApprovingLeaf(), [NOT_YET], "after 10 looks"),
    ],
    ids=["no method", "no pause", "no text", "never"],
)
def test_the_kit_finds_a_wait_that_the_server_would_not_serve(leaf: ApprovingLeaf, looks: list[bytes], wanted: str) -> None:
    with pytest.raises((TypeError, ValueError), match=wanted):
        list(sample_problems(leaf, sample(*looks), EXPECTED))
