"""What the connection limiter does to connections that wait between two requests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bowerbird.api.http.connection_limiter import KEEP_ALIVE_SECONDS, ConnectionLimiter, Phase
from bowerbird.settings import Settings
from bowerbird.wiring.services import limits_of


@dataclass(eq=False)
class _Connection:
    since: float  # not money: seconds
    phase: Phase = Phase.IDLE
    address: str = "192.0.2.1"
    through_proxy: bool = False
    stalled: float = 0  # not money: seconds
    unsent: int = 0
    received: int = 0
    is_closed: bool = False

    def is_leaving(self) -> bool:
        return self.is_closed

    def is_held_back(self) -> bool:
        return False

    def unsent_bytes(self) -> int:
        return 0

    def close_quietly(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        raise AssertionError("nothing was being sent")

    def respond_408(self) -> None:
        raise AssertionError("no request had begun")


def test_idle_connections_are_closed_after_a_while(tmp_path: Path) -> None:
    limiter = ConnectionLimiter(limits_of(Settings(data=tmp_path)), lambda tasks: None, 0)
    fresh, old, busy = (
        _Connection(monotonic() - KEEP_ALIVE_SECONDS + 30),
        _Connection(monotonic() - KEEP_ALIVE_SECONDS - 1),
        _Connection(monotonic() - KEEP_ALIVE_SECONDS - 1, Phase.ANSWER),
    )
    for connection in (fresh, old, busy):
        limiter.enter(connection)
    limiter.look()
    assert [connection.is_closed for connection in (fresh, old, busy)] == [False, True, False]
