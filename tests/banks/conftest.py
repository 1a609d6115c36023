"""What these tests measure is printed at the end of a run."""

from __future__ import annotations

from tests.faults.conftest import serving, tell

__all__ = ["serving", "tell"]
