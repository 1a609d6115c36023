"""The errors of the client.

ClientError
├── ApiError            the service refused: `code`, `title`, `detail` of its catalogue
├── JobFailed           a job ended at a step that failed, with the code that says why
├── ChallengeAsked      a job waits for an answer that only a person has
├── NoAnswer            no connection, or none of an answer within the time allowed
└── UnexpectedAnswer    what came back is not in the shape of the protocol
"""

from __future__ import annotations

from typing import Any, TypeAlias

ErrorEntry: TypeAlias = dict[str, Any]
"""One entry of the envelope of a refusal."""


class ClientError(Exception):
    """The base of all errors of the client."""


class ApiError(ClientError):
    """A refusal. `errors` holds every entry of the envelope, `retry_after` seconds where the service names them."""

    def __init__(self, status: int, errors: list[ErrorEntry], correlation_id: str = "", retry_after: int | None = None) -> None:
        first = errors[0] if errors else {}
        self.status, self.errors, self.correlation_id, self.retry_after = status, errors, correlation_id, retry_after
        self.code, self.title, self.detail = (str(first.get(name) or "") for name in ("code", "title", "detail"))
        super().__init__(f"{status} {self.code}: {self.detail or self.title}")


class JobFailed(ClientError):
    """A job that ended with a failed step."""

    def __init__(self, job_id: str, step: str, code: str, title: str, detail: str) -> None:
        self.job_id, self.step, self.code, self.title, self.detail = job_id, step, code, title, detail
        super().__init__(f"job {job_id} failed at {step}, {code}: {detail}")


class ChallengeAsked(ClientError):
    """A bank asked something: `prompts` in order, to be answered with `create_mfa_response`."""

    def __init__(self, job_id: str, method: str, description: str, prompts: list[str]) -> None:
        self.job_id, self.method, self.description, self.prompts = job_id, method, description, prompts
        super().__init__(f"job {job_id} waits for an answer to {prompts}: give `answers`, or call create_mfa_response")


class NoAnswer(ClientError):
    """No answer of the service at `url` came, or not in time: the message says what the client waited for."""

    def __init__(self, message: str, url: str) -> None:
        self.url = url
        super().__init__(message)


class UnexpectedAnswer(ClientError):
    """An answer that cannot be read as the shape the protocol gives it."""
