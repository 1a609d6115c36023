"""Secrets of banks through every way they take, refusals and broken answers included: none is in the log, the database or a backup."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bowerbird.settings import Settings
from tests.banks import fints_bank
from tests.banks.fints_bank import BANK, PRODUCT, USER, FinTsBank
from tests.banks.leaf_world import AkahuServer, BasiqServer, LeafServer, LeafWorld, Presets, SharedServer, StarlingServer, UpServer
from tests.banks.test_fints import accounts
from tests.banks.upstream import Answer, Asked, UpstreamServer
from tests.canaries import Canaries, files_below, rows_of_sqlite, sightings
from tests.faults.fleet import new_key
from tests.faults.test_canaries import check_backup
from tests.serving import Application, Process, until

BASIC = f"Basic {base64.b64encode(b'someone:p@ss').decode()}"


class SecretShared(SharedServer):
    """A setup token and an access URL that stand nowhere else."""

    def __init__(self, world: LeafWorld, canaries: Canaries) -> None:
        super().__init__(world)
        self.claim, self.user, self.word = (canaries.new(what) for what in ("claim", "user of an access URL", "password of an access URL"))
        canaries.known("setup token", self.password)

    @property
    def password(self) -> str:  # type: ignore[override]
        return self.setup_token(self.claim)

    def answer(self, asked: Asked) -> Answer:
        if asked.method == "POST" and asked.path.endswith(self.claim):
            return Answer(200, f"http://{self.user}:{self.word}@{self.host}/simplefin\n".encode())
        return super().answer(asked._replace(authorization=BASIC))


class SecretBasiq(BasiqServer):
    """Its access tokens are secrets too."""

    canaries: Canaries

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/token"):
            token = self.canaries.new("access token")
            return Answer.of({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
        return super().answer(asked)


def banks_of(world: LeafWorld, canaries: Canaries) -> list[LeafServer]:
    """Each with a login of its own that it accepts."""
    up, akahu, starling, basiq = UpServer(world), AkahuServer(world), StarlingServer(world), SecretBasiq(world)
    up.password, basiq.canaries = canaries.new("token of Up"), canaries
    up.tokens = {up.password}
    akahu.login, akahu.password = (f"{kind}_token_{canaries.new(f'{kind} token of Akahu')}" for kind in ("app", "user"))
    starling.password = canaries.new("token of Starling")
    basiq.password = canaries.known("key of Basiq", base64.b64encode(canaries.new("secret of a key").encode()).decode())
    return [up, akahu, starling, basiq, SecretShared(world, canaries)]


def over(app: Application, job_id: str) -> dict[str, Any]:
    """The job once it has ended or waits for its person."""
    return until(lambda: _over(app.job(job_id)), "the job to end")


def _over(job: dict[str, Any]) -> dict[str, Any] | None:
    steps = job["steps"]
    ends = all(each["status"] == "success" for each in steps) or any(each["status"] == "failed" for each in steps)
    return job if ends or any((each["result"] or {}).get("type") == "mfa" and each["status"] == "in-progress" for each in steps) else None


def use(app: Application, bank: LeafServer, canaries: Canaries) -> None:
    """A login, a refresh, answers that go wrong with a secret in them, and a login that is refused."""
    user = app.new_user()
    assert all(step["status"] == "success" for step in over(app, app.connect(user, bank.login, bank.password, bank.institution))["steps"])
    for status in (200, 401, 403, 500):
        body = f'{{"error": "{canaries.new(f"answer of {bank.folder}")}"'.encode()
        bank.fault = lambda _nth, _asked, body=body, status=status: Answer(status, body)  # type: ignore[misc]
        jobs = app.post(f"/users/{user}/connections/refresh").json()["data"]
        for job in jobs:
            over(app, job["id"])
        refused = canaries.new(f"refused password of {bank.folder}")
        over(app, app.connect(app.new_user(), canaries.new("refused login"), refused, bank.institution))
    bank.fault = lambda _nth, _asked: None


def use_fints(app: Application, bank: FinTsBank, canaries: Canaries) -> None:
    """A TAN that is right, one that is wrong, a wrong PIN, and an approval that is still waited for."""
    for tan in (fints_bank.TAN, canaries.new_code("wrong TAN")):
        bank.confirmed.clear()
        job = app.connect(app.new_user(), USER, fints_bank.PIN, "DE90001")
        over(app, job)
        assert app.post(f"/jobs/{job}/mfa", json={"mfa-response": [tan]}).status_code == 202
        until(lambda job=job: app.job(job)["steps"][1]["status"] != "in-progress", "the TAN to be used")  # type: ignore[misc]
    over(app, app.connect(app.new_user(), USER, canaries.new_code("wrong PIN"), "DE90001"))
    bank.second, bank.wrong_pins, bank.locked = "app", 0, False
    bank.confirmed.clear()
    over(app, app.connect(app.new_user(), USER, fints_bank.PIN, "DE90001"))
    until(lambda: bank.looks, "the bank to be asked for the approval")


@pytest.mark.slow
def test_no_secret_of_a_bank_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Callable[[object], None]) -> None:
    canaries, now = Canaries(2), datetime.now(UTC)
    for name in ("PIN", "TAN"):
        monkeypatch.setattr(fints_bank, name, canaries.new_code(name))
    fints, banks = FinTsBank(*accounts(now), second="tan"), banks_of(LeafWorld(3, now, Presets()), canaries)
    everyone: list[UpstreamServer] = [*banks, fints]
    client_key = canaries.new("client key")
    settings = [f'[{bank.folder}]\naddress = "{bank.url}"\n' for bank in banks if bank.folder != "simplefin"]
    settings += [f'[fints]\nbank = "{BANK}"\nurl = "{fints.url}/fints"\nproduct = "{PRODUCT}"\n']
    settings += ['[enablebanking]\napplication = "one"\nkey = "env:CLIENT_KEY"\nbank = "Nordea"\ncountry = "FI"\n']
    (tmp_path / "connectors.toml").write_text("\n".join(settings))
    environment = {
        "BOWERBIRD_LOG_LEVEL": "debug", "BOWERBIRD_INSPECTOR": "yes", "BOWERBIRD_CONNECTORS": str(tmp_path / "connectors.toml"),
        "BOWERBIRD_OUTBOUND_ALLOW": ",".join(each.host for each in everyone), "CLIENT_KEY": client_key,
    }  # fmt: skip
    key = new_key(Settings(data=tmp_path / "data"))
    with ExitStack() as stack:
        for each in everyone:
            stack.enter_context(each)
        process = stack.enter_context(Process(tmp_path / "data", **environment))
        app = stack.enter_context(closing(Application(process.url, key)))
        for bank in banks:
            use(app, bank, canaries)
        use_fints(app, fints, canaries)
        database = tmp_path / "data" / "bowerbird.db"
        places = {"the log": process.log.read_bytes(), "the metrics": httpx2.get(f"{process.url}/metrics").content}
        places |= {**files_below(tmp_path / "data"), **rows_of_sqlite(database)}
        check_backup(canaries, tmp_path)
    places |= {"the log at the end": process.log.read_bytes()}
    assert b"bank_asked" in places["the log"]
    assert len(canaries.secrets) > 20
    tell(f"{len(canaries.secrets)} secrets of six banks: {len(sightings(canaries, places))} seen in {len(places)} places")
    assert sightings(canaries, places) == []
