"""What connectors have to ask banks on the network: HTTP within bounds, few threads each, and the operator's settings."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from bowerbird.logs import log
from bowerbird.named_files import read_text
from bowerbird.outbound.addresses import AllowList, NoResponse, NotAllowed
from bowerbird.outbound.certificates import NO_CERTIFICATE, CertificateUnusable, ClientCertificate
from bowerbird.plugins.connector_threads import ConnectorThreads
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, AUTHORITY, CERTIFICATE, CERTIFICATE_KEY, Upstream
from bowerbird.sdk.failures import NotUnderstood, Unavailable
from bowerbird.sdk.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from bowerbird.outbound.bank_client import BankClient

ConnectorSettings = Mapping[str, Mapping[str, str]]
"""Connector → setting → value."""

ADDRESS = "address"
"""The setting under which an operator names another address for the connector's host: a mock, or a proxy of their own."""

MAX_REQUESTS = 2_000
"""Of one call of a connector: what asks for more goes round and round."""


class SettingsFileError(Exception):
    """The file of connector settings cannot be used: it says what stands there, and what to write."""


def read_connector_settings(path: str, environment: Mapping[str, str] | None = None) -> ConnectorSettings:
    """The settings of a TOML file with a table a connector; none where `path` is empty.

    A table within one is another bank of that connector, `[cdr.AU95010]`: it has settings of its own and takes none from `[cdr]`, so that
    what belongs to one bank is never sent to another.
    `env:NAME` stands for a variable of the environment, `file:PATH` for what a file holds. Raises SettingsFileError.
    """
    if not path:
        return {}
    source = os.environ if environment is None else environment
    try:
        read = msgspec.convert(tomllib.loads(read_text(Path(path))), dict[str, dict[str, str | dict[str, str]]])
    except (OSError, UnicodeDecodeError, RecursionError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        what = "Write a table for each connector, such as [up], with texts in it."
        raise SettingsFileError(f"{path} cannot be read ({error}). {what}") from None
    tables = {name: {key: value for key, value in table.items() if isinstance(value, str)} for name, table in read.items()}
    for name, table in read.items():
        tables |= {f"{name}.{bank}": own for bank, own in table.items() if isinstance(own, dict)}
        if not tables[name] and table:
            del tables[name]
    return {
        name: {key: _resolved(f"{path}, [{name}] {key}", value, source) for key, value in table.items()} for name, table in tables.items()
    }


def warn_of_unknown_settings(settings: ConnectorSettings, upstreams: Iterable[Upstream]) -> None:
    """Log each table that is no installed connector's, and each setting that its connector does not declare."""
    known = {upstream.name: {ADDRESS, *upstream.needs, *upstream.settings} for upstream in upstreams}
    for name, table in settings.items():
        if name not in known:
            log.warning("settings_of_no_connector", table=name, connectors=sorted(known))
            continue
        for key in sorted(table.keys() - known[name]):
            log.warning("setting_not_declared", connector=name, setting=key, declared=sorted(known[name]))


def _resolved(setting: str, value: str, environment: Mapping[str, str]) -> str:
    """What a setting stands for. Raises SettingsFileError, which names the setting."""
    kind, _, rest = value.partition(":")
    if kind == "env":
        if rest not in environment:
            raise SettingsFileError(f"{setting}: the environment has no variable {rest}. Set it, or write the value itself.")
        return environment[rest]
    if kind != "file":
        return value
    try:
        return read_text(Path(rest)).strip()
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{setting}: the file {rest!r} cannot be read ({error}). Name one that the server may read.") from None


def certificate_of(upstream: Upstream, settings: Mapping[str, str]) -> ClientCertificate:
    """What a connector shows its bank by its settings; nothing where it does not name a certificate among its needs."""
    if CERTIFICATE not in upstream.needs:
        return NO_CERTIFICATE
    return ClientCertificate(settings.get(CERTIFICATE, ""), settings.get(CERTIFICATE_KEY, ""), settings.get(AUTHORITY, ""))


@dataclass(slots=True)
class ConnectorHttp:
    """The client that one call of a connector is handed: its hosts, until the call is over."""

    client: BankClient
    allowed: AllowList
    upstream: Upstream
    address: str
    deadline_s: float  # not money: a moment of time.monotonic
    is_over: Callable[[], bool]
    count: Callable[[], None]
    job: str = ""
    sent: int = 0

    def send(self, request: HttpRequest) -> HttpResponse:
        from bowerbird.outbound.bank_client import NotReadable  # noqa: PLC0415  (loaded with the first request)

        self.sent += 1
        if self.is_over():
            raise Unavailable("the step is over")
        if self.sent > MAX_REQUESTS:
            raise NotUnderstood(f"more than {MAX_REQUESTS} requests")
        directed = self._judged(request)
        self.count()
        began, status = monotonic(), 0
        try:
            response = self.client.send(directed, self.deadline_s)
            status = response.status
        except NoResponse as error:
            host = "" if self.upstream.hosts is ANY_PUBLIC_HOST else urlsplit(directed.url).hostname  # a customer's host is theirs
            log.warning("bank_not_reached", connector=self.upstream.name, job=self.job, host=host, why=str(error))
            raise Unavailable(str(error)) from None
        except (NotAllowed, NotReadable) as error:
            raise self._refused(error) from None
        finally:
            milliseconds = round((monotonic() - began) * 1000)
            log.debug("bank_asked", connector=self.upstream.name, method=request.method, status=status, milliseconds=milliseconds)
        return response

    def _judged(self, request: HttpRequest) -> HttpRequest:
        """The request as it is sent. Raises NotUnderstood for a host that the connector does not name."""
        try:
            return self._directed(request)
        except NotAllowed as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> NotUnderstood:
        log.warning("bank_not_asked", connector=self.upstream.name, job=self.job, why=str(error)[:200])
        return NotUnderstood(str(error))

    def _directed(self, request: HttpRequest) -> HttpRequest:
        """The request as it is sent. Raises NotAllowed for a host that the connector does not name."""
        try:
            parts = urlsplit(request.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise NotAllowed("its host or port cannot be read") from None
        if self.upstream.hosts is ANY_PUBLIC_HOST:
            if parts.scheme != "https" and not self.allowed.names(host or "", port or 80):
                raise NotAllowed("it must begin with https://")
            return request
        if host not in self.upstream.hosts or parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc:
            raise NotAllowed("the connector does not name its host")
        if not self.address:
            return request
        query = f"?{parts.query}" if parts.query else ""
        return HttpRequest(request.method, f"{self.address.rstrip('/')}{parts.path}{query}", request.headers, request.body)


@dataclass(slots=True)
class _Line:
    """The threads of one connector; `free` counts those that no customer has."""

    pool: ConnectorThreads
    free: BoundedSemaphore


@dataclass(slots=True)
class BankNetwork:
    """The connectors' way to their banks, one a process."""

    allowed: AllowList
    settings: ConnectorSettings = field(default_factory=dict)
    _clients: dict[tuple[AllowList, ClientCertificate], BankClient] = field(default_factory=dict)
    _lines: dict[str, _Line] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def settings_of(self, upstream: Upstream) -> Mapping[str, str]:
        return self.settings.get(upstream.name, {})

    def http(self, upstream: Upstream, deadline_s: float, over: Event, count: Callable[[], None], job: str = "") -> ConnectorHttp:
        """A client that works until a moment of time.monotonic, or until the event is set. It calls `count` before each request.

        Where a customer names the host, the operator's own networks are closed: only single hosts that the operator lists are open beside
        public ones. Raises NotUnderstood for a certificate that cannot be used.
        """
        settings = self.settings_of(upstream)
        address = settings.get(ADDRESS, "")
        allowed = AllowList(hosts=self.allowed.hosts) if upstream.hosts is ANY_PUBLIC_HOST else self.allowed
        try:
            client = self._shared_client(allowed, certificate_of(upstream, settings))
        except CertificateUnusable as error:
            log.error("certificate_unusable", connector=upstream.name, job=job, why=str(error))
            raise NotUnderstood(str(error)) from None
        return ConnectorHttp(client, allowed, upstream, address, deadline_s, over.is_set, count, job)

    def _shared_client(self, allowed: AllowList, certificate: ClientCertificate) -> BankClient:
        from bowerbird.outbound.bank_client import BankClient  # noqa: PLC0415  (slow to import: certificates, and the HTTP library)

        with self._lock:
            if (allowed, certificate) not in self._clients:
                self._clients[allowed, certificate] = BankClient(allowed, certificate=certificate)
            return self._clients[allowed, certificate]

    def line(self, upstream: Upstream) -> _Line:
        with self._lock:
            if upstream.name not in self._lines:
                pool = ConnectorThreads(upstream.threads, f"bank-{upstream.name}")
                self._lines[upstream.name] = _Line(pool, BoundedSemaphore(upstream.threads))
            return self._lines[upstream.name]

    @contextmanager
    def place(self, upstream: Upstream) -> Iterator[bool]:
        """Whether one of the connector's threads is free; it is the caller's until the end of the block."""
        line = self.line(upstream)
        is_free = line.free.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                line.free.release()

    def close(self) -> None:
        for line in self._lines.values():
            line.pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()
