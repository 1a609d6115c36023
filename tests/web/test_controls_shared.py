"""Controls and reference on PostgreSQL, where several processes turn the same sandbox and no snapshot is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.sandbox.controls import save_faults
from bowerbird.sandbox.fault import Fault
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.postgres import Database
from tests.serving import Serving
from tests.web.client import Pages, make_operator

CONTROLS = "/dashboard/controls"


@pytest.fixture
def shared(tmp_path: Path, database: Database) -> Iterator[Serving]:
    with Serving(tmp_path, start=None, sandbox_controls=True, **database.settings) as serving:
        make_operator(serving)
        yield serving


def test_they_work_there_too(shared: Serving) -> None:
    app = shared.application("Shared", production=False)
    user = app.new_user(email="gavin@hooli.com")
    assert app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    ana = Pages(shared)
    ana.sign_in()
    job = app.settled(app.connect(user, "jared", "django", "AU00002"))
    moved = ana.send(CONTROLS, {"by": "3600"})
    assert f"/jobs/{job['id']}" in ana.get(moved.headers["location"].partition("#")[0]).text
    assert ana.send(f"{CONTROLS}/faults", {"code": "delay", "delay_ms": "1"}).status_code == 303
    assert ana.send("/docs/key", {"application": app.id}, on="/docs").status_code == 303
    assert f"/users/{user}/accounts" in ana.get("/docs/accounts").text
    assert "GAVIN BELSON" in ana.send("/docs/try", {"operation": "listAccounts", "p-userId": user}, on="/docs").text
    assert "Not available on PostgreSQL" in ana.get(f"{CONTROLS}/snapshots").text
    answer = ana.send(f"{CONTROLS}/snapshots", {"name": "one"}, on=CONTROLS)
    assert (answer.status_code, "Not available on PostgreSQL" in answer.text) == (400, True)
    assert ana.send(f"{CONTROLS}/reset", {"keep": "yes"}, on=CONTROLS).status_code == 400
    assert app.http.get("/_bowerbird/clock").status_code == 200
    ana.close()


def test_what_another_process_has_turned_is_seen(shared: Serving) -> None:
    ana = Pages(shared)
    ana.sign_in()
    assert "No faults" in ana.get(f"{CONTROLS}/faults").text
    other = open_services(shared.settings)
    fault = Fault(id="1", operation="listJobs", entry="service-unavailable")
    other.write_now(save_faults, (fault,), tenant=EVERY_TENANT)
    other.close()
    assert "listJobs" in ana.get(f"{CONTROLS}/faults").text
    ana.close()
