"""The API's reference: complete, true, open to everybody; its examples run as they stand."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from bowerbird.api.description.openapi import document, operation_id
from bowerbird.api.description.refusals import refusals_of_operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.web.reference.description import ApiReference
from tests.serving import Application, Serving
from tests.web.client import Pages
from tests.web.conftest import application_rows_of

REFERENCE = ApiReference(lambda: document(""))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A sandbox with its controls."""
    with Serving(tmp_path_factory.mktemp("reference"), start=None, sandbox_controls=True) as started:
        yield started


@pytest.fixture
def app(running: Serving) -> Application:
    return running.application("<b>Budget</b> app", production=False)


@pytest.fixture
def keyed(ana: Pages, app: Application) -> Pages:
    """Ana, with a key for trying."""
    assert ana.send("/docs/key", {"application": app.id, "back": "/docs/users"}, on="/docs").headers["location"] == "/docs/users"
    return ana


def example(pages: Pages, kind: str, operation: str) -> str:
    group = REFERENCE.operations[operation].group
    found = re.search(rf'<code id="{kind}-{operation}">(.*?)</code>', pages.get(f"/docs/{group}").text, re.S)
    assert found, operation
    return html.unescape(found[1])


def test_everybody_reads_every_operation_with_every_code_it_answers(unknown_bank: Pages) -> None:
    index = unknown_bank.get("/docs")
    assert index.status_code == 200
    pages: dict[str, str] = {}
    for operation in OPERATIONS:
        name = operation_id(operation)
        group = REFERENCE.operations[name].group
        page = pages.setdefault(group, unknown_bank.get(f"/docs/{group}").text)
        assert f'href="/docs/{group}#{name}"' in index.text
        section = page.partition(f'<section class="card" id="{name}"')[2].partition("</section>")[0]
        assert operation.path in section, name
        for entry in refusals_of_operation(operation):
            assert f'href="/dashboard/codes/{entry.key}"' in section, (name, entry.key)
        for status in operation.answers:
            assert f'<span class="badge good">{status}</span>' in section, (name, status)
        assert "Try it" not in section
    assert "$KEY" in pages["users"]
    assert unknown_bank.get("/docs/nothing").status_code == 404
    assert json.loads(unknown_bank.get("/openapi.json").text)["openapi"].startswith("3.")
    assert 'href="/openapi.json" download' in index.text


def test_samples_fit_their_schemas() -> None:
    description = document("http://127.0.0.1:8000")
    checked = 0
    for operation in ApiReference(lambda: description).operations.values():
        described = description["paths"][operation.path][operation.method.lower()]
        if operation.body is not None and operation.body.media_type != "multipart/form-data":
            check(description, described["requestBody"]["content"][operation.body.media_type]["schema"], operation.body.sample)
            checked += 1
        for answer in operation.answers:
            if answer.sample:
                check(
                    description,
                    described["responses"][str(answer.status)]["content"]["application/json"]["schema"],
                    json.loads(answer.sample),
                )
                checked += 1
    assert checked > 40


def check(description: dict[str, object], schema: dict[str, object], sample: object) -> None:
    whole = {**schema, "components": description["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(sample)


def test_an_operation_is_found_by_words_and_by_a_code(unknown_bank: Pages) -> None:
    found = unknown_bank.get("/docs?search=POST webhooks replay").text
    assert re.findall(r'href="(/docs/[^"]+#[^"]+)"', found.partition('id="operations"')[2]) == ["/docs/messages#replayWebhook"]
    assert "/docs/statements#createStatement" in unknown_bank.get("/docs?search=no-production-access").text
    nothing = unknown_bank.get("/docs?search=<script>odd</script>").text
    assert "No operations found" in nothing
    assert "<script>odd" not in nothing


def test_only_an_operator_makes_keys_and_tries(unknown_bank: Pages, app: Application) -> None:
    for path in ("/docs/key", "/docs/key/forget", "/docs/try"):
        assert unknown_bank.http.post(path, data={"application": app.id, "operation": "listUsers"}).status_code == 401


def test_a_key_for_trying_is_filled_in_works_and_ends(keyed: Pages, app: Application, running: Serving) -> None:
    page = keyed.get("/docs/users").text
    assert "&lt;b&gt;Budget&lt;/b&gt; app" in page
    assert "$KEY" not in page
    cookie = keyed.http.cookies.get("bowerbird-trying")
    assert cookie
    assert f"Basic {cookie}" in html.unescape(page)
    token = {"Authorization": f"Basic {cookie}", "basiq-version": "3.0"}
    assert keyed.http.post("/token", headers=token).status_code == 200
    other = Pages(running)
    other.http.cookies.set("bowerbird-trying", cookie, domain="127.0.0.1", path="/")
    assert cookie not in html.unescape(other.get("/docs/users").text), "shown to operators only"
    other.close()
    assert keyed.send("/docs/key/forget", {"back": "//evil.example"}, on="/docs").headers["location"] == "/docs"
    assert keyed.http.post("/token", headers=token).status_code == 404
    assert "$KEY" in keyed.get("/docs/users").text


def test_the_key_leaves_the_browser_with_its_operator(keyed: Pages) -> None:
    assert keyed.http.cookies.get("bowerbird-trying")
    assert keyed.send("/dashboard/sign-out", on="/dashboard/account").status_code == 303
    assert not keyed.http.cookies.get("bowerbird-trying")


def test_a_key_of_a_production_application_is_never_shown(keyed: Pages, app: Application, running: Serving) -> None:
    cookie = keyed.http.cookies.get("bowerbird-trying")
    assert cookie
    application_rows_of(running, app.id, production=True)
    try:
        assert cookie not in html.unescape(keyed.get("/docs/users").text)
        assert keyed.send("/docs/key", {"application": app.id}, on="/docs").status_code == 400
        assert f'value="{app.id}"' not in keyed.get("/docs").text
    finally:
        application_rows_of(running, app.id, production=False)


@pytest.mark.parametrize("operation", ["createToken", "createUser", "getHealth"])
def test_a_python_example_runs_as_it_stands(keyed: Pages, operation: str, tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(example(keyed, "python", operation))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("20"), done.stdout + done.stderr


def test_curl_examples_are_commands_with_real_ids(keyed: Pages, app: Application) -> None:
    user = app.new_user()
    assert app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    for operation in ("listAccounts", "getAccount", "getTransaction", "getJob", "getEvent", "deleteConnection"):
        command = example(keyed, "curl", operation)
        assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0, command
        assert "$" not in command.partition("\ncurl")[2].replace("$TOKEN", ""), command
    assert user in example(keyed, "curl", "listAccounts")


def test_what_reads_is_tried_from_the_page(keyed: Pages, app: Application, running: Serving) -> None:
    user = app.new_user(email="tried@hooli.com", firstName="<script>odd</script>")
    page = keyed.send("/docs/try", {"operation": "getUser", "p-userId": user}, on="/docs/users")
    assert page.status_code == 200
    assert "tried@hooli.com" in page.text
    assert "<script>odd" not in page.text
    assert "/dashboard/requests/" in page.text
    part = keyed.send("/docs/try", {"operation": "getUser", "p-userId": "x y?z=1"}, on="/docs/users", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "parameter-not-valid" in part.text
    for astray in ("", "..", "../../healthz"):
        answer = keyed.send("/docs/try", {"operation": "getUser", "p-userId": astray}, on="/docs/users")
        assert (answer.status_code, "without a slash" in answer.text) == (400, True), astray
    for operation in ("createUser", "deleteUser", "listEverything"):
        assert keyed.send("/docs/try", {"operation": operation}, on="/docs/users").status_code == 400
    assert keyed.send("/docs/try", {"operation": "getLogo", "p-logo": "AU00000.svg"}, on="/docs").text.count("&lt;svg") == 1
    running.server.web.public_url, whole = "http://127.0.0.1:1", running.server.web.public_url
    try:
        assert "could not be reached" in keyed.send("/docs/try", {"operation": "getHealth"}, on="/docs").text
    finally:
        running.server.web.public_url = whole


def test_without_a_key_what_needs_one_is_not_tried(ana: Pages) -> None:
    assert ana.send("/docs/try", {"operation": "listJobs", "p-userId": "x"}, on="/docs").status_code == 403
    assert ana.send("/docs/try", {"operation": "getHealth"}, on="/docs").status_code == 200
