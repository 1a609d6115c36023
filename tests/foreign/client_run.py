"""A client's calls of the server, in two parts: with everything there, then taking it away; and what the API says between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.foreign.clients import INSTALLED, ROOT, Client
from tests.foreign.expected_values import Expected
from tests.serving import Application, until

DRIVERS = Path(__file__).parent / "drivers"
RUN_SECONDS = 120
SENT = {
    "EMAIL": "gavin@hooli.com",
    "NEW_EMAIL": "gavin.belson@hooli.com",
    "MOBILE": "+61410888666",
    "LOGIN": "gavinBelson",
    "PASSWORD": "hooli2016",
    "INSTITUTION": "AU00000",
    "STATEMENT_INSTITUTION": "AU00201",
}


@dataclass(slots=True)
class Run:
    """What a client made of each call, and what is wrong with it by what the API says; the driver's last words where it broke off."""

    wrong: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    broke_off: str = ""


def command(client: Client, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The driver's command line and what its language needs in the environment."""
    driver = str(DRIVERS / client.driver)
    if client.program == "node":
        return ["node", driver], {"NODE_PATH": str(INSTALLED / "npm" / "node_modules")}
    if client.program == "php":
        return ["php", driver], {"NAMESPACE": client.path}
    if client.program == "yaegi":
        source = folder / "go" / "src"
        if not source.exists():
            (source / client.path).parent.mkdir(parents=True)
            (source / client.path).symlink_to(client.checkout)
            (source / "recorder").symlink_to(DRIVERS / "recorder")
        return ["yaegi", "run", driver], {"GOPATH": str(folder / "go")}
    return [sys.executable, "-m", f"tests.foreign.drivers.{client.driver}"], {"PYTHONPATH": str(INSTALLED / "pypi")}


def run_part(client: Client, folder: Path, given: dict[str, str]) -> tuple[dict[str, dict[str, Any]], str]:
    """One part: its results by call, and the driver's last words unless it ended well."""
    line, needed = command(client, folder)
    results = folder / f"{given['PHASE']}.jsonl"
    results.touch()
    proxy = {"http_proxy": given["SERVER"], "no_proxy": ""} if client.program == "php" else {}
    environment = {**os.environ, **SENT, **given, **needed, **proxy, "RESULTS": str(results), "CLIENT": str(client.checkout)}
    ended = subprocess.run(line, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS)
    rows = [json.loads(text) for text in results.read_text("utf-8").splitlines()]
    return {row["call"]: row for row in rows}, "" if ended.returncode == 0 else (ended.stderr or ended.stdout)[-2000:]


def run_client(client: Client, app: Application, folder: Path, today: date) -> Run:
    """Both parts. A user with a connection is there before, for clients that can make none."""
    user = app.new_user(email=SENT["EMAIL"], mobile=SENT["MOBILE"])
    app.settled(app.connect(user, SENT["LOGIN"], SENT["PASSWORD"]))
    prepared = Expected(app, user)
    until(lambda: all(row["enrich"]["cleanDescription"] for row in prepared.page()), "the transactions to be enriched")
    days = {"FROM": str(today - timedelta(days=60)), "TO": str(today - timedelta(days=30))}
    given = {
        **days,
        "SERVER": app.url,
        "KEY": app.api_key,
        "USER_ID": user,
        "CONNECTION_ID": prepared.connection_id,
        "ACCOUNT_ID": prepared.rows("accounts")[0]["id"],
        "TRANSACTION_ID": max(prepared.page(), key=lambda row: len(json.dumps(row["enrich"])))["id"],
        "STATEMENT": str(folder / "statement.csv"),
    }
    seen, broke_off = run_part(client, folder, {**given, "PHASE": "use"})
    own = (seen.get("create user", {}).get("value") or {}).get("id")
    api = Expected(app, own) if own and "create connection" in client.calls else prepared
    outcome = Run(broke_off=broke_off)
    for call, row in seen.items():
        outcome.made.add(call)
        if problem := row.get("error") or api.problem(call, row.get("value"), {**SENT, **days}):
            outcome.wrong[call] = problem
    remove(client, folder, {**given, "USER_ID": api.user_id, "CONNECTION_ID": api.connection_id, "PHASE": "remove"}, api, outcome)
    return outcome


def remove(client: Client, folder: Path, given: dict[str, str], api: Expected, outcome: Run) -> None:
    """The second part: what the client deleted must be gone."""
    seen, broke_off = run_part(client, folder, given)
    outcome.broke_off = outcome.broke_off or broke_off
    for call in ("delete connection", "delete user"):
        if call in seen:
            outcome.made.add(call)
            if problem := seen[call].get("error") or api.problem(call, None, {}):
                outcome.wrong[call] = problem
