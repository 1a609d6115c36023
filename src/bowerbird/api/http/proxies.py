"""Whose request it is behind a proxy: the address that a trusted proxy reports, for everybody else the address of the connection.

Only `X-Forwarded-For` is read, and only from the networks of `BOWERBIRD_TRUSTED_PROXIES`. Every proxy sets that header or is told to;
the others (`Forwarded`, `X-Real-IP`, `CF-Connecting-IP`, …) it passes on as its client wrote them, so that reading them would let any
client choose an address. Host and scheme are never taken from a request: `BOWERBIRD_PUBLIC_URL` says both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bowerbird.domain.access.network import Network, find_address
from bowerbird.logs import log

PROXIES_KEY = "bowerbird.trusted_proxies"
"""Where the lifespan puts the trusted proxies for the connections."""

UNKNOWN_CLIENT = "unknown"
"""The client of a request whose trusted proxy reports something that is no address."""

_READ = b"x-forwarded-for"
_NAMES = frozenset({
    "forwarded", "via", "x-real-ip", "x-client-ip", "x-original-host", "x-original-url", "x-originating-ip", "x-remote-ip", "x-remote-addr",
    "x-host", "x-cluster-client-ip", "x-envoy-external-address", "x-azure-clientip", "x-azure-socketip", "x-appengine-user-ip",
    "x-original-forwarded-for", "x-proxyuser-ip", "true-client-ip", "client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "cf-ray",
    "fastly-client-ip", "fly-client-ip", "proxy-client-ip", "wl-proxy-client-ip", "x-nf-client-connection-ip", "cloudfront-viewer-address",
})  # fmt: skip
_START = "x-forwarded"


def find_forwarding_header(names: Iterable[str]) -> str:
    """The first header, in lower case, that only a proxy adds; empty without one."""
    return next((name for name in names if name in _NAMES or name.startswith(_START)), "")


class TrustedProxies:
    """The proxies whose `X-Forwarded-For` is believed."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)
        self._has_warned = False
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def _trusts(self, address: str) -> bool:
        """Whether an address is that of a trusted proxy."""
        found = find_address(address) if self._networks else None
        return found is not None and any(found in network for network in self._networks)

    def client_of(self, proxy: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Whose request a trusted proxy passes on: the last address of the chain that is no trusted proxy.

        What stands before it was written by that client. A chain of trusted proxies alone belongs to its first; without the header it
        is the proxy's own request.
        """
        chain = b",".join(value for name, value in headers if name == _READ).decode("latin-1")
        client = proxy
        for text in reversed(chain.split(",")) if chain else ():
            found = find_address(text)
            if found is None:
                return UNKNOWN_CLIENT
            client = str(found)
            if not self.trusts(client):
                break
        return client

    def warn_once(self, address: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Log the first request with a forwarding header that does not come from a trusted proxy."""
        if self._has_warned:
            return
        header = find_forwarding_header(name.decode("latin-1") for name, _ in headers)
        if header:
            self._has_warned = True
            log.warning(
                "forwarding_header_ignored",
                header=header,
                address=address,
                hint="a proxy that is yours belongs in BOWERBIRD_TRUSTED_PROXIES; until then all of its clients share one limit",
            )
