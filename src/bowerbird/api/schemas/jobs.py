"""Jobs, their steps, and the answers to their challenges."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.wire import REQUIRED, Id, Moment, ReferenceView, SelfLink, Url, Wire, spelled, words
from bowerbird.model.job import StepStatus, StepTitle


class StepResponseLink(Wire, kw_only=True):
    response: Url


class StepResult(Wire, kw_only=True):
    """A link when the step succeeded, a challenge while it waits for a person, a code of the catalogue when it failed.

    `url` is a path from the public URL, as in the published examples; every other link of the wire is absolute.
    """

    type: Literal["link", "mfa"] | None = None
    url: Annotated[str, spelled("^/", format="uri-reference")] | None = None
    method: Literal["token", "security-questions"] | None = None
    description: str | None = None
    input: list[str] | None = None
    expiry_ms: int | None = None
    links: StepResponseLink | None = None
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class StepView(Wire, kw_only=True):
    title: Annotated[str, words(StepTitle)]
    status: Annotated[str, words(StepStatus)]
    result: StepResult | None


class JobLinks(Wire, kw_only=True):
    self_: Url = msgspec.field(name="self")
    source: Url


class JobView(Wire, kw_only=True):
    """`institution` is left out of a report's job, whose `links` are null once it has failed."""

    type: Literal["job"]
    id: Id
    created: Moment
    updated: Moment
    job_type: Literal["connection", "report"]
    institution: ReferenceView | None = None
    steps: list[StepView]
    links: JobLinks | None


class JobList(Wire, kw_only=True):
    """The newest 500 of the last seven days that meet the filter."""

    type: Literal["list"]
    size: int
    data: list[JobView]
    links: SelfLink


class JobReference(Wire, kw_only=True):
    """The job that does what was asked."""

    type: Literal["job"]
    id: Id
    links: SelfLink


class JobReferences(Wire, kw_only=True):
    type: Literal["list"]
    data: list[JobReference]


class MfaResponse(Wire, kw_only=True):
    """Answers in the order of the challenge's prompts."""

    mfa_response: Annotated[list[str] | None, REQUIRED] = msgspec.field(name="mfa-response", default=None)
