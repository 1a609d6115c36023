"""Two data holders at one server, each an institution of its own: nothing of one reaches the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import jwt
import pytest
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.plugins.guard import upstream_of
from bowerbird.plugins.registry import discover, with_other_banks
from bowerbird.settings import Settings
from bowerbird.wiring.services import SetupError, open_services
from tests.banks.cdr_holder import DataHolder
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import OTHER_BANK, Recipient, new_holder, recipient_of_two, settings_of, table_of
from tests.serving import failure_of, until

AT_OTHER = {"path": f"/home/institutions/{OTHER_BANK}"}
GOOD = ["success"] * 3


def another_holder() -> DataHolder:
    return new_holder(name="another", client="another-product", brand="another-brand", recipient="another-recipient")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Recipient]:
    with recipient_of_two(tmp_path, new_holder(), another_holder()) as found:
        yield found


def connections(two: Recipient) -> dict[str, dict[str, Any]]:
    """Institution → connection."""
    listed = two.app.get(f"/users/{two.person.user_id}/connections").json()["data"]
    return {each["institution"]["id"]: each for each in listed}


def sent_to(holder: DataHolder) -> str:
    return "\n".join(f"{each.path} {each.headers} {each.body!r}" for each in holder.asked)


def test_each_holder_is_an_institution_of_its_own(two: Recipient) -> None:
    job = two.gives()
    assert [step["status"] for step in job["steps"]] == GOOD, (job, two.holder.refusals)
    begun, url = two.begin(**AT_OTHER)
    job = two.returns(begun, **two.other.decide(url, "monica"))
    assert [step["status"] for step in job["steps"]] == GOOD, (job, two.other.refusals)
    assert len(two.app.get(f"/users/{two.person.user_id}/accounts").json()["data"]) == 3
    two.serving.advance(hours=1)
    two.app.forget_tokens()
    for connection in connections(two).values():
        refreshed = two.app.post(f"/users/{two.person.user_id}/connections/{connection['id']}/refresh").json()
        assert [step["status"] for step in two.app.settled(refreshed["id"])["steps"]] == GOOD
    for holder, stranger in ((two.holder, two.other), (two.other, two.holder)):
        secrets = {stranger.url, stranger.client, *stranger.access, *(each.refresh_token for each in stranger.arrangements.values())}
        assert [each for each in secrets if each in sent_to(holder)] == []
        assert {each.certificate for each in holder.asked} & {each.certificate for each in stranger.asked} == set()


def _answers(two: Recipient, made: Callable[[Recipient, dict[str, Any]], str]) -> None:
    """The other holder's answer is made by an attacker who has that holder's keys."""
    two.other.changed["jarm"] = lambda claims: made(two, claims)


def _as_first(two: Recipient, claims: dict[str, Any], **headers: str) -> str:
    return jwt.encode(_for_first(two, claims), rsa_key(two.other.kid("first")), "PS256", {"kid": two.other.kid("first"), **headers})


def _for_first(two: Recipient, claims: dict[str, Any]) -> dict[str, Any]:
    return {**claims, "iss": two.holder.url, "aud": two.holder.client}


SIGNED: dict[str, tuple[Callable[[Recipient, dict[str, Any]], str], str]] = {
    "as the first, with the other's key": (_as_first, "invalid_issuer"),
    "as the first, for the other's product": (lambda two, claims: two.other.sign({**claims, "iss": two.holder.url}), "invalid_issuer"),
    "with a key that the first publishes": (lambda two, claims: two.holder.sign(claims), "unknown_key"),
    "by the first as itself": (lambda two, claims: two.holder.sign(_for_first(two, claims)), "unknown_key"),
    "with the first's name of a key": (lambda two, claims: _as_first(two, claims, kid=two.holder.kid("first")), "unknown_key"),
    "for the first's product": (lambda two, claims: two.other.sign({**claims, "aud": two.holder.client}), "invalid_audience"),
}


@pytest.mark.parametrize("name", SIGNED)
def test_an_answer_of_the_one_is_none_of_the_other(two: Recipient, name: str) -> None:
    made, word = SIGNED[name]
    _answers(two, made)
    begun, url = two.begin(**AT_OTHER)
    found = failure_of(two.returns(begun, **two.other.decide(url, "gavin")))
    assert (found[1], found[3]) == ("authorization-failed", word)
    assert two.holder.asked == []


def test_a_way_back_of_one_login_ends_no_other(two: Recipient) -> None:
    """Two logins wait in one browser. The other holder signs the word of the first's login, which it may have seen on its way."""
    first, first_url = two.begin()
    assert two.person.send(f"{AT_OTHER['path']}/open-banking", {}, on=AT_OTHER["path"]).status_code == 303
    until(lambda: two.other.asking, "the second login")
    [uri] = two.other.asking
    other_url = f"{two.other.url}/authorise?client_id={two.other.client}&request_uri={uri}"
    states = [jwt.decode(each["request"], options={"verify_signature": False})["state"] for each in pushed(two.holder)]
    two.other.changed["jarm_claims"] = lambda claims: {**claims, "state": states[0]}
    found = failure_of(two.returns(first, **two.other.decide(other_url, "gavin")))
    assert (found[1], found[3]) == ("authorization-failed", "unknown_key")
    assert not any(asked.path == "/token" for asked in two.holder.asked + two.other.asked), "no code has left for any holder"
    assert two.person.get("/home/return", params=two.holder.decide(first_url, "gavin")).status_code == 400, "the word was used"


def pushed(holder: DataHolder) -> list[dict[str, str]]:

    return [dict(parse_qsl(asked.body.decode())) for asked in holder.asked if asked.path == "/par"]


BEFORE = ["issuer", "authorization_endpoint", "pushed_authorization_request_endpoint"]
AFTER = ["token_endpoint", "jwks_uri", "introspection_endpoint"]


@pytest.mark.parametrize("name", BEFORE + AFTER)
def test_metadata_that_name_the_first_holder_lead_nowhere(two: Recipient, name: str) -> None:
    """What the other holder says of itself sends neither the person nor a request to the first."""
    first = two.holder.metadata()[name]
    two.other.changed["metadata"] = lambda own: {**own, name: first}
    if name in BEFORE:
        settled = two.app.settled(two.goes(AT_OTHER["path"], "open-banking").rpartition("/")[2])
    else:
        job, url = two.begin(**AT_OTHER)
        settled = two.returns(job, **two.other.decide(url, "gavin"))
    assert "failed" in [step["status"] for step in settled["steps"]]
    assert two.holder.asked == []
    assert two.app.get(f"/users/{two.person.user_id}/accounts").json()["data"] == []


def _both(two: Recipient) -> str:
    """A connection to each holder, both with one id of their arrangements: the id."""
    two.gives()
    [same] = two.holder.arrangements
    for what in ("tokens", "introspected"):
        two.other.changed[what] = lambda found: {**found, "cdr_arrangement_id": same}
    begun, url = two.begin(**AT_OTHER)
    job = two.returns(begun, **two.other.decide(url, "monica"))
    assert [step["status"] for step in job["steps"]] == GOOD, (job, two.other.refusals)
    return same


def _noticed(two: Recipient, holder: DataHolder, arrangement: str, **claims: Any) -> int:
    url = f"{two.serving.url}/arrangements/revoke"
    notice = holder.notice(url, arrangement, **claims)
    fields, headers = {"cdr_arrangement_jwt": notice["cdr_arrangement_jwt"]}, {"Authorization": f"Bearer {notice['bearer']}"}
    return httpx2.post(url, data=fields, headers=headers).status_code


def test_a_notice_ends_the_connection_to_its_holder_alone(two: Recipient) -> None:
    same = _both(two)
    assert _noticed(two, two.other, same, iss=two.holder.brand, sub=two.holder.brand) == 401
    assert {each["status"] for each in connections(two).values()} == {"active"}
    assert _noticed(two, two.other, same) == 204
    assert {id_: each["status"] for id_, each in connections(two).items()} == {"AU94002": "active", OTHER_BANK: "invalid"}
    assert _noticed(two, two.holder, same) == 204
    assert {each["status"] for each in connections(two).values()} == {"invalid"}


def test_a_connection_that_goes_away_ends_at_its_own_holder(two: Recipient) -> None:
    _both(two)
    gone = connections(two)[OTHER_BANK]
    before = len(two.holder.asked)
    assert two.app.delete(f"/users/{two.person.user_id}/connections/{gone['id']}").status_code == 204

    until(lambda: any(asked.path == "/arrangements/revoke" for asked in two.other.asked), "the end of the arrangement")
    assert len(two.holder.asked) == before
    assert not any(each.revoked for each in two.holder.arrangements.values())


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ('[cdr.AU95010]\nissuer = "x"\n', "[cdr.AU95010] is the bank AU95010, but no institution has this id"),
        ('[cdr.AU90002]\nissuer = "x"\n', "[cdr.AU90002] is the bank AU90002, but no institution has this id and an open banking or web"),
        ('[cdr.AU94002]\nissuer = "x"\n', "connector cdr.AU94002 serves AU94002, which another connector already serves"),
        ('[cdr.AU00001]\nissuer = "x"\n', "connector cdr.AU00001 serves AU00001, which another connector already serves"),
        (
            '[up.AU95010]\naddress = "x"\n',
            "[up.AU95010]: up reads one bank only, that of [up]; connectors that read several: cdr, ",
        ),
        ('[cdr.AU95010.more]\nissuer = "x"\n', "Write a table for each connector"),
    ],
)
def test_a_table_that_is_no_bank_stops_the_start(tmp_path: Path, tables: str, words: str) -> None:
    (tmp_path / "connectors.toml").write_text(tables)
    with pytest.raises(SetupError) as refused:
        open_services(Settings(data=tmp_path / "data", connectors=str(tmp_path / "connectors.toml"))).close()
    assert words in str(refused.value)


@pytest.mark.parametrize(("name", "own"), [("cdr", "AU94002"), ("enablebanking", "FI90001"), ("fints", "DE90001")])
def test_each_connector_of_a_bank_that_the_settings_name_reads_several(name: str, own: str) -> None:
    plugins = with_other_banks(discover(), [name, f"{name}.AU95010", f"{name}.AU95011", "another.AU95012"])
    made = [plugins.connectors[each] for each in (own, "AU95010", "AU95011")]
    assert [sorted(each.institutions) for each in made] == [[own], ["AU95010"], ["AU95011"]]
    upstreams = [upstream_of(each) for each in made]
    assert [each.name for each in upstreams if each] == [name, f"{name}.AU95010", f"{name}.AU95011"]
    assert len({(each.needs, each.settings, each.hosts, each.ends_at) for each in upstreams if each}) == 1
    assert {leaf.id for leaf in plugins.leaves if leaf.id.startswith(name)} == {name, f"{name}.AU95010", f"{name}.AU95011"}
    assert "AU95012" not in plugins.connectors


def test_each_bank_is_listed_by_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, other = new_holder(), another_holder()
    with recipient_of_two(tmp_path, holder, other):
        for name in ("connectors", "institutions"):
            monkeypatch.setenv(f"BOWERBIRD_{name.upper()}", str(tmp_path / f"{name}.toml"))
        listed = {each["id"]: each for each in json.loads(CliRunner().invoke(app, ["connector", "list", "--json"]).stdout)}
    second = listed[f"cdr.{OTHER_BANK}"]
    assert (second["state"], second["institutions"], second["settings"]) == ("ready", ["Another holder"], sorted(settings_of(other)))
    assert listed["cdr"]["institutions"] != second["institutions"]


def test_a_bank_takes_no_setting_from_another(tmp_path: Path) -> None:
    """A second holder without a key of its own is not connected with the first one's."""
    holder, other = new_holder(), another_holder()
    with recipient_of_two(tmp_path, holder, other) as two:
        services = two.serving.services
        ready = [each for each in services.institutions if each.id in ("AU94002", OTHER_BANK)]
        assert all(services.guard.is_ready(services.plugins.connectors[each.origin]) for each in ready)
        table = table_of(tmp_path, f"cdr.{OTHER_BANK}", {"issuer": other.url})
    (tmp_path / "connectors.toml").write_text(table_of(tmp_path, "cdr", settings_of(holder)) + table)
    settings = Settings(
        data=tmp_path / "more", connectors=str(tmp_path / "connectors.toml"), institutions=str(tmp_path / "institutions.toml")
    )
    services = open_services(settings)
    assert not services.guard.is_ready(services.plugins.connectors[OTHER_BANK])
    services.close()
