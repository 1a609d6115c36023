"""Commonwealth Bank: the plain export, four columns without a header, amounts with an explicit sign."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="commbank.plain",
    institutions=("AU04301",),
    source="several public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    header=False,
    newest_first=True,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Description", NativeColumnKind.DESCRIPTION),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
    ),
)
