"""The TypeScript client as an integrator gets it: the packed file installed into a project, whose program compiles and calls the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bowerbird import __version__
from tests.foreign.clients import INSTALLED, ROOT
from tests.leaf_samples import layout_sample
from tests.serving import Application, Serving

pytestmark = pytest.mark.foreign

PROJECT = INSTALLED / "typescript"
PROGRAM = Path(__file__).parent / "drivers" / "typescript.ts"
RUN_SECONDS = 120
COMPILER = {"strict": True, "noUncheckedIndexedAccess": True, "exactOptionalPropertyTypes": True, "target": "ES2022", "module": "NodeNext"}
STATEMENT = layout_sample("published_2020", "newest_first.csv")
GIVEN = {"EMAIL": "gavin@hooli.com", "LOGIN": "gavinBelson", "PASSWORD": "hooli2016"}


def require_client() -> None:
    text = "" if shutil.which("node") else "no `node` on this machine (Debian: apt-get install nodejs npm)"
    if not (PROJECT / "node_modules" / "bowerbird-client").is_dir():
        text = text or "the TypeScript client is not installed: run `make foreign`"
    if text:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(text)


def compiled(folder: Path) -> Path:
    """The program as JavaScript, in a project of its own beside the installed packages. The compiler takes it as it stands."""
    (folder / "node_modules").symlink_to(PROJECT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    options = {**COMPILER, "lib": ["ES2022", "DOM", "DOM.Iterable"], "types": []}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["program.ts"]}))
    shutil.copy(PROGRAM, folder / "program.ts")
    done = subprocess.run(
        [str(PROJECT / "node_modules/.bin/tsc")], check=False, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    assert done.returncode == 0, done.stdout
    return folder / "program.js"


def printed(program: Path, app: Application) -> dict[str, Any]:
    environment = {**os.environ, **GIVEN, "SERVER": app.url, "KEY": app.api_key, "STATEMENT": STATEMENT.read_text()}
    done = subprocess.run(["node", str(program)], check=False, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_program_on_the_packed_client(tmp_path: Path) -> None:
    require_client()
    program = compiled(tmp_path)
    with Serving(tmp_path / "data") as serving:
        app = serving.application()
        twin = app.new_user()
        app.settled(app.connect(twin, GIVEN["LOGIN"], GIVEN["PASSWORD"]))
        seen = printed(program, app)
        balances = sorted(account["balance"] for account in app.get(f"/users/{twin}/accounts").json()["data"])
        rows = app.transactions(twin)
        assert sorted(balance for _, balance in seen["accounts"]) == balances
        assert len(seen["transactions"]) == len(set(seen["transactions"])) == len(rows) > 500  # more than a page
        assert seen["debits"] == len([row for row in rows if row["direction"] == "debit"])
        assert seen["wrongPassword"] == {"step": "verify-credentials", "code": "invalid-credentials"}
        assert (seen["missing"]["status"], seen["missing"]["code"]) == (404, "resource-not-found")
        assert len(seen["missing"]["correlationId"]) == 36
        assert (seen["customerMayNot"]["status"], seen["wrongKey"]["status"]) == (403, 404)
        assert app.get(f"/users/{seen['user']}").status_code == 404  # deleted at the end


def test_its_version_is_the_servers() -> None:
    package = json.loads((ROOT / "clients/typescript/package.json").read_text())
    assert package["version"] == __version__
