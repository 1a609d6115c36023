"""National Australia Bank: the older export without a header and without an account number."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="nab.plain",
    institutions=("AU01001",),
    source="one public importer for an accounting program; no specimen",
    header=False,
    dates=(DateForm.HYPHENED,),
    columns=(
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Amount", Says.AMOUNT),
        NativeColumn("Column 3", Says.IGNORED),
        NativeColumn("Column 4", Says.IGNORED),
        NativeColumn("Transaction Type", Says.DESCRIPTION),
        NativeColumn("Transaction Details", Says.DESCRIPTION),
        NativeColumn("Balance", Says.BALANCE),
        NativeColumn("Column 8", Says.IGNORED, optional=True),
    ),
)
