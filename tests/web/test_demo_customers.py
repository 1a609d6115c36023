"""What helps a newcomer: test customers, sample statements, rehearsals, and the way from a user to their consent page."""

from __future__ import annotations

import re

from bowerbird.web.kernel.samples import COMMBANK
from tests.serving import Application
from tests.web.client import Pages
from tests.web.consent_session import Person


def home_of(app: Application, user: str) -> str:
    return f"/dashboard/applications/{app.id}/users/{user}"


def test_samples_are_offered_where_no_real_person_is_asked(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    assert "/home/samples/" not in gavin.get(f"/home/institutions/{COMMBANK}/statement").text
    assert gavin.get("/home/samples/passwd").status_code == 404


def test_every_test_customer_and_answer_stands_beside_its_form(gavin: Person) -> None:
    gavin.land()
    gavin.agree()
    page = gavin.get("/home/institutions/AU00002").text
    logins = re.findall(r"<code>([^<]+)</code> with <code>([^<]+)</code>", page)
    assert ("jared", "django") in logins
    assert ("bighead", "password") in logins
    assert len(logins) == len(dict(logins)) > 12
    assert "If asked: <code>Basiq</code>, then <code>AU00000</code>" in page
    assert "If asked" not in gavin.get("/home/institutions/AU00000").text, "this bank asks nothing"
    job = gavin.connect("Whistler", "ShowBox", "AU00002")
    assert "It accepts <code>Basiq</code>, then <code>AU00000</code>" in gavin.settled(job)
    assert "seed file" in gavin.get("/home/institutions/AU00006").text


def test_no_operator_agrees_in_a_real_persons_name(ana: Pages, gavin: Person) -> None:
    home = home_of(gavin.app, gavin.user_id)
    assert "Open it as" not in ana.get(home).text
    refused = ana.send(f"{home}/visit", on=home)
    assert (refused.status_code, "only they can agree" in refused.text) == (403, True)
    assert "bowerbird-person" not in ana.http.cookies


def test_a_link_is_created_shown_and_revoked(ana: Pages, gavin: Person) -> None:
    home = home_of(gavin.app, gavin.user_id)
    assert ana.send(f"{home}/auth-link", on=home).status_code == 303
    made = gavin.app.get(f"/users/{gavin.user_id}/auth_link").json()["links"]["public"]
    page = ana.get(home).text
    assert made in page
    assert "the mobile ending in 666" in page
    assert ana.send(f"{home}/auth-link/delete", on=home).status_code == 303
    assert made not in ana.get(home).text
    assert gavin.app.get(f"/users/{gavin.user_id}/auth_link").status_code == 410


def test_a_link_without_a_mobile_asks_for_one(ana: Pages, app: Application) -> None:
    home = home_of(app, app.new_user(email="jo@hooli.com", mobile=None))
    assert "This user has no mobile yet" in ana.get(home).text
    assert ana.send(f"{home}/auth-link", on=home).status_code == 400
    assert ana.send(f"{home}/auth-link", {"mobile": "0410 888 777"}, on=home).status_code == 303
    assert "the mobile ending in 777" in ana.get(home).text
