"""A job: the steps between a request that answered 202 and the data it promised."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class JobKind(StrEnum):
    CONNECT = "connect"
    REFRESH = "refresh"
    UPDATE = "update"
    STATEMENT = "statement"
    REPORT = "report"


class StepTitle(StrEnum):
    VERIFY_CREDENTIALS = "verify-credentials"
    MFA_CHALLENGE = "mfa-challenge"
    RETRIEVE_ACCOUNTS = "retrieve-accounts"
    RETRIEVE_TRANSACTIONS = "retrieve-transactions"
    CREATE_REPORT = "create-report"


class StepStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in-progress"
    SUCCESS = "success"
    FAILED = "failed"


UNFINISHED_STEPS = (StepStatus.PENDING, StepStatus.IN_PROGRESS)


class JobState(StrEnum):
    """Whether anything is left to do: `waiting` needs a person, `queued` needs a worker at its due time."""

    QUEUED = "queued"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNFINISHED = (JobState.QUEUED, JobState.WAITING)


class JobStepResult(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a step came to, as it is stored.

    A link (`type` "link") to what the step made: `url` is a path from the public URL. A challenge ("mfa") with its prompts in `input`, none
    where the person approves in the bank's app, while the step waits for a person and after the answer. Without a `type`, the catalogue
    entry with which the step failed.
    """

    type: Literal["link", "mfa"] | None = None
    url: str | None = None
    method: Literal["token", "security-questions"] | None = None
    description: str | None = None
    input: list[str] = []
    expiry_ms: int = msgspec.field(name="expiryMs", default=0)
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class ReturnAddress(msgspec.Struct, frozen=True):
    """The browser of the person who is there for a job: `session` is the key of their session, `url` where a bank sends them back to."""

    session: str
    url: str


class PendingRedirect(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person who is at their bank's own pages: `url` leads there, `state` is the connector's.

    `hash` is that of the word that the bank sends back; `answer` are the parameters that came with it, None until they come.
    """

    url: str
    state: str
    hash: str
    answer: dict[str, str] | None = None


class PendingApproval(msgspec.Struct, frozen=True):
    """An approval in the bank's app that a person is waited for: a look every `poll_s` seconds, until a moment `seconds` after the first.

    `is_cancelled`: the person wants it no more.
    """

    poll_s: int
    seconds: int
    until_ms: int
    is_cancelled: bool = False


class Checkpoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a step leaves for the next one, sealed in the job's row.

    `session` is the connector's state after a login. Until then `challenge` is its state, `prompts` are what the institution asks,
    `picture` is the PNG that it shows, and `answers` are the person's,
    None until they come. `approval` is there while they are to approve elsewhere instead. `browser` is there where the person is;
    `redirect` while they log in at the bank.
    """

    session: str | None = None
    challenge: str | None = None
    prompts: tuple[str, ...] = ()
    answers: tuple[str, ...] | None = None
    picture: bytes = b""
    approval: PendingApproval | None = None
    browser: ReturnAddress | None = None
    redirect: PendingRedirect | None = None


NO_CHECKPOINT = Checkpoint()
