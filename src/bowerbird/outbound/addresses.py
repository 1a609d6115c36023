"""Which addresses this server may speak to: public ones, and what the operator has listed.

A client that may name a URL could otherwise make the server knock at its own network: the database beside it, the cloud's metadata, a
router. A URL is judged twice: as it is written, which gives an early and precise refusal, and by the address that is about to be
connected to (`connecting.py`), which is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
_WELL_KNOWN_PORTS = (80, 443)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024
_URL_CHARACTERS = re.compile(r"[!$-;=?-\[\]_a-z~]+\Z", re.ASCII)
"""Printable ASCII without blanks, quotes, backslashes, fragments, angle and curly brackets: what parsers read differently."""
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+\Z", re.ASCII)
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)\Z", re.ASCII)
_LOCAL_SUFFIXES = (
    "localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain", "svc", "corp", "home", "private", "consul", "nomad",
    "default", "cluster", "docker", "kube-system", "mesos", "test", "invalid", "onion", "alt",
)  # fmt: skip
"""No public name ends so: networks at home and in offices, clusters, reserved names. An early refusal, and no more than that."""

_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "34.118.224.0/20",
    )
)  # fmt: skip
"""IANA's special-purpose registry: this network, private, carrier, loopback, link-local, documentation, benchmarks, multicast, reserved.

And two that are public by their numbers only: 168.63.129.16, the service that configures a virtual machine of Azure and answers that
machine only, and 34.118.224.0/20, the services of clusters on Google's Kubernetes, the API of the cluster among them.
"""
_PUBLIC_6 = IPv6Network("2000::/3")
"""All that is assigned as global unicast. Mapped, translated (NAT64), unique-local, link-local and loopback addresses lie outside."""
_NOT_PUBLIC_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""IETF protocols with Teredo, documentation, 6to4: inside, but no public host; two of them carry an IPv4 address that was not judged."""


class NoResponse(Exception):
    """The other side could not be reached or did not answer as HTTP in its time. The text says which."""


class NotAllowed(Exception):
    """A URL or an address this server does not speak to. The text says why, and never repeats the URL."""


class Target(NamedTuple):
    """Where a URL leads: what is connected to, and what is asked for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """For logs: without path and query, where secrets ride."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AllowList:
    """What the operator lets through besides public addresses: networks, and single hosts with their port."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def read(cls, text: str) -> AllowList:
        """Entries between commas: a network or address ("10.1.0.0/16"), or a host with its port ("localhost:9000").

        Raises ValueError for anything else, with the entry.
        """
        networks, hosts = [], set()
        for entry in filter(None, (part.strip().lower() for part in text.split(","))):
            host, _, port = entry.rpartition(":")
            if host and port.isdecimal() and (":" not in host or host.startswith("[")):
                hosts.add((host.strip("[]"), int(port)))
                continue
            try:
                networks.append(ip_network(entry))
            except ValueError:
                raise ValueError(f"{entry!r} is no network such as 10.1.0.0/16 and no host with its port such as localhost:9000") from None
        return cls(tuple(networks), frozenset(hosts))

    def names(self, host: str, port: int) -> bool:
        return (host, port) in self.hosts

    def holds(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def is_public(address: Address) -> bool:
    """Whether an address belongs to a host on the public internet, and to nothing nearer."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and address.scope_id is None and not any(address in network for network in _NOT_PUBLIC_6)


def judge_address(address: Address, host: str, port: int, allowed: AllowList) -> None:
    """Raises NotAllowed unless the address is public or listed. `host` and `port` are those of the URL."""
    if not (allowed.names(host, port) or allowed.holds(address) or is_public(address)):
        raise NotAllowed("it leads to an address that is not public; the operator can list it in BOWERBIRD_OUTBOUND_ALLOW")


def judge_addresses(found: Iterable[str], host: str, port: int, allowed: AllowList) -> None:
    """Raises NotAllowed unless every address of a host may be connected to: an honest host has no private face."""
    for each in found:
        try:
            address = ip_address(each)
        except ValueError:
            raise NotAllowed("its name resolves to no usable address") from None
        judge_address(address, host, port, allowed)


def name_to_resolve(host: str, port: int, allowed: AllowList) -> str:
    """How a host of a URL is asked of the resolver: a name with its final dot, so that no search domain is tried after it.

    In a cluster, `kubernetes.default` would become a service there. A host that the operator lists is asked as it stands.
    """
    plain = host.strip("[]")
    return plain if allowed.names(plain, port) or _literal(plain) is not None else f"{plain}."


def is_loopback(host: str | None) -> bool:
    """Whether a host, by name or address, is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def read_url(url: str) -> Target:
    """Where a URL leads, wherever that is. Raises NotAllowed for what parsers read differently, or what carries a password."""
    if not url or len(url) > LONGEST_URL or not _URL_CHARACTERS.match(url.lower()):
        raise NotAllowed(f"it must have 1 to {LONGEST_URL} characters of plain ASCII, without blanks and fragments; write names as xn--")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        raise NotAllowed("its host or port cannot be read") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise NotAllowed("it must begin with https:// or http://")
    if "@" in parts.netloc:
        raise NotAllowed("it must not carry a user name or password")
    if not host or parts.netloc.endswith(":") or port == 0 or ("[" in parts.netloc) != (":" in host):
        raise NotAllowed("its host or port cannot be read")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path)


def judge_url(url: str, allowed: AllowList) -> Target:
    """Where a URL leads, if it may be asked at all. Raises NotAllowed."""
    target = read_url(url)
    if not allowed.names(target.host, target.port):
        _judge_host(target, allowed)
    return target


def _judge_host(target: Target, allowed: AllowList) -> None:
    literal = _literal(target.host)
    if literal is not None:
        judge_address(literal, target.host, target.port, allowed)
        if allowed.holds(literal):
            return
    elif not _NAME.match(target.host) or len(target.host) > 253:
        raise NotAllowed("its host must be a full name such as hooks.example.com, or an address in the usual spelling")
    elif target.host.endswith(tuple(f".{suffix}" for suffix in _LOCAL_SUFFIXES)):
        raise NotAllowed("its host is a name of a local network")
    if target.port not in _WELL_KNOWN_PORTS and target.port < _FIRST_FREE_PORT:
        raise NotAllowed(f"port {target.port} belongs to another service: use 443, 80, or one from {_FIRST_FREE_PORT} on")


def _literal(host: str) -> Address | None:
    """The address a host is written as, None for a name. Only the one usual spelling: no octal, hexadecimal, short or zoned forms."""
    if ":" in host or _NUMBER.match(host.rpartition(".")[2]):
        try:
            return ip_address(host)
        except ValueError:
            raise NotAllowed("its host looks like an address but is not spelled as one") from None
    return None
