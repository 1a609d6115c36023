"""What an application sees about a person, as the person sees it behind the code, and what they say of it: beside a figure, never in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.branding import update_branding
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights.corrections import LONGEST_TEXT, MAX_CORRECTIONS, list_corrections, stored_corrections
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.model.consent import Branding
from bowerbird.model.insights.correction import KINDS
from tests.api.test_consent_gate import policy_of
from tests.serving import Application, Serving
from tests.web.client import Pages
from tests.web.consent_session import Person
from tests.web.test_money_pages import cents

PATH = "/home/data/money"
_OPENED = re.compile(r'href="(/home/data/money/figures/[^"]+)" aria-label="([^"]*?), ')
_THEIRS = re.compile(r'href="/dashboard/[^"]+/money(/figures/[^"]+)" aria-label="([^"]*?), ')
_AVERAGES = re.compile(r'href="/dashboard/[^"]+/money(/figures/all[^"]+)"><span>[^<]+</span><b>([^<]+)</b>')
_ROW = re.compile(r'href="/home/data/money/transactions/([^"]+)"')


@pytest.fixture(scope="module")
def proven(running: Serving) -> Iterator[Person]:
    """A person with a bank and a statement, who has entered the code."""
    app = running.application("Lender", production=False)
    user = app.new_user(email="gilfoyle@hooli.com", firstName="Bertram", mobile="0410888666")
    with closing(Person(running, app, user)) as person:
        person.land()
        person.agree()
        person.settled(person.connect("Gilfoyle", "PiedPiper"))
        person.prove()
        yield person


def theirs_of(person: Person) -> str:
    return f"/dashboard/applications/{person.app.id}/users/{person.user_id}/money"


def say(person: Person, id: str, kind: str, text: str = "") -> int:
    path = f"{PATH}/transactions/{id}"
    return person.send(path, {"kind": kind, "text": text}, on=path).status_code


def take_back(person: Person, id: str) -> int:
    path = f"{PATH}/transactions/{id}"
    return person.send(path, {"take-back": "yes"}, on=path).status_code


def rows_of(person: Person, figure: str) -> list[str]:
    return list(dict.fromkeys(_ROW.findall(person.get(f"{PATH}/figures/{figure}").text)))


def test_the_person_sees_the_figures_of_the_application(proven: Person, ana: Pages) -> None:
    own, theirs = proven.get(PATH).text, ana.get(theirs_of(proven)).text
    shown = {(path.removeprefix(PATH), amount) for path, amount in _OPENED.findall(own)}
    lenders = {*_THEIRS.findall(theirs), *_AVERAGES.findall(theirs)}
    both = {id for id, _ in shown} & {id for id, _ in lenders}
    assert len(both) >= 30
    assert {pair for pair in shown if pair[0] in both} <= lenders
    assert "What Lender sees about you" in own


def test_without_the_code_nothing_is_shown(running: Serving, proven: Person) -> None:
    (row, *_) = rows_of(proven, "all.income")
    with closing(Person(running, proven.app, proven.user_id)) as other:
        other.land(action="manage")
        for path in (PATH, f"{PATH}/figures/all.income", f"{PATH}/transactions/{row}"):
            text = other.get(path).text
            assert "A code must confirm first" in text
            assert "PIED PIPER" not in text
        assert other.http.post(f"{PATH}/transactions/{row}", data={"csrf": other.token("/home/manage"), "kind": "other"}).status_code == 403
    assert not proven.serving.services.read_now(list_corrections, tenant=Tenant(proven.app.id, proven.user_id))


def test_what_the_person_says_stands_beside_the_figure_and_not_in_it(proven: Person, ana: Pages) -> None:
    (row, *_), money = rows_of(proven, "all.income"), theirs_of(proven)
    before = dict(_THEIRS.findall(ana.get(money).text))
    assert say(proven, row, "not-income", "My flatmate\n pays me <b>back</b>") == 303
    said = html.escape("This is not income: “My flatmate pays me <b>back</b>”")
    after = ana.get(money).text
    assert dict(_THEIRS.findall(after)) == before
    for text in (after, ana.get(f"{money}/figures/all.income").text, ana.get(f"{money.rpartition('/')[0]}/transactions/{row}").text):
        assert said in text
    assert "says something of 1 transaction" in ana.get(f"{money}/figures/all.income").text
    assert said in proven.get(PATH).text
    copy = proven.get("/home/data/download/json").json()
    assert [each["text"] for each in copy["your_corrections"]] == ["My flatmate pays me <b>back</b>"]
    assert say(proven, row, "once") == 303
    assert said not in ana.get(money).text
    assert say(proven, row, "") == 400, "nothing is chosen"
    assert take_back(proven, row) == 303
    assert "What you say" in proven.get(PATH).text
    assert not proven.serving.services.read_now(list_corrections, tenant=Tenant(proven.app.id, proven.user_id))


def test_what_cannot_be_said_is_refused_in_place(proven: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    (row, second, *_) = rows_of(proven, "all.income")
    assert say(proven, row, "nonsense") == 400
    assert say(proven, row, "other", "x" * (LONGEST_TEXT + 1)) == 400
    assert proven.get(f"{PATH}/transactions/00000000-0000-4000-8000-000000000000").status_code == 404
    assert proven.get(f"{PATH}/figures/all.nonsense").status_code == 404
    monkeypatch.setattr("bowerbird.domain.insights.corrections.MAX_CORRECTIONS", 1)
    assert MAX_CORRECTIONS > 1
    assert say(proven, row, "other") == 303
    assert say(proven, second, "other") == 400
    assert say(proven, row, "once") == 303, "the same one again"
    take_back(proven, row)


def test_a_debit_is_not_asked_whether_it_is_income(proven: Person) -> None:
    (row, *_) = rows_of(proven, "all.choice")
    page = proven.get(f"{PATH}/transactions/{row}").text
    assert KINDS["not-income"] not in page  # type: ignore[index]
    assert page.count("<option") == len(KINDS), "all but one, and the request to choose"
    assert page.index("Please choose") < page.index(KINDS["once"])  # type: ignore[index]


def test_rows_of_a_figure_sum_to_it(proven: Person) -> None:
    for figure in ("all.income", "all.debts", "all.essential"):
        path, found = f"{PATH}/figures/{figure}", list[int]()
        page = proven.get(path).text
        amount = re.search(r'<p class="lead">([^ <]+)', page)
        assert amount
        while True:
            section = page.partition('id="rows"')[2]
            found += [cents(each) for each in re.findall(r'<span class="amount">([^<]+)</span></li>', section)]
            if not (more := re.search(r'href="([^"]+)">Older', page)):
                break
            page = proven.get(html.unescape(more[1])).text
        assert sum(found) == cents(amount[1]), figure


def test_a_correction_goes_with_what_is_not_shared_any_more(running: Serving, proven: Person, ana: Pages) -> None:
    app: Application = running.application("Narrow", production=False)
    with closing(Person(running, app, app.new_user(mobile="0410888777"))) as person:
        person.land()
        person.agree()
        person.settled(person.connect("Gilfoyle", "PiedPiper"))
        person.prove()
        (row, *_) = rows_of(person, "all.income")
        assert say(person, row, "not-mine", "of my sister") == 303
        tenant = Tenant(app.id, person.user_id)
        running.services.write_now(set_policy, policy_of(), tenant=app.id)
        running.services.write_now(consents.give_consent, ["account.basic"], tenant=tenant)
        assert "of my sister" not in ana.get(theirs_of(person)).text
        assert "You share no accounts with transactions" in person.get(PATH).text
        person.send("/home/consent/revoke", on="/home/manage")
        assert running.services.read_now(stored_corrections, tenant=tenant) == []


def test_the_person_sees_what_became_of_what_they_say(proven: Person, ana: Pages) -> None:
    """A payment to an own account that is not shared: the application decides so, and the figure and the person's pages change."""
    tenant, services = Tenant(proven.app.id, proven.user_id), proven.serving.services
    services.write_now(update_branding, Branding(contact="help@lender.example"), tenant=proven.app.id)
    (row, *_), before = rows_of(proven, "all.out"), dict(_OPENED.findall(proven.get(PATH).text))
    assert say(proven, row, "something-else", "my own savings at another bank") == 303
    page = proven.get(PATH).text
    assert "Lender has not changed how it is counted." in page
    assert "help@lender.example" in page
    assert dict(_OPENED.findall(page)) == before
    assert ">None yet<" in ana.get(theirs_of(proven)).text
    services.write_now(set_category, row, "unshared_own_account", tenant=tenant)
    page = proven.get(PATH).text
    assert "Lender has decided: it counts as own account that is not shared." in page
    assert dict(_OPENED.findall(page))[f"{PATH}/figures/all.out"] != before[f"{PATH}/figures/all.out"]
    assert "The application says that it is unshared own account." in proven.get(f"{PATH}/transactions/{row}").text
    assert ">Own account that is not shared<" in ana.get(theirs_of(proven)).text
    assert "the person sees that" in ana.get(f"{theirs_of(proven).rpartition('/')[0]}/transactions/{row}").text
    copy = proven.get("/home/data/download/json").json()
    assert [each["decided_since"] for each in copy["your_corrections"]] == ["unshared_own_account"]
    assert say(proven, row, "something-else", "not even that") == 303
    assert "Lender has not changed how it is counted." in proven.get(PATH).text, "it was decided before"
    services.write_now(set_category, row, "", tenant=tenant)
    assert "Lender has decided: it counts as its text says." in proven.get(PATH).text
    assert ">What its text says<" in ana.get(theirs_of(proven)).text
    assert take_back(proven, row) == 303


def test_the_contact_stands_beside_what_a_person_sees_of_themselves(proven: Person) -> None:
    proven.serving.services.write_now(update_branding, Branding(contact="call 1300 555 555"), tenant=proven.app.id)
    assert '<strong class="break">call 1300 555 555</strong>' in proven.get(PATH).text
