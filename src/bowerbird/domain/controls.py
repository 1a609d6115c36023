"""What the owner of a sandbox has turned, in this process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Controls:
    """There only where the server runs with the sandbox's control plane."""
