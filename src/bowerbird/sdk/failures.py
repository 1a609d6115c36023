"""Why an institution could not be read. A connector raises one of these; nothing else it raises reaches a client.

Failure
├── InvalidCredentials          refused, no further reason given
├── InvalidUsernameOrPassword   refused, and the bank names which
├── LockedAccount               the bank has locked the login
├── MfaNotSupported             the bank wants a second factor this connector cannot give
├── WrongAnswer                 the answer to a challenge was wrong
├── UserActionRequired          the bank wants the person to accept or change something on its own pages first
├── Maintenance                 the bank says it is under maintenance
├── Unavailable                 the bank does not answer, or answers with an error of its own
└── NotUnderstood               the bank answered something this connector cannot read
"""

from __future__ import annotations

from typing import ClassVar

from bowerbird import codes


class Failure(Exception):
    """A step of a job that the institution or the person made impossible. `entry` is what the job's result will say."""

    entry: ClassVar[codes.Entry]


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


class Maintenance(Failure):
    entry = codes.MAINTENANCE


class Unavailable(Failure):
    entry = codes.SERVICE_UNAVAILABLE


class NotUnderstood(Failure):
    entry = codes.UNKNOWN_ERROR
