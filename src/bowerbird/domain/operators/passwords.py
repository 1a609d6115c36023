"""Passwords of operators: hashed by argon2id, slow on purpose, and as slow for an unknown name; guessable ones are refused."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256
_SCORED = 72
"""Characters whose strength is judged: what follows them can only add to it, and would take long."""
_MIN_SCORE = 3
"""Of zxcvbn, 0 to 4: some 10^8 guesses at least by someone who knows which passwords, words and patterns people use."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's parameters: 19 MiB and some 30 ms a try."""

_request_queue = BoundedSemaphore(2)
"""At most two at once: a flood of guesses must not use up the machine's memory."""

_UNKNOWN = _hasher.hash("the password of an unknown name")


def weakness(password: str, name: str) -> str | None:
    """Why a password is refused, in words for the person who chose it; None when it is accepted.

    The lists of passwords, words and names come with the zxcvbn package: nothing is sent anywhere.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; several words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    from zxcvbn import zxcvbn  # noqa: PLC0415  (its lists take 15 MB, and passwords are rarely chosen)

    judged = zxcvbn(password[:_SCORED], user_inputs=[name, "bowerbird", *name.replace("@", " ").replace(".", " ").split()])
    if judged["score"] < _MIN_SCORE:
        why = judged["feedback"]["warning"].rstrip(".")
        return f"That password is easy to guess{f' ({why[0].lower()}{why[1:]})' if why else ''}: use several words."
    return None


def hash_password(password: str) -> str:
    with _request_queue:
        return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one. With None, for an unknown name, it takes as long and is wrong."""
    with _request_queue:
        try:
            _hasher.verify(stored or _UNKNOWN, password[: 2 * LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None
