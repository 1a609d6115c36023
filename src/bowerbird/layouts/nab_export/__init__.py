"""National Australia Bank: a header with a nameless fourth column; rows may end early."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="nab.export",
    institutions=("AU01001",),
    source="several public importers for accounting programs agree; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SHORT_YEAR,),
    short_by=3,
    columns=(
        NativeColumn("Date", NativeColumnKind.POSTED),
        NativeColumn("Amount", NativeColumnKind.AMOUNT),
        NativeColumn("Account Number", NativeColumnKind.NUMBER),
        NativeColumn("", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Transaction Type", NativeColumnKind.DESCRIPTION),
        NativeColumn("Transaction Details", NativeColumnKind.DESCRIPTION),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Category", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Merchant Name", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Processed On", NativeColumnKind.IGNORED, optional=True),
    ),
)
