"""What an operation is: its place on the wire and what is asked of a request before its handler runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import JSON, ApiResponse
from bowerbird.codes import Where, require_where
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT
from bowerbird.domain.services import Session
from bowerbird.model.reading import ReadKind

HTTPMethod = Literal["GET", "POST", "DELETE"]


class Access(Enum):
    """Who may call. `OWN_USER` admits, besides the server's token, a CLIENT_ACCESS token for what belongs to its user;
    `CONTROL` asks for no token of an application, but for being the sandbox's owner."""

    PUBLIC = "public"
    SERVER = "server"
    OWN_USER = "own-user"
    CONTROL = "control"


class BodyKind(Enum):
    NONE = "none"
    JSON = "application/json"
    FORM = "application/x-www-form-urlencoded"
    MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Operation:
    """One row of the URL map.

    `name` names handler, domain function, operationId and test alike. `noun` is what a bad body is called ("Posted user is not in valid
    format."); without one it is called a request. `finds` looks for what the path names, beyond the user, before the body is read.
    For a read it may be all that the answer shows, so that access and answer are one unit of work.
    `admits` judges who sent the request where that takes no token of an application; it raises Problem. `answers` maps each good status
    to the shape of its body (None: no body), in `media_type` or, where a client's Accept prefers one, in a type of `also`. `tags`
    say, with the catalogue's `where`, which refusals can occur; ValueError for a word that is none of the catalogue's. `reads` is
    what an answer shows of a person that a bank or a file has told: the reading log counts it.
    `secret` says that an answer may hold a secret: it is neither compressed nor kept.
    """

    name: str
    method: HTTPMethod
    path: str
    handler: Callable[[ApiRequest], Awaitable[ApiResponse]]
    summary: str
    answers: dict[int, Any]
    tags: tuple[Where, ...]
    access: Access = Access.SERVER
    product: str = ""
    reads: ReadKind | None = None
    body: Any = None
    body_kind: BodyKind = BodyKind.NONE
    body_optional: bool = False
    noun: str = ""
    query: dict[str, str] | None = None
    finds: Callable[[ApiRequest, Session], Any] | None = None
    admits: Callable[[ApiRequest], None] | None = None
    media_type: str = JSON
    secret: bool = False
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_where(self.tags, self.name)

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """What it can answer in, the usual one first."""
        return (self.media_type, *self.also)

    def kind_of_read(self, media_type: str) -> ReadKind | None:
        """What an answer in a media type shows of a person: a list of transactions in another than JSON is an export."""
        is_export = self.reads is ReadKind.TRANSACTIONS and media_type != self.media_type
        return ReadKind.EXPORT if is_export else self.reads

    @cached_property
    def reads_sources(self) -> bool:
        """Whether it makes the server read a bank or a file, which ends with the user's consent."""
        return "consented" in self.tags

    @cached_property
    def is_conditional(self) -> bool:
        """Whether its answer may be compressed, and asked for again by what its client has: JSON of a bearer's read, without secrets."""
        return self.method == "GET" and self.access in (Access.SERVER, Access.OWN_USER) and self.media_type == JSON and not self.secret

    @cached_property
    def names_user(self) -> bool:
        return "{userId}" in self.path

    @cached_property
    def cross_origin(self) -> bool:
        """Whether a page of another origin may call it from a browser: nothing that takes an API key or is the operator's alone."""
        own = self.path in ("/token", "/healthz", "/readyz", "/metrics") or self.path.startswith(f"{SIMPLEFIN_ROOT}/")
        return self.access is not Access.CONTROL and not own

    @cached_property
    def creates(self) -> bool:
        """Whether it makes something new, so that a client may send it under an Idempotency-Key."""
        own = self.access in (Access.SERVER, Access.OWN_USER)
        return own and self.method == "POST" and not {201, 202}.isdisjoint(self.answers)
