"""ANZ: three to eight columns without a header, no balance, no account number. What follows the amount is description."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="anz.plain",
    institutions=("AU00601",),
    source="several public importers for accounting programs agree on the first three columns; no specimen",
    tier=LeafTier.SYNTHETIC,
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        *(NativeColumn(f"Column {number}", NativeColumnKind.DESCRIPTION, optional=True) for number in range(4, 9)),
    ),
)
