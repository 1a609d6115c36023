"""What a reading process that was taken over may say of its file: the job ends in the catalogue's words, and the next file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bowerbird import codes
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.pdf.proven import ExaminedStatement
from bowerbird.statements.reader import read_statement
from bowerbird.statements.statement import StatementAccount
from bowerbird.verify.life import PAPER, statement
from tests.api.pdf_files import CBA, DEPOSIT
from tests.serving import Application, Serving
from tests.statement_factory.catalogue import specimen

PRINTED = specimen(DEPOSIT, 3)


def rows_of(answered: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answered["statement"]["transactions"]
    return found


def _deep(answered: dict[str, Any]) -> None:
    for _ in range(900):
        answered["more"] = {"more": answered.pop("more", 1)}


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "honest": lambda answered: None,
    "more rows than a statement may have": lambda answered: answered["statement"].update(transactions=rows_of(answered)[:1] * 150_000),
    "an amount beyond every column": lambda answered: rows_of(answered)[0].update(amount=2**63),
    "a balance beyond every column": lambda answered: rows_of(answered)[-1].update(balance=2**64 - 1),
    "an amount of another type": lambda answered: rows_of(answered)[0].update(amount="1"),
    "a day before all days": lambda answered: rows_of(answered)[0].update(posted="0001-01-01"),
    "a period that runs backwards": lambda answered: answered["statement"].update(period=["9999-12-31", "0001-01-01"]),
    "texts without end": lambda answered: rows_of(answered)[0].update(description="x" * 5_000_000),
    "a byte that ends texts": lambda answered: rows_of(answered)[0].update(description="a\0b"),
    "boxes without end": lambda answered: answered["statement"].update(lines=list(range(500_000))),
    "nothing": lambda answered: answered.clear(),
    "no account": lambda answered: answered["statement"].pop("account"),
    "more than fits a stack": _deep,
}


HOSTILE_EXPORTS: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "honest": lambda answered: None,
    "more rows than a file may have": lambda answered: answered[0].update(transactions=answered[0]["transactions"][:1] * 150_000),
    "more accounts than a file may have rows": lambda answered: answered.extend(answered[:1] * 150_000),
    "no account": lambda answered: answered.clear(),
    "an amount beyond every column": lambda answered: answered[0]["transactions"][0].update(amount=2**63),
    "a day before all days": lambda answered: answered[0]["transactions"][0].update(posted="0001-01-01"),
    "an id without end": lambda answered: answered[0]["transactions"][0].update(upstream_id="x" * 5_000_000),
    "a currency without end": lambda answered: answered[0]["transactions"][0].update(currency="x" * 5_000),
    "a number without end": lambda answered: answered[0]["account"].update(number="1" * 5_000),
    "lines below all lines": lambda answered: answered[0].update(lines=[-(2**63)] * 5),
    "more lines than rows": lambda answered: answered[0].update(lines=list(range(500_000))),
    "more proofs than rows": lambda answered: answered[0].update(proved=2**63),
    "another type": lambda answered: answered.append({"statement": 1}),
}


def liar(answered: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """The maker of a task that gives an honest answer, changed as the file asks."""

    def read(data: bytes, **_: object) -> dict[str, Any]:
        HOSTILE[data.partition(b"% ")[2].decode()](answered)
        return answered

    return read


def export_liar(answered: list[dict[str, Any]]) -> Callable[..., list[dict[str, Any]]]:
    """The same of a file that is no PDF."""

    def read(data: bytes, **_: object) -> list[dict[str, Any]]:
        HOSTILE_EXPORTS[data.decode().strip()](answered)
        return answered

    return read


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("liar") / "data") as serving:
        services = serving.services
        honest = services.read_pdf(PRINTED.pdf(), CBA, {})
        services.pdf = Task("pdf", f"{__name__}:liar", ExaminedStatement, {"answered": msgspec.to_builtins(honest)})
        accounts = msgspec.to_builtins(read_statement(statement(0, 5), PAPER, 100, services.plugins.csv_layouts))
        services.export = Task("export", f"{__name__}:export_liar", list[StatementAccount], {"answered": accounts})
        services.readers, readers = Readers([services.pdf, services.export], 1), services.readers
        yield serving.application()
        services.readers.close()
        services.readers = readers


@pytest.mark.parametrize("lie", HOSTILE)
def test_a_lie_ends_its_own_job_only(app: Application, lie: str, tmp_path: Path) -> None:
    user = app.new_user()
    job = app.settled(app.upload(user, b"%PDF-1.7\n% " + lie.encode(), CBA, "statement.pdf").json()["id"])
    failed = next((step["result"] for step in job["steps"] if step["status"] == "failed"), None)
    if failed is not None:
        assert codes.matching(None, failed["code"], failed["title"], failed["detail"]) is not None
        assert app.transactions(user) == []
    stored = app.transactions(user)
    assert len(stored) in (0, len(PRINTED.expected))
    assert all(len(row["description"]) < 100_000 for row in stored)
    if lie == "honest":
        assert failed is None
    user = app.new_user()
    assert app.settled(app.upload(user, b"%PDF-1.7\n% honest", CBA, "statement.pdf").json()["id"])["steps"][-1]["status"] == "success"


@pytest.mark.parametrize("lie", HOSTILE_EXPORTS)
def test_a_lie_about_an_export_ends_its_own_job_only(app: Application, lie: str) -> None:
    user = app.new_user()
    job = app.settled(app.upload(user, lie.encode(), PAPER).json()["id"])
    failed = next((step["result"] for step in job["steps"] if step["status"] == "failed"), None)
    assert (failed is None) or codes.matching(None, failed["code"], failed["title"], failed["detail"]) is not None
    stored = app.transactions(user)
    assert len(stored) in (0, 5)
    assert all(len(str(row)) < 10_000 for row in stored)
    assert (failed is None, len(stored)) == (True, 5) or lie != "honest"
    user = app.new_user()
    assert app.settled(app.upload(user, b"honest", PAPER).json()["id"])["steps"][-1]["status"] == "success"
