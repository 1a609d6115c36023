"""What these tests measure is printed at the end of a run."""

from __future__ import annotations

from tests.faults.conftest import tell

__all__ = ["tell"]
