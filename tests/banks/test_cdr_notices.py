"""A data holder's notice that a person has withdrawn an arrangement: believed where the holder signed it for this address, and else not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from sqlalchemy import select

from bowerbird.storage.database.tables import applications
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.vault.vault import Vault
from tests.banks.cdr_holder import BRAND, b64
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import Recipient, new_holder, recipient
from tests.banks.upstream import Answer
from tests.faults.test_bounded_reads import watched
from tests.multiplied_rows import multiply


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
    "without an end": lambda one: {**_notice(one), "cdr_arrangement_jwt": f"e30.{b64(b'[' * 5_000)}.x"},
    "an algorithm without a key": lambda one: {**_notice(one), "bearer": jwt.encode({"iss": BRAND}, "", "none")},
}


def test_what_the_holder_has_not_signed_for_this_address_ends_nothing(one: Recipient) -> None:
    answered = {name: _sent(one, made(one)).status_code for name, made in FORGED.items()}
    assert answered == dict.fromkeys(FORGED, 401)
    other = {name: _sent(one, _notice(one), cdr_arrangement_id=each).status_code for name, each in {"differs": "another"}.items()}
    assert other == {"differs": 401}
    assert one.connection["status"] == "active"


def _asked_for(one: Recipient, made: Callable[[Recipient], dict[str, str]], count: int = 40) -> int:
    """How many requests this many notices make the server send."""
    before = len(one.holder.asked)
    for _ in range(count):
        assert _sent(one, made(one)).status_code in {401, 503}
    return len(one.holder.asked) - before


def _by_unknown_key(one: Recipient) -> dict[str, str]:
    notice, key = _notice(one), rsa_key("attacker")
    claims = {name: jwt.decode(token, options={"verify_signature": False}) for name, token in notice.items()}
    return {name: jwt.encode(each, key, "PS256", {"kid": secrets.token_hex(4)}) for name, each in claims.items()}


def test_forged_notices_do_not_make_the_server_ask_the_holder(one: Recipient) -> None:
    """Metadata and keys are two requests: once a minute for keys that the holder has, once in 15 s for others, none for another brand."""
    assert _asked_for(one, _with(iss="another", sub="another")) == 0
    assert _asked_for(one, _with(aud="https://another.example/arrangements/revoke")) == 0
    assert _asked_for(one, _late(-61)) == 0
    assert _asked_for(one, _by_attacker("bearer")) == 2
    one.serving.advance(seconds=61)
    assert _asked_for(one, _by_attacker("cdr_arrangement_jwt")) == 2
    one.serving.advance(seconds=16)
    assert _asked_for(one, _by_unknown_key) == 2
    assert _sent(one, _notice(one)).status_code == 204, "a true notice is not kept out by forged ones"
    assert one.connection["status"] == "invalid"


def test_keys_that_a_holder_has_just_changed(one: Recipient) -> None:
    """A notice with the new key is not refused while the old ones are fresh: the holder calls again."""
    assert _asked_for(one, _by_attacker("bearer"), 1) == 2
    one.holder.key_names = ["second"]
    assert _sent(one, _notice(one)).status_code == 503
    assert one.connection["status"] == "active"
    one.serving.advance(seconds=16)
    old = jwt.decode(_notice(one)["bearer"], options={"verify_signature": False})
    assert _sent(one, _notice(one)).status_code == 204
    assert one.connection["status"] == "invalid"
    taken_out = jwt.encode(old, rsa_key(one.holder.kid("first")), "PS256", {"kid": one.holder.kid("first")})
    one.serving.advance(seconds=1)
    assert _sent(one, {**_notice(one), "bearer": taken_out}).status_code == 503
    one.serving.advance(seconds=16)
    assert _sent(one, {**_notice(one), "bearer": taken_out}).status_code == 401


def test_a_holder_that_is_away_is_not_asked_for_each_notice(one: Recipient) -> None:
    one.holder.fault = lambda _nth, asked: Answer(503) if "openid" in asked.path else None
    assert _asked_for(one, _notice) == 1
    one.serving.advance(seconds=16)
    assert _asked_for(one, _notice) == 1


@pytest.mark.parametrize("rows", [6_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_a_notice_looks_up_one_connection_among_many(one: Recipient, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """However many connections to the holder there are: as many steps of the database, and one secret is opened."""
    opened, services = list[str](), one.serving.services
    monkeypatch.setattr(Vault, "open", _noting(opened, Vault.open))
    with watched() as few:
        assert _sent(one, one.holder.notice(_url(one), "another")).status_code == 204
    assert opened == []
    chosen = select(applications.c.ref, applications.c.id)
    [(ref, application)] = services.storage.read_now(lambda uow: uow.rows(chosen), tenant=EVERY_TENANT)
    added = multiply(services.storage.url, str(application), int(ref), rows)
    assert added["connections"] >= rows
    with watched() as many:
        assert _sent(one, one.holder.notice(_url(one), "another")).status_code == 204
    assert many.steps <= few.steps * 1.3 + 1_000, (few.steps, many.steps)
    opened.clear()
    assert _sent(one, _notice(one)).status_code == 204
    assert opened == ["connections.secret"]
    assert one.app.get(f"/users/{one.person.user_id}/connections").json()["data"][0]["status"] == "invalid"


def _noting(opened: list[str], real: Callable[..., bytes]) -> Callable[..., bytes]:
    def noting(*given: Any) -> bytes:
        opened.append(str(given[-1]))
        return real(*given)

    return noting


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
