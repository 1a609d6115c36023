"""Bankwest: BSB and account in two columns; exports differ in the sign of a debit."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="bankwest.export",
    institutions=("AU00401",),
    source="several public importers for accounting programs agree on the columns, not on the sign of a debit; no specimen",
    dates=(DateForm.SLASHED,),
    debit=DebitSign.ONE_PER_FILE,
    columns=(
        NativeColumn("BSB Number", Says.BSB),
        NativeColumn("Account Number", Says.NUMBER),
        NativeColumn("Transaction Date", Says.POSTED),
        NativeColumn("Narration", Says.DESCRIPTION),
        NativeColumn("Cheque", Says.IGNORED, optional=True),
        NativeColumn("Cheque Number", Says.IGNORED, optional=True),
        NativeColumn("Debit", Says.DEBIT),
        NativeColumn("Credit", Says.CREDIT),
        NativeColumn("Balance", Says.BALANCE),
        NativeColumn("Transaction Type", Says.IGNORED),
    ),
)
