"""From an API key to transactions, over real HTTP."""

from __future__ import annotations

from pathlib import Path

from tests.serving import Serving


def test_from_key_to_transactions(tmp_path: Path) -> None:
    with Serving(tmp_path) as serving:
        app = serving.application()
        user = app.new_user()
        job = app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        assert [step["status"] for step in job["steps"]] == ["success"] * 3
        assert len(app.get(f"/users/{user}/accounts").json()["data"]) >= 3
        assert len(app.transactions(user)) > 200
