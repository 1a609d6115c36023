"""Hostile URLs, registered, delivered to, redirected to and reached by a name that changes: no request reaches the canary."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from sqlalchemy import select, update

from bowerbird.outbound.addresses import AllowList, NotAllowed, is_public, judge_addresses, judge_url, name_to_resolve
from bowerbird.outbound.bank_client import BankClient
from bowerbird.outbound.client import NoResponse, Outbound
from bowerbird.sdk.http import HttpRequest
from bowerbird.storage.database.tables import message_attempts, messages, webhooks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from tests.faults.hostile_urls import PUBLIC, Canary, connections_tried, hostile_addresses, hostile_urls
from tests.receiver import Receiver
from tests.serving import Serving, until

WEBHOOKS = "/notifications/webhooks"


@pytest.fixture
def canary() -> Iterator[Canary]:
    found = Canary()
    yield found
    found.close()


def test_there_are_enough_of_them(canary: Canary) -> None:
    assert len(set(hostile_urls(canary.port))) >= 100
    assert len(hostile_addresses()) >= 40


def test_the_canary_records_every_visit(canary: Canary) -> None:
    """The judge itself: without the guard, a visit is seen by the canary and by the audit."""
    allowed = Outbound(AllowList.read(f"127.0.0.1:{canary.port}"))
    with connections_tried() as tried, pytest.raises(NoResponse):
        asyncio.run(allowed.post(f"http://127.0.0.1:{canary.port}/", b"{}", {}))
    assert ("127.0.0.1", canary.port) in tried
    until(lambda: canary.visits, "a visit")


def test_registering(canary: Canary, serving: Serving) -> None:
    app = serving.application()
    for url in hostile_urls(canary.port):
        answer = app.post(WEBHOOKS, json={"url": url})
        assert answer.status_code == 400, url
        assert {error["code"] for error in answer.json()["data"]} == {"invalid-content"}
    assert app.get(WEBHOOKS).json()["data"] == []
    assert canary.visits == []


def test_delivering_to_what_stands_in_the_database(canary: Canary, serving: Serving) -> None:
    """As if it had got past the registration, or the operator had let it in and changed their mind."""
    app, services = serving.application(), serving.services
    app.post(WEBHOOKS, json={"url": "https://hooks.example.com/", "subscribedEvents": "consent.warning"})
    urls = hostile_urls(canary.port)
    for url in urls:
        changed = update(webhooks).values(url=url)
        services.storage.write_now(lambda uow, change=changed: uow.execute(change), tenant=EVERY_TENANT)  # type: ignore[misc]
        assert app.post("/notifications/messages/test", json={"eventTypeId": "consent.warning"}).status_code == 201
        until(lambda: attempts(serving)[0] == 0, f"an attempt at {url}")
    refused, responses = attempts(serving)[1], attempts(serving)[2]
    assert refused == len(urls)
    assert responses == {"Address not allowed"}
    assert canary.visits == []


def attempts(serving: Serving) -> tuple[int, int, set[str]]:
    """Messages without an attempt, attempts, and what they led to, up to the colon."""

    def look(uow: UnitOfWork) -> tuple[int, int, set[str]]:
        waiting = len(uow.rows(select(messages.c.id).where(messages.c.attempts == 0)))
        made = uow.rows(select(message_attempts.c.response))
        return waiting, len(made), {row.response.partition(":")[0] for row in made}

    return serving.services.storage.read_now(look, tenant=EVERY_TENANT)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(canary: Canary, status: int) -> None:
    """A redirect is an answer like any other that is not 2xx: the server does not follow it."""
    urls = [url for url in hostile_urls(canary.port) if "\r" not in url and url.isascii()]
    places = iter([*urls, *(f"http://{host}" for host in ("example.com",))])
    with Receiver(lambda _: (status, {"Location": next(places)})) as receiver:
        outbound = Outbound(AllowList.read(receiver.host))

        async def knock() -> set[int]:
            try:
                return {(await outbound.post(receiver.url, b"{}", {})).status for _ in urls}
            finally:
                await outbound.close()

        with connections_tried() as tried:
            assert asyncio.run(knock()) == {status}
    assert {address for address in tried if isinstance(address, tuple)} == {("127.0.0.1", receiver.port)}
    assert canary.visits == []


async def refused(outbound: Outbound, port: int) -> None:
    with connections_tried() as tried, pytest.raises(NotAllowed):
        await outbound.post(f"http://hooks.example.com:{port}/", b"{}", {})
    assert [each for each in tried if isinstance(each, tuple)] == []


def test_names_that_resolve_to_hostile_addresses(canary: Canary) -> None:
    """Alone, behind a public address and before one: one bad address spoils the name."""
    answers: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        return answers

    async def knock() -> None:
        outbound = Outbound(AllowList(), resolve=resolve)
        for address in hostile_addresses():
            for answers[:] in ([address], [PUBLIC, address], [address, PUBLIC]):
                await refused(outbound, canary.port)

    asyncio.run(knock())
    assert canary.visits == []


CLUSTER = {
    "kubernetes.default": "10.96.0.1",
    "hooks.payments": "34.118.224.9",
    "consul.service": "10.0.0.7",
    "redis.cache.svc": "fd00::6379",
    "metadata.google": "169.254.169.254",
}
"""What a resolver that searches in the domains of a cluster answers for names that mean something there."""


def asked_in_a_cluster(host: str) -> list[str]:
    """As glibc with `search default.svc.cluster.local …` and `ndots:5`: a final dot ends the search."""
    return [PUBLIC] if host.endswith(".") else [CLUSTER[host]]


@pytest.mark.parametrize("name", CLUSTER)
def test_names_that_mean_something_in_a_cluster(name: str) -> None:
    """What counts is the address: each is refused when it is about to be connected to. And none is looked for in search domains."""
    with pytest.raises(NotAllowed):
        judge_addresses(asked_in_a_cluster(name), name, 8080, AllowList())
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return asked_in_a_cluster(host)

    with connections_tried() as tried, pytest.raises((NoResponse, NotAllowed)):
        asyncio.run(Outbound(AllowList(), connect_seconds=0, resolve=resolve).post(f"http://{name}.example.com:8080/", b"{}", {}))
    assert asked == [f"{name}.example.com."]
    assert all(address[0] == PUBLIC for address in tried if isinstance(address, tuple))


@pytest.mark.parametrize("name", CLUSTER)
def test_a_host_of_a_bank_is_asked_without_search_domains(name: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["10.96.0.1"]

    banks = BankClient(AllowList(), resolve=resolve)
    with connections_tried() as tried, pytest.raises(NotAllowed):
        banks.send(HttpRequest("GET", f"https://{name}.example.com/"), time.monotonic() + 5)
    banks.close()
    assert asked == [f"{name}.example.com."]
    assert tried == []


def test_a_listed_host_is_asked_as_it_stands() -> None:
    """So that the operator can name a service of their own cluster by its short name."""
    allowed = AllowList.read("hooks.payments:8080")
    assert name_to_resolve("hooks.payments", 8080, allowed) == "hooks.payments"
    assert name_to_resolve("hooks.payments", 8081, allowed) == "hooks.payments."
    for address in ("8.8.8.8", "2606:4700::1111", "[2606:4700::1111]"):
        assert name_to_resolve(address, 443, allowed) == address.strip("[]")


def test_names_whose_address_changes(canary: Canary) -> None:
    """First an address that may be reached, from the second question on a hostile one: asked once a connection, and never after."""
    asked: list[str] = []
    answers: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [answers.pop(0)]

    async def flip(receiver: Receiver) -> None:
        outbound = Outbound(AllowList.read("127.0.0.3"), resolve=resolve)
        for address in hostile_addresses():
            answers[:] = ["127.0.0.3", address, address]
            assert (await outbound.post(f"http://hooks.example.com:{receiver.port}/", b"{}", {})).status == 204
            await outbound.close()
            await refused(outbound, receiver.port)
            await refused(outbound, canary.port)

    with Receiver(address="127.0.0.3") as receiver:
        asyncio.run(flip(receiver))
    assert len(asked) == 3 * len(hostile_addresses())
    assert len(receiver.received) == len(hostile_addresses())
    assert {request.headers["host"] for request in receiver.received} == {f"hooks.example.com:{receiver.port}"}
    assert canary.visits == []


def test_an_allow_list_lets_in_what_it_names_and_nothing_more() -> None:
    allowed = AllowList.read("localhost:9000, 10.1.0.0/16,[::1]:9001,172.17.0.1")
    for url in ("http://localhost:9000/x", "http://10.1.2.3/", "http://[::1]:9001/", "https://172.17.0.1/"):
        assert judge_url(url, allowed).host
    for url in ("http://localhost:9001/", "http://10.2.0.1/", "http://[::1]:9000/", "http://172.17.0.2/", "http://127.0.0.1:9000/"):
        with pytest.raises(NotAllowed):
            judge_url(url, allowed)


@pytest.mark.parametrize("text", ["localhost", "10.1.0.0/33", "http://localhost:9000", "10.1.0.1/16", "*"])
def test_an_allow_list_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        AllowList.read(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", PUBLIC, "2606:4700::1111", "2a00:1450:4001::200e", "192.0.1.1", "11.0.0.1"])
def test_public_addresses_are_let_be(text: str) -> None:
    assert is_public(ip_address(text))
    url = f"https://[{text}]/" if ":" in text else f"https://{text}/"
    assert judge_url(url, AllowList()).port == 443


def test_a_slow_receiver_is_given_up() -> None:
    gate = threading.Event()

    def dawdle(_: object) -> int:
        gate.wait(20)
        return 204

    with Receiver(dawdle) as receiver:
        outbound = Outbound(AllowList.read(receiver.host), total_seconds=1)
        with pytest.raises(NoResponse, match="Timed out"):
            asyncio.run(outbound.post(receiver.url, b"{}", {}))
        gate.set()
