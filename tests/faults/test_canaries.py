"""Hundreds of secrets through every operation, errors included: none is in the log, the metrics, the database or any file."""

from __future__ import annotations

import base64
import zipfile
from collections import Counter
from functools import partial
from pathlib import Path

import httpx2
import pytest

from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import give_consent
from bowerbird.model.consent import SCOPES
from bowerbird.settings import Settings
from bowerbird.storage.backup.backups import take_backup
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services
from tests.api.fixtures import NO_LISTENER, STATEMENT_BANK, notified, read_by_bank, report_body
from tests.canaries import Canaries, files_below, joined, rows_of_sqlite, sightings
from tests.faults.canary_server import CanaryServer, kept, removing
from tests.postgres import Database
from tests.serving import Application, Process, is_settled, until

MASTER_KEY = "5a" * 32
LOUD = {"BOWERBIRD_LOG_LEVEL": "debug", "BOWERBIRD_INSPECTOR": "yes", "BOWERBIRD_OUTBOUND_ALLOW": NO_LISTENER}


def tell_everything(server: Process, app: Application, canaries: Canaries, settings: Settings) -> Counter[int]:
    """Through every operation, to a server at debug level; the answers by status."""
    canaries.known("API key", app.api_key)
    canaries.known("secret of an API key", base64.b64decode(app.api_key).decode().partition(":")[2])
    asked = app.new_user()
    waiting = app.connect(asked, "jared", "django", "AU00002")
    app.settled(waiting)
    kinds = ("consent.warning", "consent.reminder")
    teller, remover = (CanaryServer(app, canaries, agreed(settings, app, read_by_bank(app)) | notified(app, kind)) for kind in kinds)
    for version in ("2.1", "3.0"):
        canaries.known("token", app.token(version=version))
    canaries.known("signature of a token", app.token().rpartition(".")[2])
    for operation in kept():
        teller.tell(operation)
    for operation in removing():
        remover.tell(operation)
    teller.tell_raw()
    teller.send("POST", f"/jobs/{waiting}/mfa", json={"mfa-response": [canaries.new_code("MFA answer")]})
    app.settled(waiting)
    jobs = f"/users/{teller.ids['userId']}/jobs"
    until(lambda: all(map(is_settled, app.get(jobs).json()["data"])), "every job to settle")
    texts = [
        transaction["description"]
        for transaction in app.transactions(teller.ids["userId"], f"?filter=institution.id.eq('{STATEMENT_BANK}')")
    ]
    assert any("xxxxxxxxxxxx" in text for text in texts), texts
    app.close()
    return Counter(teller.statuses + remover.statuses)


def new_application(settings: Settings, server: Process) -> Application:
    services = open_services(settings)
    key = services.write_now(partial(applications.create_application, production=True, products="all"), "Test", tenant=EVERY_TENANT)
    services.close()
    return Application(server.url, key.secret, key.application_id)


def agreed(settings: Settings, app: Application, ids: dict[str, str]) -> dict[str, str]:
    """The same user with a consent to everything and an auth link, beside the server that runs."""
    services = open_services(settings)
    tenant = Tenant(app.id, ids["userId"])
    consent = services.write_now(lambda session: give_consent(session.of(tenant), SCOPES), tenant=app.id)
    services.close()
    assert app.post(f"/users/{ids['userId']}/auth_link", json={"mobile": "+61410888666"}).status_code == 201
    (given,) = app.get(f"/users/{ids['userId']}/consents").json()["data"]
    summary = app.post(f"/users/{ids['userId']}/affordability").json()["id"]
    report = app.settled(app.post("/reports", json=report_body([ids["userId"]], [ids["accountId"]])).json()["id"])
    made = {"snapshotId": summary, "reportId": report["links"]["source"].rpartition("/")[2]}
    return {**ids, **made, "consentId": consent, "policyId": given["links"]["consentPolicy"].rpartition("/")[2]}


def log_and_metrics(server: Process) -> dict[str, bytes]:
    log = (server.folder.parent / f"{server.folder.name}.log").read_bytes()
    return {"the log": log, "the metrics": httpx2.get(f"{server.url}/metrics").content}


def check(canaries: Canaries, statuses: Counter[int], places: dict[str, bytes]) -> None:
    kinds = {what.rpartition(" #")[0] for what in canaries.secrets}
    assert len(canaries.secrets) > 500 < len(kinds) * 10
    assert "secret of a webhook" in kinds
    assert {200, 202, 400, 401, 404} <= set(statuses), statuses
    assert b'"level":"debug"' in places["the log"] or b"request" in places["the log"]
    assert sightings(canaries, places) == []


@pytest.mark.slow
def test_no_secret_is_found_on_an_embedded_database(tmp_path: Path) -> None:
    canaries = Canaries()
    server, settings = Process(tmp_path / "data", **LOUD), Settings(data=tmp_path / "data")
    server.start()
    statuses = tell_everything(server, new_application(settings, server), canaries, settings)
    serving = {**log_and_metrics(server), **files_below(tmp_path / "data"), **rows_of_sqlite(tmp_path / "data" / "bowerbird.db")}
    assert {"bowerbird.db", "bowerbird.db-wal", "bowerbird.db-shm", "master.key", "table users"} <= set(serving)
    check(canaries, statuses, serving)
    check_backup(canaries, tmp_path)
    server.stop()
    assert sightings(canaries, files_below(tmp_path)) == []


def check_backup(canaries: Canaries, folder: Path) -> None:
    """Of the serving database, deflated and unpacked; the master key is not in it either."""
    take_backup(folder / "data" / "bowerbird.db", folder / "backup", "0", "2026-03-18T12:00:00Z", lambda *_: None)
    with zipfile.ZipFile(folder / "backup") as archive:
        archive.extractall(folder / "unpacked")
    key = Canaries()
    key.known("master key", (folder / "data" / "master.key").read_text().strip())
    backup = {"the backup": (folder / "backup").read_bytes(), **files_below(folder / "unpacked")}
    assert backup["bowerbird.db"].startswith(b"SQLite format 3")
    places = {**backup, **rows_of_sqlite(folder / "unpacked" / "bowerbird.db")}
    assert sightings(canaries, places) == sightings(key, places) == []


@pytest.mark.slow
def test_no_secret_is_found_on_postgresql(tmp_path: Path, database: Database) -> None:
    canaries = Canaries()
    (tmp_path / "data").mkdir()
    environment = {"BOWERBIRD_DATABASE_URL": database.url, "BOWERBIRD_MASTER_KEY": MASTER_KEY}
    server = Process(tmp_path / "data", **LOUD, **environment)
    server.start()
    settings = Settings(data=tmp_path / "data", database_url=database.url, master_key=MASTER_KEY)
    statuses = tell_everything(server, new_application(settings, server), canaries, settings)
    with database.connect() as connection:
        names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        tables = {f"table {name}": joined(connection.execute(f'SELECT * FROM "{name}"')) for name in names}
    connection.close()
    assert "table users" in tables
    canaries.known("master key", MASTER_KEY)
    check(canaries, statuses, {**log_and_metrics(server), **tables})
    server.stop()
    assert sightings(canaries, files_below(tmp_path)) == []


def test_a_canary_is_seen_in_every_form() -> None:
    """The search itself finds what it looks for."""
    canaries = Canaries()
    secret, card = canaries.new("secret"), canaries.new_card("card")
    seen = [secret, f"a{secret}b", base64.b64encode(f"id:{secret}:x".encode()).decode(), secret.encode().hex(), f"{card[:12]}xxxx"]
    seen += [f"{card[:4]} {card[4:8]} {card[8:12]} {card[12:]}"]
    assert all(sightings(canaries, {"there": text.encode()}) for text in seen)
    assert not sightings(canaries, {"there": f"xxxxxxxxxxxx{card[-4:]}".encode()})
