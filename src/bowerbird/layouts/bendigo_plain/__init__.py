"""Bendigo Bank: three columns without a header, no balance, no account number."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="bendigo.plain",
    institutions=("AU00101",),
    source="two public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
    ),
)
