"""Macquarie: days as `20 Jun 2024`, the account on every row, the customer's own categories, tags and notes."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="macquarie.export",
    institutions=("AU00301",),
    source="two public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.LONG_YEAR,),
    columns=(
        NativeColumn("Transaction Date", NativeColumnKind.POSTED),
        NativeColumn("Details", NativeColumnKind.DESCRIPTION),
        NativeColumn("Account", NativeColumnKind.NUMBER),
        NativeColumn("Category", NativeColumnKind.IGNORED),
        NativeColumn("Subcategory", NativeColumnKind.IGNORED),
        NativeColumn("Tags", NativeColumnKind.IGNORED),
        NativeColumn("Notes", NativeColumnKind.IGNORED),
        NativeColumn("Debit", NativeColumnKind.DEBIT),
        NativeColumn("Credit", NativeColumnKind.CREDIT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Original Description", NativeColumnKind.IGNORED),
    ),
)
