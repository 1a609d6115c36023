"""Dice that fall the same way for the same question."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Dice:
    """`turn` counts the visits to the bank: what is asked with it falls anew each time."""

    seed: int
    name: str
    turn: int

    def roll(self, about: str, sides: int) -> int:
        """A number from 0 to `sides` - 1."""
        return int.from_bytes(blake2b(f"{self.seed}|{self.name}|{about}".encode(), digest_size=8).digest()) % sides

    def chance(self, about: str, percent: int) -> bool:
        return self.roll(about, 100) < percent

    def this_time(self, percent: int) -> bool:
        """Whether it happens on this visit."""
        return self.chance(f"turn {self.turn}", percent)
