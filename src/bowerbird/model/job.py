"""A job: the steps between a request that answered 202 and the data it promised."""

from __future__ import annotations

from enum import StrEnum


class JobKind(StrEnum):
    CONNECT = "connect"
    REFRESH = "refresh"
    UPDATE = "update"
    STATEMENT = "statement"


class StepTitle(StrEnum):
    VERIFY_CREDENTIALS = "verify-credentials"
    MFA_CHALLENGE = "mfa-challenge"
    RETRIEVE_ACCOUNTS = "retrieve-accounts"
    RETRIEVE_TRANSACTIONS = "retrieve-transactions"


class StepStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in-progress"
    SUCCESS = "success"
    FAILED = "failed"


class JobState(StrEnum):
    """Whether anything is left to do: `waiting` needs a person, `queued` needs a worker at its due time."""

    QUEUED = "queued"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNFINISHED = (JobState.QUEUED, JobState.WAITING)
