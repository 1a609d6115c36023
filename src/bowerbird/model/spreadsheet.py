"""Texts of others in files that a spreadsheet opens."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless_cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula: a quote stands before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text
