"""Clients that generators of others make from /openapi.json: each accepts the whole description, and what it makes compiles and calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.clients import INSTALLED
from tests.serving import Application, Serving

pytestmark = pytest.mark.foreign

WORK_SECONDS = 240
PROGRAMS = Path(__file__).parent / "drivers" / "generated"
GENERATORS = INSTALLED / "generators"
NO_ONE, EMAIL = "00000000-0000-4000-8000-000000000000", "gavin@hooli.com"
OPENAPI_PYTHON_CLIENT_DROPS = ["GET /public/logos/{logo}"]
"""What openapi-python-client names as left out: it reads no image."""


def require(*programs: str) -> None:
    missing = [program for program in programs if not shutil.which(program)]
    text = f"not on this machine: {', '.join(missing)}" if missing else ""
    if not GENERATORS.is_dir():
        text = "the generators are not installed: run `make foreign`"
    if text:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(text)


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """A command to its good end: what it prints on both streams."""
    done = subprocess.run(
        [str(each) for each in command],
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WORK_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("data")) as serving:
        yield serving.application()


@pytest.fixture
def work(tmp_path: Path, app: Application) -> Path:
    """A folder with the description, as the server gives it out."""
    (tmp_path / "openapi.json").write_bytes(app.http.get("/openapi.json").content)
    return tmp_path


def hold(app: Application, *command: str | Path, cwd: Path, **environment: str) -> None:
    """The program makes a user, reads it, and is refused one that is not there."""
    printed = run(*command, cwd=cwd, SERVER=app.url, TOKEN=app.token(), EMAIL=EMAIL, NO_ONE=NO_ONE, **environment)
    value: dict[str, Any] = json.loads(printed)
    assert value == {"id": value["id"], "email": EMAIL, "refused": "resource-not-found"}
    assert app.get(f"/users/{value['id']}").json()["email"] == EMAIL


def test_hey_api(app: Application, work: Path, tell: Callable[[object], None]) -> None:
    require("node")
    (work / "node_modules").symlink_to(GENERATORS / "node_modules")
    options = {
        "strict": True,
        "target": "ES2022",
        "module": "NodeNext",
        "moduleResolution": "NodeNext",
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
    }
    (work / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": {**options, "types": [], "skipLibCheck": True}, "include": ["*.ts", "generated"]})
    )
    (work / "package.json").write_text('{"type": "module"}')
    bin_ = GENERATORS / "node_modules" / ".bin"
    made = {"input": "openapi.json", "output": {"path": "generated", "importFileExtension": ".js"}, "plugins": ["@hey-api/client-fetch"]}
    (work / "openapi-ts.config.mjs").write_text(f"export default {json.dumps(made)};")
    output = run(bin_ / "openapi-ts", cwd=work)
    assert "warn" not in output.lower(), output
    shutil.copy(PROGRAMS / "hey.ts", work)
    run(bin_ / "tsc", cwd=work)
    hold(app, "node", "hey.js", cwd=work)
    tell("@hey-api/openapi-ts: accepted without a warning, compiles under strict, a program calls")


def test_openapi_generator(app: Application, work: Path, tell: Callable[[object], None]) -> None:
    require("java", "go")
    options = ["-g", "go", "-o", "openapi", "--additional-properties=withGoMod=false,packageName=openapi"]
    options += ["--global-property", "apis,models,supportingFiles,apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"]
    jar = GENERATORS / "openapi_generator_cli" / "openapi-generator.jar"
    run("java", "-jar", jar, "generate", "-i", "openapi.json", *options, cwd=work)
    (work / "go.mod").write_text("module walk\n\ngo 1.19\n")
    shutil.copy(PROGRAMS / "go.go", work / "main.go")
    run("go", "vet", "./...", cwd=work, GOFLAGS="-mod=mod", GOCACHE=str(work / "cache"))
    hold(app, "go", "run", ".", cwd=work, GOCACHE=str(work / "cache"))
    tell("openapi-generator (Go): accepted as valid, `go vet` finds nothing, a program calls")


def test_openapi_python_client(app: Application, work: Path, tell: Callable[[object], None]) -> None:
    require()
    python = {"PYTHONPATH": str(GENERATORS)}
    config = work / "config.yml"
    config.write_text("post_hooks: []\n")
    command = ["generate", "--path", "openapi.json", "--output-path", "made", "--config", str(config)]
    output = run(sys.executable, "-m", "openapi_python_client", *command, cwd=work, **python)
    dropped = [
        line.removeprefix("WARNING parsing ").partition(" within ")[0] for line in output.splitlines() if line.startswith("WARNING parsing")
    ]
    assert dropped == OPENAPI_PYTHON_CLIENT_DROPS, output
    assert "Unable to process schema" not in output, output
    shutil.copy(PROGRAMS / "python.py", work / "made")
    hold(app, sys.executable, "python.py", cwd=work / "made", **python)
    tell("openapi-python-client: every schema and operation but the logo's picture, a program calls")
