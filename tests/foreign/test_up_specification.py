"""Up's connector and the bank of its tests, judged by Up's own OpenAPI document: Prism between them refuses what it does not allow."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.banks.test_up import INSTITUTION, moved, refresh, succeeded
from tests.banks.up_bank import TOKEN, Movement, UpAccount, UpBank
from tests.foreign.clients import INSTALLED
from tests.serving import NOON, Serving, free_port, until

pytestmark = pytest.mark.foreign

PRISM = INSTALLED / "prism" / "node_modules" / ".bin" / "prism"
SPECIFICATION = Path(os.environ.get("FOREIGN_CLIENTS", "")) / "up-banking" / "api" / "v1" / "openapi.json"


def require_prism() -> None:
    missing = "" if PRISM.exists() else "Prism is not installed: run `make foreign`"
    if not SPECIFICATION.is_file() or not os.environ.get("FOREIGN_CLIENTS"):
        missing = missing or "FOREIGN_CLIENTS names no folder with a checkout of up-banking/api"
    if missing:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(missing)


@contextmanager
def prism(folder: Path, upstream: str) -> Iterator[str]:
    """Prism in front of a bank: a request or an answer that the document does not describe becomes an error."""
    port, log = free_port(), folder / "prism.log"
    document = json.loads(SPECIFICATION.read_text())
    document |= {"paths": {f"/api/v1{path}": entry for path, entry in document["paths"].items()}, "servers": [{"url": upstream}]}
    (folder / "up.json").write_text(json.dumps(document))
    command = [str(PRISM), "proxy", str(folder / "up.json"), upstream, "--errors", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until(lambda: b"Prism is listening" in log.read_bytes(), "Prism", seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def status_of(url: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_connector_and_its_bank_keep_to_the_specification(tmp_path: Path, tell: Callable[[object], None]) -> None:
    require_prism()
    coffee = Movement("coffee", "Bluebush Espresso", -650, NOON)
    bank = UpBank(UpAccount("9f3c1b7e-52d4-4f0a-8a53-0d2f5c9b1e11", available_cents=5000, movements=[*moved(250), coffee]))
    with bank, prism(tmp_path, bank.url) as proxy:
        assert status_of(f"{proxy}/api/v1/accounts?page%5Bsize%5D=many") >= 400  # Prism judges
        asked = len(bank.asked)
        file = tmp_path / "connectors.toml"
        file.write_text(f'[up]\naddress = "{proxy}"\n')
        host = proxy.removeprefix("http://")
        with Serving(tmp_path / "data", step_seconds=60, outbound_allow=host, connectors=str(file)) as serving:
            app = serving.application()
            user = app.new_user()
            job = app.settled(app.connect(user, "mine", TOKEN, INSTITUTION))
            assert succeeded(job), (job, (tmp_path / "prism.log").read_text()[-4000:])
            assert len(app.transactions(user)) == 251
            coffee.settled = NOON
            assert succeeded(refresh(serving, app, user)), (tmp_path / "prism.log").read_text()[-4000:]
        tell(f"{len(bank.asked) - asked} requests and answers of Up's connector through Prism: 0 violations")
