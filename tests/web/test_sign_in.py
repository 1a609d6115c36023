"""Signing in, staying signed in, and every way to be there without it."""

from __future__ import annotations

import statistics
import time

import httpx2
import pytest
from sqlalchemy import select

from bowerbird.domain.operators import accounts, operators
from bowerbird.domain.operators.roles import Right
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.tables import operator_links, operator_sessions
from bowerbird.storage.database.tables import operators as operator_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.web.kernel.cookies import Cookie
from tests.pages import ALL_PAGES
from tests.serving import Serving
from tests.web.client import NAME, PASSWORD, Pages, make_operator, session_of

ID = "00000000-0000-4000-8000-000000000000"


def address_of(path: str) -> str:
    return "/".join(ID if part.startswith("{") else part for part in path.split("/"))


GUARDED = [page for page in ALL_PAGES if isinstance(page.access, Right)]
FORMS = [page for page in ALL_PAGES if page.method == "POST"]


def test_every_guarded_page_sends_a_stranger_away(unknown_bank: Pages) -> None:
    assert len(GUARDED) > 3
    for page in GUARDED:
        answer = unknown_bank.http.request(page.method, address_of(page.path))
        if page.method == "GET":
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/dashboard/sign-in"), page.name
        else:
            assert answer.status_code == 401, page.name


def test_every_form_needs_its_token(ana: Pages) -> None:
    wrong = Pages(ana.serving)
    foreign = wrong.token("/dashboard/sign-in")
    for page in FORMS:
        for form in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": foreign}):
            assert ana.http.post(address_of(page.path), data=form).status_code == 403, page.name
    wrong.close()
    assert ana.get("/dashboard/account").status_code == 200, "none of them signed anyone out"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_form_of_another_site_is_refused_even_with_the_token(ana: Pages, headers: dict[str, str]) -> None:
    assert ana.send("/dashboard/sign-out", on="/dashboard/account", headers=headers).status_code == 403
    assert ana.get("/dashboard/account").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "null"}], ids=str)
def test_a_form_of_ours_is_taken(ana: Pages, headers: dict[str, str]) -> None:
    assert ana.send("/dashboard/sign-out", on="/dashboard/account", headers=headers).status_code == 303
    assert ana.get("/dashboard/account").status_code == 303


def test_a_session_planted_before_signing_in_is_worth_nothing(serving: Serving, unknown_bank: Pages) -> None:
    """Session fixation: signing in always starts a new session, with any cookie the browser sends."""
    planted = "A" * 43
    unknown_bank.http.cookies.set("bowerbird-session", planted, domain="127.0.0.1", path="/")
    assert unknown_bank.sign_in().status_code == 303
    own = unknown_bank.http.cookies.get("bowerbird-session", domain="127.0.0.1", path="/")
    assert own not in (None, planted)
    attacker = Pages(serving)
    attacker.http.cookies.set("bowerbird-session", planted)
    assert attacker.get("/dashboard").status_code == 303
    attacker.close()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(unknown_bank: Pages) -> None:
    cookie = next(value for value in unknown_bank.sign_in().headers.get_list("set-cookie") if "session=" in value)
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


def test_over_tls_the_cookie_insists_on_it() -> None:
    name, value = Cookie("session", "x", 60).header(secure=True)
    assert (name, value) == ("set-cookie", "__Host-bowerbird-session=x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure")


def test_only_hashes_are_kept(ana: Pages) -> None:
    secret = ana.http.cookies.get("bowerbird-session") or ""
    rows = ana.serving.services.storage.read_now(
        lambda uow: [*uow.rows(select(operator_sessions)), *uow.rows(select(operator_table))], tenant=EVERY_TENANT
    )
    assert secret
    assert secret not in str(rows)
    assert PASSWORD not in str(rows)
    assert "$argon2id$" in str(rows)


@pytest.mark.parametrize(("idle", "seconds"), [("half an hour", 1800), ("almost an hour", 3500)], ids=str)
def test_a_session_lasts_while_it_is_used(ana: Pages, idle: str, seconds: int) -> None:
    for _ in range(3):
        ana.serving.advance(seconds=seconds)
        assert ana.get("/dashboard").status_code == 200, idle


def test_a_session_ends_by_itself(ana: Pages) -> None:
    ana.serving.advance(seconds=3601)
    assert ana.get("/dashboard").headers["location"] == "/dashboard/sign-in?next=/dashboard"


def test_a_session_ends_however_much_it_is_used(ana: Pages) -> None:
    for _ in range(23):
        ana.serving.advance(seconds=1800)
        assert ana.get("/dashboard").status_code == 200
    ana.serving.advance(seconds=1800)
    assert ana.get("/dashboard").status_code == 303


def test_signing_out_everywhere_ends_every_session(serving: Serving, ana: Pages) -> None:
    other = Pages(serving)
    other.sign_in()
    assert other.get("/dashboard").status_code == 200
    assert ana.send("/dashboard/sign-out", {"everywhere": "yes"}, on="/dashboard/account").status_code == 303
    assert (ana.get("/dashboard").status_code, other.get("/dashboard").status_code) == (303, 303)
    other.close()


def test_another_password_ends_every_other_session(serving: Serving, ana: Pages) -> None:
    other = Pages(serving)
    other.sign_in()
    new = "another set of bright things"
    before = ana.http.cookies.get("bowerbird-session")
    form = {"old": PASSWORD, "password": new, "again": new}
    assert ana.send("/dashboard/account/password", form, on="/dashboard/account").status_code == 303
    assert ana.http.cookies.get("bowerbird-session") != before
    assert (ana.get("/dashboard").status_code, other.get("/dashboard").status_code) == (200, 303)
    assert (other.sign_in().status_code, other.sign_in(password=new).status_code) == (401, 303)
    other.close()


def test_guessing_is_stopped_and_explained(serving: Serving, unknown_bank: Pages) -> None:
    answers = [unknown_bank.sign_in(password=f"guess {number}").status_code for number in range(11)]
    assert answers == [401] * 10 + [429]
    right = unknown_bank.sign_in()
    assert right.status_code == 429, "a locked name tells nothing about its password"
    assert "Try again in 15 minutes" in right.text
    assert "bowerbird admin recover NAME" in right.text
    assert int(right.headers["retry-after"]) <= 900
    serving.advance(seconds=901)
    assert unknown_bank.sign_in().status_code == 303


def test_guessing_names_is_stopped_by_address(unknown_bank: Pages) -> None:
    answers = [unknown_bank.sign_in(name=f"name{number}").status_code for number in range(21)]
    assert answers == [401] * 20 + [429]


def test_the_machines_owner_gets_past_a_locked_name(serving: Serving, unknown_bank: Pages) -> None:
    for number in range(11):
        unknown_bank.sign_in(password=f"guess {number}")
    unknown_bank.get(f"/dashboard/link/{recovery_link_of(serving)}")
    assert unknown_bank.send("/dashboard/welcome", {**FORM, "name": NAME}).status_code == 303
    assert unknown_bank.get("/dashboard").status_code == 200
    unknown_bank.send("/dashboard/sign-out", on="/dashboard/account")
    assert unknown_bank.sign_in(password=PASSWORD).status_code == 303, "and this browser has a limit of its own from now on"


def test_an_unknown_name_takes_as_long(serving: Serving, unknown_bank: Pages) -> None:
    """Constant time: both run the same hash. The bar is generous since two cores are shared by many."""

    def seconds(name: str) -> float:
        token = unknown_bank.token("/dashboard/sign-in")
        started = time.perf_counter()
        assert unknown_bank.http.post("/dashboard/sign-in", data={"csrf": token, "name": name, "password": "x"}).status_code == 401
        return time.perf_counter() - started

    known, unknown = [], []
    for number in range(7):
        known.append(seconds(NAME))
        unknown.append(seconds(f"stranger{number}"))
    assert 0.3 < statistics.median(known) / statistics.median(unknown) < 3


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "/dashboard\\@evil", "/token", "javascript:1"]
)
def test_signing_in_leads_nowhere_else(unknown_bank: Pages, path: str) -> None:
    form = {"name": NAME, "password": PASSWORD, "next": path}
    assert unknown_bank.send("/dashboard/sign-in", form).headers["location"] == "/dashboard"


def test_signing_in_leads_back(unknown_bank: Pages) -> None:
    away = unknown_bank.get("/dashboard/account?x=1").headers["location"]
    assert away == "/dashboard/sign-in?next=/dashboard/account%3Fx%3D1"
    form = {"name": NAME.upper() + " ", "password": PASSWORD, "next": "/dashboard/account?x=1"}
    assert unknown_bank.send("/dashboard/sign-in", form, on=away).headers["location"] == "/dashboard/account?x=1"


# ── The one-time link ────────────────────────────────────────────────────────────────────────────────────────────────────────


def link_of(serving: Serving) -> str:
    now = to_milliseconds(serving.clock.now())
    return serving.services.write_now(operators.create_link, now, tenant=EVERY_TENANT)


def recovery_link_of(serving: Serving) -> str:
    now = to_milliseconds(serving.clock.now())
    return serving.services.write_now(accounts.recover, NAME, now, tenant=EVERY_TENANT)


FORM = {"name": "Bo", "password": PASSWORD, "again": PASSWORD}


def test_a_link_works_once(serving: Serving, unknown_bank: Pages) -> None:
    link = link_of(serving)
    opened = unknown_bank.get(f"/dashboard/link/{link}")
    assert opened.headers["location"] == "/dashboard/welcome", "the secret leaves the address bar"
    assert unknown_bank.send("/dashboard/welcome", FORM).status_code == 303
    assert unknown_bank.get("/dashboard").status_code == 200
    again = Pages(serving)
    assert again.get(f"/dashboard/link/{link}").status_code == 404
    again.http.cookies.set("bowerbird-link", link)
    assert again.get("/dashboard/welcome").status_code == 404
    assert again.sign_in("bo").status_code == 303
    again.close()


def test_looking_at_a_link_does_not_use_it_up(serving: Serving, unknown_bank: Pages) -> None:
    link = link_of(serving)
    for _ in range(3):
        assert unknown_bank.get(f"/dashboard/link/{link}").status_code == 303
    assert unknown_bank.send("/dashboard/welcome", FORM).status_code == 303


def test_a_link_is_over_after_a_day(serving: Serving, unknown_bank: Pages) -> None:
    link = link_of(serving)
    serving.advance(days=1, seconds=1)
    assert unknown_bank.get(f"/dashboard/link/{link}").status_code == 404


def test_a_links_secret_is_kept_as_a_hash_and_logged_nowhere(
    serving: Serving, unknown_bank: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    link = link_of(serving)
    unknown_bank.get(f"/dashboard/link/{link}")
    assert link not in str(serving.services.storage.read_now(lambda uow: uow.rows(select(operator_links)), tenant=EVERY_TENANT))
    output = capsys.readouterr()
    assert "open_link" in output.err
    assert link not in output.out + output.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Choose a name"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "a" * 20, "again": "a" * 20}, "easy to guess"),
        ({"name": "bobobobobobo1", "password": "bobobobobobo1", "again": "bobobobobobo1"}, "easy to guess"),
        ({"again": "something else"}, "do not match"),
        ({"name": NAME}, "This name is taken"),
        ({"name": NAME.upper() + " "}, "This name is taken"),
        ({"name": "".join(chr(ord(letter) + 0xFEE0) for letter in NAME)}, "This name is taken"),  # in wide letters it looks alike
        *(
            ({"password": weak, "again": weak}, "easy to guess")
            for weak in ("password1234", "qwertyuiop12", "Password123!", "bowerbird2026")
        ),
    ],
    ids=str,
)
def test_a_weak_password_is_refused_in_place(serving: Serving, unknown_bank: Pages, change: dict[str, str], message: str) -> None:
    unknown_bank.get(f"/dashboard/link/{link_of(serving)}")
    answer = unknown_bank.send("/dashboard/welcome", {**FORM, **change})
    assert answer.status_code == 400
    assert message in answer.text
    assert unknown_bank.send("/dashboard/welcome", FORM).status_code == 303, "the link was not used up by it"


def test_a_forged_session_opens_nothing(serving: Serving, unknown_bank: Pages) -> None:
    good = session_of(serving, make_operator(serving, "cy"))
    for forged in ("", "x", good[:-1], good + "x", good.swapcase(), "0" * 64, "é"):
        unknown_bank.http.cookies.clear()
        answer = unknown_bank.get("/dashboard", headers={b"cookie": f"bowerbird-session={forged}".encode("latin-1")})
        assert answer.status_code == 303, forged


@pytest.mark.parametrize("path", ["/dashboard/nothing", "/links"])
def test_a_page_that_is_none_says_what_it_is_once(serving: Serving, path: str) -> None:
    answer = httpx2.get(f"{serving.url}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
