"""A server that is killed while a connector asks its bank, in the process of the test: the job's thread ends without a commit."""

from __future__ import annotations

from typing import Any

import pytest

from bowerbird.plugins.guard import Guard
from bowerbird.sdk.failures import NotUnderstood


class Death(BaseException):
    """Raised by a bank of the tests where the server dies. The guard lets nothing pass that a connector raises, so it needs `deaths`."""


def deaths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a Death end the thread of the job, as SIGKILL ends it with the process: the guard would make a failure of the job of it."""
    listen = Guard._listen

    def dying(*arguments: Any, **named: Any) -> Any:
        try:
            return listen(*arguments, **named)
        except NotUnderstood as answer:
            if isinstance(answer.__cause__, Death):
                raise SystemExit from answer
            raise

    monkeypatch.setattr(Guard, "_listen", dying)
