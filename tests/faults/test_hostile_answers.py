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
from tests.api.pdf_files import CBA, DEPOSIT
from tests.serving import Application, Serving
from tests.statement_factory.catalogue import specimen

PRINTED = specimen(DEPOSIT, 3)


def rows_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = said["statement"]["transactions"]
    return found


def _deep(said: dict[str, Any]) -> None:
    for _ in range(900):
        said["more"] = {"more": said.pop("more", 1)}


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "honest": lambda said: None,
    "more rows than a statement may have": lambda said: said["statement"].update(transactions=rows_of(said)[:1] * 150_000),
    "an amount beyond every column": lambda said: rows_of(said)[0].update(amount=2**63),
    "a balance beyond every column": lambda said: rows_of(said)[-1].update(balance=2**64 - 1),
    "an amount of another type": lambda said: rows_of(said)[0].update(amount="1"),
    "a day before all days": lambda said: rows_of(said)[0].update(posted="0001-01-01"),
    "a period that runs backwards": lambda said: said["statement"].update(period=["9999-12-31", "0001-01-01"]),
    "texts without end": lambda said: rows_of(said)[0].update(description="x" * 5_000_000),
    "a byte that ends texts": lambda said: rows_of(said)[0].update(description="a\0b"),
    "boxes without end": lambda said: said["statement"].update(lines=list(range(500_000))),
    "nothing": lambda said: said.clear(),
    "no account": lambda said: said["statement"].pop("account"),
    "more than fits a stack": _deep,
}


def liar(said: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """The maker of a task that gives an honest answer, changed as the file asks."""

    def read(data: bytes, **_: object) -> dict[str, Any]:
        HOSTILE[data.partition(b"% ")[2].decode()](said)
        return said

    return read


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with Serving(tmp_path_factory.mktemp("liar") / "data") as serving:
        services = serving.services
        honest = services.read_pdf(PRINTED.pdf(), CBA, {})
        services.pdf = Task("pdf", f"{__name__}:liar", ExaminedStatement, {"said": msgspec.to_builtins(honest)})
        services.readers, readers = Readers([services.pdf], 1), services.readers
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
