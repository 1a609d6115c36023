"""National Australia Bank: the older export without a header and without an account number."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="nab.plain",
    institutions=("AU01001",),
    source="one public importer for an accounting program; no specimen",
    tier=LeafTier.SYNTHETIC,
    header=False,
    dates=(DateForm.HYPHENED,),
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Column 3", NativeColumnKind.IGNORED),
        NativeColumn("Column 4", NativeColumnKind.IGNORED),
        NativeColumn("Transaction Type", NativeColumnKind.DESCRIPTION),
        NativeColumn("Transaction Details", NativeColumnKind.DESCRIPTION),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Column 8", NativeColumnKind.IGNORED, optional=True),
    ),
)
