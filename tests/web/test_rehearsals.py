"""Test statements, samples and a user's consent page opened by an operator: only where no real person can be."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from bowerbird.domain.access.applications import TEST_STATEMENTS
from bowerbird.sandbox.controls import Controls
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import find_application
from bowerbird.web.kernel.samples import SAMPLES, Sample
from tests.serving import Application, Serving
from tests.web.client import Pages
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person
from tests.web.test_demo_customers import home_of


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server without an application in production."""
    with Serving(tmp_path_factory.mktemp("rehearsals")) as started:
        started.server.web.clock = started.clock
        yield started


@pytest.fixture
def sandbox(running: Serving) -> Application:
    return running.application("Sandbox app", production=False)


@pytest.fixture
def controlled(running: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server as `make run` starts it."""
    monkeypatch.setattr(running.services.hooks, "controls", Controls(running.services.limits, alone=True))


def products_of(serving: Serving, app: Application) -> list[str]:
    row = serving.services.storage.read_now(lambda uow: find_application(uow, app.id), tenant=EVERY_TENANT)
    assert row is not None
    return sorted(row.products)


def upload(ana: Pages, home: str, file: bytes) -> httpx2.Response:
    """A CSV on a user's page."""
    form = {"csrf": ana.token(home), "institution": "AU00201"}
    return ana.http.post(f"{home}/statements", data=form, files={"statement": ("march.csv", file)})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_does_what_it_says(running: Serving, sandbox: Application, sample: Sample) -> None:
    application_rows_of(running, sandbox.id, products={"connections", "statements", TEST_STATEMENTS})
    person = Person(running, sandbox, sandbox.new_user())
    person.land()
    person.agree()
    bank = sample.institution_id or "AU00201"
    assert f"/home/samples/{sample.name}" in person.get(f"/home/institutions/{bank}/statement").text
    file = person.get(f"/home/samples/{sample.name}")
    assert file.headers["content-disposition"] == f'attachment; filename="{sample.name}"'
    text = person.settled(person.upload(file.content, bank, sample.name).headers["location"])
    assert ("Your statement has been read" in text, "Choose another file" in text) == (
        ("accepted" in sample.shows),
        ("rejected" in sample.shows),
    )
    person.close()


def test_a_consent_page_is_opened_from_its_user(running: Serving, ana: Pages, sandbox: Application) -> None:
    user = sandbox.new_user(email="jo@example.com", firstName="Jo")
    home = home_of(sandbox, user)
    assert "Open it as Jo" in ana.get(home).text
    answer = ana.send(f"{home}/visit", on=home)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    page = ana.get("/home/consent").text
    assert "This page is for Jo." in page
    application_rows_of(running, sandbox.id, disabled=True)
    assert ana.send(f"{home}/visit", on=home).status_code == 403


@pytest.mark.usefixtures("controlled")
def test_an_application_rehearses_and_stops(running: Serving, ana: Pages, sandbox: Application) -> None:
    user = sandbox.new_user()
    home, own = home_of(sandbox, user), f"/dashboard/applications/{sandbox.id}"
    file = ana.get("/home/samples/statement.csv").content
    before = upload(ana, home, file)
    assert before.status_code == 400
    assert "allow test statements" in ana.get(home).text
    answer = ana.send(f"{own}/rehearsal", {"rehearsal": "yes", "user": user}, on=home)
    assert answer.headers["location"] == f"{home}?done=rehearses"
    assert "/home/samples/statement.pdf" in ana.get(home).text
    after = upload(ana, home, file)
    assert "/jobs/" in after.headers["location"]
    ana.send(own, {"name": "Sandbox app", "products": ["connections", "statements"]})
    assert products_of(running, sandbox) == ["connections", TEST_STATEMENTS, "statements"], "saving its products ends no rehearsal"
    assert ana.send(f"{own}/rehearsal", {"rehearsal": "no"}, on=own).status_code == 303
    assert products_of(running, sandbox) == ["connections", "statements"]


def test_rehearsals_need_a_server_for_trying_out(running: Serving, ana: Pages, sandbox: Application) -> None:
    own = f"/dashboard/applications/{sandbox.id}"
    assert "est statements" not in ana.get(own).text
    assert ana.send(f"{own}/rehearsal", {"rehearsal": "yes"}, on=own).status_code == 409
    assert TEST_STATEMENTS not in products_of(running, sandbox)
