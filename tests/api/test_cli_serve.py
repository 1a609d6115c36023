"""`bowerbird serve` as a process: its first words, how it stops, several processes, and what its log never says."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.serving import PATIENCE_SECONDS, Application, Process, until


def output_of(process: Process) -> str:
    """All that the process has printed and logged."""
    return (process.folder.parent / f"{process.folder.name}.log").read_text()


def first_key(process: Process) -> str:
    [key] = re.findall(r"^  KEY=(\S+)$", output_of(process), re.MULTILINE)
    return str(key)


def test_the_first_start_shows_a_key_once_and_how_to_begin(tmp_path: Path) -> None:
    process = Process(tmp_path / "data")
    process.start()
    until(lambda: "Ctrl-C" in output_of(process), "the welcome")
    key = first_key(process)
    lines = [line.strip() for line in output_of(process).splitlines() if line.startswith(("  KEY=", "  TOKEN=", "  curl "))]
    assert f"{process.url}/openapi.json" in output_of(process)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(lines)], capture_output=True, check=True, text=True)
    assert '"email":"gavin@hooli.com"' in run.stdout
    assert process.stop() == 0
    process.start()
    until(lambda: output_of(process).count("Ctrl-C") == 2, "the second welcome")
    assert output_of(process).count(key) == 1
    assert len(re.findall(r"bowerbird key create [0-9a-f-]{36} --data", output_of(process))) == 2
    assert process.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_running_steps_finish(tmp_path: Path, number: signal.Signals) -> None:
    process = Process(tmp_path / "data")
    process.start()
    application = Application(process.url, until(lambda: first_key(process), "the key"))
    user = application.new_user()
    jobs = [application.connect(user, login, password) for login, password in (("gavinBelson", "hooli2016"), ("richard", "tabsnotspaces"))]
    assert process._process is not None
    process._process.send_signal(number)
    assert process._process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in output_of(process)
    process.start()
    for job in jobs:
        assert {step["status"] for step in application.settled(job)["steps"]} == {"success"}
    application.close()
    process.stop()


def test_several_processes_share_port_and_jobs(tmp_path: Path) -> None:
    process = Process(tmp_path / "data", BOWERBIRD_WORKERS="2", BOWERBIRD_CSV_MAX_ROWS="7")
    process.start()
    until(lambda: "Ctrl-C" in output_of(process), "the welcome")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if children.exists():
        assert len(children.read_text().split()) >= 2
    application = Application(process.url, first_key(process))
    users = [application.new_user() for _ in range(4)]
    jobs = [application.connect(user, "gavinBelson", "hooli2016") for user in users]
    for user, job in zip(users, jobs, strict=True):
        assert {step["status"] for step in application.settled(job)["steps"]} == {"success"}
        assert application.get(f"/users/{user}/accounts").json()["data"][0]["links"]["self"].startswith(process.url)
    application.close()
    assert process.stop() == 0
    assert "Traceback" not in output_of(process)


def test_no_secret_reaches_the_log(tmp_path: Path) -> None:
    """Happy and unhappy flows with values that stand nowhere else; afterwards only the first key may be found, where it was shown."""
    process = Process(tmp_path / "data", BOWERBIRD_LOG_LEVEL="debug", BOWERBIRD_LOG_FORMAT="text")
    process.start()
    application = Application(process.url, until(lambda: first_key(process), "the key"))
    canaries = send_canaries(application)
    tokens = [application.token(), application.token("CLIENT_ACCESS", application.new_user())]
    key = application.api_key
    application.close()
    assert process.stop() == 0
    log = output_of(process)
    assert "create_connection" in log
    assert [canary for canary in [*canaries, *tokens, "hooli2016"] if canary in log] == []
    assert log.count(key) == 1


def send_canaries(application: Application) -> list[str]:
    """Send secrets to wherever a client can put one; the secrets."""
    user = application.new_user()
    application.settled(application.connect(user, "gavinBelson", "hooli2016"))
    application.settled(application.connect(user, "canary-login-1", "canary-password-1"))
    application.settled(application.connect(user, "canary-login-2", "canary-password-2", "AU00002"))
    asked = application.connect(user, "gavinBelson", "hooli2016", "AU00002")
    application.settled(asked)
    application.post(f"/jobs/{asked}/mfa", json={"mfa-response": ["canary-answer"]})
    application.settled(application.job(asked)["id"])
    application.post(f"/users/{user}/connections", content=b'{"loginId": "canary-login-3", "password": "canary-password-3"')
    application.post(f"/users/{user}/connections", json={"loginId": "canary-login-4", "password": ["canary-password-4"]})
    application.post(f"/users/{user}/connections?password=canary-query&token=canary-query-token", json={})
    application.upload(user, b"accountNo,accHolder\ncanary-number,canary-holder\n")
    application.get("/institutions", token="canary-bearer")
    for scheme in ("Basic", "Bearer", "Digest"):
        application.http.post("/token", headers={"Authorization": f"{scheme} canary-key", "basiq-version": "3.0"})
    application.http.get("/canary-path-token", headers={"Cookie": "session=canary-cookie"})
    kinds = ("login-1", "login-2", "login-3", "login-4", "password-1", "password-2", "password-3", "password-4", "answer", "query")
    return [f"canary-{kind}" for kind in (*kinds, "number", "holder", "bearer", "key", "path", "cookie")]
