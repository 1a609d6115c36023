"""Authenticators: setting one up, the second step of signing in, and every way around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from bowerbird.domain.operators import accounts, operators
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.reading import ActionOutcome, Role
from bowerbird.storage.database.tables import operators as operator_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from tests.serving import Serving
from tests.web.audit_entries import entries_of
from tests.web.client import NAME, PASSWORD, Pages, make_operator, session_of

CODE = "/dashboard/sign-in/code"


def now_s(serving: Serving) -> int:
    return to_milliseconds(serving.clock.now()) // 1000


def code_at(serving: Serving, secret: str, periods: int = 0) -> str:
    """The code of so many periods from now."""
    return pyotp.TOTP(secret).at(now_s(serving) + 30 * periods)


def set_up(pages: Pages) -> str:
    """The secret of an authenticator that was set up on the page."""
    shown = pages.send("/dashboard/account/totp", {"confirm": PASSWORD}, on="/dashboard/account")
    assert shown.status_code == 200, shown.text
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', shown.text)
    assert found
    secret = found[1].replace(" ", "")
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', shown.text)
    assert token
    form = {"csrf": token[1], "code": code_at(pages.serving, secret)}
    assert pages.http.post("/dashboard/account/totp/confirm", data=form).headers["location"] == "/dashboard/account?done=authenticator"
    return secret


@pytest.fixture
def secret(serving: Serving, ana: Pages) -> str:
    """Ana's authenticator, set up some periods ago."""
    made = set_up(ana)
    serving.advance(seconds=300)
    return made


@pytest.fixture
def half_in(secret: str, serving: Serving) -> Iterator[Pages]:
    """A browser in which Ana's password was typed, and no code."""
    pages = Pages(serving)
    assert pages.sign_in().headers["location"].startswith(CODE)
    yield pages
    pages.close()


def type_code(pages: Pages, code: str) -> int:
    return pages.send(CODE, {"code": code}).status_code


def test_the_password_alone_opens_nothing(half_in: Pages) -> None:
    assert half_in.get("/dashboard").status_code == 303
    waiting = half_in.http.cookies.get("bowerbird-second-step") or ""
    half_in.http.cookies.set("bowerbird-session", waiting)
    assert half_in.get("/dashboard").headers["location"].startswith("/dashboard/sign-in"), "what waits for a code is no session"


@pytest.mark.parametrize("periods", [-1, 0, 1])
def test_a_code_of_now_or_of_clocks_that_differ_signs_in(serving: Serving, half_in: Pages, secret: str, periods: int) -> None:
    assert type_code(half_in, code_at(serving, secret, periods)) == 303
    assert half_in.get("/dashboard").status_code == 200


@pytest.mark.parametrize("periods", [-3, -2, 2, 3, 120])
def test_a_code_of_another_time_does_not(serving: Serving, half_in: Pages, secret: str, periods: int) -> None:
    assert type_code(half_in, code_at(serving, secret, periods)) == 401
    assert half_in.get("/dashboard").status_code == 303


def test_a_code_is_typed_with_blanks_as_it_is_shown(serving: Serving, half_in: Pages, secret: str) -> None:
    code = code_at(serving, secret)
    assert type_code(half_in, f" {code[:3]} {code[3:]} ") == 303


def test_a_code_works_once(serving: Serving, half_in: Pages, secret: str) -> None:
    code = code_at(serving, secret)
    assert type_code(half_in, code) == 303
    again = Pages(serving)
    again.sign_in()
    assert type_code(again, code) == 401, "one who looked over the shoulder has no use for it"
    assert type_code(again, code_at(serving, secret, -1)) == 401, "nor for the one before"
    assert type_code(again, code_at(serving, secret, 1)) == 303
    again.close()


def test_the_code_that_set_it_up_does_not_sign_in(serving: Serving, ana: Pages) -> None:
    made = set_up(ana)
    other = Pages(serving)
    other.sign_in()
    assert type_code(other, code_at(serving, made)) == 401
    other.close()


def test_guessing_codes_is_stopped_in_every_browser(serving: Serving, half_in: Pages, secret: str) -> None:
    assert [type_code(half_in, f"{guess:06}") for guess in range(6)] == [401] * 5 + [429]
    other = Pages(serving)
    other.sign_in()
    assert type_code(other, code_at(serving, secret)) == 429, "another session begins no other count"
    serving.advance(seconds=901)
    other.sign_in()
    assert type_code(other, code_at(serving, secret)) == 303
    other.close()


def test_guessing_slowly_is_stopped_for_a_day(serving: Serving, secret: str) -> None:
    answers = []
    for _ in range(5):
        pages = Pages(serving)
        pages.sign_in()
        answers += [type_code(pages, "000000") for _ in range(5)]
        serving.advance(seconds=901)
        pages.close()
    assert answers == [401] * 19 + [429] * 6, "setting it up took one of the day's twenty"
    late = Pages(serving)
    late.sign_in()
    assert type_code(late, code_at(serving, secret)) == 429
    late.close()


def test_the_time_to_type_a_code_ends(serving: Serving, half_in: Pages, secret: str) -> None:
    token = half_in.token(CODE)
    serving.advance(seconds=301)
    form = {"csrf": token, "code": code_at(serving, secret)}
    assert half_in.http.post(CODE, data=form).status_code == 401
    assert half_in.get(CODE).status_code == 401


def test_another_password_ends_what_waits_for_a_code(serving: Serving, half_in: Pages, secret: str) -> None:
    make_operator(serving, NAME, "another set of bright things")
    assert half_in.get(CODE).status_code == 401


def test_without_the_first_step_there_is_no_second(unknown_bank: Pages, secret: str) -> None:
    assert unknown_bank.get(CODE).status_code == 401


def test_the_secret_is_sealed(serving: Serving, secret: str) -> None:
    (row,) = serving.services.storage.read_now(
        lambda uow: uow.rows(select(operator_table).where(operator_table.c.name == NAME)), tenant=EVERY_TENANT
    )
    assert row.totp
    assert row.totp_offered is None
    assert secret.encode() not in bytes(row.totp)


def test_a_stolen_session_brings_no_authenticator_and_takes_none_away(serving: Serving, ana: Pages) -> None:
    """The session without the password: setting up, removing and inviting are refused, and the audit says that it was tried."""
    thief = Pages(serving)
    thief.http.cookies.set("bowerbird-session", ana.http.cookies.get("bowerbird-session") or "")
    assert thief.send("/dashboard/account/totp", {"confirm": "guess"}, on="/dashboard/account").status_code == 401
    secret = set_up(ana)
    serving.advance(seconds=60)
    form = {"confirm": "guess", "code": code_at(serving, secret)}
    assert thief.send("/dashboard/account/totp/remove", form, on="/dashboard/account").status_code == 401
    assert thief.send("/dashboard/operators", {"role": "owner", "confirm": "guess"}).status_code == 401
    refused = [row.action for row in entries_of(serving) if row.outcome is ActionOutcome.REFUSED]
    assert refused[:3] == ["invite_operator", "remove_totp", "offer_totp"]
    thief.close()


def test_removing_takes_the_password_and_a_code(serving: Serving, ana: Pages, secret: str) -> None:
    path, on = "/dashboard/account/totp/remove", "/dashboard/account"
    assert ana.send(path, {"confirm": PASSWORD, "code": "000000"}, on=on).status_code == 401
    assert ana.send(path, {"confirm": PASSWORD, "code": code_at(serving, secret)}, on=on).status_code == 303
    other = Pages(serving)
    assert other.sign_in().headers["location"] == "/dashboard"
    other.close()


def test_another_authenticator_takes_a_code_of_the_one_before(serving: Serving, ana: Pages, secret: str) -> None:
    """A session and the password are not enough to bring one's own: the code is what they lack."""
    assert ana.send("/dashboard/account/totp", {"confirm": PASSWORD}, on="/dashboard/account").status_code == 409
    ana.send("/dashboard/account/totp/remove", {"confirm": PASSWORD, "code": code_at(serving, secret)}, on="/dashboard/account")
    serving.advance(seconds=60)
    assert set_up(ana) != secret


def test_a_clock_that_was_ahead_locks_no_one_out_for_good(serving: Serving, ana: Pages) -> None:
    """Codes of a later time were used; the clock is right again, and the operator is brought back."""
    set_up(ana)

    def far_ahead(uow: UnitOfWork) -> None:
        uow.execute(update(operator_table).values(totp_step=1 << 40))

    serving.services.storage.write_now(far_ahead, tenant=EVERY_TENANT)
    link = serving.services.write_now(accounts.recover, NAME, to_milliseconds(serving.clock.now()), tenant=EVERY_TENANT)
    back = Pages(serving)
    back.get(f"/dashboard/link/{link}")
    back.send("/dashboard/welcome", {"name": NAME, "password": PASSWORD, "again": PASSWORD})
    set_up(back)
    back.close()


def test_a_removed_owner_leaves_no_link_behind(serving: Serving, ana: Pages) -> None:
    bea = Pages(serving)
    bea_id = make_operator(serving, "bea")
    bea.http.cookies.set("bowerbird-session", session_of(serving, bea_id))
    shown = bea.send("/dashboard/operators", {"role": "owner", "confirm": PASSWORD}).text
    found = re.search(r"/dashboard/link/([\w-]+)<", shown)
    assert found
    assert bea.get(f"/dashboard/link/{found[1]}").status_code == 303
    form = {"role": "viewer", "confirm": PASSWORD}
    assert ana.send(f"/dashboard/operators/{bea_id}/role", form, on="/dashboard/operators").status_code == 303
    assert bea.get(f"/dashboard/link/{found[1]}").status_code == 404
    bea.close()


def test_an_owner_of_real_data_sets_one_up_first(tmp_path: Path) -> None:
    with Serving(tmp_path, owners_need_totp="") as serving:
        serving.server.web.clock = serving.clock
        make_operator(serving)
        ana = Pages(serving)
        ana.sign_in()
        assert ana.get("/dashboard/users").status_code == 200, "in a sandbox a password is enough"
        serving.application().new_user(email="gavin@hooli.com")  # of production, so it is real
        for path in ("/dashboard", "/dashboard/users", "/dashboard/operators"):
            assert ana.get(path).headers["location"] == "/dashboard/account?authenticator=required"
        assert ana.send("/docs/key", on="/dashboard/account").headers["location"] == "/dashboard/account?authenticator=required"
        assert "Set up an authenticator first" in ana.get("/dashboard/account").text
        set_up(ana)
        assert ana.get("/dashboard").status_code == 200
        sam = Pages(serving)
        sam.http.cookies.set("bowerbird-session", session_of(serving, make_operator(serving, "sam", role=Role.SUPPORT)))
        assert sam.get("/dashboard").status_code == 200, "other roles may have one, owners must"
        for pages in (ana, sam):
            pages.close()


def test_recovery_takes_session_authenticator_and_old_password_away(serving: Serving, ana: Pages, secret: str) -> None:
    now = to_milliseconds(serving.clock.now())
    link = serving.services.write_now(accounts.recover, f" {NAME.upper()} ", now, tenant=EVERY_TENANT)
    assert ana.get("/dashboard").status_code == 303
    newcomer = Pages(serving)
    newcomer.get(f"/dashboard/link/{link}")
    new = "a third set of bright things"
    form = {"name": "another-name", "password": new, "again": new}
    assert newcomer.send("/dashboard/welcome", form).headers["location"] == "/dashboard"
    assert "Signed in as ana, owner" in newcomer.get("/dashboard/account").text, "the link names its operator"
    other = Pages(serving)
    assert (other.sign_in().status_code, other.sign_in(password=new).headers.get("location")) == (401, "/dashboard")
    actions = [row.action for row in entries_of(serving)]
    assert actions.index("use_recovery_link") < actions.index("recover_operator")
    for pages in (newcomer, other):
        pages.close()


def test_a_link_of_a_new_operator_takes_over_no_other_one(serving: Serving, unknown_bank: Pages) -> None:
    now = to_milliseconds(serving.clock.now())
    link = serving.services.write_now(operators.create_link, now, tenant=EVERY_TENANT)
    unknown_bank.get(f"/dashboard/link/{link}")
    mine = "a password of an intruder"
    form = {"name": f"  {NAME.upper()}", "password": mine, "again": mine}
    answer = unknown_bank.send("/dashboard/welcome", form)
    assert answer.status_code == 400
    assert "This name is taken" in answer.text
    assert unknown_bank.sign_in(password=mine).status_code == 401
    assert unknown_bank.sign_in().status_code == 303, "the operator's own password still works"


def test_one_code_opens_one_session_even_when_tried_at_once(serving: Serving, secret: str) -> None:
    browsers = [Pages(serving) for _ in range(4)]
    for pages in browsers:
        pages.sign_in()
    tokens = [pages.token(CODE) for pages in browsers]
    code = code_at(serving, secret)

    def send(nth: int) -> int:
        return browsers[nth].http.post(CODE, data={"csrf": tokens[nth], "code": code}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [303, 401, 401, 401]
    for pages in browsers:
        pages.close()
