"""A setup token and a link to the next page that name an address inside: nothing connects to it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

import msgspec
import pytest

from bowerbird.connectors.akahu import CONNECTOR as AKAHU
from bowerbird.connectors.basiq import CONNECTOR as BASIQ
from bowerbird.connectors.cdr import CONNECTOR as CDR
from bowerbird.connectors.cdr.holder import Holder, find_holder, find_keys, send
from bowerbird.connectors.enablebanking import CONNECTOR as ENABLE
from bowerbird.connectors.fints import CONNECTOR as FINTS
from bowerbird.connectors.simplefin import CONNECTOR as SIMPLEFIN
from bowerbird.connectors.starling import CONNECTOR as STARLING
from bowerbird.connectors.up import CONNECTOR as UP
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.outbound.addresses import AllowList, NoResponse, NotAllowed
from bowerbird.outbound.client import Outbound
from bowerbird.outbound.code_sender import NotSent, WebhookSender, code_sender_of
from bowerbird.plugins.bank_network import BankNetwork
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import InvalidCredentials, NotUnderstood, Unavailable
from bowerbird.sdk.http import HttpRequest
from tests.banks.upstream import Answer, Asked, UpstreamServer
from tests.faults.hostile_urls import Canary, connections_tried, hostile_urls

SETTINGS: dict[str, dict[str, str]] = {}
NETWORK = BankNetwork(AllowList(), SETTINGS)
"""One for all: a client of banks reads the certificates of all authorities first."""
ACCOUNT = BankAccount("one", "Spending", None, "AUD", AccountClass.TRANSACTION, "Up", None, None, upstream_id="one")


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


def context(upstream: Upstream) -> ConnectorContext:
    """As a connector is called with, on a server that opens no address."""
    http = NETWORK.http(upstream, monotonic() + 20, Event(), lambda: None)
    return ConnectorContext(datetime(2026, 3, 2, tzinfo=UTC), 1, 0, http=http)


HOLDER = {"issuer": "https://holder.example", "resources": "https://holder.example", "client_id": "a"}
METADATA = dict.fromkeys(
    (
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "pushed_authorization_request_endpoint", "introspection_endpoint",
    ),
    "https://holder.example/a",
)  # fmt: skip


def secure(url: str) -> str:
    """By https, without which these are refused before anything is looked at."""
    return url.replace("http://", "https://", 1)


def token(url: str) -> None:
    text = base64.b64encode(url.encode("utf-8", "surrogatepass")).decode()
    SIMPLEFIN.log_in(Login("US90001", "mine", text), context(SIMPLEFIN.upstream))


def access(url: str) -> None:
    SIMPLEFIN.accounts(url.replace("://", "://someone:secret@", 1), context(SIMPLEFIN.upstream))


def next_page(url: str) -> None:
    UP.transactions("a-token", ACCOUNT, None, replace(context(UP.upstream), cursor=url))


def base(upstream: Upstream) -> Callable[[str], None]:
    """The setting `address` of a table of connectors.toml."""

    def ask(url: str) -> None:
        SETTINGS[upstream.name] = {"address": url or "x"}
        host = next(iter(upstream.hosts)) if isinstance(upstream.hosts, frozenset) else ""
        context(upstream).http.send(HttpRequest("GET", f"https://{host}/x"))

    return ask


def keys_of_holder(url: str) -> None:
    holder = msgspec.convert({**METADATA, "jwks_uri": url}, Holder)
    find_keys(holder, replace(context(CDR.upstream), settings=HOLDER))


def holder_itself(url: str) -> None:
    find_holder(replace(context(CDR.upstream), settings={**HOLDER, "issuer": secure(url), "hosts": urlsplit(url).netloc}))


def registration(url: str) -> None:
    """Its token endpoint, its endpoint of registrations and every other one are asked so."""
    send(HttpRequest("POST", url, {}, b"a"), replace(context(CDR.upstream), settings=HOLDER))


def fints(url: str) -> None:
    context(FINTS.upstream).http.send(HttpRequest("POST", secure(url), {}, b"a"))


def code_sender(url: str) -> None:
    WebhookSender(url, Outbound(AllowList())).send("a@b.example", "123456")


def code_sender_setting(url: str) -> None:
    code_sender_of(url or "x", Outbound(AllowList()))


def alert(url: str) -> None:
    """As a notice of an alert and a message are posted; the row of the webhook may have changed by then."""
    asyncio.run(Outbound(AllowList()).post(url, b"{}", {}))


PLACES: dict[str, Callable[[str], None]] = {
    "setup token": token, "access URL": access, "next page": next_page, "address of up": base(UP.upstream),
    "address of enablebanking": base(ENABLE.upstream), "address of akahu": base(AKAHU.upstream), "address of basiq": base(BASIQ.upstream),
    "address of starling": base(STARLING.upstream), "keys of a data holder": keys_of_holder, "a data holder": holder_itself,
    "registration at a data holder": registration, "FinTS server": fints, "code sender": code_sender,
    "setting of the code sender": code_sender_setting, "alert": alert,
}  # fmt: skip
REFUSALS = (InvalidCredentials, NotUnderstood, Unavailable, NotSent, NotAllowed, NoResponse, ValueError)


@pytest.mark.parametrize("place", PLACES)
def test_no_hostile_address_is_reached(canary: Canary, place: str, tell: Callable[[object], None]) -> None:
    urls = hostile_urls(canary.port)
    with connections_tried() as tried:
        for url in urls:
            with pytest.raises(REFUSALS):
                PLACES[place](url)
            SETTINGS.clear()
    assert canary.visits == []
    inside = [address for address in tried if isinstance(address, tuple) and address[1] == canary.port]
    assert inside == []
    tell(f"{place}: 0 of {len(urls)} addresses reached")


class Redirecting(UpstreamServer):
    """A bank that sends its caller on."""

    to: str = ""

    def answer(self, asked: Asked) -> Answer:
        return Answer(302, b"", {"Location": self.to})


def test_no_redirect_of_a_bank_is_followed(canary: Canary) -> None:
    urls = [url for url in hostile_urls(canary.port) if url.isascii() and url.isprintable()]
    with Redirecting() as bank:
        network = BankNetwork(AllowList.read(bank.host), {"up": {"address": bank.url}})
        with connections_tried() as tried:
            for bank.to in urls:
                http = network.http(UP.upstream, monotonic() + 20, Event(), lambda: None)
                with pytest.raises((NotUnderstood, Unavailable)):
                    UP.accounts("a-token", replace(context(UP.upstream), http=http))
        network.close()
        assert {":".join(map(str, address)) for address in tried if isinstance(address, tuple)} == {bank.host}
        assert len(bank.asked) == len(urls)
    assert canary.visits == []
