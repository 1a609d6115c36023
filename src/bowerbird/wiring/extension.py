"""Finds the sandbox, which may be missing: nothing else of the program imports it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    from bowerbird.sandbox.extension import SandboxExtension


def _is_there() -> bool:
    found = find_spec("bowerbird.sandbox")
    return found is not None and found.origin is not None


def find_sandbox() -> SandboxExtension | None:
    """The sandbox of this installation, None where its folder is not there."""
    if not _is_there():
        return None
    from bowerbird.sandbox.extension import SandboxExtension  # noqa: PLC0415  (it may be missing)

    return SandboxExtension()


def add_sandbox_commands(app: typer.Typer, codes: typer.Typer) -> None:
    """Add the sandbox's commands to those of the program, where it is there. Loads nothing that serves."""
    if _is_there():
        from bowerbird.sandbox.commands import add_commands  # noqa: PLC0415  (it may be missing)

        add_commands(app, codes)
