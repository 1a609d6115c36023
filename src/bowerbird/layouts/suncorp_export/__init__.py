"""Suncorp Bank: two lines about the export, then a header and signed amounts."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="suncorp.export",
    institutions=("AU01101",),
    source="one public importer for an accounting program; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    lines_before=2,
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
    ),
)
