"""URLs that would lead a careless server to places it must not reach, and a canary that sits there."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PUBLIC = "93.184.216.34"


class Canary:
    """Listens on every address of this machine and counts who comes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port: int = self._listener.getsockname()[1]
        self.visits: list[object] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                page_client, address = self._listener.accept()
                self.visits.append(address)
                page_client.close()

    def close(self) -> None:
        self._listener.close()


_CONNECTS: list[list[object]] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        for seen in _CONNECTS:
            seen.append(arguments[1])


sys.addaudithook(_audit)


@contextmanager
def connections_tried() -> Iterator[list[object]]:
    """Every address that Python code of this process tries to connect to inside the block, with or without a listener there."""
    seen: list[object] = []
    _CONNECTS.append(seen)
    try:
        yield seen
    finally:
        _CONNECTS.remove(seen)


_ADDRESSES = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "34.118.224.1", "34.118.239.254",
    "100.64.0.1", "100.127.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
    "[2002:7f00:1::]", "[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]",
    "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[100::1]", "[5f00::1]",
]  # fmt: skip
_SPELLINGS = [
    "127.1", "127.0.1", "0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "127.0.0.01",
    "1.2.3.4.5", "256.1.1.1", "0xA9FEA9FE", "localhost", "LOCALHOST", "localhost.", "x.localhost", "metadata", "metadata.google.internal",
    "printer.local", "router.home.arpa", "hooks.example.com.", "localhost%00.example.com", "127.0.0.1%2F@example.com", "-x.example.com",
    "x..example.com", "%6c%6f%63%61%6c%68%6f%73%74", "loc\u00e4lhost.example", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "[v1.x]", "hooks.default.svc", "hooks.corp", "hooks.home",
    "x.consul", "web.service.dc1.consul", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
    "dns.kube-system", "api.cluster", "api.service.nomad", "host.docker.internal", "gateway.docker", "leader.mesos", "db.private",
    "hooks.test", "hooks.invalid", "hooks.onion", "hooks.alt",
    "0x7f.1", "00.00.00.00", "127.000.000.001", "0000127.0.0.1", "127.1.1.1", "169.254.169.254.", "100.100.100.200", "192.0.0.8",
    "[0:0:0:0:0:ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::1%251]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]",
    "[::ffff:169.254.169.254]", "[fd20:ce::254]", "[0000::0001]", "\u2460\u2461\u2466.0.0.1", "\u24ea",
    "127.0.0.1%00.example.com", "127.0.0.1%23.example.com", "::1",
]  # fmt: skip
_WHOLE = [
    "ftp://{host}/", "file:///etc/passwd", "gopher://{host}/", "javascript:alert(1)", "//{host}/", "{host}", "", " http://{host}/",
    "http://{host}\\@example.com/", "http://user@{host}/", "http://user:secret@example.com:{port}/", "http://example.com@{host}/",
    "http://{host}#@example.com/", "http://example.com:22/", "http://example.com:25/", "https://example.com:0/", "https://example.com:99999/",
    "http://example.com:/x y", "http://example.com/\r\nHost: {host}", "http://[::1/", "http:///x", "http:{host}", "unix:///run/x.sock",
    "https://example.com/" + "a" * 2000, "HTTP://{host}/", "http:\\\\{host}\\", "http:/\\{host}/", "http:///{host}/", "http://{host}\t/",
    "http://example.com &@{host}/", "http://example.com:443@{host}/", "http://{host}@{host}/", "http://[{host}]/", "http://{host}?@example.com/",
    "http://user%40example.com@{host}/", "dict://{host}/", "ldap://{host}/", "jar:http://{host}!/", "http://{host};@example.com/",
]  # fmt: skip


def hostile_urls(port: int) -> list[str]:
    """Refused as they are written. Wherever it can, one leads to `port` of this machine."""
    hosts = [f"http://{host}:{port}/" for host in (*_ADDRESSES, *_SPELLINGS)]
    host = f"127.0.0.1:{port}"
    return [*hosts, *(url.replace("{host}", host).replace("{port}", str(port)) for url in _WHOLE)]


def hostile_addresses() -> list[str]:
    """What a name may resolve to that must not be connected to."""
    return [text.strip("[]").replace("%25", "%") for text in _ADDRESSES]
