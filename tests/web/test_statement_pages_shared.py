"""Statements in the dashboard on PostgreSQL, with uploads in a folder: each unit of work meets one application's rows only."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from sqlalchemy import select

from bowerbird.storage.database.tables import unknown_layouts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.pdf_files import CBA, changed
from tests.postgres import Database
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator
from tests.web.uploaded_files import PRINTED, PRODUCT, UNKNOWN_PRODUCT, upload


def test_pages_and_new_prints_there_too(tmp_path: Path, database: Database) -> None:
    lying = tmp_path / "uploads"
    with Serving(tmp_path, **database.settings, statement_files_kept_days="3", uploads=str(lying)) as serving:
        app, other = serving.application("Shared"), serving.application("Other")
        user = app.new_user(email="gavin@hooli.com")
        make_operator(serving)
        ana = Pages(serving)
        ana.sign_in()
        path = f"/dashboard/applications/{app.id}/users/{user}/statements"
        job = upload(app, user, PRINTED.pdf(), CBA)
        assert 'id="mark-1"' in ana.get(f"{path}/{job}").text
        assert ana.get(f"{path}/{job}/pages/1").headers["content-type"] == "image/png"
        elsewhere = f"/dashboard/applications/{other.id}/users/{other.new_user(email='x@hooli.com')}/statements/{job}"
        assert (ana.get(elsewhere).status_code, ana.get(f"{elsewhere}/pages/1").status_code) == (404, 404)
        _met_at_once(app)
        rows = serving.services.storage.read_now(lambda uow: uow.rows(select(unknown_layouts)), tenant=EVERY_TENANT)
        assert [(row.name, row.times) for row in rows] == [(UNKNOWN_PRODUCT, 4)]
        form = {"application": app.id, "institution": CBA, "name": UNKNOWN_PRODUCT, "kind": "savings"}
        assert ana.send("/dashboard/prints", form).status_code == 303
        assert app.job(upload(app, user, changed(PRINTED, PRODUCT, UNKNOWN_PRODUCT), CBA))["steps"][0]["status"] == "success"
        assert any(each.is_file() for each in lying.rglob("*"))
        assert app.delete(f"/users/{user}").status_code == 204
        assert ana.get(f"{path}/{job}/pages/1").status_code == 404
        ana.close()
    assert [each for each in lying.rglob("*") if user in str(each) and each.is_file()] == []


def _met_at_once(app: Application) -> None:
    """Four people upload a statement of the same new product in the same moment."""
    content = changed(PRINTED, PRODUCT, UNKNOWN_PRODUCT)
    people = [app.new_user(email=f"p{number}@hooli.com") for number in range(4)]
    threads = [Thread(target=upload, args=(app, person, content, CBA)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
