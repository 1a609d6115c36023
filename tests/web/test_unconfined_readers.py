"""A machine that does not confine the processes that read files: who is refused, and what people and operators see."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from bowerbird.domain.access.applications import create_application
from bowerbird.domain.services import EVERY_TENANT
from bowerbird.settings import Settings, SettingsError, read_settings
from bowerbird.statements.confined import pool
from bowerbird.testing.server import ServerProcess
from bowerbird.wiring.services import open_services, open_statement_reader
from tests.api.pdf_files import CBA, DEPOSIT
from tests.serving import Application, Serving, failure_of, until
from tests.statement_factory.catalogue import specimen
from tests.web.client import Pages
from tests.web.consent_session import Person
from tests.web.test_health_page import fresh

PDF = specimen(DEPOSIT, 3).pdf()
COLUMNS = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
CSV = f"{COLUMNS}\n12345678,AUD,1.00,transaction,Everyday,2026/01/02,Coffee,-1.00\n".encode()
FILES = pytest.mark.parametrize("file", [PDF, CSV], ids=["pdf", "csv"])
NOT_SAFELY = "This server cannot read files safely"


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """A measure is required that no machine grants."""
    monkeypatch.setattr(pool, "REQUIRED", frozenset({"calls", "a sealed room"}))


def read(app: Application, file: bytes = PDF) -> tuple[str, str] | None:
    """Step and code with which reading a file ends, None where it succeeds."""
    answer = app.upload(app.new_user(), file, CBA, "statement.pdf")
    assert answer.status_code == 202, answer.text
    job = app.settled(answer.json()["id"])
    return None if all(step["status"] == "success" for step in job["steps"]) else failure_of(job)[:2]


@FILES
def test_the_job_ends_and_person_and_operator_see_why(gavin: Person, ana: Pages, file: bytes) -> None:
    assert read(gavin.app, file) == ("verify-credentials", "service-unavailable")
    gavin.land()
    gavin.agree()
    page = gavin.settled(gavin.upload(file, CBA, "statement.pdf").headers["location"])
    assert NOT_SAFELY in page
    assert "BOWERBIRD_" not in page, "the person is no operator"
    health = fresh(ana)
    assert NOT_SAFELY in health
    assert "missing: a sealed room" in health
    assert "BOWERBIRD_READERS_MUST_CONFINE=no" in health
    assert NOT_SAFELY in ana.get("/dashboard").text


@FILES
def test_an_operator_may_read_them_all_the_same(serving: Serving, ana: Pages, file: bytes) -> None:
    readers = serving.services.readers
    before, readers.may_be_open = readers.may_be_open, lambda: True
    try:
        assert read(serving.application(), file) is None
        assert "Files are read without confinement" in fresh(ana)
    finally:
        readers.may_be_open = before


@pytest.mark.parametrize(
    ("setting", "controls", "production", "read_anyway"),
    [
        ("", False, False, False), ("", True, False, True), ("", True, True, False), ("no", False, True, True), ("No", True, True, True),
        ("yes", True, False, False),
    ],
)  # fmt: skip
def test_who_decides(tmp_path: Path, setting: str, controls: bool, production: bool, read_anyway: bool) -> None:
    """The setting; without one, a sandbox without real data reads them, and no other does."""
    services = open_services(Settings(data=tmp_path, readers_must_confine=setting, sandbox_controls=controls))
    services.write_now(partial(create_application, name="A", production=production, products="all"), tenant=EVERY_TENANT)
    assert services.readers.may_be_open() is read_anyway
    services.close()


def test_the_setting_is_yes_or_no() -> None:
    assert read_settings({"BOWERBIRD_READERS_MUST_CONFINE": "no"}).readers_must_confine == "no"
    with pytest.raises(SettingsError, match="neither yes nor no"):
        read_settings({"BOWERBIRD_READERS_MUST_CONFINE": "perhaps"})


@FILES
@pytest.mark.parametrize(("setting", "code"), [("", "service-unavailable"), ("no", None)])
def test_the_command_line_reads_none_either(setting: str, code: str | None, file: bytes) -> None:
    reader = open_statement_reader(Settings(readers_must_confine=setting))
    outcome = reader.read(file, CBA)
    reader.close()
    assert (outcome.refusal["code"] if outcome.refusal else None) == code


SITE = """
from tests.faults import sabotages

sabotages.start_readers_with(sabotages.CLAIMED + "def refused(bounds): raise OSError\\nc.ENFORCE['calls'] = refused")
"""
"""Python runs it in the server: its reading processes are on a machine that grants no filter of system calls."""


def test_the_log_says_it_once_the_server_answers(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    places = os.pathsep.join((str(tmp_path / "site"), str(Path(__file__).parents[2])))
    with ServerProcess(tmp_path / "data", environment={"PYTHONPATH": places}) as server:
        until(lambda: "readers_not_confined" in server.log.read_text("utf-8"), "the log to say that readers are not confined")
    assert "BOWERBIRD_READERS_MUST_CONFINE=no" in server.log.read_text("utf-8")
