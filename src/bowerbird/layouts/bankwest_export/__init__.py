"""Bankwest: BSB and account in two columns; exports differ in the sign of a debit."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="bankwest.export",
    institutions=("AU00401",),
    source="several public importers for accounting programs agree on the columns, not on the sign of a debit; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    debit=DebitSign.ONE_PER_FILE,
    columns=(
        NativeColumn("BSB Number", NativeColumnKind.BSB),
        NativeColumn("Account Number", NativeColumnKind.NUMBER),
        NativeColumn("Transaction Date", NativeColumnKind.POSTED),
        NativeColumn("Narration", NativeColumnKind.DESCRIPTION),
        NativeColumn("Cheque", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Cheque Number", NativeColumnKind.IGNORED, optional=True),
        NativeColumn("Debit", NativeColumnKind.DEBIT),
        NativeColumn("Credit", NativeColumnKind.CREDIT),
        NativeColumn("Balance", NativeColumnKind.BALANCE),
        NativeColumn("Transaction Type", NativeColumnKind.IGNORED),
    ),
)
