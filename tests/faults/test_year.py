"""A year of a person's life by the sandbox's clock: every balance reconciles at every step, and it plays the same way again."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Application, Serving

WEEK = 7 * 86_400
PUBLIC_URL = "http://localhost:9"


class Life:
    """One person, refreshed every week; `answers` are the bodies of all answers, as they came."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[bytes] = []
        self._folder = folder

    def live(self, weeks: int) -> float:
        """Play that many weeks. Seconds of the machine it took."""
        with Serving(self._folder, start=None, sandbox_controls=True, sandbox_deterministic=True, public_url=PUBLIC_URL) as serving:
            app = serving.application(production=False)
            started = time.perf_counter()
            self._move(app, at="2027-01-04T09:00:00Z", freeze=True)
            user = self._read(app.post("/users", json={"email": "gavin@hooli.com"}))["id"]
            login = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
            job = self._read(app.post(f"/users/{user}/connections", json=login))["id"]
            self._move(app, advanceSeconds=1)
            path = self._read(app.get(f"/jobs/{job}"))["links"]["source"].removeprefix(PUBLIC_URL)
            before = self._reconciled(app, user, {})
            for _ in range(weeks):
                self._move(app, advanceSeconds=WEEK)
                app.forget_tokens()
                job = self._read(app.post(f"{path}/refresh"))["id"]
                self._move(app, advanceSeconds=1)
                assert {step["status"] for step in self._read(app.get(f"/jobs/{job}"))["steps"]} == {"success"}
                before = self._reconciled(app, user, before)
            return time.perf_counter() - started

    def _read(self, answer: Any) -> Any:
        assert answer.status_code < 300, answer.text
        self.answers.append(answer.content)
        return answer.json()

    def _move(self, app: Application, **change: Any) -> None:
        moved = app.http.post("/_bowerbird/clock", json=change)
        assert moved.json()["settled"], moved.text

    def _reconciled(self, app: Application, user: str, before: dict[str, Any]) -> dict[str, Any]:
        """Each account's balance is the one before and what was posted since."""
        accounts = {
            each["id"]: Decimal(each["balance"]) for each in self._read(app.get(f"/users/{user}/accounts"))["data"] if each.get("balance")
        }
        posted: dict[str, tuple[str, Decimal]] = {}
        path = f"/users/{user}/transactions"
        while path:
            page = self._read(app.get(path))
            posted |= {row["id"]: (row["account"], Decimal(row["amount"])) for row in page["data"] if row["status"] == "posted"}
            path = page["links"].get("next", "").removeprefix(PUBLIC_URL)
        if before:
            assert before["posted"].items() <= posted.items()
            for account, balance in accounts.items():
                new = sum(amount for key, (where, amount) in posted.items() if key not in before["posted"] and where == account)
                assert balance == before["accounts"][account] + new, account
        return {"accounts": accounts, "posted": posted}


@pytest.mark.parametrize("weeks", [13, pytest.param(52, marks=pytest.mark.soak)])
def test_the_same_seed_and_moves_give_the_same_bytes(tmp_path: Path, weeks: int, record_property: Callable[[str, object], None]) -> None:
    lives = [Life(tmp_path / name) for name in ("one", "other")]
    seconds = [life.live(weeks) for life in lives]
    assert lives[0].answers == lives[1].answers
    assert len(lives[0].answers) > 4 * weeks
    record_property("seconds", min(seconds))
    record_property("answers", len(lives[0].answers))
