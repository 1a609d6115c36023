"""PDF statements through the API: every shipped layout accepted, and the four refusals provoked by real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bowerbird.codes import Entry
from bowerbird.model.days import wire_midnight
from bowerbird.model.money import format_cents
from bowerbird.plugins.registry import statement_layouts
from bowerbird.storage.database.tables import statements
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.pdf_files import CBA, DEPOSIT, refusals
from tests.serving import Application, Serving, failure_of
from tests.statement_factory.catalogue import PRINTERS, specimen

BANKS = {layout.id: layout.institution for layout in statement_layouts()}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("pdf") / "data"
    with Serving(folder) as serving:
        yield serving.application()


def read(app: Application, user: str, content: bytes, institution: str) -> dict[str, Any]:
    answer = app.upload(user, content, institution, "statement.pdf")
    assert answer.status_code == 202, answer.text
    return app.settled(answer.json()["id"])


def test_every_shipped_layout_can_be_printed() -> None:
    assert set(PRINTERS) == set(BANKS)


@pytest.mark.parametrize("layout", sorted(PRINTERS))
def test_a_statement_of_every_layout_becomes_its_transactions(app: Application, layout: str) -> None:
    printed, user = specimen(layout, 3), app.new_user()
    job = read(app, user, printed.pdf(), BANKS[layout])
    assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    found = [(row["postDate"], row["amount"], row["description"]) for row in reversed(app.transactions(user))]
    assert found == [(wire_midnight(row.day), format_cents(row.amount), row.description) for row in printed.expected]
    account = app.get(f"/users/{user}/accounts").json()["data"][0]
    assert account["balance"] == format_cents(printed.closing)
    connection = app.get(f"/users/{user}/connections").json()["data"][0]
    assert (connection["method"], connection["status"]) == ("pdf", "active")


def test_what_was_proven_is_kept_with_the_statement(tmp_path: Path) -> None:
    printed = specimen(DEPOSIT, 7)
    with Serving(tmp_path) as serving:
        app = serving.application()
        user = app.new_user()
        read(app, user, printed.pdf(), CBA)
        kept = serving.services.storage.read_now(lambda uow: uow.row(select(statements)), tenant=EVERY_TENANT)
    assert kept is not None
    assert (kept.layout, kept.opening, kept.closing) == (DEPOSIT, printed.opening, printed.closing)
    assert len(kept.certificate) == kept.proved > len(printed.expected)
    assert (kept.signs, kept.score) == ([], 0)


def test_the_same_statement_twice_adds_nothing(app: Application) -> None:
    user, content = app.new_user(), specimen(DEPOSIT, 4).pdf()
    read(app, user, content, CBA)
    before = app.transactions(user)
    read(app, user, content, CBA)
    assert app.transactions(user) == before


@pytest.mark.parametrize(("content", "institution", "entry"), [row[1:] for row in refusals()], ids=[row[0] for row in refusals()])
def test_refused_files(app: Application, content: bytes, institution: str, entry: Entry) -> None:
    user = app.new_user()
    job = read(app, user, content, institution)
    assert failure_of(job) == ("verify-credentials", entry.code, *entry.answer({}))
    assert app.get(f"/users/{user}/accounts").json()["data"] == []


def test_statements_that_do_not_join_are_reported_on_the_account_to_who_asks(app: Application) -> None:
    user = app.new_user()
    csv = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnBalance,txnAmount\n"
    row = "06200011,AUD,{0}.00,savings,Saver,2026-{1},X,{0}.00,+1.00\n"
    for balance, day in ((1, "01-31"), (9, "02-01"), (10, "02-20")):
        read(app, user, (csv + row.format(balance, day)).encode(), "AU00201")
    account = app.get(f"/users/{user}/accounts").json()["data"][0]
    assert "bowerbird" not in account
    found = app.get(f"/users/{user}/accounts/{account['id']}", headers={"Bowerbird-Extras": "continuity"}).json()["bowerbird"]["continuity"]
    assert found == [
        {"from": "2026-01-31", "to": "2026-02-01", "what": "one statement closes with 1.00, the next opens with 8.00"},
        {"from": "2026-02-01", "to": "2026-02-20", "what": "18 days without a statement"},
    ]
    assert account["transactionIntervals"] == [{"from": "2026-01-31", "to": "2026-02-01"}, {"from": "2026-02-20", "to": "2026-02-20"}]
