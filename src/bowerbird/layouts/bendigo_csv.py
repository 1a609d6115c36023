"""Bendigo Bank: seven columns without a header, the first one BSB and account number."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="bendigo.accounts",
    institutions=("AU00101",),
    source="one public importer for an accounting program; no specimen",
    header=False,
    dates=(DateForm.SLASHED,),
    columns=(
        NativeColumn("Account", Says.NUMBER),
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Code", Says.IGNORED),
        NativeColumn("Amount", Says.AMOUNT),
        NativeColumn("Type", Says.DESCRIPTION),
        NativeColumn("Description", Says.DESCRIPTION),
        NativeColumn("Reference", Says.DESCRIPTION),
    ),
)
