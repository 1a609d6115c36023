"""What every shape of the wire is made of: the struct, texts that have a form, references and errors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec


class Wire(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, gc=False):
    """Keys in camel case; a field with a default is left out when it has it. Trees: the collector of cycles has nothing to find in them."""


def spelled(pattern: str, **more: str) -> msgspec.Meta:
    """How a text is spelled, for the description of the wire only: a body that differs gets an answer of the domain's."""
    return msgspec.Meta(extra_json_schema={"pattern": pattern, **more})


def words(known: Iterable[str]) -> msgspec.Meta:
    """A text that is one of some words."""
    return msgspec.Meta(extra_json_schema={"enum": [str(word) for word in known]})


UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
INSTITUTION_PATTERN = "^[A-Z]{2}[0-9]{5}$"

Id = Annotated[str, spelled(UUID_PATTERN, format="uuid")]
InstitutionId = Annotated[str, spelled(INSTITUTION_PATTERN)]
Money = Annotated[str, spelled("^-?[0-9]+\\.[0-9]{2}$")]
Currency = Annotated[str, spelled("^[A-Z]{3}$")]
Moment = Annotated[str, spelled("Z$", format="date-time")]
Day = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date"})]
Url = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]

REQUIRED = msgspec.Meta(extra_json_schema={"x-required": True})
"""Marks a body's field that clients must send. It has a default all the same, so that its absence gets an answer of its own."""


class SelfLink(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")


class ReferenceView(Wire, kw_only=True):
    """A resource by its id and address."""

    type: str = msgspec.field()
    id: str
    links: SelfLink


class HealthView(Wire, kw_only=True):
    status: Literal["ok"]


class Readiness(Wire, kw_only=True):
    """Ready, with the jobs that are not finished by their state."""

    status: Literal["ready"]
    jobs: dict[str, int]


class ErrorSource(Wire, kw_only=True):
    """What of the request is to blame."""

    parameter: str | None = None
    pointer: str | None = None


class Error(Wire, kw_only=True):
    """One reason: an entry of the catalogue of response codes."""

    type: Literal["error"]
    code: str = msgspec.field()
    title: str
    detail: str
    source: ErrorSource | None = None


class ErrorList(Wire, kw_only=True):
    """The envelope of every refusal. The correlation id is the one in the X-Correlation-Id header and in the server's log."""

    type: Literal["list"]
    correlation_id: Id
    data: list[Error]
