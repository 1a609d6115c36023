"""A data holder's notice that a person has withdrawn an arrangement: believed where the holder signed it for this address, and else not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from tests.banks.cdr_holder import BRAND
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import Recipient, new_holder, recipient
from tests.banks.upstream import Answer


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Recipient]:
    with recipient(tmp_path, new_holder()) as found:
        found.gives()
        yield found


def _url(one: Recipient) -> str:
    return f"{one.serving.url}/arrangements/revoke"


def _arrangement(one: Recipient) -> str:
    return next(iter(one.holder.arrangements))


def _sent(one: Recipient, notice: dict[str, str], **more: str) -> httpx2.Response:
    fields = {"cdr_arrangement_jwt": notice["cdr_arrangement_jwt"], **more}
    headers = {"Authorization": f"Bearer {notice['bearer']}"} if notice["bearer"] else {}
    return httpx2.post(_url(one), data=fields, headers=headers)


def _notice(one: Recipient, **claims: Any) -> dict[str, str]:
    return one.holder.notice(_url(one), _arrangement(one), **claims)


def test_a_notice_ends_the_connection_at_once(one: Recipient) -> None:
    held = one.holder.arrangements[_arrangement(one)]
    held.revoked = True
    for _ in range(2):
        assert _sent(one, _notice(one), cdr_arrangement_id=_arrangement(one)).status_code == 204
        assert one.connection["status"] == "invalid"
    events = one.app.get("/events").json()["data"]
    assert [each["eventType"] for each in events if each["entity"] == "connection"].count("invalidated") == 1
    assert one.refresh(hours=1)["data"][0]["code"] == "user-action-required"
    one.person.land()
    assert "Access ended" in one.person.get("/home/manage").text
    assert [step["status"] for step in one.renews()["steps"]] == ["success"] * 3
    assert one.connection["status"] == "active"


def test_a_notice_from_before_access_was_given_again_ends_nothing(one: Recipient) -> None:
    old = _notice(one)
    one.serving.advance(minutes=2)
    assert [step["status"] for step in one.renews()["steps"]] == ["success"] * 3
    assert _sent(one, old).status_code == 204
    assert one.connection["status"] == "active"
    assert _sent(one, _notice(one)).status_code == 204
    assert one.connection["status"] == "invalid"


def test_a_notice_of_another_arrangement_ends_nothing(one: Recipient) -> None:
    assert _sent(one, one.holder.notice(_url(one), "another")).status_code == 204
    assert one.connection["status"] == "active"


def _by_attacker(name: str) -> Callable[[Recipient], dict[str, str]]:
    def made(one: Recipient) -> dict[str, str]:
        notice = _notice(one)
        claims = jwt.decode(notice[name], options={"verify_signature": False})
        return {**notice, name: jwt.encode(claims, rsa_key("attacker"), "PS256", {"kid": one.holder.kid("first")})}

    return made


def _with(**claims: Any) -> Callable[[Recipient], dict[str, str]]:
    return lambda one: _notice(one, **claims)


def _without(name: str) -> Callable[[Recipient], dict[str, str]]:
    return lambda one: {**_notice(one), name: ""}


def _late(seconds: int) -> Callable[[Recipient], dict[str, str]]:
    return lambda one: _notice(one, exp=one.holder.now_s() + seconds)


FORGED: dict[str, Callable[[Recipient], dict[str, str]]] = {
    "another signed the bearer token": _by_attacker("bearer"),
    "another signed the arrangement": _by_attacker("cdr_arrangement_jwt"),
    "no bearer token": _without("bearer"),
    "no arrangement": _without("cdr_arrangement_jwt"),
    "not signed at all": lambda one: {**_notice(one), "cdr_arrangement_jwt": "a.b.c"},
    "for another address": _with(aud="https://another.example/arrangements/revoke"),
    "of another brand": _with(iss="another", sub="another"),
    "on behalf of another": _with(sub="another"),
    "no id": _with(jti=""),
    "over": _late(-61),
    "too long": _late(3_700),
    "from the future": lambda one: _notice(one, iat=one.holder.now_s() + 120),
    "no arrangement in it": lambda one: one.holder.notice(_url(one), ""),
    "the bearer token twice": lambda one: dict.fromkeys(("bearer", "cdr_arrangement_jwt"), _notice(one)["bearer"]),
    "an algorithm without a key": lambda one: {**_notice(one), "bearer": jwt.encode({"iss": BRAND}, "", "none")},
}


def test_what_the_holder_has_not_signed_for_this_address_ends_nothing(one: Recipient) -> None:
    answered = {name: _sent(one, made(one)).status_code for name, made in FORGED.items()}
    assert answered == dict.fromkeys(FORGED, 401)
    other = {name: _sent(one, _notice(one), cdr_arrangement_id=each).status_code for name, each in {"differs": "another"}.items()}
    assert other == {"differs": 401}
    assert one.connection["status"] == "active"


def test_a_holder_whose_keys_cannot_be_read_is_asked_to_call_again(one: Recipient) -> None:
    notice = _notice(one)
    one.holder.fault = lambda _nth, asked: Answer(503) if "jwks" in asked.path else None
    answer = _sent(one, notice)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert one.connection["status"] == "active"


def test_without_the_holder_s_brand_no_notice_is_believed(tmp_path: Path) -> None:
    with recipient(tmp_path, new_holder(), brand="") as one:
        one.gives()
        asked = len(one.holder.asked)
        assert _sent(one, _notice(one)).status_code == 401
        assert len(one.holder.asked) == asked, "nothing is asked of the holder"
