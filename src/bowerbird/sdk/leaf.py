"""What every leaf says of itself: how far its facts have been tried."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Protocol, runtime_checkable


class LeafTier(StrEnum):
    """How far the facts of a leaf have been tried; the conformance kit compares it with the leaf's folder."""

    DECLARED = "declared"
    SYNTHETIC = "synthetic sample"  # in `tests/samples/synthetic/`
    SCRAMBLED = "real scrambled sample"  # in `tests/samples/scrambled/`
    IN_USE = "in use"


TIER_MEANINGS = {
    LeafTier.DECLARED: "The facts alone; nothing has been read by it.",
    LeafTier.SYNTHETIC: "A file, or a login, that was made up after the facts is read as expected.",
    LeafTier.SCRAMBLED: "A real file, without the person in it, is read as expected.",
    LeafTier.IN_USE: "People read their own data with it: IN_USE.md in its folder says where and since when.",
}
"""Each tier for the reader of a page."""


@runtime_checkable
class HasTier(Protocol):
    """A connector that says its tier; one that does not is DECLARED."""

    tier: LeafTier


def folder_name(leaf_id: str) -> str:
    """The name of a leaf's folder, which is a name that Python can import: `cba_home_loan_2025` of `cba.home-loan.2025`."""
    return re.sub(r"[.-]", "_", leaf_id)
