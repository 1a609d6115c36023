"""A table whose columns nothing decides: its person says what they mean, sees the proof and confirms; only then a job reads it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import update

from bowerbird.domain.statements.files import MAPPING_MS
from bowerbird.storage.database.tables import consents, person_sessions, unknown_layouts, uploads
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.serving import Serving, until
from tests.web.client import Pages
from tests.web.consent_session import Person

BANK = "AU00501"
"""A bank that no layout tells how it writes days."""
HEAD = "Könyvelés;Közlemény;Összeg;Egyenleg\n"
ROWS = "02/03/2025;Kávé;-1,00;99,00\n03/03/2025;Bolt;-2,00;97,00\n04/03/2025;Fizetés;10,00;107,00\n05/03/2025;Kávé;-1,00;106,00\n"
TABLE = (HEAD + ROWS).encode()
"""Headings in a language that no reader knows, and days that may be of March or of other months."""
CHOSEN = {"column": ["date", "words", "amount", "balance"], "days": "dd/mm/yyyy", "decimals": ",", "money_out": "minus"}


@pytest.fixture
def agreed(gavin: Person) -> Person:
    gavin.land()
    gavin.agree()
    return gavin


def refused(person: Person, content: bytes = TABLE) -> str:
    """The path of the job that refused a table."""
    path = str(person.upload(content, BANK).headers["location"])
    assert "Say what the columns mean" in person.settled(path)
    return path


def sentences(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def month(number: int, opening: int) -> bytes:
    """A file that goes on where the one before ended."""
    rows, balance = [], opening
    for day, amount in enumerate((-1, -2, 10, -1), 2):
        balance += amount
        rows.append(f"0{day}/0{number}/2025;Kávé {number};{amount},00;{balance},00\n")
    return (HEAD + "".join(rows)).encode()


def waiting_files(serving: Serving) -> int:
    return len(serving.services.storage.read_now(lambda uow: list(uow.rows(uploads.select())), tenant=EVERY_TENANT))


def test_a_person_says_what_the_columns_mean_and_the_file_is_read(agreed: Person, serving: Serving) -> None:
    before = waiting_files(serving)
    path = refused(agreed)
    shown = sentences(agreed.get(f"{path}/columns").text)
    assert "3 of 3 running balances agree" in shown
    assert "Choose whether day or month comes first" in shown
    assert "Read the file like this" not in shown
    checked = sentences(agreed.send(f"{path}/columns", {**CHOSEN, "action": "check"}).text)
    assert "2 Mar 2025" in checked
    assert "Read the file like this" in checked
    confirmed = agreed.send(f"{path}/columns", {**CHOSEN, "action": "confirm"})
    assert confirmed.status_code == 303, confirmed.text
    done = sentences(agreed.settled(str(confirmed.headers["location"])))
    assert "2 Mar 2025 to 5 Mar 2025" in done
    assert "closing balance 106.00" in done
    assert waiting_files(serving) == before
    assert agreed.get(f"{path}/columns").status_code == 404


def test_a_file_is_confirmed_once(agreed: Person) -> None:
    path = refused(agreed)
    confirmed = [agreed.http.post(f"{path}/columns", data={"csrf": agreed.token(f"{path}/columns"), **CHOSEN, "action": "confirm"})]
    form = {"csrf": agreed.token("/home/institutions/AU00501/statement"), **CHOSEN, "action": "confirm"}
    confirmed.append(agreed.http.post(f"{path}/columns", data=form))
    assert [each.status_code for each in confirmed] == [303, 404]
    assert "does not wait any more" in confirmed[1].text


def test_the_latest_three_tables_wait(agreed: Person) -> None:
    paths = [refused(agreed, month(number, 100)) for number in (6, 7, 8, 9)]
    shown = [agreed.get(f"{path}/columns").status_code for path in paths]
    assert (sorted(shown), shown[-1]) == ([200, 200, 200, 404], 200)


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "two days": ({"column": ["date", "date", "amount", "balance"]}, "Two columns say date"),
    "no amount": ({"column": ["date", "words", "ignore", "balance"]}, "No column says amount"),
    "no words": ({"column": ["date", "ignore", "amount", "balance"]}, "No column says words"),
    "half a pair": ({"column": ["date", "words", "debit", "balance"]}, "Debit and credit go together"),
    "amount and debit": ({"column": ["date", "words", "amount", "debit"]}, "exclude each other"),
    "an amount of words": ({"column": ["date", "amount", "words", "ignore"]}, "Expected an amount"),
    "days that are none": ({"column": ["words", "date", "amount", "balance"]}, "No row has a day"),
    "a balance that is ignored": ({"column": ["date", "words", "amount", "ignore"]}, "This is a running balance"),
    "amount and balance changed": ({"column": ["date", "words", "balance", "amount"]}, "Expected"),
    "the wrong sign": ({"money_out": "plus"}, "Expected"),
    "the wrong mark": ({"decimals": "."}, "Expected an amount"),
    "no order of days": ({"days": ""}, "Choose whether day or month comes first"),
}


def test_a_broken_mapping_says_what_is_missing_and_starts_nothing(agreed: Person) -> None:
    path = refused(agreed)
    for name, (change, missing) in BROKEN.items():
        answer = agreed.send(f"{path}/columns", {**CHOSEN, **change, "action": "confirm"})
        assert answer.status_code == 200, name
        assert missing in sentences(answer.text), name
        assert "Read the file like this" not in answer.text, name
    assert agreed.send(f"{path}/columns", {**CHOSEN, "action": "confirm"}).status_code == 303


@pytest.mark.parametrize(
    "form", [{}, {"column": ["date"] * 70}, {"column": ["date", "words"]}, {"column": ["<b>"] * 4}, {**CHOSEN, "days": "x"}]
)
def test_a_form_that_no_page_has_confirms_nothing(agreed: Person, form: dict[str, Any]) -> None:
    path = refused(agreed)
    answer = agreed.send(f"{path}/columns", {**form, "action": "confirm"})
    assert answer.status_code == 200
    assert "What do the columns mean?" in answer.text


def test_a_wrong_order_of_days_that_the_file_contradicts_is_refused(agreed: Person) -> None:
    content = b"Tag A,Text B,Summe C\n25/03/2025,a,-1.00\n26/03/2025,b,2.00\n"
    path = refused(agreed, content)
    chosen = {"column": ["date", "words", "amount"], "days": "mm/dd/yyyy", "decimals": ".", "money_out": "minus", "action": "confirm"}
    assert "No row has a day written as mm/dd/yyyy" in sentences(agreed.send(f"{path}/columns", chosen).text)


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("Tag A,Text B,Summe C\n02/03/2025,a,-€1.00\n03/03/2025,b,-$2.00\n04/03/2025,b,2.00\n", ["date", "words", "amount"]),
        ("Tag A,Text B,Summe C,Art\n02/03/2025,a,-1.00,EUR\n03/03/2025,b,-2.00,USD\n", ["date", "words", "amount", "ignore"]),
    ],
)
def test_sums_of_two_currencies_are_not_mixed(agreed: Person, content: str, columns: list[str]) -> None:
    path = refused(agreed, content.encode())
    chosen = {"column": columns, "days": "dd/mm/yyyy", "decimals": ".", "money_out": "minus", "action": "confirm"}
    assert "Say which column names the currency" in sentences(agreed.send(f"{path}/columns", chosen).text)


def test_without_balances_the_record_says_who_confirmed_it(agreed: Person, serving: Serving, ana: Pages) -> None:
    content = "Tag A,Text B,Summe C\n02/03/2025,a,-1.00\n03/03/2025,b,-2.00\n"
    path = refused(agreed, content.encode())
    chosen = {"column": ["date", "words", "amount"], "days": "mm/dd/yyyy", "decimals": ".", "money_out": "minus"}
    assert "No balances prove it" in sentences(agreed.send(f"{path}/columns", {**chosen, "action": "check"}).text)
    job = str(agreed.send(f"{path}/columns", {**chosen, "action": "confirm"}).headers["location"])
    assert "3 Feb 2025 to 3 Mar 2025" in sentences(agreed.settled(job))
    record = ana.get(f"/dashboard/applications/{agreed.app.id}/users/{agreed.user_id}/statements/{job.rpartition('/')[2]}")
    assert "Columns confirmed by the person, no balances to prove them" in sentences(record.text)


def test_another_session_sees_and_confirms_nothing(agreed: Person, serving: Serving) -> None:
    path = refused(agreed)
    others = [Person(serving, agreed.app, agreed.user_id), Person(serving, agreed.app, agreed.app.new_user(email="erlich@hooli.com"))]
    for other in others:
        other.land()
        other.agree()
        assert other.get(f"{path}/columns").status_code == 404
        form = {"csrf": other.token("/home/institutions/AU00501/statement"), **CHOSEN, "action": "confirm"}
        answer = other.http.post(f"{path}/columns", data=form)
        assert answer.status_code == 404
        assert "Kávé" not in answer.text
        other.close()
    assert agreed.http.post(f"{path}/columns", data={**CHOSEN, "action": "confirm"}).status_code == 403
    assert agreed.get(f"{path}/columns").status_code == 200


def test_a_waiting_file_ends_with_its_consent(agreed: Person, serving: Serving) -> None:
    before, path = waiting_files(serving), refused(agreed)
    assert waiting_files(serving) == before + 1
    agreed.send("/home/consent/revoke", {}, on="/home/manage")
    assert waiting_files(serving) == before
    assert agreed.get(f"{path}/columns").status_code in (303, 404)


def test_a_waiting_file_expires_and_is_deleted(agreed: Person, serving: Serving) -> None:
    before, path = waiting_files(serving), refused(agreed)
    assert agreed.get(f"{path}/columns").status_code == 200
    longer = update(person_sessions).where(person_sessions.c.user_id == agreed.user_id).values(expires_at_ms=10**15)
    serving.services.write_now(lambda session: session.uow.execute(longer), tenant=agreed.app.id)
    serving.advance(milliseconds=MAPPING_MS)
    assert "does not wait any more" in agreed.get(f"{path}/columns").text
    form = {"csrf": agreed.token("/home/institutions/AU00501/statement"), **CHOSEN, "action": "confirm"}
    assert agreed.http.post(f"{path}/columns", data=form).status_code == 404
    until(lambda: waiting_files(serving) <= before, "the file to be deleted")
    assert "Say what the columns mean" not in agreed.get(path).text


HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.example")',
    "'; DROP TABLE uploads; --",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b",
    "{{7*7}}",
]


def test_hostile_cells_are_texts(agreed: Person) -> None:
    lines = [f'0{day}/03/2025;"{text.replace(chr(34), chr(34) * 2)}";-1,00;{100 - day},00' for day, text in enumerate(HOSTILE, 1)]
    path = refused(agreed, f"Tag A;<b>Text</b>;Summe C;Rest D\n{chr(10).join(lines)}\n".encode())
    page = agreed.send(f"{path}/columns", {**CHOSEN, "action": "check"}).text
    assert "<script>alert" not in page
    assert "<b>Text" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page


def test_a_file_of_many_rows_is_previewed_by_its_head(agreed: Person) -> None:
    rows = "".join(f"0{1 + number % 9}/03/2025;Kávé;-1,00;{1_000_000 - number},00\n" for number in range(1, 60_001))
    path = refused(agreed, (HEAD + rows).encode())
    page = agreed.get(f"{path}/columns").text
    assert "998 of 998 running balances agree" in sentences(page)
    assert "These are the first 999 rows" in sentences(page)
    assert len(page) < 20_000


def mappings(serving: Serving, application_id: str) -> list[Any]:
    rows = serving.services.storage.read_now(lambda uow: list(uow.rows(unknown_layouts.select())), tenant=EVERY_TENANT)
    return [row for row in rows if row.application_id == application_id and row.kind == "columns"]


def approve(ana: Pages, serving: Serving, application_id: str, decision: str) -> str:
    found = mappings(serving, application_id)
    answer = ana.send(f"/dashboard/prints/{found[-1].id}", {"decision": decision, "mapping": found[-1].mapping}, on="/dashboard/prints")
    assert answer.status_code == 303
    return str(found[-1].mapping)


def test_an_approved_mapping_reads_the_next_file_without_asking(agreed: Person, serving: Serving, ana: Pages) -> None:
    path = refused(agreed)
    agreed.settled(str(agreed.send(f"{path}/columns", {**CHOSEN, "action": "confirm"}).headers["location"]))
    draft = sentences(ana.get("/dashboard/prints").text)
    assert "Columns of a table" in draft
    assert "Közlemény Words" in draft
    later = month(4, 106)
    assert "Say what the columns mean" in agreed.settled(str(agreed.upload(later, BANK).headers["location"]))
    stale = {"decision": "approve", "mapping": "another meaning"}
    refusal = ana.send(f"/dashboard/prints/{mappings(serving, agreed.app.id)[-1].id}", stale, on="/dashboard/prints")
    assert (refusal.status_code, "confirmed with another meaning since" in refusal.text) == (409, True)
    assert "Say what the columns mean" in agreed.settled(str(agreed.upload(later, BANK).headers["location"]))
    kept = approve(ana, serving, agreed.app.id, "approve")
    assert not re.search(r"Kávé|Bolt|99|2025", kept)
    again = sentences(agreed.settled(str(agreed.upload(later, BANK).headers["location"])))
    assert "2 Apr 2025 to 5 Apr 2025" in again
    contradicts = later.replace(b"02/04", b"25/04").replace(b"03/04/2025", b"04/26/2025")
    assert "Say what the columns mean" in agreed.settled(str(agreed.upload(contradicts, BANK).headers["location"]))
    approve(ana, serving, agreed.app.id, "delete")
    assert not mappings(serving, agreed.app.id)
    asked = month(5, 112)
    shown = agreed.settled(str(agreed.upload(asked, BANK).headers["location"]))
    assert "Say what the columns mean" in shown, sentences(shown)


def test_an_operator_maps_the_columns_of_a_file_that_came_through_the_api(serving: Serving, ana: Pages, agreed: Person) -> None:
    path = refused(agreed)
    job_id = path.rpartition("/")[2]
    user = f"/dashboard/applications/{agreed.app.id}/users/{agreed.user_id}"
    assert "Map the columns" in ana.get(f"/dashboard/applications/{agreed.app.id}/jobs/{job_id}").text
    here = f"{user}/statements/{job_id}/columns"
    assert "Kávé" in ana.get(here).text
    confirmed = ana.send(here, {**CHOSEN, "action": "confirm"})
    assert confirmed.status_code == 303, confirmed.text
    until(lambda: "succeeded" in ana.get(str(confirmed.headers["location"])).text.lower(), "the job to be done")
    assert ana.get(here).status_code == 404


def test_an_operator_sees_nothing_that_the_person_does_not_share(agreed: Person, serving: Serving, ana: Pages) -> None:
    path = refused(agreed)
    here = f"/dashboard/applications/{agreed.app.id}/users/{agreed.user_id}/statements/{path.rpartition('/')[2]}/columns"
    assert "Kávé" in ana.get(here).text
    narrower = update(consents).where(consents.c.user_id == agreed.user_id).values(scopes=["account.basic", "transaction.detail"])
    serving.services.write_now(lambda session: session.uow.execute(narrower), tenant=agreed.app.id)
    answer = ana.get(here)
    assert (answer.status_code, "Kávé" in answer.text) == (403, False)
    assert "Kávé" in agreed.get(f"{path}/columns").text
