"""Addresses of callers, and the networks they are counted by."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_COUNTED_BITS = 64
"""Of an IPv6 address: a provider gives each customer at least that whole network."""
_LONGEST = 64


def find_address(text: str) -> Address | None:
    """An IP address as a connection or a header names it, without port, brackets and zone; None for anything else.

    An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST or not text.isascii():
        return None
    if text[0] == "[":
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """What a caller is counted by: an IPv4 address, or the /64 network of an IPv6 address. What is no address is counted as it stands."""
    found = find_address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found) >> _COUNTED_BITS << _COUNTED_BITS, _COUNTED_BITS)))
    return address[:_LONGEST] if found is None else str(found)


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, separated by commas. Raises ValueError, whose text names the one that is none."""
    networks: list[Network] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise ValueError(part) from None
    return tuple(networks)
