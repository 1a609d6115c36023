"""Bankwest: the export that begins with the account's name; the rest is as in the other one."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, DebitSign, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="bankwest.named",
    institutions=("AU00401",),
    source="one public importer for an accounting program; no specimen",
    dates=(DateForm.SLASHED,),
    debit=DebitSign.ONE_PER_FILE,
    columns=(
        NativeColumn("Account Name", Says.NAME),
        NativeColumn("BSB / Account Number", Says.NUMBER),
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
