"""One request on its way through the operation that answers it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, TypeVarTuple

import msgspec

from bowerbird.api.http.cors import CorsPolicy
from bowerbird.api.http.response import JSON, ApiResponse, PageCache
from bowerbird.api.http.token_limit import TokenLimit
from bowerbird.domain.access.idempotency import KeyedRequest, StoredResponse, create_once
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Claims, TokenReader
from bowerbird.domain.consents.read_scope import UNRESTRICTED, ReadScope
from bowerbird.domain.operators.health import Queues, Recent, count_jobs_if_writable, read_queues
from bowerbird.domain.services import Services, Session
from bowerbird.model.reading import ReadKind

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


CONTEXT_KEY = "bowerbird.context"
"""The key of a request's scope that holds the context it is answered in, where that is not the server's own."""


@dataclass(slots=True)
class ApiContext:
    """What every operation is handed besides the request: built once by the wiring. `has_others`: other requests are in flight too."""

    services: Services
    tokens: TokenReader
    public_url: str
    token_limit: TokenLimit
    job_counts: Recent[dict[str, int]] = field(default_factory=lambda: Recent(count_jobs_if_writable))
    """For readiness."""
    queues: Recent[Queues] = field(default_factory=lambda: Recent(read_queues))
    """For the metrics."""
    pages: PageCache = field(default_factory=PageCache)
    cors: CorsPolicy = field(default_factory=CorsPolicy)
    metrics_page: Callable[[Queues | None], bytes] = lambda _queues: b""
    openapi: Callable[[], bytes] = lambda: b"{}"
    has_others: Callable[[], bool] = lambda: False


class ApiRequest(msgspec.Struct):
    """A request that was admitted. `user_version` is the user's data version, None where the path names no user; `scope` is what they
    agreed to. `read_of` are the ids of the users whom an answer is about, where neither the path nor what it names says so.

    `media_type` is what the client prefers of what the operation can answer in. `has_production` says that its
    application has production access, `production` that it may do what this operation keeps for that.
    `is_enriched` says that transactions are shown with what their texts mean: its product and the scopes of the user are there.
    """

    context: ApiContext
    correlation_id: str
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    client: str
    http_version: str = "1.1"
    claims: Claims | None = None
    production: bool = False
    has_production: bool = False
    is_enriched: bool = False
    user_version: int | None = None
    scope: ReadScope = UNRESTRICTED
    found: Any = None
    body: Any = None
    keyed: KeyedRequest | None = None
    read_of: Collection[str] | None = None
    media_type: str = JSON

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def base(self) -> str:
        """The public URL, without a slash at its end."""
        return self.context.public_url

    @property
    def token(self) -> Claims:
        if self.claims is None:
            raise RuntimeError("this operation is public and has no token")
        return self.claims

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.token.application_id, self.path["userId"])

    @property
    def user_url(self) -> str:
        return f"{self.base}/users/{self.path['userId']}"

    def one(self, name: str) -> str | None:
        """A query parameter, the last one where it is given twice."""
        values = self.query.get(name)
        return values[-1] if values else None

    @property
    def _acting_for(self) -> Tenant | str:
        """The user the path names, else the application whose token let this request in."""
        return self.tenant if "userId" in self.path else self.token.application_id

    async def read(self, work: Callable[[Session, *Ts], T], *args: *Ts) -> T:
        """Read for the application whose token let this request in."""
        return await self.services.read(work, *args, tenant=self._acting_for, scope=self.scope)

    async def read_aside(self, work: Callable[[Session, *Ts], T], *args: *Ts) -> T:
        """The same for a read that may look at many rows."""
        return await self.services.read_aside(work, *args, tenant=self._acting_for, scope=self.scope)

    async def create(
        self, work: Callable[[Session], T], answer: Callable[[T], ApiResponse], user: Callable[[T], str] | None = None
    ) -> ApiResponse:
        """Create something and answer; under an Idempotency-Key, at most once.

        `answer` renders what `work` made, inside its unit of work. `user` says whose data the answer is, where neither the path
        nor what it names does.
        """
        keyed = self.keyed
        if keyed is None:
            return answer(await self.write(work))

        def make(session: Session) -> tuple[StoredResponse, str]:
            made = work(session)
            reply = answer(made)
            return StoredResponse(reply.status, reply.body), user(made) if user else self._own_user

        return ApiResponse(*await self.write(create_once, keyed, make))

    @property
    def _own_user(self) -> str:
        return self.path.get("userId") or str(getattr(self.found, "user_id", ""))

    @property
    def users_read(self) -> Collection[str]:
        """The ids of the users whom an answer to this request is about."""
        return (self._own_user,) if self.read_of is None else self.read_of

    def record_read(self, kind: ReadKind) -> None:
        """Count in the reading log that the application read something of the users whom the answer is about."""
        services = self.context.services
        now, application_id = services.clock.now(), self.token.application_id
        consent_id = self.scope.consent_id if "userId" in self.path else None
        for user_id in self.users_read:
            services.reads.record(now, application_id, user_id, kind, consent_id=consent_id)

    async def write(self, work: Callable[[Session, *Ts], T], *args: *Ts) -> T:
        """Write for the application whose token let this request in."""
        return await self.services.write(work, *args, tenant=self._acting_for)


def headers_of(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case; one that came on several lines is the list it stands for (RFC 9110, 5.3)."""
    raw = list(lines)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) < len(raw):
        for name in headers:
            headers[name] = ", ".join(value.decode("latin-1") for other, value in raw if other.decode("latin-1") == name)
    return headers
