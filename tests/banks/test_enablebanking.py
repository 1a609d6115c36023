"""Enable Banking through the whole server: signed requests, access that is refused or ends, and a bank that allows four reads a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bowerbird.model.clock import ManualClock
from tests.banks.at_bank import AtBank, ServerProcess
from tests.banks.eb_bank import APPLICATION, EnableBankingBank, private_pem
from tests.serving import NOON, Serving, failure_of, until

BANK = "FI90001"


class Connected(AtBank):
    """A person at the consent pages whose bank is behind Enable Banking."""

    def __init__(self, serving: Serving | ServerProcess, bank: EnableBankingBank) -> None:
        super().__init__(serving)
        self.bank = bank

    def gives(
        self, allowed: str = "", path: str = f"/home/institutions/{BANK}", action: str = "open-banking", **answer: str
    ) -> dict[str, Any]:
        """Go to the bank and come back with a code, or without: the job."""
        job, state = self.begins(path, action)
        back = {"code": self.bank.allow(allowed)} if allowed else answer
        return self.returns(job, state=state, **back)

    def begins(self, path: str = f"/home/institutions/{BANK}", action: str = "open-banking") -> tuple[str, str]:
        """The job's page, and the word that the bank is to send the person back with."""
        job = self.goes(path, action)
        text = until(partial(self._way_to_bank, job), "the way to the bank")
        assert 'rel="noreferrer"' in text
        return job, str(self.bank.wanted[-1]["state"])

    def _way_to_bank(self, job: str) -> str | None:
        found = self.person.get(job).text
        return found if "https://bank.example/login" in found else None


def settings_file(folder: Path, bank: EnableBankingBank, key: Path, days: int = 90) -> Path:
    lines = {"address": bank.url, "application": APPLICATION, "key": f"file:{key}", "bank": "Testbank", "country": "FI", "days": str(days)}
    file = folder / "connectors.toml"
    file.write_text("[enablebanking]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items()))
    return file


@contextmanager
def connected(folder: Path, **options: Any) -> Iterator[Connected]:
    key = folder / "key.pem"
    key.write_text(private_pem())
    bank = EnableBankingBank(ManualClock(NOON), **{name: value for name, value in options.items() if name == "most_days"})
    settings = settings_file(folder, bank, key, options.get("days", 90))
    with bank, Serving(folder / "data", outbound_allow=bank.host, connectors=str(settings)) as serving:
        bank.clock = serving.server.web.clock = serving.clock
        connected = Connected(serving, bank)
        yield connected
        connected.person.close()
        assert bank.unsigned == []


def test_a_person_gives_access_and_the_accounts_come(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        job = one.gives("a-code")
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
        assert one.bank.wanted[-1]["redirect_url"] == f"{one.serving.url}/home/return"
        user = f"/users/{one.person.user_id}"
        [account] = one.app.get(f"{user}/accounts").json()["data"]
        assert (account["accountNo"], account["balance"], account["availableFunds"]) == ("FI2112345600000785", "1234.50", "1200.00")
        rows = one.app.get(f"{user}/transactions").json()["data"]
        assert sorted((row["amount"], row["status"]) for row in rows)[:2] == [("-10.50", "pending"), ("-11.50", "posted")]
        assert len(rows) == 7
        assert any(row["description"] == "K-Market VIITE 1234 kiitos" for row in rows)
        ids = {row["id"] for row in rows}
        assert [step["status"] for step in one.refresh(hours=1)["steps"]] == ["success"] * 3
        assert {row["id"] for row in one.app.get(f"{user}/transactions").json()["data"]} == ids


def test_a_person_who_refuses(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        assert failure_of(one.gives(error="access_denied"))[:2] == ("verify-credentials", "authorization-failed")
        assert one.bank.sessions == {}


def test_a_code_that_the_bank_does_not_know(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        found = failure_of(one.gives(code="made-up"))
        assert (found[1], found[3]) == ("authorization-failed", "invalid_grant")


@pytest.mark.parametrize("days", [90, 180])
def test_access_ends_when_the_bank_said(tmp_path: Path, days: int) -> None:
    with connected(tmp_path, days=days) as one:
        one.gives("a-code")
        account = one.app.get(f"/users/{one.person.user_id}/accounts").json()["data"][0]["id"]
        assert [step["status"] for step in one.refresh(days=days - 1)["steps"]] == ["success"] * 3
        assert failure_of(one.refresh(days=1))[:2] == ("verify-credentials", "user-action-required")
        assert one.connection["status"] == "invalid"
        renewed = one.gives("another", f"/home/connections/{one.connection['id']}", "renew")
        assert [step["status"] for step in renewed["steps"]] == ["success"] * 3, renewed
        assert one.connection["status"] == "active"
        assert [each["id"] for each in one.app.get(f"/users/{one.person.user_id}/accounts").json()["data"]] == [account]


def test_a_bank_that_gives_less_than_was_asked_for(tmp_path: Path) -> None:
    with connected(tmp_path, days=180, most_days=90) as one:
        one.gives("a-code")
        assert failure_of(one.refresh(days=90))[:2] == ("verify-credentials", "user-action-required")


def test_access_that_was_taken_back_at_the_bank(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.sessions["s1"].status = "REVOKED"
        assert failure_of(one.refresh(hours=1))[:2] == ("verify-credentials", "user-action-required")


def test_the_fifth_read_of_a_day_waits_and_a_day_later_ends(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        for _ in range(3):
            assert [step["status"] for step in one.refresh(minutes=5)["steps"]] == ["success"] * 3
        one.serving.advance(minutes=5)
        job = one.app.post(f"/users/{one.person.user_id}/connections/{one.connection['id']}/refresh").json()["id"]
        asked = until(lambda: len(one.bank.asked) if re.search("balances", one.bank.asked[-1].path) else None, "the fifth read")
        put_off = ["success", "pending", "pending"]
        until(lambda: [step["status"] for step in one.app.job(job)["steps"]] == put_off, "the job to wait")
        one.serving.advance(hours=5)
        assert len(one.bank.asked) == asked, "nothing is asked while the bank wants none"
        one.bank.reads += [one.serving.clock.now() + timedelta(hours=each) for each in range(30)]  # another program reads too
        for _ in range(5):
            one.serving.advance(hours=6)
        one.app.forget_tokens()
        assert failure_of(one.app.settled(job))[:2] == ("retrieve-accounts", "service-unavailable")
