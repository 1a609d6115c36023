"""A setup token and a link to the next page that name an address inside: nothing connects to it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from time import monotonic

import pytest

from bowerbird.connectors.simplefin import CONNECTOR as SIMPLEFIN
from bowerbird.connectors.up import CONNECTOR as UP
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.outbound.addresses import AllowList
from bowerbird.plugins.bank_network import BankNetwork
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import InvalidCredentials, NotUnderstood, Unavailable
from tests.faults.hostile_urls import Canary, connections_tried, hostile_urls

ACCOUNT = BankAccount("one", "Spending", None, "AUD", AccountClass.TRANSACTION, "Up", None, None, upstream_id="one")


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


def context(upstream: Upstream) -> ConnectorContext:
    """As a connector is called with, on a server that opens no address."""
    http = BankNetwork(AllowList()).http(upstream, monotonic() + 20, Event(), lambda: None)
    return ConnectorContext(datetime(2026, 3, 2, tzinfo=UTC), 1, 0, http=http)


def test_no_hostile_address_is_reached(canary: Canary, tell: Callable[[object], None]) -> None:
    urls = hostile_urls(canary.port)
    with connections_tried() as tried:
        for url in urls:
            token = base64.b64encode(url.encode("utf-8", "surrogatepass")).decode()
            with pytest.raises((InvalidCredentials, Unavailable)):
                SIMPLEFIN.log_in(Login("US90001", "mine", token), context(SIMPLEFIN.upstream))
            with pytest.raises((NotUnderstood, Unavailable)):
                UP.transactions("a-token", ACCOUNT, None, replace(context(UP.upstream), cursor=url))
            with pytest.raises((NotUnderstood, Unavailable)):
                SIMPLEFIN.accounts(url.replace("://", "://someone:secret@", 1), context(SIMPLEFIN.upstream))
    assert canary.visits == []
    inside = [address for address in tried if isinstance(address, tuple) and address[1] == canary.port]
    assert inside == []
    tell(f"{len(urls)} addresses as setup token, access URL and next page: 0 of {3 * len(urls)} reached")
