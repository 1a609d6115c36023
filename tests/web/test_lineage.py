"""A transaction's page: the files that show it, and taking a wrong match apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from bowerbird import cli
from tests.bank_files import BANKS, FIRST, BankEntry
from tests.serving import Application, Serving
from tests.web.audit_entries import entries_of
from tests.web.client import Pages, make_operator
from tests.web.test_statement_pages import words_of
from tests.web.uploaded_files import upload

BENDIGO = next(bank for bank in BANKS if bank.name == "bendigo")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("lineage")) as started:
        make_operator(started)
        yield started


@pytest.fixture(scope="module")
def ana(serving: Serving) -> Iterator[Pages]:
    pages = Pages(serving)
    pages.sign_in()
    yield pages
    pages.close()


def entry(text: str) -> BankEntry:
    return BankEntry(FIRST, FIRST, -450, text, 100_000, "F0001A")


def user_with(app: Application, *files: bytes) -> str:
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin")
    for file in files:
        upload(app, user, file, BENDIGO.institution)
    return user


def test_a_transaction_shows_its_files_and_is_taken_apart(serving: Serving, ana: Pages) -> None:
    app = serving.application("Budget app", production=True)
    files = (BENDIGO.text_file("csv", [entry("WARATAH COFFEE CART")]), BENDIGO.text_file("ofx", [entry("WARATAH COFFEE CART SYDNEY")]))
    user = user_with(app, *files)
    ((row,), user_path) = app.transactions(user), f"/dashboard/applications/{app.id}/users/{user}"
    path = f"{user_path}/transactions/{row['id']}"
    assert f'href="{path}"' in ana.get(f"{user_path}/transactions").text
    page = ana.get(path).text
    words = words_of(page)
    assert [kind for kind in ("CSV", "OFX") if re.search(rf'<a href="{user_path}/statements/[0-9a-f-]+">{kind}</a>', page)] == [
        "CSV",
        "OFX",
    ]
    assert "The first to show it" in words
    assert "Same day and amount, and one text begins with the other: 90% sure" in words
    (action,) = re.findall(r'action="([^"]+/separate)"', page)
    answer = ana.send(action, on=path)
    assert answer.status_code == 303
    assert ana.send(action, on=path).headers["location"] == answer.headers["location"], "a second click"
    separated = ana.get(answer.headers["location"])
    assert "Two transactions" in separated.text
    assert "From another one" in separated.text
    assert "was taken from it" in ana.get(path).text
    assert len(app.transactions(user)) == 2
    for file in files:
        upload(app, user, file, BENDIGO.institution)
    assert len(app.transactions(user)) == 2
    assert app.get(f"/users/{user}/accounts").json()["data"][0]["transactionIntervals"]
    events = app.get(f"/events?filter=user.id.eq('{user}')").json()["data"]
    changed = [each for each in events if (each["entity"], each["eventType"]) == ("transactions", "updated")]
    assert len(changed) == 3  # two files and the operator's decision; the same files again change nothing


def test_what_was_separated_is_joined_again_from_either_page(serving: Serving, ana: Pages) -> None:
    app = serving.application("Budget app", production=True)
    files = (BENDIGO.text_file("csv", [entry("WARATAH COFFEE CART")]), BENDIGO.text_file("ofx", [entry("WARATAH COFFEE CART SYDNEY")]))
    user = user_with(app, *files)
    before = app.transactions(user)
    user_path = f"/dashboard/applications/{app.id}/users/{user}"
    path = f"{user_path}/transactions/{before[0]['id']}"
    for page in ("kept", "separated"):
        (action,) = re.findall(r'action="([^"]+/separate)"', ana.get(path).text)
        separated = str(ana.send(action, on=path).headers["location"])
        on = path if page == "kept" else separated.partition("?")[0]
        (back,) = re.findall(r'action="([^"]+/join)"', ana.get(on).text)
        for _ in range(2):
            answer = ana.send(back, on=path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=joined")
        assert "part of this one again" in ana.get(f"{path}?done=joined").text
        assert ana.get(separated).status_code == 404
        assert [each["id"] for each in app.transactions(user)] == [before[0]["id"]]
    for file in files:
        upload(app, user, file, BENDIGO.institution)
    assert [each["id"] for each in app.transactions(user)] == [before[0]["id"]]
    entries = [entry_.action for entry_ in entries_of(serving, user_id=user) if entry_.action in ("separate_source", "join_source")]
    assert entries == ["join_source", "join_source", "separate_source"] * 2


def test_a_proven_match_stays_and_the_page_says_why(serving: Serving, ana: Pages, pytestconfig: pytest.Config) -> None:
    app = serving.application("Loan app", production=True)
    user = app.new_user(email="gavin@hooli.com")
    for file in sorted((pytestconfig.rootpath / "tests/samples/sequences/pdf-then-ofx").glob("[01]-*")):
        upload(app, user, file.read_bytes(), "AU04301")
    user_path = f"/dashboard/applications/{app.id}/users/{user}"
    days = sorted({row["postDate"] for row in app.transactions(user)})
    inside = next(row for row in app.transactions(user) if row["postDate"] not in (days[0], days[-1]))
    path, before = f"{user_path}/transactions/{inside['id']}", app.transactions(user)
    (action,) = re.findall(r'action="([^"]+/separate)"', ana.get(path).text)
    answer = ana.send(action, on=path)
    assert answer.status_code == 409
    assert "It stays one transaction" in answer.text
    assert "adds up without a second one" in answer.text
    assert app.transactions(user) == before


def test_a_later_proof_overrules_and_the_page_and_the_command_say_so(serving: Serving, ana: Pages, pytestconfig: pytest.Config) -> None:
    app = serving.application("Car loans", production=True)
    user = app.new_user(email="gavin@hooli.com")
    folder = pytestconfig.rootpath / "tests/samples/sequences/pdf-then-ofx"
    for _ in range(2):
        upload(app, user, (folder / "1-s.ofx").read_bytes(), "AU04301")
    days, user_path = sorted({row["postDate"] for row in app.transactions(user)}), f"/dashboard/applications/{app.id}/users/{user}"
    inside = next(row for row in app.transactions(user) if row["postDate"] not in (days[0], days[-1]))
    count, path = len(app.transactions(user)), f"{user_path}/transactions/{inside['id']}"
    (action,) = re.findall(r'action="([^"]+/separate)"', ana.get(path).text)
    separated = str(ana.send(action, on=path).headers["location"])
    assert len(app.transactions(user)) == count + 1
    upload(app, user, (folder / "0-s.pdf").read_bytes(), "AU04301")
    assert len(app.transactions(user)) == count
    assert ana.get(separated).status_code == 404
    assert "which a statement overrules: The statement of" in words_of(ana.get(path).text)
    command = ["transaction", "sources", app.id, user, inside["id"], "--data", str(serving.settings.data)]
    printed = CliRunner().invoke(cli.app, command).stdout
    assert re.search(r"ana separated the source [0-9a-f-]+, which a statement overrules: The statement of", " ".join(printed.split()))
    (back,) = re.findall(r'action="([^"]+/join)"', ana.get(path).text)
    assert ana.send(back, on=path).status_code == 303
    assert "overrules" not in ana.get(path).text


def test_what_is_not_there_is_not_found(serving: Serving, ana: Pages) -> None:
    app = serving.application("Other app", production=True)
    user = user_with(app, BENDIGO.text_file("csv", [entry("WARATAH COFFEE CART")]))
    other = user_with(app, BENDIGO.text_file("csv", [entry("PIGFACE BAKERY")]))
    row = app.transactions(user)[0]
    base = f"/dashboard/applications/{app.id}/users"
    for path in (f"{base}/{other}/transactions/{row['id']}", f"{base}/{user}/transactions/nothing"):
        answer = ana.get(path)
        assert (answer.status_code, "Transaction not found" in answer.text) == (404, True)
    path = f"{base}/{user}/transactions/{row['id']}/sources/{row['id']}/separate"
    assert ana.send(path, on=f"{base}/{user}").status_code == 404
    assert len(app.transactions(user)) == 1
