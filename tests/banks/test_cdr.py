"""The Consumer Data Right through the whole server, with a stateful holder that checks what it is sent."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from tests.banks.cdr_holder import b64
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import new_holder, recipient
from tests.serving import failure_of, until
from tests.web.consent_session import Person


def test_a_person_gives_access_and_the_accounts_come(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        job = one.gives()
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, (job, one.holder.refusals)
        accounts = one.app.get(f"/users/{one.person.user_id}/accounts").json()["data"]
        assert sorted(each["accountNo"] for each in accounts) == ["06200012345671", "06200012345672"]
        assert {(each["balance"], each["availableFunds"]) for each in accounts} == {("-29.75", "0.00")}
        rows = one.app.transactions(one.person.user_id)
        assert len(rows) == 16
        assert sorted({row["status"] for row in rows}) == ["pending", "posted"]
        ids = {row["id"] for row in rows}
        assert [step["status"] for step in one.refresh(hours=1)["steps"]] == ["success"] * 3, one.holder.refusals
        assert {row["id"] for row in one.app.transactions(one.person.user_id)} == ids
        assert one.holder.refusals == []


def test_a_person_who_refuses(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        found = failure_of(one.gives(""))
        assert (found[0], found[1], found[3]) == ("verify-credentials", "authorization-failed", "access_denied")
        assert one.holder.arrangements == {}


def test_an_answer_in_another_browser_is_refused(tmp_path: Path) -> None:
    """The way back is good in the browser that began it, once."""
    with recipient(tmp_path, new_holder()) as one:
        job, url = one.begin()
        answer = one.holder.decide(url, "gavin")
        other = Person(one.serving, one.app, one.person.user_id)
        other.land()
        assert other.get("/home/return", params=answer).status_code == 400
        assert other.get("/home/return", params={**answer, "state": "another"}).status_code == 400
        assert one.holder.arrangements == {}
        assert one.person.get("/home/return", params=answer).status_code == 303
        assert [step["status"] for step in one.app.settled(job.rpartition("/")[2])["steps"]] == ["success"] * 3
        assert one.person.get("/home/return", params=answer).status_code == 400
        other.close()


def test_an_answer_that_somebody_else_signed(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        attacker = rsa_key("attacker")
        one.holder.changed["jarm"] = lambda claims: jwt.encode(claims, attacker, "PS256", {"kid": one.holder.kid("first")})
        found = failure_of(one.gives())
        assert (found[0], found[1], found[3]) == ("verify-credentials", "authorization-failed", "invalid_signature")


_NESTED = b64(b'{"x":' + b"[" * 5_000)


@pytest.mark.parametrize(
    "response", ["", "x", "a.b.c", "a.e30.c", "a.eyJzdGF0ZSI6MX0.c", "." * 9_000, "a." + "9" * 12_000 + ".c", f"a.{_NESTED}.c"]
)
def test_what_is_no_signed_answer_finds_no_job(tmp_path: Path, response: str) -> None:
    with recipient(tmp_path, new_holder()) as one:
        one.begin()
        assert one.person.get("/home/return", params={"response": response}).status_code == 400


def test_sharing_that_was_withdrawn_at_the_holder_is_given_again(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        one.gives()
        for held in one.holder.arrangements.values():
            held.revoked = True
        assert failure_of(one.refresh(hours=1))[:2] == ("verify-credentials", "user-action-required")
        assert one.connection["status"] == "invalid"
        assert [step["status"] for step in one.renews()["steps"]] == ["success"] * 3, one.holder.refusals
        assert len(one.app.get(f"/users/{one.person.user_id}/accounts").json()["data"]) == 2


def test_a_token_that_ends_while_pages_are_read(tmp_path: Path) -> None:
    """Each page renews a token that is old by then, with the one that was kept last."""
    holder = new_holder(rotates=True)
    with recipient(tmp_path, holder) as one:
        holder.changed["tokens"] = lambda given: {**given, "expires_in": 20}
        job = one.gives()
        assert [step["status"] for step in job["steps"]] == ["success"] * 3, (job, holder.refusals)
        assert len(one.app.transactions(one.person.user_id)) == 16
        assert sum("/token" in asked.path for asked in holder.asked) > 4


def test_disconnecting_ends_the_arrangement_at_the_holder(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder()) as one:
        one.gives()
        assert one.app.delete(f"/users/{one.person.user_id}/connections/{one.connection['id']}").status_code == 204
        [held] = one.holder.arrangements.values()
        until(lambda: held.revoked, "the arrangement to end")
