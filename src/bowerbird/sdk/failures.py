"""Why an institution could not be read. A connector raises one of these; nothing else it raises reaches a client.

Failure
├── InvalidCredentials          refused, no further reason given
├── InvalidUsernameOrPassword   refused, and the bank names which
├── LockedAccount               the bank has locked the login
├── MfaNotSupported             the bank wants a second factor this connector cannot give
├── WrongAnswer                 the answer to a challenge was wrong
├── UserActionRequired          the bank wants the person to accept or change something on its own pages first
│   └── ChallengeRaised         the bank asks the person something before it shows more: the job of one who is there waits for the answer
├── AuthorizationFailed         the person or the bank refused access on the bank's own pages
├── AuthorizationNeeded         access has expired or was taken back: the person must give it again on the bank's own pages
├── Maintenance                 the bank says it is under maintenance
├── Unavailable                 the bank does not answer, or answers with an error of its own
│   └── Gone                    what was asked for is no longer there
├── RateLimited                 the bank wants no more requests for some time: the job waits
├── AccountUnavailable          one account cannot be read now: the job goes on with the others
└── NotUnderstood               the bank answered something this connector cannot read
"""

from __future__ import annotations

import re
from typing import ClassVar

from bowerbird import codes
from bowerbird.sdk.challenges import AwaitApproval, Challenge


class Failure(Exception):
    """A step of a job that the institution or the person made impossible. `entry` is what the job's result will say."""

    entry: ClassVar[codes.Entry]

    def values(self, job_id: str) -> dict[str, object]:
        """What the placeholders of the entry stand for, in the result of a job."""
        known: dict[str, object] = {"job": job_id, "reason": str(self)}
        return {name: known[name] for name in self.entry.placeholders}


class InvalidCredentials(Failure):
    entry = codes.INVALID_CREDENTIALS


class InvalidUsernameOrPassword(Failure):
    entry = codes.INVALID_USERNAME_OR_PASSWORD


class LockedAccount(Failure):
    entry = codes.LOCKED_ACCOUNT


class MfaNotSupported(Failure):
    entry = codes.MFA_NOT_SUPPORTED


class WrongAnswer(Failure):
    entry = codes.MFA_WRONG_ANSWER


class UserActionRequired(Failure):
    entry = codes.USER_ACTION_REQUIRED_AT_BANK


class ChallengeRaised(UserActionRequired):
    """Raised while accounts or rows are read, or by `answer` where the bank asks once more; `answer` is called with what the person says,
    `approved` while they are to approve in the bank's app.

    A refresh ends with it, because the person may not be there; so does any job where `challenge` is None: the person logs in again.
    """

    def __init__(self, challenge: Challenge | AwaitApproval | None = None) -> None:
        self.challenge = challenge
        super().__init__("the bank asks the person")


class AuthorizationFailed(Failure):
    """`error` is the bank's own word for why, as OAuth 2.0 has them: access_denied where the person refused.

    Another text than such a word is not repeated.
    """

    entry = codes.AUTHORIZATION_FAILED

    def __init__(self, error: str) -> None:
        super().__init__(error if _OAUTH_ERROR.fullmatch(error) else "invalid_response")


_OAUTH_ERROR = re.compile(r"[a-z][a-z_]{2,63}", re.ASCII)


class AuthorizationNeeded(Failure):
    """Its text is a sentence for the person, without anything about them."""

    entry = codes.USER_ACTION_REQUIRED


class Maintenance(Failure):
    entry = codes.MAINTENANCE


class Unavailable(Failure):
    entry = codes.SERVICE_UNAVAILABLE


class Gone(Unavailable):
    """Not tried again by itself before the next refresh: the address, or what stood there, is no longer."""


class RateLimited(Failure):
    """`seconds` is how long the bank wants to be left alone."""

    entry = codes.SERVICE_UNAVAILABLE

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"no request for {seconds} s")


class AccountUnavailable(Failure):
    """Raised while the transactions of one account are read. Its text says why, without anything about the person."""

    entry = codes.SERVICE_UNAVAILABLE


class NotUnderstood(Failure):
    entry = codes.UNKNOWN_ERROR
