"""Guessing is stopped; no stranger locks an operator out; on both engines, at once, from many networks and behind proxies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bowerbird.domain.operators import sign_in_limits
from bowerbird.domain.operators.sign_in_limits import BY_ADDRESS, BY_ADDRESS_AND_NAME, BY_DEVICE, BY_NAME
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.tables import sign_in_attempts
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.postgres import settings_of
from tests.serving import Serving
from tests.web.client import NAME, Pages, make_operator


@pytest.fixture
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = settings_of(request)
    with Serving(tmp_path_factory.mktemp("sign-in") / "data", trusted_proxies="127.0.0.1", **settings) as running:
        running.server.web.clock = running.clock
        make_operator(running)
        yield running


class Browser(Pages):
    """A browser at an address behind a trusted proxy."""

    def __init__(self, serving: Serving, address: str) -> None:
        super().__init__(serving)
        self.http.headers["x-forwarded-for"] = address


@pytest.mark.both_engines
def test_no_stranger_locks_an_operator_out(serving: Serving) -> None:
    stranger, ana = Browser(serving, "198.51.100.1"), Browser(serving, "203.0.113.1")
    answers = [stranger.sign_in(password=f"guess {number}").status_code for number in range(BY_ADDRESS_AND_NAME + 5)]
    assert answers == [401] * BY_ADDRESS_AND_NAME + [429] * 5
    assert stranger.sign_in().status_code == 429, "not with the right password either"
    assert ana.sign_in().status_code == 303
    stranger.close()
    ana.close()


@pytest.mark.both_engines
def test_a_browser_that_signed_in_before_gets_in_whatever_strangers_do(serving: Serving) -> None:
    """They share its address, and from many networks they use up what a name has."""
    ana = Browser(serving, "203.0.113.1")
    assert ana.sign_in().status_code == 303
    beside = Browser(serving, "203.0.113.1")
    for number in range(BY_ADDRESS + 1):
        beside.sign_in(name=f"{NAME}{number % 3}", password="guess")
    attempts(serving, [f"2001:db8:{number // 5:x}::1" for number in range(BY_NAME + 1)])
    newcomer = Browser(serving, "203.0.113.77")
    refused = newcomer.sign_in()
    assert (refused.status_code, "a browser that you have signed in with before" in refused.text) == (429, True)
    ana.send("/dashboard/sign-out", on="/dashboard/account")
    assert ana.sign_in().status_code == 303
    for each in (ana, beside, newcomer):
        each.close()


def attempts(serving: Serving, addresses: list[str], device: str = "") -> list[int]:
    now, limit = to_milliseconds(serving.server.web.clock.now()), sign_in_limits.record_attempt
    return [serving.services.write_from_thread(limit, NAME, address, device, now, tenant=EVERY_TENANT) for address in addresses]


@pytest.mark.both_engines
def test_an_operator_who_signs_in_gives_nothing_back_to_strangers_at_the_same_address(serving: Serving) -> None:
    ana, beside = Browser(serving, "203.0.113.1"), Browser(serving, "203.0.113.1")
    assert ana.sign_in().status_code == 303
    answers = [beside.sign_in(password="guess").status_code for _ in range(BY_ADDRESS_AND_NAME + 1)]
    assert answers[-1] == 429
    assert ana.send("/dashboard/sign-out", on="/dashboard/account").status_code == 303
    assert ana.sign_in().status_code == 303
    assert beside.sign_in(password="guess").status_code == 429
    ana.close()
    beside.close()


def test_a_browser_guesses_no_more_than_a_stranger(serving: Serving) -> None:
    device = sign_in_limits.create_device(serving.services, NAME)
    waits = attempts(serving, [f"203.0.113.{number}" for number in range(BY_DEVICE + 2)], device)
    assert [wait > 0 for wait in waits] == [False] * BY_DEVICE + [True] * 2


@pytest.mark.parametrize(
    "forged", ["", "x", "{id}", "{id}.", "{id}.{zeros}", "{other}.{signature}", "{id}.{signature}x", "é.{signature}", "."]
)
def test_a_device_is_no_word_of_a_browser(serving: Serving, forged: str) -> None:
    services = serving.services
    id, _, signature = sign_in_limits.create_device(services, NAME).partition(".")
    other = sign_in_limits.create_device(services, "bo").partition(".")[0]
    text = forged.format(id=id, signature=signature, zeros="0" * 64, other=other)
    assert not sign_in_limits.is_known_device(services, NAME, text)
    assert not sign_in_limits.is_known_device(services, "bo", f"{id}.{signature}"), "nor another operator's"


def test_another_address_of_a_network_is_the_same_caller(serving: Serving) -> None:
    waits = attempts(serving, [f"2001:db8:7:7:{number:x}::1" for number in range(BY_ADDRESS_AND_NAME + 1)])
    assert waits[-1] > 0
    assert waits[:-1] == [0] * BY_ADDRESS_AND_NAME


@pytest.mark.both_engines
def test_attempts_at_once_are_all_counted(serving: Serving) -> None:
    """From one address under one name: the first of a window too, which several threads write at once."""
    for nth in range(5):
        with ThreadPoolExecutor(8) as threads:
            waits = list(threads.map(lambda _, nth=nth: attempts(serving, [f"192.0.2.{nth}"])[0], range(BY_ADDRESS_AND_NAME + 6)))
        assert sorted(wait > 0 for wait in waits) == [False] * BY_ADDRESS_AND_NAME + [True] * 6


@pytest.mark.both_engines
def test_windows_that_are_over_are_deleted(serving: Serving) -> None:
    services = serving.services
    attempts(serving, [f"192.0.2.{number}" for number in range(40)])
    serving.advance(seconds=901)
    attempts(serving, ["192.0.2.250"])
    left = services.storage.read_now(lambda uow: uow.row(select(func.count()).select_from(sign_in_attempts)), tenant=EVERY_TENANT)
    assert left is not None
    assert left[0] == 3
