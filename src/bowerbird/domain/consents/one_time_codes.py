"""Codes of six digits that show that a person has a mobile or a mailbox: how many there are, how long they hold, and how a guess counts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from bowerbird.domain.services import Services
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.secrets import is_same

CODE_MINUTES = 10
CODE_MS = CODE_MINUTES * 60_000
ATTEMPTS = 5
"""Guesses at one code."""
RESEND_SECONDS = 30


class CodeVerdict(StrEnum):
    """The result of a guess."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class CodeHolder(Protocol):
    """A row that holds the code that was sent last. `code` is sealed; None while no code is valid."""

    @property
    def code(self) -> bytes | None: ...
    @property
    def code_expires_at_ms(self) -> int | None: ...
    @property
    def attempts(self) -> int: ...


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def expires_at_ms(services: Services) -> int:
    """When a code that is sent now expires."""
    return to_milliseconds(services.clock.now()) + CODE_MS


def wait_s(services: Services, row: CodeHolder) -> int:
    """Seconds until another code may be sent; 0 when it may be sent now."""
    if row.code_expires_at_ms is None:
        return 0
    sent_at_ms = row.code_expires_at_ms - CODE_MS
    return max(0, -(-(sent_at_ms + RESEND_SECONDS * 1000 - to_milliseconds(services.clock.now())) // 1000))


def is_valid(services: Services, row: CodeHolder) -> bool:
    """Whether a code was sent that still holds."""
    return row.code is not None and row.code_expires_at_ms is not None and row.code_expires_at_ms > to_milliseconds(services.clock.now())


def judge(services: Services, row: CodeHolder, guess: str, *, count: Callable[[], bool], code: str, use: Callable[[], bool]) -> CodeVerdict:
    """Count a guess, then compare it with the code, so that parallel guesses count too; a right one uses the code up.

    `count` counts it in the database: False when all guesses are counted, the code was used, or a newer one was sent. `use` deletes the
    code there: True for one caller only.
    """
    if not is_valid(services, row):
        return CodeVerdict.EXPIRED
    if not count():
        return CodeVerdict.LOCKED if row.attempts >= ATTEMPTS else CodeVerdict.EXPIRED
    digits = "".join(char for char in guess if char.isascii() and char.isdigit())
    if is_same(digits, code):
        return CodeVerdict.RIGHT if use() else CodeVerdict.EXPIRED
    return CodeVerdict.LOCKED if row.attempts + 1 >= ATTEMPTS else CodeVerdict.WRONG
