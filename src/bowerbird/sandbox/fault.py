"""Faults: answers that the owner of a sandbox puts in the place of the server's own."""

from __future__ import annotations

import hashlib

import msgspec

EVERY_OPERATION = "*"


class Fault(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One of them, until it is used up or removed.

    `entry` is the key of a catalogue entry; empty, the fault only delays. Without a step it is injected into an operation's calls before
    they are examined; with one, into that step of the jobs the operation makes. `times` is how often it is still injected (None: until
    it is removed), `probability` into which share of the calls: `seed` and `met`, how many calls it has seen, decide which.
    """

    id: str
    operation: str = EVERY_OPERATION
    entry: str = ""
    step: str = ""
    user_id: str = ""
    times: int | None = None
    delay_ms: int = 0
    probability: float = 1.0  # not money: a share of calls
    seed: int = 0
    met: int = 0

    def concerns(self, operation: str, user_id: str) -> bool:
        return self.operation in (EVERY_OPERATION, operation) and self.user_id in ("", user_id)

    @property
    def counts(self) -> bool:
        """Whether the number of calls the fault has seen must be stored."""
        return self.times is not None or self.probability < 1

    @property
    def is_active_fault(self) -> bool:
        """Whether it is injected into the next call. The same seed chooses the same calls."""
        draw = hashlib.sha256(f"{self.seed}:{self.met}".encode()).digest()[:4]
        return int.from_bytes(draw) < self.probability * 2**32

    def after(self) -> Fault | None:
        """The fault after one more call, None when it is used up."""
        left = self.times if self.times is None or not self.is_active_fault else self.times - 1
        return None if left == 0 else msgspec.structs.replace(self, met=self.met + 1, times=left)
