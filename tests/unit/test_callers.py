"""Who is asking: addresses as proxies write them, the networks they are counted by, and the header that only a trusted proxy may set."""

from __future__ import annotations

import pytest

from bowerbird.api.http.proxies import UNKNOWN_CLIENT, TrustedProxies, find_forwarding_header
from bowerbird.domain.access.network import find_address, network_of, read_networks
from bowerbird.settings import SettingsError, read_settings, trusted_proxies


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"), (" 192.0.2.7 ", "192.0.2.7"), ("192.0.2.7:4711", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"), ("[2001:db8::1]:4711", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"), ("[fe80::1%25eth0]:80", "fe80::1"), ("2001:DB8:0:0::1", "2001:db8::1"),
        ("", None), ("unknown", None), ("_hidden", None), ("192.0.2", None), ("192.0.2.256", None), ("0xc0000207", None),
        ("٣.0.2.7", None), ("1" * 5000, None), ("192.0.2.7 192.0.2.8", None), ("[", None), ("%", None), ("127.1", None),
    ],
)  # fmt: skip
def test_addresses(text: str, address: str | None) -> None:
    found = find_address(text)
    assert (None if found is None else str(found)) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("2001:db8:0:7::%x", "2001:db8:0:7::/64"), ("", ""), ("unknown", "unknown"), ("x" * 999, "x" * 64),
    ],
)  # fmt: skip
def test_what_a_caller_is_counted_by(address: str, network: str) -> None:
    assert network_of(address) == network


PROXIES = TrustedProxies(read_networks("10.0.0.0/8, 127.0.0.1, 2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        ([], "10.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1", "203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        (["junk, <script>, 203.0.113.9, 127.0.0.1, 10.2.3.4"], "203.0.113.9"),
        (["10.0.0.9, 10.2.3.4"], "10.0.0.9"),
        (["203.0.113.9:5555"], "203.0.113.9"),
        (["[2001:db8:2::9]:443, 2001:db8:1::2"], "2001:db8:2::9"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1, unknown"], UNKNOWN_CLIENT),
        (["198.51.100.1,"], UNKNOWN_CLIENT),
        (["\xff\x00"], UNKNOWN_CLIENT),
        ([","], UNKNOWN_CLIENT),
    ],
)
def test_whose_request_a_trusted_proxy_passes_on(lines: list[str], client: str) -> None:
    headers = [(b"host", b"x"), (b"x-real-ip", b"198.51.100.7"), (b"forwarded", b"for=198.51.100.8")]
    headers += [(b"x-forwarded-for", line.encode("latin-1")) for line in lines]
    assert PROXIES.client_of("10.0.0.1", headers) == client


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.9.9.9", True), ("127.0.0.1", True), ("127.0.0.2", False), ("::ffff:10.1.1.1", True), ("2001:db8:1::5%1", True), ("::1", False),
        ("", False),
    ],
)  # fmt: skip
def test_who_is_trusted(address: str, trusted: bool) -> None:
    assert PROXIES.trusts(address) is trusted
    assert TrustedProxies().trusts(address) is False


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy.example", "*", "10.0.0.0/8;127.0.0.1", "0"])
def test_a_setting_that_names_no_network(text: str) -> None:
    with pytest.raises(SettingsError, match=r"BOWERBIRD_TRUSTED_PROXIES: .* is not a network or an address, such as 10\.0\.0\.0/8"):
        read_settings({"BOWERBIRD_TRUSTED_PROXIES": text})


def test_the_setting() -> None:
    assert trusted_proxies(read_settings({})) == ()
    read = trusted_proxies(read_settings({"BOWERBIRD_TRUSTED_PROXIES": "10.0.0.0/8, ::1,"}))
    assert [str(network) for network in read] == ["10.0.0.0/8", "::1/128"]


COMMON = (
    "forwarded via x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded-port x-forwarded x-real-ip true-client-ip "
    "cf-connecting-ip x-client-ip x-cluster-client-ip fastly-client-ip fly-client-ip x-original-forwarded-for x-envoy-external-address "
    "x-azure-clientip"
).split()


@pytest.mark.parametrize("header", COMMON)
def test_common_forwarding_headers_are_known(header: str) -> None:
    assert find_forwarding_header(["host", "accept", header]) == header


def test_what_clients_send_is_none() -> None:
    sent = "host accept user-agent authorization basiq-version content-type content-length origin referer cookie x-request-id"
    assert find_forwarding_header(sent.split()) == ""
