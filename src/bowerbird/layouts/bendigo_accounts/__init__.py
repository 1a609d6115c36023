"""Bendigo Bank: seven columns without a header, the first one BSB and account number."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="bendigo.accounts",
    institutions=("AU00101",),
    source="one public importer for an accounting program; no specimen",
    tier=LeafTier.SYNTHETIC,
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Account", NativeColumnKind.NUMBER),
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Code", NativeColumnKind.IGNORED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Type", NativeColumnKind.DESCRIPTION),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Reference", NativeColumnKind.DESCRIPTION),
    ),
)
