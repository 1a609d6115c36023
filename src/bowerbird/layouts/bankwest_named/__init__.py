"""Bankwest: the export that begins with the account's name; the rest is as in the other one."""

from __future__ import annotations

from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeColumnKind, NativeCsvLayout

LAYOUT = NativeCsvLayout(
    id="bankwest.named",
    institutions=("AU00401",),
    source="one public importer for an accounting program; no specimen",
    tier=LeafTier.SYNTHETIC,
    dates=(DateForm.SLASHED,),
    debit=DebitSign.ONE_PER_FILE,
    columns=(
        NativeColumn("Account Name", NativeColumnKind.NAME),
        NativeColumn("BSB / Account Number", NativeColumnKind.NUMBER),
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
