"""PDF statements through the API: every shipped layout accepted, and the four refusals provoked by real files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.model.clock import wire_midnight
from bowerbird.model.money import format_cents
from bowerbird.plugins.registry import statement_layouts
from tests.serving import Application, Serving, failure_of
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.paper import Specimen, drawn

BANKS = {layout.id: layout.institution for layout in statement_layouts()}
CBA, NAB, SUNCORP = "AU04301", "AU01001", "AU01101"
DEPOSIT = "cba.deposit.2017"


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


def test_the_same_statement_twice_adds_nothing(app: Application) -> None:
    user, content = app.new_user(), specimen(DEPOSIT, 4).pdf()
    read(app, user, content, CBA)
    before = app.transactions(user)
    read(app, user, content, CBA)
    assert app.transactions(user) == before


def changed(printed: Specimen, old: str, new: str) -> bytes:
    items = tuple(replace(item, text=replace(item.text, text=item.text.text.replace(old, new))) for item in printed.items)
    assert items != printed.items
    return drawn(items)


def locked(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def one_cent_off(printed: Specimen) -> bytes:
    """The first balance of a row, another digit at its end."""
    item = next(item for item in printed.items if item.row is not None and item.text.fact and item.text.column == "balance")
    digits = [place for place, letter in enumerate(item.text.text) if letter.isdigit()]
    last = digits[-1]
    text = item.text.text[:last] + str((int(item.text.text[last]) + 1) % 10) + item.text.text[last + 1 :]
    return drawn(tuple(replace(each, text=replace(each.text, text=text)) if each is item else each for each in printed.items))


def refusals() -> list[tuple[str, bytes, str, Entry]]:
    printed = specimen(DEPOSIT, 5)
    products = ("Smart Access", "Complete Access", "Streamline", "Everyday Offset", "GoalSaver", "NetBank Saver", "Youthsaver")
    product = next(name for name in products if any(name in item.text.text for item in printed.items))
    return [
        ("no document", b"%PDF-1.7\nnothing", CBA, codes.STATEMENT_INVALID),
        ("cut in half", printed.pdf()[:1500], CBA, codes.STATEMENT_INVALID),
        ("a password", locked(printed.pdf()), CBA, codes.STATEMENT_INVALID),
        ("of another bank", printed.pdf(), NAB, codes.STATEMENT_NOT_SUPPORTED),
        ("of a bank without a layout", printed.pdf(), SUNCORP, codes.STATEMENT_NOT_SUPPORTED),
        ("a new product", changed(printed, product, "Moonshot Saver"), CBA, codes.STATEMENT_NEW_PRODUCT),
        ("a figure that contradicts", one_cent_off(printed), CBA, codes.STATEMENT_PARSING_ERROR),
    ]


@pytest.mark.parametrize(("content", "institution", "entry"), [row[1:] for row in refusals()], ids=[row[0] for row in refusals()])
def test_refused_files(app: Application, content: bytes, institution: str, entry: Entry) -> None:
    user = app.new_user()
    job = read(app, user, content, institution)
    assert failure_of(job) == ("verify-credentials", entry.code, *entry.answer({}))
    assert app.get(f"/users/{user}/accounts").json()["data"] == []
