"""Attacks on a login at a data holder: each is refused with its word, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bowerbird.connectors.cdr import CONNECTOR
from bowerbird.sdk.challenges import Redirect
from bowerbird.sdk.failures import AuthorizationFailed, AuthorizationNeeded, Failure, Gone, NotUnderstood, Unavailable
from tests.banks.cdr_forgeries import ATTACKS, Attack
from tests.banks.cdr_holder import DataHolder
from tests.banks.cdr_keys import certified
from tests.banks.cdr_recipient import new_holder, settings_of
from tests.banks.cdr_side import Side
from tests.banks.upstream import Answer, Asked


class AtHolder(Side):
    """A side whose holder is the test's."""

    def __init__(self, holder: DataHolder, settings: dict[str, str] | None = None, kept: list[str] | None = None) -> None:
        self.holder = holder
        super().__init__(holder.host, holder.clock, settings or settings_of(holder), kept or [])

    def log_in(self, customer: str = "gavin") -> str:
        begun = self.begin()
        return self.finish(begun, self.holder.decide(begun.url, customer))


def word_of(failure: Failure) -> str:
    return str(failure) if isinstance(failure, AuthorizationFailed) else type(failure).__name__


@pytest.fixture
def side() -> Iterator[AtHolder]:
    with new_holder() as holder:
        made = AtHolder(holder)
        yield made
        made.close()


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_an_attack_is_refused_with_its_word(side: AtHolder, attack: Attack) -> None:
    side.holder.changed.update(attack.change(side.holder))
    with pytest.raises(Failure) as refused:
        side.read(side.log_in())
    assert word_of(refused.value) == attack.word
    assert side.kept == []
    assert not any(asked.path.startswith("/cds-au") for asked in side.holder.asked)


def test_the_good_way(side: AtHolder) -> None:
    assert side.read(side.log_in()) == 16
    assert len(side.kept) == 1
    assert side.holder.refusals == []


def test_a_code_of_another_login_is_of_no_use(side: AtHolder) -> None:
    """The holder's own signed answer with a code that the attacker got for a login of theirs: PKCE parts the two."""
    theirs, ours, codes = side.begin(), side.begin(), list[Any]()

    def note(claims: Any) -> Any:
        codes.append(claims["code"])
        return claims

    side.holder.changed["jarm_claims"] = note
    side.holder.decide(theirs.url, "monica")
    side.holder.changed["jarm_claims"] = lambda claims: {**claims, "code": codes[0]}
    refused_with(side, "invalid_grant", ours, side.holder.decide(ours.url, "gavin"))


def test_an_answer_is_good_once(side: AtHolder) -> None:
    begun = side.begin()
    answer = side.holder.decide(begun.url, "gavin")
    side.finish(begun, answer)
    side.kept.clear()
    refused_with(side, "invalid_grant", begun, answer)


def test_an_answer_belongs_to_one_login(side: AtHolder) -> None:
    first, second = side.begin(), side.begin()
    refused_with(side, "invalid_state", second, side.holder.decide(first.url, "gavin"))


def refused_with(side: AtHolder, word: str, begun: Redirect, answer: dict[str, str]) -> None:
    before = list(side.kept)
    with pytest.raises(Failure) as refused:
        side.finish(begun, answer)
    assert word_of(refused.value) == word
    assert side.kept == before


def test_two_holders_are_not_mixed_up(side: AtHolder) -> None:
    """An answer that another holder has signed, to a login that was begun at this one; and settings that changed since."""
    with new_holder(name="another") as another:
        other = AtHolder(another)
        side.beside(other)
        ours, theirs = side.begin(), other.begin()
        answer = another.decide(theirs.url, "gavin")
        refused_with(side, "unknown_key", ours, answer)
        refused_with(other, "invalid_issuer", ours, answer)
        asked = len(side.holder.asked)
        other.kept.append(side.log_in())
        before = len(another.asked)
        with pytest.raises(AuthorizationNeeded):
            other.refresh()
        assert (len(another.asked), asked < len(side.holder.asked)) == (before, True)


def test_another_customer_does_not_take_an_arrangement_over(side: AtHolder) -> None:
    side.log_in("gavin")
    again = side.begin()
    refused_with(side, "access_denied", again, side.holder.decide(again.url, "monica"))
    side.holder.mixes_customers, again = True, side.begin()
    refused_with(side, "invalid_subject", again, side.holder.decide(again.url, "monica"))


def test_a_renewal_stays_the_same_arrangement(side: AtHolder) -> None:
    side.log_in()
    side.log_in()
    assert len(side.holder.arrangements) == 1
    side.holder.changed["introspected"] = side.holder.changed["tokens"] = lambda found: {**found, "cdr_arrangement_id": "another"}
    again = side.begin()
    refused_with(side, "invalid_arrangement", again, side.holder.decide(again.url, "gavin"))


def test_keys_that_rotate_between_two_answers(side: AtHolder) -> None:
    side.holder.changed["tokens"] = lambda given: given
    begun = side.begin()
    answer = side.holder.decide(begun.url, "gavin")

    def rotate(claims: Any) -> Any:
        side.holder.key_names = ["second"]
        return claims

    side.holder.changed["id_claims"] = rotate
    side.finish(begun, answer)
    assert side.read(side.log_in()) == 16


def test_a_token_is_of_no_use_with_another_certificate(side: AtHolder) -> None:
    session, thief = side.log_in(), certified("thief")
    other = side.beside(
        AtHolder(side.holder, {**side.settings, "certificate": thief.certificate, "certificate_key": thief.key}, list(side.kept))
    )
    with pytest.raises(AuthorizationNeeded):
        other.read(session)
    bare = side.beside(AtHolder(side.holder, side.settings | {"authority": certified("thief").certificate}, list(side.kept)))
    with pytest.raises(Failure):
        bare.read(session)


@pytest.mark.parametrize("settings", [{"certificate": "x"}, {"certificate_key": "x"}, {"authority": "x"}, {"key": "x"}])
def test_settings_that_cannot_be_used(side: AtHolder, settings: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        side.beside(AtHolder(side.holder, {**side.settings, **settings})).begin()
    assert side.holder.asking == {}


def _moved(path: str, moved: Answer, _nth: int, asked: Asked) -> Answer | None:
    return moved if asked.path == path else None


def test_a_redirect_of_an_answer_leads_nowhere(side: AtHolder) -> None:
    with new_holder(name="another") as another:
        for path in ("/token", "/jwks", "/introspect", "/par", "/.well-known/openid-configuration"):
            moved = Answer(307, b"", {"location": f"{another.url}{path}"})
            side.holder.fault = partial(_moved, path, moved)
            with pytest.raises(NotUnderstood):
                side.log_in()
        assert another.asked == []


def test_a_row_of_another_account_is_not_read(side: AtHolder) -> None:
    session = side.log_in()
    side.holder.customers["gavin"].accounts["a1"][1]["accountId"] = "m1"
    with pytest.raises(NotUnderstood):
        side.read(session)


def test_each_token_that_rotates_is_kept_before_it_is_used(side: AtHolder) -> None:
    side.holder.rotates = True
    session = side.log_in()
    for _ in range(200):
        session = side.refresh()
        assert side.holder.arrangements[next(iter(side.holder.arrangements))].refresh_token in side.kept[-1]
    assert side.read(session) == 16
    side.kept.pop()  # as if the server had died between the answer and its commit
    with pytest.raises(AuthorizationNeeded):
        side.refresh()


@pytest.mark.parametrize(("days", "wanted"), [("", 365), ("90", 90), ("4000", 365), ("-3", 1)])
def test_no_arrangement_lasts_longer_than_a_year(side: AtHolder, days: str, wanted: int) -> None:
    side.settings |= {"days": days} if days else {}
    side.log_in()
    [held] = side.holder.arrangements.values()
    assert held.until - side.holder.clock.now() == timedelta(days=wanted)


def test_an_arrangement_ends_at_the_holder_too(side: AtHolder) -> None:
    session = side.log_in()
    CONNECTOR.end_access(side.kept[-1], side.asking())
    assert [held.revoked for held in side.holder.arrangements.values()] == [True]
    with pytest.raises(Failure):
        side.read(session)
    with pytest.raises(AuthorizationNeeded):
        side.refresh()
    side.log_in()
    assert len(side.holder.arrangements) == 2
    side.holder.arrangements.clear()
    with pytest.raises(Gone):
        CONNECTOR.end_access(side.kept[-1], side.asking())


_REFUSES = Answer.of({"error": "invalid_client"}, 401)


@pytest.mark.parametrize(
    ("path", "answer", "failure"),
    [
        ("/token", _REFUSES, NotUnderstood),
        ("/token", Answer.of({"error": "invalid_client"}, 400), NotUnderstood),
        ("/token", Answer.of({"error": "invalid_request"}, 400), NotUnderstood),
        ("/token", Answer.of({"error": "unsupported_grant_type"}, 400), NotUnderstood),
        ("/token", Answer.of({"error": "temporarily unavailable"}, 400), NotUnderstood),
        ("/token", Answer.of({}, 400), NotUnderstood),
        ("/token", Answer.of({"access_token": "a b", "token_type": "Bearer", "expires_in": 60}), NotUnderstood),
        (
            "/token",
            Answer.of({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "cdr_arrangement_id": "another"}),
            NotUnderstood,
        ),
        ("/token", Answer.of({"error": "invalid_grant"}, 400), AuthorizationNeeded),
        ("/.well-known/openid-configuration", Answer(404), Unavailable),
        ("/.well-known/openid-configuration", Answer(401), Unavailable),
    ],
)
def test_only_a_token_that_is_good_no_more_takes_access_back(side: AtHolder, path: str, answer: Answer, failure: type[Failure]) -> None:
    """A person gives no access again because of a key that the operator has to renew, or of a request that a holder does not take."""
    side.log_in()
    side.holder.fault = partial(_moved, path, answer)
    with pytest.raises(Failure) as refused:
        side.refresh()
    assert type(refused.value) is failure


@pytest.mark.parametrize(("path", "answer"), [("/arrangements/revoke", _REFUSES), ("/.well-known/openid-configuration", Answer(404))])
def test_an_end_that_the_holder_does_not_take_is_not_taken_for_one(side: AtHolder, path: str, answer: Answer) -> None:
    side.log_in()
    side.holder.fault = partial(_moved, path, answer)
    with pytest.raises(Failure) as refused:
        CONNECTOR.end_access(side.kept[-1], side.asking())
    assert type(refused.value) in {NotUnderstood, Unavailable}


def test_a_pushed_request_adds_no_parameter(side: AtHolder) -> None:
    side.holder.changed["pushed"] = lambda answer: {**answer, "request_uri": "urn:x&redirect_uri=https://x.example"}
    assert parse_qs(urlsplit(side.begin().url).query).keys() == {"client_id", "request_uri"}
