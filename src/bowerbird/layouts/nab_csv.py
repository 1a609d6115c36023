"""National Australia Bank: a header with a nameless fourth column; rows may end early."""

from __future__ import annotations

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeCsvLayout, Says

LAYOUT = NativeCsvLayout(
    id="nab.export",
    institutions=("AU01001",),
    source="several public importers for accounting programs agree; no specimen",
    dates=(DateForm.SHORT_YEAR,),
    short_by=3,
    columns=(
        NativeColumn("Date", Says.POSTED),
        NativeColumn("Amount", Says.AMOUNT),
        NativeColumn("Account Number", Says.NUMBER),
        NativeColumn("", Says.IGNORED, optional=True),
        NativeColumn("Transaction Type", Says.DESCRIPTION),
        NativeColumn("Transaction Details", Says.DESCRIPTION),
        NativeColumn("Balance", Says.BALANCE),
        NativeColumn("Category", Says.IGNORED, optional=True),
        NativeColumn("Merchant Name", Says.IGNORED, optional=True),
        NativeColumn("Processed On", Says.IGNORED, optional=True),
    ),
)
