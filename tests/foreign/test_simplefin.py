"""SimpleFIN as a program reads it that others wrote (simplefin4py): its claim, its accounts, and the same sum as over the API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.clients import INSTALLED
from tests.serving import Application, Serving

pytestmark = pytest.mark.foreign

PACKAGES = INSTALLED / "simplefin"
CLAIM = "import asyncio, sys; from simplefin4py import SimpleFin; print(asyncio.run(SimpleFin.claim_setup_token(sys.argv[1])))"
READ = """
import asyncio, json, sys
from simplefin4py import SimpleFin
found = asyncio.run(SimpleFin(sys.argv[1]).fetch_data())
rows = [row for account in found.accounts for row in account.transactions]
print(json.dumps({
    "errors": found.errors, "accounts": {account.id: account.balance for account in found.accounts},
    "banks": sorted({account.org.name for account in found.accounts}),
    "rows": {row.id: [row.amount, row.posted.date().isoformat()] for row in rows},
}))
"""


def run(program: str, argument: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}
    return subprocess.run(
        [sys.executable, "-c", program, argument], check=False, capture_output=True, text=True, timeout=60, env=environment
    )


def bowerbird(serving: Serving, *arguments: str) -> Any:
    command = [sys.executable, "-m", "bowerbird", "feed", *arguments, "--data", str(serving.settings.data), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


def require_client() -> None:
    if not PACKAGES.is_dir():
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)("simplefin4py is not installed: run `make foreign`")


def test_simplefin4py_reads_every_row(tmp_path: Path) -> None:
    require_client()
    with Serving(tmp_path / "data") as serving:
        app: Application = serving.application(production=False)
        user = app.new_user(email="gavin@hooli.com")
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
        made = bowerbird(serving, "create", "--user", user, "--url", str(app.http.base_url).rstrip("/"))
        claimed = run(CLAIM, made["setupToken"])
        assert claimed.returncode == 0, claimed.stderr
        again = run(CLAIM, made["setupToken"])
        assert "SimpleFinClaimError" in again.stderr
        outcome = run(READ, claimed.stdout.strip())
        assert outcome.returncode == 0, outcome.stderr
        found = json.loads(outcome.stdout)
        posted = {row["id"]: [row["amount"], row["postDate"][:10]] for row in app.transactions(user) if row["status"] == "posted"}
        accounts = {row["id"]: row["balance"] for row in app.get(f"/users/{user}/accounts").json()["data"]}
        assert (found["errors"], found["accounts"], found["rows"]) == ([], accounts, posted)
        assert sum(Decimal(amount) for amount, _ in found["rows"].values()) == sum(Decimal(amount) for amount, _ in posted.values())
        (listed,) = bowerbird(serving, "list", "--user", user)
        assert listed["claimedAgain"]
        assert listed["lastUsed"]
