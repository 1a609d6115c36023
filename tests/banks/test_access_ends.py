"""Access at a bank ends there once its connection is gone: through the whole server, with a bank that is away and servers that die."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_access import EndingRow, list_endings
from bowerbird.domain.connections.retries import MAX_FAILURES
from tests.banks.test_enablebanking import Connected, connected
from tests.banks.test_up import INSTITUTION, moved, served, succeeded
from tests.banks.test_up import connected as up_connected
from tests.banks.up_bank import TOKEN, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked
from tests.serving import until
from tests.web.consent_session import Person


def _endings(one: Connected) -> list[EndingRow]:
    return one.serving.services.read_now(list_endings, tenant=Tenant(one.app.id, one.person.user_id))


def _status(one: Connected, session: str = "s1") -> str:
    """Of a session at the bank; empty while there is none."""
    given = one.bank.sessions.get(session)
    return given.status if given else ""


def closed(one: Connected) -> bool:
    """Whether the first session has ended at the bank."""
    return _status(one) == "CLOSED"


def _is_closed_later(one: Connected) -> bool:
    """Whether the session is closed; where it is not, the time of the next try comes, in steps that a signature outlasts."""
    if _status(one) != "CLOSED":
        one.serving.advance(minutes=1)
    return _status(one) == "CLOSED"


def _disconnects(one: Connected) -> None:
    path = f"/home/connections/{one.connection['id']}/remove"
    assert one.person.send(path, {}, on="/home/manage").status_code == 303


def _deletes(one: Connected) -> None:
    assert one.app.delete(f"/users/{one.person.user_id}/connections/{one.connection['id']}").status_code == 204


def _withdraws(one: Connected) -> None:
    assert one.person.send("/home/consent/revoke", {}, on="/home/manage").status_code == 303


def _expires(one: Connected) -> None:
    one.serving.advance(days=400)


def _user_goes(one: Connected) -> None:
    assert one.app.delete(f"/users/{one.person.user_id}").status_code == 204


@pytest.mark.parametrize("end", [_disconnects, _deletes, _withdraws, _expires, _user_goes])
def test_access_ends_at_the_bank_however_the_connection_goes(tmp_path: Path, end: Any) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        assert _status(one) == "AUTHORIZED"
        end(one)
        until(lambda: _status(one) == "CLOSED", "the end of the session at the bank")
        until(lambda: not _rows(tmp_path), "nothing to be kept of it")


def _rows(folder: Path) -> list[tuple[str, bytes | None]]:
    """User and secret of each access that is to end, whoever's it is."""
    with sqlite3.connect(folder / "data" / "bowerbird.db") as database:
        return list(database.execute("SELECT user_id, secret FROM access_endings"))


def _is_away(_nth: int, asked: Asked) -> Answer | None:
    return Answer(503) if asked.method == "DELETE" else None


def test_a_bank_that_is_away_is_asked_again_and_the_page_says_so(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.fault = _is_away
        page = one.person.get("/home/manage").text
        assert "The access at Enable Banking is ended there too." in page
        _disconnects(one)
        until(lambda: [row.attempts for row in _endings(one)] == [1], "the first try")
        assert "Your access at Enable Banking is being ended" in one.person.get("/home/manage").text
        one.bank.fault = lambda _nth, _asked: None
        until(partial(_is_closed_later, one), "the next try")
        until(lambda: not _endings(one), "nothing to be kept of it")
        assert "being ended" not in one.person.get("/home/manage").text


def test_after_a_week_the_secret_is_deleted_and_the_person_ends_it(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.fault = _is_away
        _disconnects(one)

        def is_left() -> bool:
            if [row.secret for row in _endings(one)] == [None]:
                return True
            one.serving.advance(hours=2)
            return False

        until(is_left, "the last try")
        assert len([each for each in one.bank.asked if each.method == "DELETE"]) == MAX_FAILURES
        one.app.forget_tokens()
        one.person.land()
        page = one.person.get("/home/manage").text
        assert "Your access at Enable Banking goes on until you end it there" in page
        assert "on the page of the bank that lists who has access to the accounts" in page
        one.serving.advance(days=31)
        until(lambda: not _endings(one), "the notice to go")
        assert len([each for each in one.bank.asked if each.method == "DELETE"]) == MAX_FAILURES


def test_a_secret_that_does_not_open_is_put_off_and_given_up(tmp_path: Path) -> None:
    """It is not asked for first each time: that would keep all others from their end."""
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.fault = _is_away
        _disconnects(one)
        until(lambda: [row.attempts for row in _endings(one)] == [1], "the first try")
        with closing(sqlite3.connect(tmp_path / "data" / "bowerbird.db", timeout=10)) as database, database:
            database.execute("UPDATE access_endings SET secret = x'00112233'")

        def is_left() -> bool:
            if [row.secret for row in _endings(one)] == [None]:
                return True
            one.serving.advance(hours=2)
            return False

        until(is_left, "the secret to be deleted")
        assert len([each for each in one.bank.asked if each.method == "DELETE"]) == 1


def test_a_deleted_user_is_named_no_more_while_their_access_ends(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.fault = _is_away
        _user_goes(one)
        [(user, secret)] = _rows(tmp_path)
        assert (user, secret is None) == ("", False)
        until(lambda: any(each.method == "DELETE" for each in one.bank.asked), "the first try")
        one.bank.fault = lambda _nth, _asked: None
        until(partial(_is_closed_later, one), "the next try")


def test_access_that_had_ended_at_the_bank_is_as_good(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.bank.sessions["s1"].status = "CLOSED"
        _disconnects(one)
        until(lambda: not _endings(one), "nothing to be kept of it")
        assert len([each for each in one.bank.asked if each.method == "DELETE"]) == 1


def test_renewed_access_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    with connected(tmp_path) as one:
        one.gives("a-code")
        one.gives("another", f"/home/connections/{one.connection['id']}", "renew")
        until(lambda: _status(one) == "CLOSED", "the end of the first session")
        assert _status(one, "s2") == "AUTHORIZED"
        assert [step["status"] for step in one.refresh(hours=1)["steps"]] == ["success"] * 3


def test_access_that_comes_when_its_connection_is_gone_ends(tmp_path: Path) -> None:
    """The person deletes the connection while the bank answers with the new session."""
    with connected(tmp_path) as one:

        def slow(_nth: int, asked: Asked) -> Answer | None:
            if (asked.method, asked.path) == ("POST", "/sessions"):
                _deletes(one)
            return None

        one.bank.fault = slow
        one.gives("a-code")
        until(lambda: _status(one) == "CLOSED", "the end of a session that nothing else knows")


def test_where_only_the_person_can_end_access_the_pages_say_where(tmp_path: Path) -> None:
    with served(tmp_path, UpBank(UpAccount("one", movements=moved(3)))) as serving:
        app = serving.application()
        user, job = up_connected(app)
        assert succeeded(job)
        with closing(Person(serving, app, user)) as person:
            person.land()
            connection = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
            where = "in the Up app, where the token was made"
            assert f"The access at Up goes on until you end it {where}." in person.get("/home/manage").text
            assert person.send(f"/home/connections/{connection}/remove", {}, on="/home/manage").status_code == 303
            page = person.get("/home/manage").text
            assert "Your access at Up goes on until you end it there" in page
            assert f"You end it {where}." in page
            assert TOKEN not in page
        assert succeeded(app.settled(app.connect(user, "mine", TOKEN, INSTITUTION)))
        again = app.get(f"/users/{user}/connections").json()["data"][0]["id"]
        assert app.delete(f"/users/{user}/connections/{again}").status_code == 204
        tenant = Tenant(app.id, user)
        assert [row.secret for row in serving.services.read_now(list_endings, tenant=tenant)] == [None], "one notice of a bank"
        serving.advance(days=31)
        until(lambda: not serving.services.read_now(list_endings, tenant=tenant), "the notice to go")
