"""`bowerbird demo` against a running server, and the first requests of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bowerbird import cli
from bowerbird.cli.tour.demo import APPLICATION
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import all_applications, keys_of_application
from tests.serving import Serving, free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("demo")) as running:
        yield running


def demo(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["demo", *arguments])


def test_the_whole_tour_leaves_nothing_behind(serving: Serving) -> None:
    results = [demo("--url", serving.url, "--data", str(serving.settings.data)) for _ in range(2)]
    assert [result.exit_code for result in results] == [0, 0], results[0].exception
    output = results[1].stdout
    assert "\x1b" not in output
    assert [line.split(".")[0] for line in output.splitlines() if re.match(r"\d\. ", line)] == list("12345678")
    assert "the bank asks: What's your first company?" in output
    assert "invalid-credentials  Cannot login to target institution: this account is locked." in output
    assert "it brought 6 transactions" in output
    assert "it brought 0" in output
    assert re.search(r"Orange Everyday +…5678 +transaction +3,775\.05", output)
    assert len(re.findall(r"^  (?:pending|\d{4}-\d\d-\d\d) .* -?[\d,]+\.\d\d *$", output, re.MULTILINE)) == 12
    read = partial(serving.services.storage.read_now, tenant=EVERY_TENANT)
    [mine] = [row for row in read(all_applications) if row.name == APPLICATION]
    keys = read(lambda uow: keys_of_application(uow, mine.id))
    assert [key.revoked is not None for key in keys] == [True, True]


def test_a_user_can_be_kept(serving: Serving) -> None:
    application = serving.application()
    result = demo("--url", serving.url, "--key", application.api_key, "--keep")
    assert result.exit_code == 0, result.exception
    user = re.findall(r"The user stays on the server: (\S+)", result.stdout)[0]
    assert application.get(f"/users/{user}").status_code == 200
    demo("--url", serving.url, "--key", application.api_key)
    assert "removed again" in demo("--url", serving.url, "--key", application.api_key).stdout


def test_a_key_for_the_sandbox_only_sees_the_refusal_explained(serving: Serving) -> None:
    result = demo("--url", serving.url, "--key", serving.application(production=False).api_key)
    assert result.exit_code == 0, result.exception
    assert "403 no-production-access" in result.stdout
    assert "bowerbird app create NAME --production" in result.stdout
    assert "8. Transactions" in result.stdout


@pytest.mark.parametrize("products", ["none", "statements"])
def test_a_key_that_may_not_connect_ends_in_one_line(serving: Serving, products: str) -> None:
    result = demo("--url", serving.url, "--key", serving.application(products=products).api_key)
    assert "403 access-denied" in str(cli.refusals.explain(result.exception))  # type: ignore[arg-type]


def test_who_does_not_answer_and_who_does_not_know_the_key(serving: Serving, tmp_path: Path) -> None:
    def refusal(*arguments: str) -> str:
        return str(cli.refusals.explain(demo(*arguments).exception))  # type: ignore[arg-type]

    assert "no server answers" in refusal("--url", f"http://127.0.0.1:{free_port()}")
    assert "is not an address" in refusal("--url", "somewhere")
    assert "does not know the key" in refusal("--url", serving.url, "--key", "abc")
    assert "name its folder with --data" in refusal("--url", serving.url, "--data", str(tmp_path))
    assert not list(tmp_path.iterdir())
    CliRunner().invoke(cli.app, ["app", "create", "Other", "--data", str(tmp_path)])
    assert "does not know the key: it does not use" in refusal("--url", serving.url, "--data", str(tmp_path))


def block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return str(next(text for text in blocks if containing in text))


def test_the_example_of_the_readme(serving: Serving) -> None:
    example = "examples/first_connection.py"
    assert f"({example})" in (ROOT / "README.md").read_text()
    environment = {**os.environ, "SERVER": serving.url, "KEY": serving.application(production=False).api_key}
    run = subprocess.run([sys.executable, ROOT / example], env=environment, capture_output=True, check=True, text=True)
    assert len(run.stdout.splitlines()) == 10


def test_the_curl_of_the_readme(serving: Serving) -> None:
    key = serving.application(production=False).api_key
    script = block("sh", "KEY=...").replace("KEY=...", f"KEY={key}").replace("http://127.0.0.1:8000", serving.url)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, check=True, text=True)
    assert '"email":"gavin@hooli.com"' in run.stdout
